use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::agent::{Answer, Programs, Start};
use crate::{LabError, Result, Session};

/// `countersign`, run as the session's user.
#[derive(Debug, Clone)]
pub struct CommandLine<'a> {
    session: &'a Session,
    start: Start,
    program: std::path::PathBuf,
    shown: Option<String>,
}

impl<'a> CommandLine<'a> {
    /// In the same environment as an agent started by `start`.
    pub fn of(session: &'a Session, start: &Start) -> Result<Self> {
        Ok(Self {
            session,
            start: start.clone(),
            program: Programs::built()?.command_line(),
            shown: None,
        })
    }

    /// Each command shows a directory this password before anything else is typed.
    #[must_use]
    pub fn showing(mut self, password: &str) -> Self {
        self.shown = Some(password.to_owned());
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.session.command(&self.program);
        command.args(words).envs(self.start.environment.iter().cloned());
        for name in &self.start.without {
            command.env_remove(name);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it and hands it over with its streams open.
    pub fn spawn(&self, words: &[&str]) -> Result<Child> {
        self.command(words).spawn().map_err(start)
    }

    /// Runs it; secrets go by standard input, one a line.
    pub fn run(&self, words: &[&str], secrets: &[&str]) -> Result<Answer> {
        let mut child = self.spawn(words)?;
        if let Some(mut input) = child.stdin.take() {
            // It may refuse before it has read everything: what it says then is more telling than a broken pipe.
            let mut typed = self.shown.as_deref().into_iter().chain(secrets.iter().copied());
            let _refused_early = typed.try_for_each(|secret| writeln!(input, "{secret}"));
        }
        let output = child.wait_with_output().map_err(start)?;
        Ok(Answer {
            command: words.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it; it must succeed.
    pub fn done(&self, words: &[&str], secrets: &[&str]) -> Result<Answer> {
        let answer = self.run(words, secrets)?;
        match answer.code {
            0 => Ok(answer),
            _ => Err(answer.wrong("it failed")),
        }
    }
}

fn start(source: std::io::Error) -> LabError {
    LabError::Start {
        program: "countersign".to_owned(),
        source,
    }
}
