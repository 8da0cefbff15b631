//! `ssh` without a terminal, which asks for the password through a program of the user's choice.

use std::process::Command;

use crate::account::{LAB_NAME, lab_password};
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{Sshd, Verdict};
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
        Self::through(session, server, "/usr/bin/lxqt-openssh-askpass", |_| {})
    }

    /// The same through another program, in an environment that `prepare` completes.
    pub fn through(
        session: &Session,
        server: &Sshd,
        askpass: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let mut command = session.command("ssh");
        command.env("SSH_ASKPASS", askpass).env("SSH_ASKPASS_REQUIRE", "force");
        prepare(&mut command);
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

pub(super) const LXQT: Trial = Trial {
    application: "lxqt-openssh-askpass",
    toolkit: "Qt 5",
    template: "org.lxqt.openssh-askpass",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/lxqt-openssh-askpass", Told::WhereTo),
};

pub(super) const GNOME: Trial = Trial {
    application: "gnome-ssh-askpass",
    toolkit: "GTK 3",
    template: "org.openssh.gnome-ssh-askpass",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/lib/openssh/gnome-ssh-askpass", Told::WhereTo),
};

pub(super) const KDE: Trial = Trial {
    application: "ksshaskpass",
    toolkit: "Qt 5 (KDE)",
    template: "org.kde.ksshaskpass",
    weight: Weight::Big,
    stage: |session| {
        // Without this its first question is which wallet to make.
        let wallet = session.config_home().join("kwalletrc");
        session.write(&wallet, "[Wallet]\nEnabled=false\nFirst Use=false\n")?;
        stage(session, "/usr/bin/ksshaskpass", Told::WhereTo)
    },
};

pub(super) const FULLSCREEN: Trial = Trial {
    application: "ssh-askpass-fullscreen",
    toolkit: "GTK 2",
    template: "com.github.atj.ssh-askpass-fullscreen",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/ssh-askpass-fullscreen", Told::WhereTo),
};

pub(super) const QT_CREATOR: Trial = Trial {
    application: "qtc-askpass (Qt Creator)",
    toolkit: "Qt 6",
    template: "io.qt.qtcreator.askpass",
    weight: Weight::Big,
    stage: |session| stage(session, "/usr/libexec/qtcreator/qtc-askpass", Told::WhereTo),
};

pub(super) const X11: Trial = Trial {
    application: "x11-ssh-askpass",
    toolkit: "Xt",
    template: "com.jmknoble.x11-ssh-askpass",
    weight: Weight::Quick,
    stage: |session| {
        // It holds the keyboard for itself, and nobody else's keys reach it, unless its resources say otherwise.
        let resources = session.home().join("askpass.resources");
        session.write(&resources, "SshAskpass*grabKeyboard: false\n")?;
        stage(session, "/usr/libexec/ssh-askpass/x11-ssh-askpass", Told::Nothing)
    },
};

/// What the window of an asking program says to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// User and host.
    WhereTo,
    /// Nothing.
    Nothing,
}

struct Askpass {
    server: Sshd,
    program: &'static str,
    told: Told,
    password: String,
    ssh: Option<AskpassSsh>,
}

fn stage(session: &Session, program: &'static str, told: Told) -> Result<Box<dyn Stage>> {
    Ok(Box::new(Askpass {
        server: Sshd::start(session)?,
        program,
        told,
        password: lab_password()?,
        ssh: None,
    }))
}

impl Stage for Askpass {
    fn fields(&self) -> Vec<String> {
        match self.told {
            Told::WhereTo => vec![format!("username={LAB_NAME}"), "host=127.0.0.1".to_owned()],
            Told::Nothing => Vec::new(),
        }
    }

    fn secret(&self) -> &str {
        &self.password
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let resources = session.home().join("askpass.resources");
        let ssh = AskpassSsh::through(session, &self.server, self.program, |command| {
            command.env("XENVIRONMENT", resources);
        })?;
        self.ssh = Some(ssh);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        self.server.verdict(deadline)
    }
}
