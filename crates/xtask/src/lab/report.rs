//! What the laboratory found, for people and as JSON.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::machine::Machine;
use crate::row::{self, Row};

/// The whole run.
#[derive(Debug, Default)]
pub struct Report {
    /// One row for each application.
    pub rows: Vec<Row>,
}

#[derive(Serialize)]
struct File<'a> {
    schema: u32,
    name: &'static str,
    machine: Machine,
    rows: &'a [Row],
}

impl Report {
    /// True when there was something to log on to, and every application was accepted.
    pub fn is_good(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(Row::is_good)
    }

    /// The table.
    pub fn print(&self) {
        row::print(&self.rows);
        let good = self.rows.iter().filter(|row| row.is_good());
        let toolkits: BTreeSet<_> = good.clone().map(|row| row.toolkit).collect();
        println!();
        println!(
            "{} of {} applications accepted, over {} toolkits",
            good.count(),
            self.rows.len(),
            toolkits.len()
        );
    }

    /// Writes the JSON file.
    pub fn save(&self, path: &Path) -> Result<()> {
        let file = File {
            schema: 1,
            name: "lab",
            machine: Machine::this(),
            rows: &self.rows,
        };
        let text = serde_json::to_string_pretty(&file).map_err(|error| Error::file("write", path)(error.into()))?;
        std::fs::write(path, text + "\n").map_err(Error::file("write", path))
    }
}
