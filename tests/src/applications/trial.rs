//! A real application, its shipped template, its real counterpart, and the agent that logs on to it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::agent::{Agent, Explained, Package, decision};
use crate::servers::Verdict;
use crate::{Deadline, LabError, Result, Session};

/// A program that has to be started first may be slow: a browser, a virtual machine.
const PATIENCE: u64 = 60;

/// How much has to be installed for an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Little: its test always runs.
    Quick,
    /// Much: it is tried by `cargo xtask lab` and `cargo xtask test --all`.
    Big,
}

/// An application that asks for a logon, and what it is logged on to.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// What people call it.
    pub application: &'static str,
    /// What it is made with.
    pub toolkit: &'static str,
    /// The shipped template for it.
    pub template: &'static str,
    /// How much has to be installed.
    pub weight: Weight,
    /// Starts the counterpart.
    pub stage: fn(&Session) -> Result<Box<dyn Stage>>,
}

/// The counterpart of an application, ready to be logged on to.
pub trait Stage {
    /// The plain fields of its logon, each as `NAME=VALUE`.
    fn fields(&self) -> Vec<String>;
    /// Its password.
    fn secret(&self) -> &str;
    /// Starts the application, which then asks. It ends with this value.
    fn start(&mut self, session: &Session) -> Result<()>;
    /// What the application itself has said, for messages.
    fn said(&self) -> String {
        String::new()
    }
    /// What the counterpart makes of what it got.
    fn verdict(&mut self, session: &Session, deadline: Deadline) -> Result<Verdict>;
}

/// How a logon went.
#[derive(Debug, Clone)]
pub struct LoggedOn {
    /// How the agent wrote: `controls`, `keys`, `steps`; `none` when it did not.
    pub method: String,
    /// From the window, or where the template waits for the user from his wish, to the last value written, in milliseconds.
    pub filled_ms: Option<f64>,
    /// The same to the submission.
    pub submitted_ms: Option<f64>,
    /// What the counterpart says.
    pub verdict: Verdict,
}

impl LoggedOn {
    /// True when the counterpart let the user in and it was the agent who wrote and submitted.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.verdict.is_accepted() && self.submitted_ms.is_some()
    }
}

impl Trial {
    /// Has the agent log on: its logon is stored, the application started, and where the template waits for the user the form is
    /// filled by `countersign logon fill`.
    pub fn log_on(&self, session: &Session, agent: &Agent<'_>) -> Result<LoggedOn> {
        let mut stage = (self.stage)(session)?;
        let fields = stage.fields();
        let mut words = vec!["logon", "add", self.template, "--name", self.application];
        words.extend(fields.iter().flat_map(|field| ["--set", field]));
        agent.done(&words, &[stage.secret()])?;
        let mut explained = Explained::from_now(agent)?;
        stage.start(session)?;
        let about = |one: &Value| one.get("template").and_then(Value::as_str) == Some(self.template);
        let submitted = |one: &Value| one.pointer("/attempt/timing/submitted_us").is_some_and(Value::is_u64);
        let ended = |one: &Value| about(one) && (submitted(one) || ENDS.contains(&decision(one).0.as_str()));
        let asked = explained.wait_within(self.application, Deadline::seconds(PATIENCE), ended);
        let mut told = asked.map_err(|error| LabError::Tool {
            program: self.application.to_owned(),
            message: format!("{error}; it said: {}", stage.said()),
        })?;
        if decision(&told).0 == "manual" {
            let window = told.get("window").map(Value::to_string).unwrap_or_default();
            agent.done(&["logon", "fill", self.application, "--window", &window], &[])?;
            let filled = |one: &Value| about(one) && submitted(one);
            told = explained.wait_within(self.application, Deadline::seconds(PATIENCE), filled)?;
        }
        let verdict = stage.verdict(session, Deadline::seconds(PATIENCE)).map_err(|error| {
            let why = agent.run(&["why", "--limit", "6"], &[]);
            let why = why.map(|answer| answer.out).unwrap_or_default();
            LabError::Tool {
                program: self.application.to_owned(),
                message: format!("{error}; countersign why:\n{why}"),
            }
        })?;
        let figure = |name: &str| {
            let microseconds = told.pointer(&format!("/attempt/timing/{name}"))?.as_u64()?;
            Some(std::time::Duration::from_micros(microseconds).as_secs_f64() * 1e3)
        };
        let method = told.pointer("/attempt/method").and_then(Value::as_str);
        Ok(LoggedOn {
            method: method.unwrap_or("none").to_owned(),
            filled_ms: figure("filled_us"),
            submitted_ms: figure("submitted_us"),
            verdict,
        })
    }
}

/// What the agent can decide about a form and then leave it at that.
const ENDS: [&str; 5] = ["manual", "ambiguous", "binding-changed", "loop-stopped", "tied"];

impl<'a> Package<'a> {
    /// One with every template that Countersign comes with.
    pub fn shipped(session: &'a Session) -> Result<Self> {
        let package = Self::empty(session)?;
        let folder = templates();
        let read = |path: &Path| std::fs::read_to_string(path).map_err(file("read", path));
        let entries = std::fs::read_dir(&folder).map_err(file("read", &folder))?;
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
            if let Some(name) = name.filter(|_| path.extension().is_some_and(|ending| ending == "toml")) {
                package.template(&name, &read(&path)?)?;
            }
        }
        Ok(package)
    }
}

/// The shipped templates of this tree.
#[must_use]
pub fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates")
}

pub(super) fn file<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> LabError + 'a {
    move |source| LabError::File {
        action,
        path: path.to_owned(),
        source,
    }
}
