//! `bench fuzz`: every fuzz target for a while, two at a time. Any crash, hang or broken promise is a finding.

mod build;
mod target;

use std::path::{Path, PathBuf};
use std::thread;

use super::{BenchError, Options, Report};
use target::Outcome;

/// How long each target runs when nobody says.
const SECONDS: u32 = 60;

/// The targets, each a program under `tests/fuzz/targets`.
const TARGETS: [&str; 11] = [
    "log_frame",
    "snapshot",
    "head",
    "record",
    "slot",
    "template",
    "ipc_frame",
    "settings",
    "catalogue",
    "import",
    "recorder",
];

/// How many run side by side.
const TOGETHER: usize = 2;

/// Runs every target for a while.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let seconds = options.seconds.unwrap_or(SECONDS);
    let programs = build::programs()?;
    let mut report = Report::new("fuzz");
    let mut findings = 0;
    for together in TARGETS.chunks(TOGETHER) {
        for (name, outcome) in at_once(&programs, together, seconds)? {
            let Outcome { runs, speed, found } = outcome;
            report.count(format!("{name}: runs in {seconds} s"), 1, runs, "runs");
            report.count(format!("{name}: speed"), 1, speed, "runs/s");
            report.target(
                format!("{name}: findings"),
                "0",
                told(&found),
                found.is_empty() && runs > 0,
            );
            findings += found.len();
        }
    }
    report.count("findings", TARGETS.len(), findings, "findings");
    Ok(report)
}

fn at_once(
    programs: &Path,
    names: &'static [&'static str],
    seconds: u32,
) -> Result<Vec<(&'static str, Outcome)>, BenchError> {
    thread::scope(|scope| {
        let runs: Vec<_> = names
            .iter()
            .map(|name| (*name, scope.spawn(|| target::run(programs, name, seconds))))
            .collect();
        runs.into_iter()
            .map(|(name, run)| Ok((name, run.join().map_err(|_| lost(name))??)))
            .collect()
    })
}

fn lost(name: &'static str) -> BenchError {
    BenchError::NotReady {
        who: name,
        why: "the thread that watches it ended".to_owned(),
    }
}

/// How many findings, and where the inputs are that show them.
fn told(found: &[PathBuf]) -> String {
    let paths: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
    match paths.as_slice() {
        [] => "0".to_owned(),
        some => format!("{}: {}", some.len(), some.join(", ")),
    }
}
