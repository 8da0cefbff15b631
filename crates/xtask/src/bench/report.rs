//! What a benchmark found: rows of figures, and targets that were met or not.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::{BenchError, Machine};

/// The exit code when a target was missed.
const MISSED: u8 = 3;

/// A whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: u32,
    name: &'static str,
    machine: Machine,
    rows: Vec<Row>,
    targets: Vec<Target>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub struct Row {
    what: String,
    n: usize,
    median: f64,
    p95: f64,
    unit: &'static str,
}

/// One promise.
#[derive(Debug, Serialize)]
pub struct Target {
    what: String,
    goal: String,
    got: String,
    met: bool,
}

/// Whether a target was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was.
    Met,
    /// It was not, or there was nothing to judge by.
    Missed,
}

impl From<bool> for Verdict {
    fn from(met: bool) -> Self {
        if met { Self::Met } else { Self::Missed }
    }
}

impl Report {
    /// An empty report.
    pub fn new(name: &'static str) -> Self {
        Self {
            schema: 1,
            name,
            machine: Machine::this(),
            rows: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Adds a row of times in milliseconds and returns their median.
    pub fn times(&mut self, what: impl Into<String>, times: &[Duration]) -> Option<f64> {
        let figures: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1_000.0).collect();
        self.figures(what, &figures, "ms")
    }

    /// Adds a row of figures and returns their median.
    pub fn figures(&mut self, what: impl Into<String>, figures: &[f64], unit: &'static str) -> Option<f64> {
        let median = quantile(figures, 0.5)?;
        let p95 = quantile(figures, 0.95)?;
        self.rows.push(Row {
            what: what.into(),
            n: figures.len(),
            median: rounded(median),
            p95: rounded(p95),
            unit,
        });
        Some(median)
    }

    /// Adds a row that is a count among `n`.
    pub fn count(&mut self, what: impl Into<String>, n: usize, count: usize, unit: &'static str) {
        let figure = u32::try_from(count).map_or(f64::MAX, f64::from);
        self.rows.push(Row {
            what: what.into(),
            n,
            median: figure,
            p95: figure,
            unit,
        });
    }

    /// Adds a target.
    pub fn target(
        &mut self,
        what: impl Into<String>,
        goal: impl Into<String>,
        got: impl Into<String>,
        verdict: impl Into<Verdict>,
    ) {
        let met = verdict.into() == Verdict::Met;
        self.targets.push(Target {
            what: what.into(),
            goal: goal.into(),
            got: got.into(),
            met,
        });
    }

    /// Writes the JSON, when a file was asked for.
    pub fn save(&self, path: Option<&Path>) -> Result<(), BenchError> {
        let Some(path) = path else { return Ok(()) };
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        let written = text.and_then(|text| std::fs::write(path, text + "\n"));
        written.map_err(|source| BenchError::File {
            path: path.to_owned(),
            source,
        })
    }

    /// Prints the tables.
    pub fn print(&self) {
        println!("bench {}: {}\n", self.name, self.machine.line());
        let rows = self.rows.iter().map(|row| {
            let figure = |value: f64| {
                if row.unit == "ms" || row.unit == "µs" {
                    format!("{value:.2}")
                } else {
                    format!("{value}")
                }
            };
            [
                row.what.clone(),
                row.n.to_string(),
                figure(row.median),
                figure(row.p95),
                row.unit.to_owned(),
            ]
        });
        table(["what", "n", "median", "p95", "unit"], &rows.collect::<Vec<_>>());
        println!();
        let targets = self.targets.iter().map(|target| {
            let met = if target.met { "met" } else { "MISSED" };
            [
                target.what.clone(),
                target.goal.clone(),
                target.got.clone(),
                met.to_owned(),
            ]
        });
        table(["target", "goal", "got", ""], &targets.collect::<Vec<_>>());
    }

    /// 0 when every target was met, 3 when not. Nothing measured is nothing met.
    pub fn exit_code(&self) -> ExitCode {
        if !self.targets.is_empty() && self.targets.iter().all(|target| target.met) {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(MISSED)
        }
    }
}

fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) {
    let head = head.map(str::to_owned);
    let mut widths = [0; N];
    for row in std::iter::once(&head).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in std::iter::once(&head).chain(rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// The value below which a part of the figures lies, by the nearest rank.
pub fn quantile(figures: &[f64], part: f64) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = u32::try_from(sorted.len()).ok()?;
    let rank = (f64::from(count) * part).ceil().max(1.0);
    sorted
        .into_iter()
        .zip(1_u32..)
        .find(|(_, place)| f64::from(*place) >= rank)
        .map(|(figure, _)| figure)
}

fn rounded(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_figures_that_were_measured() {
        let figures: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(quantile(&figures, 0.5), Some(10.0));
        assert_eq!(quantile(&figures, 0.95), Some(19.0));
        assert_eq!(quantile(&[7.0], 0.95), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn one_missed_target_or_none_at_all_is_a_failure() {
        let mut report = Report::new("test");
        assert_eq!(report.exit_code(), ExitCode::from(3));
        report.target("speed", "fast", "fast", true);
        assert_eq!(report.exit_code(), ExitCode::SUCCESS);
        report.target("leaks", "0", "1", false);
        assert_eq!(report.exit_code(), ExitCode::from(3));
    }

    #[test]
    fn the_json_has_the_promised_fields() {
        let mut report = Report::new("test");
        report.times("ours", &[Duration::from_micros(1_234), Duration::from_micros(5_678)]);
        report.target("speed", "fast", "fast", true);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["schema"], 1);
        assert_eq!(json["name"], "test");
        assert!(json["machine"]["cores"].as_u64().unwrap() > 0);
        assert_eq!(
            json["rows"][0],
            serde_json::json!({"what":"ours","n":2,"median":1.234,"p95":5.678,"unit":"ms"})
        );
        assert_eq!(
            json["targets"][0],
            serde_json::json!({"what":"speed","goal":"fast","got":"fast","met":true})
        );
    }
}
