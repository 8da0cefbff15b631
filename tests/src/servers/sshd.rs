use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::account::{CHANGING_NAMES, LAB_NAME, lab_password};
use crate::process::{output, read_lossy};
use crate::servers::{Unread, Verdict};
use crate::{Deadline, LabError, Process, Result, Session};

/// A real sshd on a loopback port, with host keys of its own, that takes the passwords of the laboratory's accounts.
///
/// It is an ordinary process of the session's user: he may read the namespace's own shadow file, and only he can log on.
#[derive(Debug)]
pub struct Sshd {
    process: Process,
    port: u16,
    log: PathBuf,
    client: PathBuf,
    unread: Unread,
}

impl Sshd {
    /// Starts it and waits until it listens.
    pub fn start(session: &Session) -> Result<Self> {
        let _there = lab_password()?;
        let port = free_port()?;
        let folder = session.folder().join(format!("sshd-{port}"));
        let key = folder.join("host_key");
        session.write(&folder.join("sshd_config"), "")?;
        // One that was here before had its own.
        let _there_may_be_none = std::fs::remove_file(&key);
        let mut make = session.command("ssh-keygen");
        output(
            make.args(["-q", "-t", "ed25519", "-N", "", "-C", "countersign-lab", "-f"])
                .arg(&key),
        )?;
        let configuration = folder.join("sshd_config");
        session.write(&configuration, &settings(port, &key))?;
        let log = folder.join("sshd.log");
        session.write(&log, "")?;
        let client = client_files(session, &folder, &key, port)?;
        let mut command = session.command("/usr/sbin/sshd");
        command.arg("-D").arg("-f").arg(&configuration).arg("-E").arg(&log);
        let mut process = Process::start("sshd", &mut command, &session.log("sshd"))?;
        let deadline = Deadline::seconds(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("sshd's answer", &format!("; its log is {}", log.display())));
            }
            deadline.pause();
        }
        Ok(Self {
            process,
            port,
            log,
            client,
            unread: Unread::default(),
        })
    }

    /// The loopback port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A configuration for `ssh -F` that knows this server's host key.
    #[must_use]
    pub fn client_configuration(&self) -> &Path {
        &self.client
    }

    /// The server's process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Its whole log.
    #[must_use]
    pub fn log(&self) -> String {
        read_lossy(&self.log)
    }

    /// What it decides next about a password, accepted or refused.
    pub fn verdict(&mut self, deadline: Deadline) -> Result<Verdict> {
        let (log, unread) = (&self.log, &mut self.unread);
        deadline
            .find(|| unread.next(&read_lossy(log), judge))
            .ok_or_else(|| deadline.late("sshd's verdict", &format!("; its log is {}", log.display())))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    let about = |what: &str| {
        let mut names = CHANGING_NAMES.iter().chain([&LAB_NAME]);
        names.any(|name| line.contains(&format!("{what} for {name} ")))
    };
    if about("Accepted password") {
        Some(Verdict::Accepted(line.to_owned()))
    } else if about("Failed password") {
        Some(Verdict::Refused(line.to_owned()))
    } else {
        None
    }
}

fn settings(port: u16, key: &Path) -> String {
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\nPasswordAuthentication yes\n\
         KbdInteractiveAuthentication no\nPubkeyAuthentication no\nAllowUsers {LAB_NAME} {}\nMaxAuthTries 6\n\
         PrintMotd no\nPrintLastLog no\nUseDNS no\nLogLevel VERBOSE\n",
        key.display(),
        CHANGING_NAMES.join(" ")
    )
}

/// A client configuration and the known hosts, so that nothing is asked but the password.
fn client_files(session: &Session, folder: &Path, key: &Path, port: u16) -> Result<PathBuf> {
    let public = key.with_extension("pub");
    let text = std::fs::read_to_string(&public).map_err(|source| LabError::File {
        action: "read",
        path: public,
        source,
    })?;
    let hosts = folder.join("known_hosts");
    session.write(&hosts, &format!("[127.0.0.1]:{port} {text}"))?;
    let client = folder.join("ssh_config");
    let settings = format!(
        "Host *\n  UserKnownHostsFile {}\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n\
         \x20 PreferredAuthentications password\n  PubkeyAuthentication no\n  IdentityAgent none\n  UpdateHostKeys no\n",
        hosts.display()
    );
    session.write(&client, &settings)?;
    Ok(client)
}

fn free_port() -> Result<u16> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let error = |source| LabError::File {
        action: "find a free port on",
        path: "127.0.0.1".into(),
        source,
    };
    Ok(bound.map_err(error)?.port())
}
