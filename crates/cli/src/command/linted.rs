//! What a lint of files found, of templates or policies.

use crate::arguments::Format;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::problem;
use countersign_wire::{Problem, Severity};
use serde::Serialize;
use std::path::Path;

/// What `lint --json` prints for each file.
#[derive(Serialize)]
pub(crate) struct Linted<'a> {
    pub(crate) file: &'a Path,
    pub(crate) problems: Vec<Problem>,
}

/// Tells it. Exit 1 when a file cannot be used; warnings are no failure.
pub(crate) fn tell(all: &[Linted<'_>], format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    let mut problems = all.iter().flat_map(|linted| &linted.problems);
    let exit = u8::from(problems.any(|problem| problem.severity == Severity::Error));
    if format.json {
        screen.json("files", &all)?;
        return Ok(exit);
    }
    for linted in all {
        for found in &linted.problems {
            screen.say(problem(found))?;
        }
        if linted.problems.is_empty() {
            screen.say(format_args!("{} {}", Paint::Good.on("✓"), linted.file.display()))?;
        }
    }
    Ok(exit)
}
