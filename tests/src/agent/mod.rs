//! The agent of this tree and its command line, in a session, as the ordinary user.

mod answer;
mod command_line;
mod explained;
mod fragments;
mod organisation;
mod package;
mod programs;
mod secrets;

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

pub use answer::Answer;
pub use command_line::CommandLine;
pub use explained::{Explained, decision};
pub use fragments::{Found, Fragments, Secret};
pub use organisation::{Organisation, ROOT_PHRASE, line_of_words};
pub use package::{LEDGER, Package};
pub use programs::Programs;
pub use secrets::{Needles, PASSPHRASE, PASSWORD, SETTINGS};

use crate::{Deadline, LabError, Process, Result, Session};

/// From the package `faketime`, which `cargo xtask setup` installs.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
/// Nothing the agent does takes longer; a machine under load may need most of it.
pub const PATIENCE: u64 = 30;

/// A running agent and its command line. Dropping it ends the agent.
#[derive(Debug)]
pub struct Agent<'a> {
    session: &'a Session,
    process: Process,
    command_line: CommandLine<'a>,
}

/// How an agent is started.
#[derive(Debug, Default, Clone)]
pub struct Start {
    environment: Vec<(String, String)>,
    without: Vec<String>,
    through: Vec<String>,
}

impl Start {
    /// In the session as it is.
    #[must_use]
    pub fn usual() -> Self {
        Self::default()
    }

    /// With a variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a variable of the session missing.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.without.push(name.to_owned());
        self
    }

    /// With the wall clock moved by so much, such as `+500d`; the steady clock and the times of files stay. By way of `env`: Debian's
    /// `libfaketime` must not be loaded before the session's user is the one it is loaded for.
    #[must_use]
    pub fn moved(by: &str) -> Self {
        let (library, by) = (format!("LD_PRELOAD={FAKETIME}"), format!("FAKETIME={by}"));
        Self::usual().through(&["env", &library, &by, "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"])
    }

    /// By way of a program that becomes the agent: these words, then the agent's.
    #[must_use]
    pub fn through(mut self, words: &[&str]) -> Self {
        self.through.extend(words.iter().map(|&word| word.to_owned()));
        self
    }

    fn command(&self, session: &Session, package: &Package<'_>) -> Result<Command> {
        let agent = Programs::built()?.agent().display().to_string();
        let mut words = self.through.iter().cloned().chain([agent]);
        let mut command = session.command(words.next().unwrap_or_default());
        command.args(words).arg("--package-dir").arg(package.folder());
        command.envs(self.environment.iter().cloned());
        for name in &self.without {
            command.env_remove(name);
        }
        Ok(command)
    }
}

impl<'a> Agent<'a> {
    /// Starts the agent and waits until it answers.
    pub fn start(session: &'a Session, package: &Package<'_>) -> Result<Self> {
        Self::start_as(session, package, &Start::usual())
    }

    /// Starts the agent in some other way and waits until it answers.
    pub fn start_as(session: &'a Session, package: &Package<'_>, start: &Start) -> Result<Self> {
        let mut command = start.command(session, package)?;
        // It closes its stores, which takes as long as the disk does.
        let process = Process::start("countersign-agent", &mut command, &session.log("agent"))?
            .ends_within(Duration::from_secs(PATIENCE));
        let mut agent = Self {
            session,
            process,
            command_line: CommandLine::of(session, start)?,
        };
        let deadline = Deadline::seconds(PATIENCE);
        loop {
            if agent.session.runtime().join("countersign/agent.sock").exists()
                && agent.command_line.run(&["status"], &[])?.code == 0
            {
                return Ok(agent);
            }
            if let Some(status) = agent.process.ended() {
                return Err(LabError::Ended {
                    program: "countersign-agent".to_owned(),
                    status: status.to_string(),
                    log: agent.process.said(),
                });
            }
            if deadline.is_over() {
                return Err(deadline.late("the agent's first answer", &agent.process.said()));
            }
            deadline.pause();
        }
    }

    /// Starts an agent that is expected to end by itself: how it ended, and what it said.
    pub fn refused(session: &Session, package: &Package<'_>, start: &Start) -> Result<(ExitStatus, String)> {
        let mut command = start.command(session, package)?;
        let mut process = Process::start("countersign-agent", &mut command, &session.log("refused"))?;
        let status = process.wait(Deadline::seconds(PATIENCE))?;
        Ok((status, process.said()))
    }

    /// Makes the vault with [`PASSWORD`] and [`PASSPHRASE`].
    pub fn enrolled(self) -> Result<Self> {
        self.command_line.done(&["enroll"], &[PASSWORD, PASSPHRASE])?;
        Ok(self)
    }

    /// The same while the repository cannot be reached.
    pub fn enrolled_unseen(self) -> Result<Self> {
        self.command_line
            .done(&["enroll", "--unseen"], &[PASSWORD, PASSPHRASE])?;
        Ok(self)
    }

    /// The command line.
    #[must_use]
    pub fn command_line(&self) -> &CommandLine<'a> {
        &self.command_line
    }

    /// Runs the command line; secrets go by standard input, one a line.
    pub fn run(&self, words: &[&str], secrets: &[&str]) -> Result<Answer> {
        self.command_line.run(words, secrets)
    }

    /// Runs the command line, which must succeed.
    pub fn done(&self, words: &[&str], secrets: &[&str]) -> Result<Answer> {
        self.command_line.done(words, secrets)
    }

    /// What a command prints as JSON under `key`; it must succeed.
    pub fn json(&self, words: &[&str], key: &str) -> Result<serde_json::Value> {
        self.command_line.done(words, &[])?.json(key)
    }

    /// The agent's process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process, to end it or to see that it runs.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// What it wrote to standard error.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        state(self.session)
    }
}

/// Where the agent of a session keeps its state.
#[must_use]
pub fn state(session: &Session) -> PathBuf {
    session.state_home().join("countersign")
}

/// Where it looks for the repository's templates.
#[must_use]
pub fn repository_templates(session: &Session) -> PathBuf {
    session.data_home().join("countersign/repository/config/team/templates")
}
