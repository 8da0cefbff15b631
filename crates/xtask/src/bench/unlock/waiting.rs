//! A form that is there before the vault is open.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use countersign_tests::{Deadline, LabError, Process, Session};
use serde_json::Value;

use crate::bench::{BenchError, clock};

const TEMPLATE: &str = r#"schema = 1
id = "bench.waiting"
name = "bench waiting"

[logon]
fields = ["username", "password"]

[[form]]
kind = "logon"

[form.window]
executable = ["/usr/bin/zenity"]
title = "Waiting Login"

[form.bind]
username = { role = "text" }
password = { role = "password-text" }

[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;
const USER: &str = "demo.user-0042";
const STORED: &str = "Gr8!plum_Kite#27,wet";
const VAULT_PASSWORD: &str = "bench-vault-Zq97xWu";
const VAULT_PASSPHRASE: &str = "walrus tungsten october parsnip violin";
const PATIENCE: u64 = 30;

/// A running agent with a logon for the form.
#[derive(Debug)]
pub struct Waiting<'a> {
    session: &'a Session,
    // Held for its end.
    _process: Process,
}

impl<'a> Waiting<'a> {
    /// Starts the agent with a fresh vault whose password costs `memory` MiB.
    pub fn start(session: &'a Session, memory: u32) -> Result<Self, BenchError> {
        for folder in [session.state_home(), session.data_home(), session.runtime().to_owned()] {
            let _of_an_earlier_one = std::fs::remove_dir_all(folder.join("countersign"));
        }
        let package = session.folder().join("package");
        let settings = format!("[loop]\nfills = 20\ngrace_seconds = 5\n\n[unlock]\nkdf_memory_mib = {memory}\n");
        session.write(&package.join("settings.toml"), &settings)?;
        session.write(&package.join("templates/bench.waiting.toml"), TEMPLATE)?;
        let mut command = session.command(program("countersign-agent")?);
        command.arg("--package-dir").arg(&package);
        let mut process = Process::start("countersign-agent", &mut command, &session.log("agent"))?;
        let socket = session.runtime().join("countersign/agent.sock");
        let deadline = Deadline::seconds(PATIENCE);
        while !socket.exists() {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("the agent's socket", &process.said()).into());
            }
            deadline.pause();
        }
        let ours = Self {
            session,
            _process: process,
        };
        ours.ask(&["enroll"], &[VAULT_PASSWORD, VAULT_PASSPHRASE])?;
        let user = format!("username={USER}");
        ours.ask(&["logon", "add", "bench.waiting", "--set", &user], &[STORED])?;
        Ok(ours)
    }

    /// Locks, shows the form, waits until the agent waits too, unlocks: the time from the start of `countersign unlock` to the form's
    /// own output, which must be right.
    pub fn attempt(&self) -> Result<Duration, BenchError> {
        self.ask(&["lock"], &[])?;
        let held = self.held()?;
        let mut command = self.session.command("sh");
        let script = "zenity --password --username --title='Waiting Login'; exit $?";
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut form = Process::adopt("zenity", &mut command)?;
        let stdout = form.child().stdout.take();
        let deadline = Deadline::seconds(PATIENCE);
        while self.held()? == held {
            if deadline.is_over() {
                return Err(deadline.late("the agent's noticing the form", "").into());
            }
            deadline.pause();
        }
        let begun = clock::now();
        let mut unlocking = self.begin(&["unlock"], &[VAULT_PASSWORD])?;
        let mut said = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut said).map_err(start)?;
        }
        let time = clock::now().saturating_duration_since(begun);
        unlocking.wait().map_err(start)?;
        form.wait(Deadline::seconds(PATIENCE))?;
        if said.trim_end() != format!("{USER}|{STORED}") {
            return Err(BenchError::Wrong {
                who: "ours",
                why: format!("the form said {said:?}"),
            });
        }
        Ok(time)
    }

    /// How many forms were held because the vault was locked.
    fn held(&self) -> Result<usize, BenchError> {
        let text = self.ask(&["why", "--limit", "1000", "--json"], &[])?;
        let whole: Value = serde_json::from_str(&text).map_err(|error| start(error.into()))?;
        let all = whole.get("explanations").and_then(Value::as_array);
        let locked = all
            .into_iter()
            .flatten()
            .filter(|one| one.get("decision") == Some(&"locked".into()));
        Ok(locked.count())
    }

    fn begin(&self, words: &[&str], secrets: &[&str]) -> Result<std::process::Child, BenchError> {
        let mut command = self.session.command(program("countersign")?);
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may refuse before it has read everything: what it says then tells more than a broken pipe.
            let _refused_early = secrets.iter().try_for_each(|secret| writeln!(stdin, "{secret}"));
        }
        Ok(child)
    }

    /// Runs the command line; secrets go by standard input, one a line.
    fn ask(&self, words: &[&str], secrets: &[&str]) -> Result<String, BenchError> {
        let answer = self.begin(words, secrets)?.wait_with_output().map_err(start)?;
        if answer.status.success() {
            return Ok(String::from_utf8_lossy(&answer.stdout).into_owned());
        }
        let message = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
        let program = format!("countersign {}", words.first().copied().unwrap_or_default());
        Err(LabError::Tool { program, message }.into())
    }
}

/// A program of this tree, beside this one.
fn program(name: &str) -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(start)?;
    Ok(own.parent().unwrap_or(Path::new("/")).join(name))
}

fn start(source: std::io::Error) -> BenchError {
    LabError::Start {
        program: "countersign".to_owned(),
        source,
    }
    .into()
}
