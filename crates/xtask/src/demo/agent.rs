//! The agent of this tree, and its command line as a person would use it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use countersign_tests::{Deadline, Process, Session};
use serde_json::Value;

use crate::compile;
use crate::demo::directory::Directory;
use crate::demo::secrets::Secrets;
use crate::demo::stage::Application;
use crate::error::{Error, Result};

/// How much the agent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// As usual.
    Usual,
    /// Everything.
    Trace,
}

/// A running agent.
#[derive(Debug)]
pub struct Agent<'a> {
    session: &'a Session,
    process: Process,
    command_line: PathBuf,
}

impl<'a> Agent<'a> {
    /// Starts it as the ordinary user and waits for its socket.
    pub fn start(
        session: &'a Session,
        programs: &Path,
        (package, environment): (&Path, &[(String, String)]),
        voice: Voice,
    ) -> Result<Self> {
        let mut command = session.command(compile::agent(programs));
        command.arg("--package-dir").arg(package);
        command.envs(environment.iter().cloned());
        command.env("RUST_LOG", if voice == Voice::Trace { "trace" } else { "info" });
        let mut process = Process::start("countersign-agent", &mut command, &session.log("agent"))?;
        let socket = session.runtime().join("countersign/agent.sock");
        let deadline = Deadline::seconds(20);
        while !socket.exists() {
            if let Err(error) = process.must_run() {
                eprintln!("{}", process.said());
                return Err(error.into());
            }
            if deadline.is_over() {
                return Err(deadline.late("the agent's socket", "").into());
            }
            deadline.pause();
        }
        Ok(Self {
            session,
            process,
            command_line: compile::command_line(programs),
        })
    }

    /// First-time use.
    pub fn enrol(&self, secrets: &Secrets) -> Result<()> {
        println!("── first-time use: countersign enroll");
        self.ask(&["enroll"], &[&secrets.primary, &secrets.passphrase])
            .map(drop)
    }

    /// First-time use in an organisation: its root is pinned by the six words, and the directory's password opens the vault.
    pub fn enrol_at(&self, directory: &Directory, secrets: &Secrets) -> Result<()> {
        println!("── first-time use: countersign trust pin, countersign enroll");
        if directory.wants_password() {
            self.ask(&["directory", "login"], &[&secrets.primary])?;
        }
        self.ask(&["refresh"], &[])?;
        self.ask(&["trust", "pin"], &[directory.words()])?;
        self.ask(&["refresh"], &[])?;
        self.ask(
            &["enroll", "--primary", "directory"],
            &[&secrets.primary, &secrets.passphrase],
        )
        .map(drop)
    }

    /// Stores a logon for an application.
    pub fn store(&self, application: Application, plain: &[String], password: &str) -> Result<()> {
        let mut words = vec!["logon", "add", application.template()];
        words.extend(plain.iter().flat_map(|field| ["--set", field]));
        self.ask(&words, &[password]).map(drop)
    }

    /// Changes the stored password of an application.
    pub fn change(&self, application: Application, password: &str) -> Result<()> {
        self.ask(&["logon", "edit", application.template()], &[password])
            .map(drop)
    }

    /// The agent's explanations, newest last.
    pub fn explanations(&self) -> Result<Vec<Value>> {
        let answer = self.ask_json(&["why", "--limit", "1000", "--json"])?;
        let list = answer.get("explanations").and_then(Value::as_array).cloned();
        list.ok_or_else(|| Error::Answer {
            what: "`countersign why --json`",
            found: answer.to_string(),
        })
    }

    /// Shows a person what the agent thought, when something did not go as it should.
    pub fn complain(&self) {
        eprintln!("── countersign why");
        eprintln!(
            "{}",
            self.ask(&["why", "--limit", "40"], &[])
                .unwrap_or_else(|error| error.to_string())
        );
        eprintln!("── what the agent said\n{}", self.process.said());
    }

    pub fn ask_json(&self, words: &[&str]) -> Result<Value> {
        let text = self.ask(words, &[])?;
        serde_json::from_str(&text).map_err(|_| Error::Answer {
            what: "the command line's JSON",
            found: text,
        })
    }

    /// Runs the command line; secrets go by standard input, one a line.
    pub fn ask(&self, words: &[&str], secrets: &[&str]) -> Result<String> {
        let named = format!(
            "countersign {}",
            words.iter().take(2).copied().collect::<Vec<_>>().join(" ")
        );
        let start = |source| Error::Start {
            program: named.clone(),
            source,
        };
        let mut command = self.session.command(&self.command_line);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        if let Some(mut input) = child.stdin.take() {
            // It may refuse before it has read everything: what it says then is more telling than a broken pipe.
            let _refused_early = secrets.iter().try_for_each(|secret| writeln!(input, "{secret}"));
        }
        let answer = child.wait_with_output().map_err(start)?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        if answer.status.success() {
            return Ok(text);
        }
        eprintln!("{}", String::from_utf8_lossy(&answer.stderr).trim_end());
        eprintln!("── what the agent said\n{}", self.process.said());
        Err(Error::Step(named))
    }
}
