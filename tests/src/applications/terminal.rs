//! Programs that ask in an xterm, and what they ask for.

use std::path::PathBuf;

use crate::account::{LAB_NAME, lab_password};
use crate::applications::TerminalSsh;
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{Kdc, Postgres, Sshd, Verdict};
use crate::{Deadline, Process, Result, Session, process};

/// With what means something to shells, to programs that type, and on other keyboards.
const PASSWORD: &str = "w0rd {TAB}|\"'\\%~^";

pub(super) const SSH: Trial = Trial {
    application: "ssh in xterm",
    toolkit: "terminal",
    template: "org.openssh.ssh",
    weight: Weight::Quick,
    stage: |session| {
        Ok(Box::new(Ssh {
            server: Sshd::start(session)?,
            password: lab_password()?,
            terminal: None,
        }))
    },
};

pub(super) const PSQL: Trial = Trial {
    application: "psql in xterm",
    toolkit: "terminal",
    template: "org.postgresql.psql",
    weight: Weight::Big,
    stage: |session| {
        let mut server = Postgres::start(session, PASSWORD)?;
        let port = server.port().to_string();
        Ok(Box::new(InTerminal {
            fields: fields(&[("username", LAB_NAME), ("host", "127.0.0.1"), ("port", &port)]),
            words: words(&["psql", "-h", "127.0.0.1", "-p", &port, "-U", LAB_NAME, "postgres"]),
            environment: Vec::new(),
            proof: Box::new(move |deadline| server.verdict(deadline)),
            terminal: None,
        }))
    },
};

pub(super) const KINIT: Trial = Trial {
    application: "kinit in xterm",
    toolkit: "terminal",
    template: "edu.mit.kerberos.kinit",
    weight: Weight::Quick,
    stage: |session| {
        let mut server = Kdc::start(session, PASSWORD)?;
        Ok(Box::new(InTerminal {
            fields: fields(&[("principal", server.principal())]),
            words: words(&["kinit", server.principal()]),
            environment: server.environment(),
            proof: Box::new(move |deadline| server.verdict(deadline)),
            terminal: None,
        }))
    },
};

pub(super) const UNZIP: Trial = Trial {
    application: "unzip in xterm",
    toolkit: "terminal",
    template: "org.info-zip.unzip",
    weight: Weight::Quick,
    stage: |session| {
        let (archive, content) = (archive(session)?, session.home().join("unpacked/letter.txt"));
        let (name, folder) = (
            archive.display().to_string(),
            session.home().join("unpacked").display().to_string(),
        );
        Ok(Box::new(InTerminal {
            fields: fields(&[("archive", &name)]),
            words: words(&["unzip", &name, "-d", &folder]),
            environment: Vec::new(),
            proof: Box::new(move |deadline| {
                let unpacked = || process::read_lossy(&content).contains(LETTER).then_some(());
                deadline.wait_for("unzip's decrypted file", unpacked)?;
                Ok(Verdict::Accepted(format!("unpacked {}: {LETTER}", content.display())))
            }),
            terminal: None,
        }))
    },
};

/// What only he can read who has the password.
const LETTER: &str = "A letter of the laboratory.";

fn archive(session: &Session) -> Result<PathBuf> {
    let (letter, archive) = (session.home().join("letter.txt"), session.home().join("letter.zip"));
    session.write(&letter, LETTER)?;
    let mut pack = session.command("zip");
    pack.args(["--quiet", "--password", PASSWORD])
        .arg(&archive)
        .arg("letter.txt");
    process::output(&mut pack)?;
    Ok(archive)
}

fn fields(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

struct Ssh {
    server: Sshd,
    password: String,
    terminal: Option<TerminalSsh>,
}

impl Stage for Ssh {
    fn fields(&self) -> Vec<String> {
        let port = self.server.port().to_string();
        fields(&[("username", LAB_NAME), ("host", "127.0.0.1"), ("port", &port)])
    }

    fn secret(&self) -> &str {
        &self.password
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        self.terminal = Some(TerminalSsh::start(session, &self.server)?);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        self.server.verdict(deadline)
    }
}

/// Any other program.
struct InTerminal {
    fields: Vec<String>,
    words: Vec<String>,
    environment: Vec<(String, String)>,
    proof: Box<dyn FnMut(Deadline) -> Result<Verdict>>,
    terminal: Option<Process>,
}

impl Stage for InTerminal {
    fn fields(&self) -> Vec<String> {
        self.fields.clone()
    }

    fn secret(&self) -> &str {
        PASSWORD
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let mut command = session.command("xterm");
        command.envs(self.environment.iter().cloned());
        command.arg("-e").args(&self.words);
        self.terminal = Some(Process::start("xterm", &mut command, &session.log("xterm"))?);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        (self.proof)(deadline)
    }
}
