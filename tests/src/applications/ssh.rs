use crate::account::LAB_NAME;
use crate::servers::Sshd;
use crate::{Process, Result, Session};

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
        command.env("SSH_ASKPASS", "/usr/bin/lxqt-openssh-askpass").env("SSH_ASKPASS_REQUIRE", "force");
        command.arg("-F").arg(server.client_configuration()).args(["-T", "-p", &server.port().to_string()]);
        command.args([&format!("{LAB_NAME}@127.0.0.1"), "true"]);
        Ok(Self { process: Process::start("ssh", &mut command, &session.log("ssh-askpass"))? })
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
        Ok(Self { process: Process::start("xterm", &mut command, &session.log("xterm"))? })
    }
}
