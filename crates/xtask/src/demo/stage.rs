//! The three applications and their counterparts.

use countersign_tests::applications::{AskpassSsh, FileZilla, TerminalSsh};
use countersign_tests::servers::{Ftp, Sshd, Verdict};
use countersign_tests::{Deadline, Process, Session};

use crate::error::Result;

/// An application of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Application {
    /// FileZilla, against a real FTP server.
    FileZilla,
    /// lxqt-openssh-askpass, for a real ssh against a real sshd.
    Askpass,
    /// ssh in xterm, against that sshd.
    Terminal,
}

impl Application {
    /// In the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::FileZilla, Self::Askpass, Self::Terminal];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FileZilla => "FileZilla",
            Self::Askpass => "lxqt-openssh-askpass",
            Self::Terminal => "ssh in xterm",
        }
    }

    /// What it is made with.
    pub fn toolkit(self) -> &'static str {
        match self {
            Self::FileZilla => "wxGTK",
            Self::Askpass => "Qt 5",
            Self::Terminal => "terminal",
        }
    }

    /// The shipped template for it.
    pub fn template(self) -> &'static str {
        match self {
            Self::FileZilla => "org.filezilla-project.FileZilla",
            Self::Askpass => "org.lxqt.openssh-askpass",
            Self::Terminal => "org.openssh.ssh",
        }
    }
}

/// The counterparts.
#[derive(Debug)]
pub struct Stage {
    /// For ssh.
    pub sshd: Sshd,
    /// For FileZilla.
    pub ftp: Ftp,
}

impl Stage {
    /// Starts an application; it ends when the value is dropped.
    pub fn start(&self, session: &Session, application: Application) -> Result<Process> {
        Ok(match application {
            Application::FileZilla => FileZilla::start(session, &self.ftp)?.process,
            Application::Askpass => AskpassSsh::start(session, &self.sshd)?.process,
            Application::Terminal => TerminalSsh::start(session, &self.sshd)?.process,
        })
    }

    /// The fields that are no secret, as the command line takes them.
    pub fn plain_fields(&self, application: Application) -> Vec<String> {
        let host = match application {
            Application::FileZilla => format!("host=127.0.0.1:{}", self.ftp.port()),
            Application::Askpass | Application::Terminal => "host=127.0.0.1".to_owned(),
        };
        let mut fields = vec!["username=demo".to_owned(), host];
        if application == Application::Terminal {
            fields.push(format!("port={}", self.sshd.port()));
        }
        fields
    }

    /// What the counterpart decides next.
    pub fn verdict(&mut self, application: Application, deadline: Deadline) -> Result<Verdict> {
        Ok(match application {
            Application::FileZilla => self.ftp.verdict(deadline)?,
            Application::Askpass | Application::Terminal => self.sshd.verdict(deadline)?,
        })
    }
}
