//! What the demo found, for people and as JSON.

use std::path::Path;

use serde::Serialize;

use crate::demo::machine::Machine;
use crate::demo::traces::Traces;
use crate::error::{Error, Result};

/// One application that was logged on to.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which.
    pub application: &'static str,
    /// What it is made with.
    pub toolkit: &'static str,
    /// How the agent wrote.
    pub method: String,
    /// From the window to the last value written.
    pub filled_ms: Option<f64>,
    /// From the window to the submission.
    pub submitted_ms: Option<f64>,
    /// Whether the counterpart let the account in.
    pub accepted: bool,
    /// The line of the counterpart's log.
    pub evidence: String,
}

/// One application with a wrong password.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// Which.
    pub application: &'static str,
    /// Whether the counterpart refused.
    pub refused: bool,
    /// The line of its log.
    pub evidence: String,
    /// What made the agent recognise it.
    pub recognised: Option<String>,
    /// Whether nothing was sent again.
    pub stopped: bool,
}

/// The whole run.
#[derive(Debug, Default)]
pub struct Report {
    /// With the right password.
    pub rows: Vec<Row>,
    /// With a wrong one.
    pub refusals: Vec<Refusal>,
    /// What the search for secrets found.
    pub traces: Option<Traces>,
    /// What came from the directory.
    pub directory: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct File<'a> {
    schema: u32,
    name: &'static str,
    machine: Machine,
    rows: &'a [Row],
    refusals: &'a [Refusal],
    traces: Option<&'a Traces>,
    directory: Option<&'a serde_json::Value>,
}

impl Row {
    /// True when the counterpart let the account in, and the agent says that it was the agent who filled and submitted.
    pub fn is_good(&self) -> bool {
        self.accepted && self.submitted_ms.is_some()
    }

    /// One line while it runs.
    pub fn line(&self) -> String {
        format!(
            "{}: {}",
            self.application,
            if self.accepted { "accepted" } else { "NOT ACCEPTED" }
        )
    }
}

impl Refusal {
    /// True when all went as it should.
    pub fn is_good(&self) -> bool {
        self.refused && self.recognised.is_some() && self.stopped
    }

    /// One line while it runs.
    pub fn line(&self) -> String {
        let refused = if self.refused { "refused" } else { "NOT REFUSED" };
        let recognised = self.recognised.as_deref().unwrap_or("NOT RECOGNISED");
        let stopped = if self.stopped { "stopped" } else { "SENT AGAIN" };
        format!("{}: {refused}, {stopped}; the agent: {recognised}", self.application)
    }
}

impl Report {
    /// True when every application was accepted, every wrong password recognised and stopped, and no secret found.
    pub fn is_good(&self) -> bool {
        self.rows.iter().all(Row::is_good)
            && self.refusals.iter().all(Refusal::is_good)
            && self.traces.as_ref().is_none_or(Traces::is_clean)
            && self.directory.as_ref().is_none_or(|proof| proof["good"] == true)
    }

    /// The table.
    pub fn print(&self) {
        println!();
        println!(
            "{:<22} {:<9} {:<9} {:>9} {:>12}  {:<8}  evidence",
            "application", "toolkit", "method", "filled ms", "submitted ms", "accepted"
        );
        for row in &self.rows {
            let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
            let accepted = if row.accepted { "yes" } else { "NO" };
            println!(
                "{:<22} {:<9} {:<9} {:>9} {:>12}  {accepted:<8}  {}",
                row.application,
                row.toolkit,
                row.method,
                figure(row.filled_ms),
                figure(row.submitted_ms),
                row.evidence
            );
        }
        println!();
        if let Some(traces) = &self.traces {
            traces.print();
        }
    }

    /// Writes the JSON file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let (rows, refusals, traces) = (self.rows.as_slice(), self.refusals.as_slice(), self.traces.as_ref());
        let file = File {
            schema: 1,
            name: "demo",
            machine: Machine::this(),
            rows,
            refusals,
            traces,
            directory: self.directory.as_ref(),
        };
        let text = serde_json::to_string_pretty(&file).map_err(|error| Error::file("write", path)(error.into()))?;
        std::fs::write(path, text + "\n").map_err(Error::file("write", path))
    }
}
