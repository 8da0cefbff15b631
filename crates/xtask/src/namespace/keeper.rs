//! Does what must be root, for the ordinary user inside the namespace and for nobody else.
//!
//! One request a connection: the client writes `ftp\n` and gets `PORT LOG\n`; the server lives until the client hangs
//! up. The configuration is ours, so the client gains nothing but a server on a loopback port. Or it writes `memory PID\n`
//! and gets the kernel's count of that process's memory, or `pages PID\n` and gets a copy of it. Both only of the ordinary
//! user's processes in this namespace: what is undumpable keeps even that from its own user. Or it writes
//! `stranger WORD\0WORD…\n`: these words run as a user who owns nothing, until the client hangs up. Or `reborn PID WORD\0WORD…\n`: these words
//! run as the ordinary user under that process number. Or `samba\n`, and gets `ADDRESS CERTIFICATE\n`: a
//! domain controller in a network of its own, which it may end and start again. Or `programs FOLDER\n`, and gets the folder where the
//! programs built there are as an installation has them.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_tests::Deadline;
use countersign_tests::memory::Memory;
use countersign_tests::servers::samba::Machine;
use countersign_tests::stranger;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};

use crate::error::{Error, Result};
use crate::namespace::{installed, reborn};

/// The socket's name in the keeper's folder.
const SOCKET: &str = "socket";

/// Listens in `folder` for the ordinary user's requests.
pub fn start(folder: &Path, (uid, gid): (u32, u32)) -> Result<()> {
    let path = folder.join(SOCKET);
    let listener = UnixListener::bind(&path).map_err(Error::file("listen on", &path))?;
    std::os::unix::fs::chown(&path, Some(uid), Some(gid)).map_err(Error::file("give away", &path))?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).map_err(Error::file("close", &path))?;
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().filter_map(std::io::Result::ok) {
            let folder = folder.clone();
            std::thread::spawn(move || serve(client, &folder, (uid, gid)));
        }
    });
    Ok(())
}

fn serve(mut client: UnixStream, folder: &Path, (uid, gid): (u32, u32)) {
    let mut request = String::new();
    let read = client
        .try_clone()
        .map(BufReader::new)
        .and_then(|mut reader| reader.read_line(&mut request));
    if read.is_err() {
        return;
    }
    if let Some(process) = request.trim_end().strip_prefix("memory ") {
        let answer = memory(process, uid).unwrap_or_else(|error| format!("error {error}"));
        let _client_may_be_gone = client.write_all(answer.as_bytes());
        return;
    }
    if let Some(process) = request.trim_end().strip_prefix("pages ") {
        let _client_may_be_gone = match ours(process, uid).and_then(Memory::copied) {
            Ok(memory) => memory.send(&mut BufWriter::new(&client)),
            Err(error) => writeln!(client, "error {error}"),
        };
        return;
    }
    if let Some(words) = request.trim_end().strip_prefix("stranger ") {
        let _client_may_be_gone = lend(&client, words);
        return;
    }
    if let Some(built) = request.trim_end().strip_prefix("programs ") {
        let answer = match installed::programs(Path::new(built), folder) {
            Ok(folder) => folder.display().to_string(),
            Err(error) => format!("error {error}"),
        };
        let _client_may_be_gone = writeln!(client, "{answer}");
        return;
    }
    if let Some(wanted) = request.trim_end().strip_prefix("reborn ") {
        let _client_may_be_gone = reborn::serve(&mut client, wanted, (uid, gid));
        return;
    }
    if request.trim_end() == "samba" {
        let _client_may_be_gone = Machine::serve(&mut client);
        return;
    }
    if request.trim_end() != "ftp" {
        return;
    }
    match Server::start(folder) {
        Ok(_server) => {
            let answered = writeln!(client, "{} {}", _server.port, _server.log.display());
            // Reading returns when the client hangs up or dies.
            let _hung_up = answered.and_then(|()| client.read_to_end(&mut Vec::new()).map(drop));
        }
        Err(error) => {
            let _client_may_be_gone = writeln!(client, "error {error}");
        }
    }
}

/// The kernel's count of a process's memory.
fn memory(process: &str, uid: u32) -> std::io::Result<String> {
    let number = ours(process, uid)?;
    std::fs::read_to_string(format!("/proc/{number}/smaps_rollup"))
}

/// Runs a program as a user who owns nothing, until it ends or the client hangs up. What it says goes to the client.
fn lend(client: &UnixStream, words: &str) -> std::io::Result<()> {
    let words: Vec<_> = words.split('\0').map(str::to_owned).collect();
    let output = OwnedFd::from(client.try_clone()?);
    let mut command = stranger::command(&words);
    command.stdin(Stdio::null()).stdout(output).stderr(Stdio::inherit());
    let mut child = command.spawn()?;
    // The command keeps a copy of the stream, which would otherwise never end.
    drop(command);
    let mut reading = client.try_clone()?;
    // A handle, not a number: the number may be somebody else's by the time the client hangs up.
    let handle = pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
    std::thread::spawn(move || {
        let _hung_up = reading.read_to_end(&mut Vec::new());
        let _gone_already = pidfd_send_signal(handle, Signal::KILL);
    });
    child.wait()?;
    client.shutdown(std::net::Shutdown::Both)
}

/// A process of the ordinary user in this namespace. The caller's other programs are none of the laboratory's business.
fn ours(process: &str, uid: u32) -> std::io::Result<u32> {
    let number: u32 = process.parse().map_err(std::io::Error::other)?;
    let status = std::fs::read_to_string(format!("/proc/{number}/status"))?;
    let owner = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let owned = owner.and_then(|line| line.split_whitespace().next()) == Some(uid.to_string().as_str());
    let inside = std::fs::read_link(format!("/proc/{number}/ns/mnt"))? == std::fs::read_link("/proc/self/ns/mnt")?;
    if owned && inside {
        Ok(number)
    } else {
        Err(std::io::Error::other("it is not yours, or not in the laboratory"))
    }
}

struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    fn start(folder: &Path) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let port = free_port()?;
        let log = folder.join(format!("vsftpd.{number}.log"));
        std::fs::write(&log, "").map_err(Error::file("write", &log))?;
        let empty = folder.join("empty");
        std::fs::create_dir_all(&empty).map_err(Error::file("make", &empty))?;
        let configuration = folder.join(format!("vsftpd.{number}.conf"));
        std::fs::write(&configuration, settings(port, &log, &empty)).map_err(Error::file("write", &configuration))?;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM", "--", "vsftpd"])
            .arg(&configuration)
            .process_group(0);
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().map_err(|source| Error::Start {
            program: "vsftpd".to_owned(),
            source,
        })?;
        let server = Self { child, port, log };
        let answering = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok();
        Deadline::seconds(10).wait_for("vsftpd's answer", answering)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its process group: the listener and the processes it made for its connections.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _gone_already = kill_process_group(group, Signal::TERM);
        }
        let _gone = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(bound.map_err(Error::file("find a free port on", "127.0.0.1"))?.port())
}

fn settings(port: u16, log: &Path, empty: &Path) -> String {
    format!(
        "listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
         anonymous_enable=NO\nlocal_enable=YES\nwrite_enable=NO\ncheck_shell=NO\npam_service_name=countersign-lab\n\
         session_support=NO\nsecure_chroot_dir={}\nseccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n\
         xferlog_enable=YES\nlog_ftp_protocol=YES\nvsftpd_log_file={}\nmax_login_fails=3\ndelay_failed_login=0\n",
        empty.display(),
        log.display()
    )
}
