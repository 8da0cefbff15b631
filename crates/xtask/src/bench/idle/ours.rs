//! Ours: the agent of this tree, with a repository of templates, unlocked.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign_tests::agent::repository_templates;
use countersign_tests::{Deadline, LabError, Process, Session};
use serde_json::Value;

use super::templates::template;
use crate::bench::{BenchError, clock};

const SETTINGS: &str = "[unlock]\nkdf_memory_mib = 64\n";
const PASSWORD: &str = "bench-vault-Zq97xWu";
const PASSPHRASE: &str = "walrus tungsten october parsnip violin";
/// Ten thousand templates take a while to write and to read on a machine under load.
const PATIENCE: u64 = 120;

/// A running agent, unlocked.
#[derive(Debug)]
pub struct Ours<'a> {
    session: &'a Session,
    process: Process,
}

impl<'a> Ours<'a> {
    /// Stores the logons, puts the templates into the repository, and starts the agent on both.
    pub fn start(session: &'a Session, templates: usize, logons: usize) -> Result<Self, BenchError> {
        let package = session.folder().join("package");
        session.write(&package.join("settings.toml"), SETTINGS)?;
        let folder = repository_templates(session);
        let write = |number: usize| session.write(&folder.join(format!("{number}.toml")), &template(number));
        write(1)?;
        let agent = Self::run(session, &package)?;
        agent.ask(&["enroll"], &[PASSWORD, PASSPHRASE])?;
        agent.wait("the first template", |status| templates_in(status) == 1)?;
        for number in 1..=logons {
            let (name, user) = (format!("Application {number}"), format!("username=user{number}"));
            let words = ["logon", "add", "bench.application-1", "--name", &name, "--set", &user];
            agent.ask(&words, &[&format!("Secret-{number}-Zq97xWu")])?;
        }
        drop(agent);
        for number in 2..=templates {
            write(number)?;
        }
        // Once to take the templates in, once as on any other day.
        let agent = Self::run(session, &package)?;
        agent.wait("the templates", |status| templates_in(status) == count(templates))?;
        drop(agent);
        let agent = Self::run(session, &package)?;
        agent.ask(&["unlock"], &[PASSWORD])?;
        agent.wait("an exchange with the repository", |status| {
            status
                .pointer("/repository/synced")
                .is_some_and(|synced| !synced.is_null())
                && templates_in(status) == count(templates)
        })?;
        Ok(agent)
    }

    fn run(session: &'a Session, package: &Path) -> Result<Self, BenchError> {
        let socket = session.runtime().join("countersign/agent.sock");
        let _of_an_earlier_one = std::fs::remove_file(&socket);
        let mut command = session.command(program("countersign-agent")?);
        command.arg("--package-dir").arg(package);
        let process = Process::start("countersign-agent", &mut command, &session.log("agent"))?;
        let mut agent = Self { session, process };
        let deadline = Deadline::seconds(PATIENCE);
        while !socket.exists() || agent.ask(&["status"], &[]).is_err() {
            agent.process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("the agent's first answer", &agent.process.said()).into());
            }
            deadline.pause();
        }
        Ok(agent)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether everything is in force that was to be.
    pub fn check(&self, templates: usize, logons: usize) -> Result<(), BenchError> {
        let status = self.status()?;
        let found = (templates_in(&status), status.get("logons").and_then(Value::as_u64));
        if found == (count(templates), Some(count(logons))) {
            return Ok(());
        }
        Err(BenchError::NotReady {
            who: "ours",
            why: format!("{} templates and {:?} logons", found.0, found.1),
        })
    }

    /// Waits until the repository has everything.
    pub fn settle(&self) -> Result<(), BenchError> {
        self.wait("the end of the exchange", |status| {
            status.pointer("/repository/waiting").and_then(Value::as_u64) == Some(0)
        })
    }

    fn wait(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Result<(), BenchError> {
        let deadline = Deadline::seconds(PATIENCE);
        loop {
            let status = self.status()?;
            if holds(&status) {
                return Ok(());
            }
            if deadline.is_over() {
                return Err(deadline.late(what, &status.to_string()).into());
            }
            clock::rest(std::time::Duration::from_millis(200));
        }
    }

    fn status(&self) -> Result<Value, BenchError> {
        let text = self.ask(&["status", "--json"], &[])?;
        let mut whole: Value = serde_json::from_str(&text).map_err(|error| BenchError::NotReady {
            who: "ours",
            why: error.to_string(),
        })?;
        Ok(whole.get_mut("status").map(Value::take).unwrap_or_default())
    }

    /// Runs the command line; secrets go by standard input, one a line.
    fn ask(&self, words: &[&str], secrets: &[&str]) -> Result<String, BenchError> {
        let failed = |source| {
            BenchError::from(LabError::Start {
                program: "countersign".to_owned(),
                source,
            })
        };
        let mut command: Command = self.session.command(program("countersign")?);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may refuse before it has read everything: what it says then tells more than a broken pipe.
            let _refused_early = secrets.iter().try_for_each(|secret| writeln!(stdin, "{secret}"));
        }
        let answer = child.wait_with_output().map_err(failed)?;
        if answer.status.success() {
            return Ok(String::from_utf8_lossy(&answer.stdout).into_owned());
        }
        let message = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
        let program = format!("countersign {}", words.first().copied().unwrap_or_default());
        Err(LabError::Tool { program, message }.into())
    }
}

fn templates_in(status: &Value) -> u64 {
    let counted = status.pointer("/templates/unsigned").and_then(Value::as_u64);
    counted.unwrap_or_default()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A program of this tree, beside this one.
fn program(name: &str) -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(|source| BenchError::File {
        path: "xtask".into(),
        source,
    })?;
    Ok(own.parent().unwrap_or(Path::new("/")).join(name))
}
