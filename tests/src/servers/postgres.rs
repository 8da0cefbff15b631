use std::path::PathBuf;

use crate::account::LAB_NAME;
use crate::servers::{Port, Unread, Verdict};
use crate::{Deadline, LabError, Process, Result, Session, process};

/// A real PostgreSQL of its own that lets in `demo` by password (SCRAM), as an ordinary process of the session's user.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: Port,
    unread: Unread,
}

impl Postgres {
    /// Makes it and waits until it listens.
    pub fn start(session: &Session, password: &str) -> Result<Self> {
        let programs = programs()?;
        let folder = session.folder().join("postgres");
        let file = session.home().join("postgres-password");
        session.write(&file, password)?;
        let mut make = session.command(programs.join("initdb"));
        make.args([
            "--no-sync",
            "--no-instructions",
            "--auth",
            "scram-sha-256",
            "--username",
            LAB_NAME,
        ]);
        process::output(make.arg("--pwfile").arg(&file).arg("--pgdata").arg(&folder))?;
        let port = Port::claim()?;
        let mut command = session.command(programs.join("postgres"));
        command
            .arg("-D")
            .arg(&folder)
            .args(["-F", "-h", "127.0.0.1", "-p", &port.number().to_string()]);
        command.args([
            "-c",
            "unix_socket_directories=",
            "-c",
            "log_connections=on",
            "-c",
            "shared_buffers=16MB",
        ]);
        let mut process = Process::start("postgres", &mut command, &session.log("postgres"))?;
        let deadline = Deadline::seconds(30);
        while !process.said().contains("ready to accept connections") {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("PostgreSQL's start", &process.said()));
            }
            deadline.pause();
        }
        Ok(Self {
            process,
            port,
            unread: Unread::default(),
        })
    }

    /// The loopback port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// What it decides next about a password, accepted or refused.
    pub fn verdict(&mut self, deadline: Deadline) -> Result<Verdict> {
        let (process, unread) = (&self.process, &mut self.unread);
        deadline
            .find(|| unread.next(&process.said(), judge))
            .ok_or_else(|| deadline.late("PostgreSQL's verdict", &process.said()))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    if line.contains(&format!("connection authenticated: identity=\"{LAB_NAME}\"")) {
        Some(Verdict::Accepted(line.to_owned()))
    } else if line.contains("password authentication failed") {
        Some(Verdict::Refused(line.to_owned()))
    } else {
        None
    }
}

/// The newest version there is: Debian keeps them side by side.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let newest = folders.filter(|folder| folder.join("postgres").exists()).max();
    newest.ok_or_else(|| LabError::Tool {
        program: "postgres".to_owned(),
        message: "install the package postgresql-15".to_owned(),
    })
}
