use super::policies::known;
use super::{read, recorded_for, told_on};
use crate::arguments::{Format, TemplateLint};
use crate::command::linted::{self, Linted};
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_rules::{parse_template, unknown_policy};
use std::path::{Path, PathBuf};

/// Exit 1 when a template cannot be used; warnings are no failure.
pub(super) fn run(wanted: &TemplateLint, screen: &mut Screen) -> Result<u8, Failure> {
    files(&wanted.files, wanted.policies.as_deref(), wanted.format, screen)
}

/// The same for files whose policies are in a folder that was given, or beside them.
pub(super) fn files(
    files: &[PathBuf],
    policies: Option<&Path>,
    format: Format,
    screen: &mut Screen,
) -> Result<u8, Failure> {
    let (mut all, mut templates, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let place = file.display().to_string();
        let problems = match parse_template(&place, &read(file)?) {
            Ok(parsed) => {
                let mut problems = countersign_rules::lint(&parsed);
                if let Some(known) = known(file, policies)? {
                    problems.extend(unknown_policy(&parsed, &known));
                }
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
    // Which templates stand in each other's way, or share a password and ask different things of it, shows only when they are looked at
    // together.
    let recordings = recordings
        .iter()
        .map(|(place, bytes)| (place.as_str(), bytes.as_slice()));
    let mut together = countersign_rules::ties(&templates, recordings);
    together.extend(countersign_rules::differing_policies(&templates));
    let all: Vec<Linted<'_>> = all
        .into_iter()
        .map(|(file, place, mut problems)| {
            problems.extend(together.iter().filter(|problem| problem.place == place).cloned());
            Linted {
                file,
                problems: problems.into_iter().map(told_on).collect(),
            }
        })
        .collect();
    linted::tell(&all, format, screen)
}
