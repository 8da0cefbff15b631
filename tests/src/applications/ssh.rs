use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{LocalModes, tcgetattr};

use crate::account::LAB_NAME;
use crate::servers::Sshd;
use crate::{Deadline, Process, Result, Session};

/// `ssh` without a terminal, which asks for the password through lxqt-openssh-askpass, a window of Qt.
#[derive(Debug)]
pub struct AskpassSsh {
    /// ssh itself. It ends with 0 once the server has let it in.
    pub process: Process,
}

impl AskpassSsh {
    /// Connects to `server` as `demo`.
    pub fn start(session: &Session, server: &Sshd) -> Result<Self> {
        let mut command = session.command("ssh");
        command
            .env("SSH_ASKPASS", "/usr/bin/lxqt-openssh-askpass")
            .env("SSH_ASKPASS_REQUIRE", "force");
        command
            .arg("-F")
            .arg(server.client_configuration())
            .args(["-T", "-p", &server.port().to_string()]);
        command.args([&format!("{LAB_NAME}@127.0.0.1"), "true"]);
        Ok(Self {
            process: Process::start("ssh", &mut command, &session.log("ssh-askpass"))?,
        })
    }
}

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
        deadline.wait_for("ssh's password prompt", || {
            let terminal = terminal_of(child_of(self.process.id())?)?;
            asks(&terminal).then_some(())
        })
    }
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
