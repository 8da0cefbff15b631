//! Running a program that is not trusted to end, to be quiet or to be alone.

use countersign_secret::SecretBytes;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long it has, from its start to its end.
pub(super) const LIMIT: Duration = Duration::from_secs(2);
/// The longest it may answer, in bytes.
pub(super) const MOST: usize = 8192;

/// What of our environment it may see.
const PASSED_ON: [&str; 6] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "HOME",
    "LANG",
    "LOGNAME",
    "USER",
    "XDG_RUNTIME_DIR",
];

/// How it went wrong.
#[derive(Debug)]
pub(super) enum Fault {
    NotStarted(io::Error),
    Broken(io::Error),
    Ended(ExitStatus),
    Late,
    Flooded,
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Self::Broken(errno.into())
    }
}

/// Runs it and gives it one line. What it wrote, when it ended well and in time.
///
/// It gets no shell, no argument, a clean environment and a process group of its own, which is killed in any case:
/// nothing it starts stays.
pub(super) fn run(path: &Path, line: &[u8]) -> Result<SecretBytes, Fault> {
    let deadline = now() + LIMIT;
    let passed_on = PASSED_ON
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    let child = Command::new(path)
        .env_clear()
        .envs(passed_on)
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Fault::NotStarted)?;
    let mut group = Group(child);
    group.give(line)?;
    let said = match group.0.stdout.take() {
        Some(output) => read(&output, deadline)?,
        None => SecretBytes::zeroed(0),
    };
    let status = group.end(deadline)?;
    if status.success() {
        Ok(said)
    } else {
        Err(Fault::Ended(status))
    }
}

/// A program and all it started, in a process group of its own.
struct Group(Child);

impl Group {
    fn give(&mut self, line: &[u8]) -> Result<(), Fault> {
        // The line fits into the pipe, so this never waits.
        let Some(mut input) = self.0.stdin.take() else {
            return Ok(());
        };
        match input.write_all(line) {
            // It may know its answer without reading the question.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(Fault::Broken),
        }
    }

    /// Waits until it ends by itself.
    fn end(&mut self, deadline: Instant) -> Result<ExitStatus, Fault> {
        if let Some(id) = self.id() {
            let process = pidfd_open(id, PidfdFlags::empty())?;
            wait(&process, deadline)?;
        }
        self.0.wait().map_err(Fault::Broken)
    }

    fn id(&self) -> Option<Pid> {
        i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // By the id of its group, which no other group can have while one of its processes is there. None left is an error, and fine.
        if let Some(id) = self.id() {
            let _ = kill_process_group(id, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Everything up to the end of the output.
fn read(output: &ChildStdout, deadline: Instant) -> Result<SecretBytes, Fault> {
    let mut said = SecretBytes::zeroed(MOST + 1);
    let mut used = 0;
    loop {
        wait(output, deadline)?;
        let room = said.expose_mut().get_mut(used..).unwrap_or_default();
        match rustix::io::read(output, room) {
            Ok(0) => break,
            Ok(read) => used += read,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        if used > MOST {
            return Err(Fault::Flooded);
        }
    }
    let mut whole = SecretBytes::zeroed(used);
    whole
        .expose_mut()
        .copy_from_slice(said.expose().get(..used).unwrap_or_default());
    Ok(whole)
}

/// Until there is something, or it is too late.
fn wait(on: &impl AsFd, deadline: Instant) -> Result<(), Fault> {
    loop {
        let left = deadline.saturating_duration_since(now());
        if left.is_zero() {
            return Err(Fault::Late);
        }
        let left = Timespec::try_from(left).map_err(|_| Fault::Late)?;
        match poll(&mut [PollFd::new(on, PollFlags::IN)], Some(&left)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one clock of this room: a program's time is counted here"
)]
fn now() -> Instant {
    Instant::now()
}
