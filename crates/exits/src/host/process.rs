//! The process that holds an exit.

use crate::image::Image;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// Its file name, beside the program that starts it.
const PROGRAM: &str = "countersign-exits";
/// What a thread needs that waits for one process.
const STACK: usize = 128 << 10;

/// One that runs. Dropping it ends it, waits for its end, and leaves nothing of it.
pub(super) struct Process {
    /// None when it has been told that its caller is done.
    input: Option<OwnedFd>,
    output: OwnedFd,
    /// Stands for the process, and for no other one that gets its number.
    handle: OwnedFd,
    ended: Receiver<ExitStatus>,
    keeper: Option<JoinHandle<()>>,
    until: Instant,
}

/// What there is of a process when it has just been started.
struct Started {
    input: OwnedFd,
    output: OwnedFd,
    handle: OwnedFd,
}

impl Process {
    /// Starts one, with the image of an exit.
    pub(super) fn start(image: &Image) -> io::Result<Self> {
        let mut command = Command::new(program()?);
        let group = rustix::process::getgid();
        if rustix::process::getegid() != group {
            // A child of a program with a group of its own does without that group.
            command.gid(group.as_raw());
        }
        command
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(image.hand_over()?));
        let (tell, told) = sync_channel(1);
        let (tell_end, ended) = sync_channel(1);
        // It asks to be ended with the thread that started it, so that thread lives as long as it does.
        let keeper = Builder::new().name("exit".to_owned()).stack_size(STACK);
        let keeper = keeper.spawn(move || keep(command, &tell, &tell_end))?;
        let started: io::Result<Started> = told.recv().map_err(io::Error::other)?;
        let Started { input, output, handle } = match started {
            Ok(started) => started,
            Err(error) => {
                let _ = keeper.join();
                return Err(error);
            }
        };
        Ok(Self {
            input: Some(input),
            output,
            handle,
            ended,
            keeper: Some(keeper),
            until: now(),
        })
    }

    /// From now on it has this long.
    pub(super) fn allow(&mut self, limit: Duration) {
        self.until = now() + limit;
    }

    /// Says a question and the secret beside it, at once: it wakes for both together, and no buffer holds both.
    pub(super) fn ask(&mut self, question: &[u8], secret: &[u8], end: &[u8]) -> io::Result<()> {
        let parts = [question, secret, end];
        let input = self.input.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        wait(input, PollFlags::OUT, self.until)?;
        let mut sent = rustix::io::writev(input, &parts.map(IoSlice::new))?;
        for part in parts {
            let unsent = part.get(sent..).unwrap_or_default();
            sent = sent.saturating_sub(part.len());
            self.write_all(unsent)?;
        }
        Ok(())
    }

    /// Whether it waits to be asked: it has not ended, and has said nothing that nobody asked for.
    pub(super) fn waits(&self) -> bool {
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let said = [&self.handle, &self.output].map(|on| PollFd::new(on, PollFlags::IN));
        poll(&mut { said }, Some(&at_once)) == Ok(0)
    }

    /// How it ends, if it does so by itself in the time it has.
    pub(super) fn end(&self) -> Option<ExitStatus> {
        self.ended
            .recv_timeout(self.until.saturating_duration_since(now()))
            .ok()
    }

    /// Tells it that nothing more comes.
    pub(super) fn hang_up(&mut self) {
        self.input = None;
    }
}

impl Read for Process {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        wait(&self.output, PollFlags::IN, self.until)?;
        Ok(rustix::io::read(&self.output, buffer)?)
    }
}

impl Write for Process {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let input = self.input.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        wait(input, PollFlags::OUT, self.until)?;
        Ok(rustix::io::write(input, bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.input = None;
        // One that has ended cannot be ended, and need not.
        let _ = pidfd_send_signal(&self.handle, Signal::KILL);
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Starts the process, and stays until it has ended.
fn keep(mut command: Command, tell: &SyncSender<io::Result<Started>>, tell_end: &SyncSender<ExitStatus>) {
    let spawned = command.spawn();
    // Its copy of the image is the child's now.
    drop(command);
    let mut process = match spawned {
        Ok(process) => process,
        Err(error) => {
            let _ = tell.send(Err(error));
            return;
        }
    };
    let started = started(&mut process);
    if started.is_err() {
        let _ = process.kill();
    }
    let _ = tell.send(started);
    if let Ok(status) = process.wait() {
        let _ = tell_end.send(status);
    }
}

fn started(process: &mut Child) -> io::Result<Started> {
    let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
    let handle = pidfd_open(id.ok_or(io::ErrorKind::NotFound)?, PidfdFlags::empty())?;
    let input = OwnedFd::from(process.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let output = OwnedFd::from(process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
    // A process that does not read must not hold its caller up.
    rustix::io::ioctl_fionbio(&input, true)?;
    Ok(Started { input, output, handle })
}

/// Until it can be used, or it is too late.
fn wait(on: &impl AsFd, what: PollFlags, until: Instant) -> io::Result<()> {
    loop {
        let left = until.saturating_duration_since(now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(on, what)], Some(&left)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one clock of this room: an exit's time is counted here"
)]
fn now() -> Instant {
    Instant::now()
}

fn program() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside = |folder: Option<&Path>| folder.map(|folder| folder.join(PROGRAM)).filter(|path| path.is_file());
    // Tests are started from a folder below that of the programs.
    let found = beside(own.parent()).or_else(|| beside(own.parent()?.parent()));
    found.ok_or_else(|| {
        let why = format!("{PROGRAM} is not beside {}", own.display());
        io::Error::new(io::ErrorKind::NotFound, why)
    })
}
