//! What the demo found, for people and as JSON.

use std::path::Path;

use serde::Serialize;

use crate::demo::traces::Traces;
use crate::error::{Error, Result};
use crate::machine::Machine;
use crate::row::{self, Row};

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
        row::print(&self.rows);
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
