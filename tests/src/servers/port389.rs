//! 389 Directory Server, as an ordinary process of the caller.

mod setup;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::directory::DirectoryServer;
use super::ldap::{Login, Question};
use super::must_serve;
use super::port::Port;
use super::tls::{Authority, Validity, loopback, write};
use crate::process::signal;
use crate::{Deadline, Process, Result};

const SUFFIX: &str = "dc=example,dc=org";
const ADMIN: &str = "cn=Directory Manager";
const ADMIN_PASSWORD: &str = "the-directory's-own";
/// A bad machine is slow; a server that does not answer after this long will not.
const READY: u64 = 60;

/// A real ns-slapd on loopback ports of its own, with the schema, and the access rules of `docs/admin/389ds`.
#[derive(Debug)]
pub struct Port389 {
    // First, so that it ends before its folder goes.
    process: Option<Process>,
    folder: tempfile::TempDir,
    ca: PathBuf,
    port: Port,
    starts: u32,
}

impl Port389 {
    /// One with nobody in it.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-389.").tempdir();
        let folder = folder.map_err(setup::file("make a folder in", Path::new("/tmp")))?;
        // Whoever the clients run as, they read the certificate; keys are closed one by one.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(setup::file("open", folder.path()))?;
        let authority = Authority::new("Laboratory Root")?;
        let ca = folder.path().join("ca.pem");
        write(&ca, authority.certificate(), 0o644)?;
        let port = Port::claim()?;
        let server = authority
            .server(&loopback(), Validity::Now)?
            .write(folder.path(), "server")?;
        setup::write_all(folder.path(), port.number(), Port::claim()?.number(), &server)?;
        let mut started = Self {
            process: None,
            folder,
            ca,
            port,
            starts: 0,
        };
        started.restart()?;
        started.change(&started.admin(), &setup::content())?;
        Ok(started)
    }
}

impl DirectoryServer for Port389 {
    fn host(&self) -> &str {
        "127.0.0.1"
    }

    fn port(&self) -> u16 {
        self.port.number()
    }

    fn ca(&self) -> &Path {
        &self.ca
    }

    fn base(&self) -> &str {
        SUFFIX
    }

    fn admin(&self) -> Login {
        Login::new(ADMIN, ADMIN_PASSWORD)
    }

    fn disable(&self, name: &str) -> Result<()> {
        self.modify_user(name, "replace: nsAccountLock\nnsAccountLock: true")
    }

    fn enable(&self, name: &str) -> Result<()> {
        self.modify_user(name, "delete: nsAccountLock")
    }

    fn bad_password_count(&self, name: &str) -> Result<u32> {
        let dn = self.user_dn(name);
        let question = Question {
            attributes: &["passwordRetryCount"],
            ..Question::entry(&dn)
        };
        let found = self.search(&self.admin(), &question)?;
        Ok(found
            .value("passwordRetryCount")
            .and_then(|count| count.parse().ok())
            .unwrap_or(0))
    }

    fn add_group(&self, name: &str) -> Result<()> {
        let ldif = format!(
            "dn: cn={name},{}\nobjectClass: groupOfNames\ncn: {name}\n",
            self.groups()
        );
        self.change(&self.admin(), &ldif)
    }

    fn add_unit(&self, path: &str) -> Result<()> {
        let name = path.split(',').next().unwrap_or(path);
        self.add_group(name)?;
        self.change(&self.admin(), &setup::unit(name, &self.unit(path)))
    }

    fn stop(&mut self) -> Result<()> {
        self.end(Signal::TERM)
    }

    fn kill(&mut self) -> Result<()> {
        self.end(Signal::KILL)
    }

    fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.starts += 1;
        let log = self.folder.path().join(format!("ns-slapd.{}.log", self.starts));
        let mut command = Command::new("/usr/sbin/ns-slapd");
        command.arg("-D").arg(setup::configuration(self.folder.path()));
        command
            .arg("-i")
            .arg(self.folder.path().join("run/pid"))
            .args(["-d", "0"]);
        self.process = Some(Process::start("ns-slapd", &mut command, &log)?);
        // What goes wrong it writes here only.
        let log = self.folder.path().join("log/errors");
        let deadline = Deadline::seconds(READY);
        while self.search(&self.admin(), &Question::entry("")).is_err() {
            if let Some(process) = &mut self.process {
                must_serve(process, &log)?;
            }
            if deadline.is_over() {
                return Err(deadline.late("ns-slapd's answer", &format!("; its log is {}", log.display())));
            }
            deadline.pause();
        }
        Ok(())
    }
}

impl Port389 {
    fn end(&mut self, how: Signal) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        signal(process.id(), how);
        process.wait(Deadline::seconds(READY)).map(drop)
    }
}

impl Drop for Port389 {
    fn drop(&mut self) {
        // Nothing of it is kept, and by itself it would take its time to put everything away.
        let _gone: Result<()> = self.kill();
        let _never_made = std::fs::remove_file(setup::semaphore(self.folder.path()));
    }
}
