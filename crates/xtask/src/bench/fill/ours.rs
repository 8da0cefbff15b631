//! Ours: the agent of this tree, built for release, with one template for controls and one for keys of each toolkit.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use countersign_tests::{Deadline, LabError, Process, Session};

use super::form::{Attempt, PASSWORD, USER, start_error};
use super::toolkit::{TOOLKITS, Ways};
use crate::bench::BenchError;

/// The title of the form that is filled by controls.
pub const CONTROLS: &str = "Acme Login (controls)";
/// The title of the form that is filled by keys.
pub const KEYS: &str = "Acme Login (keys)";

/// Many fills of one form in a short time are what loop protection is there to stop: it is set as wide as it goes.
const SETTINGS: &str = "[loop]\nfills = 20\ngrace_seconds = 5\n\n[unlock]\nkdf_memory_mib = 64\n";
const VAULT_PASSWORD: &str = "bench-vault-Zq97xWu";
const VAULT_PASSPHRASE: &str = "walrus tungsten october parsnip violin";

/// A running agent, unlocked, with a logon for each template.
#[derive(Debug)]
pub struct Ours {
    process: Process,
    command_line: PathBuf,
}

impl Ours {
    /// Starts the agent, enrols, and stores the logons.
    pub fn start(session: &Session) -> Result<Self, BenchError> {
        let [agent, command_line] = programs()?;
        let package = session.folder().join("package");
        session.write(&package.join("settings.toml"), SETTINGS)?;
        let submit = "submit = { role = \"push-button\", name = \"OK\" }";
        let mut logons = Vec::new();
        for toolkit in &TOOLKITS {
            toolkit.prepare(session)?;
            for (name, title, respond) in [
                ("controls", CONTROLS, format!("method = \"controls\"\n{submit}")),
                ("keys", KEYS, "method = \"keys\"".to_owned()),
            ] {
                if name == "controls" && toolkit.ways != Ways::All {
                    continue;
                }
                let id = format!("bench.{}.{name}", toolkit.id);
                let template = toolkit.template(session, &id, title, &respond);
                session.write(&package.join(format!("templates/{id}.toml")), &template)?;
                logons.push((id, toolkit.ways));
            }
        }
        let mut command = session.command(&agent);
        command.arg("--package-dir").arg(&package);
        let mut process = Process::start("countersign-agent", &mut command, &session.log("agent"))?;
        let socket = session.runtime().join("countersign/agent.sock");
        let deadline = Deadline::seconds(20);
        while !socket.exists() {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("the agent's socket", &process.said()).into());
            }
            deadline.pause();
        }
        ask(session, &command_line, &["enroll"], &[VAULT_PASSWORD, VAULT_PASSPHRASE])?;
        let user = format!("username={USER}");
        for (id, ways) in &logons {
            let mut words = vec!["logon", "add", id];
            if *ways != Ways::TypedPassword {
                words.extend(["--set", &user]);
            }
            ask(session, &command_line, &words, &[PASSWORD])?;
        }
        Ok(Self { process, command_line })
    }

    /// An attempt that went wrong says what the agent has to say of it.
    pub fn explained(&self, session: &Session, attempt: Attempt) -> Attempt {
        let Attempt::Wrong(how) = attempt else { return attempt };
        let asked = session.command(&self.command_line).arg("why").output();
        let why = asked.map_or_else(
            |error| error.to_string(),
            |said| String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned(),
        );
        Attempt::Wrong(format!("{how}\n{why}\n{}", self.process.said()))
    }
}

/// The agent and the command line, beside this program.
fn programs() -> Result<[PathBuf; 2], BenchError> {
    let own = std::env::current_exe().map_err(start_error("countersign-agent"))?;
    let folder = own.parent().unwrap_or(Path::new("/"));
    Ok(["countersign-agent", "countersign"].map(|name| folder.join(name)))
}

/// Runs the command line; secrets go by standard input, one a line.
fn ask(session: &Session, command_line: &Path, words: &[&str], secrets: &[&str]) -> Result<(), BenchError> {
    let mut command = session.command(command_line);
    command
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start_error("countersign"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may refuse before it has read everything: what it says then tells more than a broken pipe.
        let _refused_early = secrets.iter().try_for_each(|secret| writeln!(stdin, "{secret}"));
    }
    let answer = child.wait_with_output().map_err(start_error("countersign"))?;
    if answer.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
    let program = format!("countersign {}", words.first().copied().unwrap_or_default());
    Err(LabError::Tool { program, message }.into())
}
