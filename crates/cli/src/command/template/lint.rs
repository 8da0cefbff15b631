use super::{read, recorded_for, told_on};
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
    let (mut all, mut templates, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
    for file in &files.files {
        let place = file.display().to_string();
        let problems = match parse_template(&place, &read(file)?) {
            Ok(parsed) => {
                let problems = countersign_rules::lint(&parsed);
                templates.push(parsed);
                for recorded in recorded_for(file)? {
                    let bytes = read(&recorded)?;
                    recordings.push((recorded.display().to_string(), bytes));
                }
                problems
            }
            Err(problems) => problems,
        };
        all.push((file, place, problems));
    }
    // Which templates stand in each other's way shows only when they are looked at together.
    let recordings = recordings
        .iter()
        .map(|(place, bytes)| (place.as_str(), bytes.as_slice()));
    let ties = countersign_rules::ties(&templates, recordings);
    let all: Vec<Linted<'_>> = all
        .into_iter()
        .map(|(file, place, mut problems)| {
            problems.extend(ties.iter().filter(|tie| tie.place == place).cloned());
            Linted {
                file,
                problems: problems.into_iter().map(told_on).collect(),
            }
        })
        .collect();
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
