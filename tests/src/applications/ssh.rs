//! `ssh` in a terminal.

use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{LocalModes, tcgetattr};

use crate::account::LAB_NAME;
use crate::servers::Sshd;
use crate::{Deadline, Process, Result, Session};

/// `ssh` in an xterm, which asks for the password on the terminal.
#[derive(Debug)]
pub struct TerminalSsh {
    /// The xterm. It stays open until it is dropped.
    pub process: Process,
}

impl TerminalSsh {
    /// Connects to `server` as `demo`.
    pub fn start(session: &Session, server: &Sshd) -> Result<Self> {
        let mut command = session.command("xterm");
        command.args(["-e", "ssh", "-F"]).arg(server.client_configuration());
        command.args(["-p", &server.port().to_string(), &format!("{LAB_NAME}@127.0.0.1")]);
        Ok(Self {
            process: Process::start("xterm", &mut command, &session.log("xterm"))?,
        })
    }

    /// Waits until ssh asks for the password: its terminal shows nothing of what is typed, and takes whole lines.
    pub fn wait_for_prompt(&self, deadline: Deadline) -> Result<()> {
        wait_for_prompt(self.process.id(), deadline)
    }
}

/// Waits until the program in a terminal window, given by its process, asks for a password.
///
/// # Errors
/// When it does not in time.
pub fn wait_for_prompt(window: u32, deadline: Deadline) -> Result<()> {
    deadline.wait_for("a password prompt", || {
        let terminal = terminal_of(child_of(window)?)?;
        asks(&terminal).then_some(())
    })
}

fn child_of(parent: u32) -> Option<u32> {
    let ids = std::fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.into_iter().find(|&id| parent_of(id) == Some(parent))
}

fn parent_of(id: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The program's name stands in brackets and may hold anything; state and parent follow it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn terminal_of(id: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{id}/fd/0"))
        .ok()
        .filter(|path| path.starts_with("/dev/pts"))
}

fn asks(terminal: &Path) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let modes = open(terminal, flags, Mode::empty()).and_then(tcgetattr);
    modes.is_ok_and(|modes| {
        modes.local_modes.contains(LocalModes::ICANON) && !modes.local_modes.contains(LocalModes::ECHO)
    })
}
