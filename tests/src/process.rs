//! Processes that end with the value that started them.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::{Deadline, LabError, Result};

/// A running program. Dropping it ends it, politely first.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: Option<PathBuf>,
    patience: Duration,
}

impl Process {
    /// Starts `command` with no input and what it says going to the file `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = std::fs::File::create(log).map_err(|source| LabError::File {
            action: "write",
            path: log.to_owned(),
            source,
        })?;
        let also = file.try_clone().map_err(|source| LabError::File {
            action: "write",
            path: log.to_owned(),
            source,
        })?;
        command.stdin(Stdio::null()).stdout(file).stderr(also);
        let mut process = Self::adopt(name, command)?;
        process.log = Some(log.to_owned());
        Ok(process)
    }

    /// Starts `command` with the streams its caller chose.
    pub fn adopt(name: &str, command: &mut Command) -> Result<Self> {
        let child = command.spawn().map_err(|source| LabError::Start {
            program: name.to_owned(),
            source,
        })?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log: None,
            patience: Duration::from_secs(2),
        })
    }

    /// For programs with work to do at their end: so long after TERM comes KILL.
    #[must_use]
    pub fn ends_within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// For programs that do not end when asked to: this one will not be asked.
    #[must_use]
    pub fn ended_by_force(mut self) -> Self {
        self.patience = Duration::ZERO;
        self
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child, to reach its streams.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// What it has said so far, when it was started with a log.
    #[must_use]
    pub fn said(&self) -> String {
        self.log.as_deref().map(read_lossy).unwrap_or_default()
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// An error if it has ended.
    pub fn must_run(&mut self) -> Result<()> {
        match self.ended() {
            None => Ok(()),
            Some(status) => Err(LabError::Ended {
                program: self.name.clone(),
                status: describe(status),
                log: self
                    .log
                    .as_ref()
                    .map_or_else(|| "not kept".to_owned(), |path| path.display().to_string()),
            }),
        }
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self, deadline: Deadline) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        deadline.wait_for(&what, || self.child.try_wait().ok().flatten())
    }

    /// Ends it: TERM, and KILL when that has not helped in time (two seconds, unless it was given another).
    pub fn stop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        if !self.patience.is_zero() {
            signal(self.id(), Signal::TERM);
        }
        if Deadline::after(self.patience).find(|| self.ended()).is_none() {
            signal(self.id(), Signal::KILL);
            let _gone = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Sends a signal to one process; a process that is gone already is no error.
pub fn signal(id: u32, signal: Signal) {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _gone_already = kill_process(pid, signal);
    }
}

/// Runs a tool to its end and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let answer = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| LabError::Start {
            program: program.clone(),
            source,
        })?;
    if answer.status.success() {
        return Ok(String::from_utf8_lossy(&answer.stdout).into_owned());
    }
    let message = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
    Err(LabError::Tool { program, message })
}

/// A file's text, or nothing when it is not there yet.
pub(crate) fn read_lossy(path: &Path) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

/// Ends every process that carries `marker` (a `NAME=VALUE`) in its environment: what our own processes left behind.
pub(crate) fn sweep(marker: &str) {
    for (kill, seconds) in [(Signal::TERM, 2), (Signal::KILL, 5)] {
        for id in marked(marker) {
            signal(id, kill);
        }
        if Deadline::seconds(seconds)
            .find(|| marked(marker).is_empty().then_some(()))
            .is_some()
        {
            return;
        }
    }
}

fn marked(marker: &str) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(io::Result::ok)
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()))
        .filter(|&id| id != std::process::id() && carries(id, marker.as_bytes()))
        .collect()
}

fn carries(id: u32, marker: &[u8]) -> bool {
    std::fs::read(format!("/proc/{id}/environ"))
        .is_ok_and(|environment| environment.split(|&byte| byte == 0).any(|variable| variable == marker))
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}
