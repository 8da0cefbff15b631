use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use crate::account::{LAB_NAME, lab_folder};
use crate::process::read_lossy;
use crate::servers::{Unread, Verdict};
use crate::{Deadline, LabError, Result};

/// A real vsftpd on a loopback port that takes the password of the account `demo` through PAM.
///
/// It must be root: the namespace's keeper starts it on request and ends it when this value is dropped.
#[derive(Debug)]
pub struct Ftp {
    port: u16,
    log: PathBuf,
    unread: Unread,
    // The server lives as long as this connection.
    _keeper: UnixStream,
}

impl Ftp {
    /// Has one started, and waits until it listens.
    pub fn start() -> Result<Self> {
        let socket = lab_folder()
            .ok_or(LabError::NoAccounts("the FTP server"))?
            .join("keeper/socket");
        let error = |source| LabError::File {
            action: "ask the keeper at",
            path: socket.clone(),
            source,
        };
        let mut keeper = UnixStream::connect(&socket).map_err(error)?;
        keeper.write_all(b"ftp\n").map_err(error)?;
        let mut answer = String::new();
        BufReader::new(&keeper).read_line(&mut answer).map_err(error)?;
        let parsed = answer
            .trim_end()
            .split_once(' ')
            .and_then(|(port, log)| Some((port.parse().ok()?, log.into())));
        let (port, log) = parsed.ok_or_else(|| LabError::Tool {
            program: "vsftpd".to_owned(),
            message: answer.trim_end().to_owned(),
        })?;
        Ok(Self {
            port,
            log,
            unread: Unread::default(),
            _keeper: keeper,
        })
    }

    /// The loopback port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
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
            .ok_or_else(|| deadline.late("vsftpd's verdict", &format!("; its log is {}", log.display())))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    if line.contains(&format!("[{LAB_NAME}] OK LOGIN")) {
        Some(Verdict::Accepted(line.to_owned()))
    } else if line.contains(&format!("[{LAB_NAME}] FAIL LOGIN")) {
        Some(Verdict::Refused(line.to_owned()))
    } else {
        None
    }
}
