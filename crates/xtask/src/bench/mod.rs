//! `cargo xtask bench`: figures measured against real rivals, with targets.
//!
//! Rivals and ours run in turn within one call, and each result is checked before its time counts.

mod clock;
mod error;
mod fill;
mod machine;
mod matching;
mod report;
mod theft;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use error::BenchError;
use machine::Machine;
use report::Report;

struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Report, BenchError>,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "fill",
        about: "from a logon form's window to its filled fields and its submission: ours, the rivals, the floor",
        run: fill::run,
    },
    Bench {
        name: "match",
        about: "which form a window could be, among 100 to 10,000 templates: the index, a loop over all, memory a template",
        run: matching::run,
    },
    Bench {
        name: "theft",
        about: "does a character reach a window that steals the keyboard: guarded keys, controls, an unguarded typist",
        run: theft::run,
    },
];

/// Runs a benchmark, prints its tables and writes its JSON; without a name it lists the benchmarks.
///
/// Ends with 0 when every target was met, 3 when one was missed, 1 when it could not be run, 2 for an unknown name.
pub fn run(name: Option<&str>, json: Option<&Path>) -> ExitCode {
    let Some(name) = name else {
        list();
        return ExitCode::SUCCESS;
    };
    if name == fill::floor::NAME {
        return fill::floor::run();
    }
    if name == matching::memory::NAME {
        return matching::memory::run();
    }
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        complain(&format!("there is no benchmark `{name}`; these are the benchmarks:"));
        list();
        return ExitCode::from(2);
    };
    match (bench.run)().and_then(|report| report.save(json).map(|()| report)) {
        Ok(report) => {
            report.print();
            report.exit_code()
        }
        Err(error) => {
            complain(&format!("bench {name} could not be run: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn list() {
    for Bench { name, about, .. } in BENCHES {
        println!("{name:<8} {about}");
    }
}

fn complain(message: &str) {
    let _nobody_listens = writeln!(std::io::stderr(), "{message}");
}
