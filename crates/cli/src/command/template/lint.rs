use super::{read, told_on};
use crate::arguments::TemplateFiles;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::problem;
use countersign_rules::parse_template;
use countersign_wire::{Problem, Severity};
use serde::Serialize;
use std::path::Path;

/// What `template lint --json` prints for each file.
#[derive(Serialize)]
struct Linted<'a> {
    file: &'a Path,
    problems: Vec<Problem>,
}

/// Exit 1 when a template cannot be used; warnings are no failure.
pub(super) fn run(files: &TemplateFiles, screen: &mut Screen) -> Result<u8, Failure> {
    let mut all = Vec::new();
    for file in &files.files {
        let place = file.display().to_string();
        let problems = match parse_template(&place, &read(file)?) {
            Ok(parsed) => countersign_rules::lint(&parsed),
            Err(problems) => problems,
        };
        all.push(Linted {
            file,
            problems: problems.into_iter().map(told_on).collect(),
        });
    }
    let bad = all
        .iter()
        .flat_map(|linted| &linted.problems)
        .any(|problem| problem.severity == Severity::Error);
    if files.format.json {
        screen.json("files", &all)?;
        return Ok(u8::from(bad));
    }
    for linted in &all {
        for found in &linted.problems {
            screen.say(problem(found))?;
        }
        if linted.problems.is_empty() {
            screen.say(format_args!("{} {}", Paint::Good.on("✓"), linted.file.display()))?;
        }
    }
    Ok(u8::from(bad))
}
