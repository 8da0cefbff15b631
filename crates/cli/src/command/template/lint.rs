use super::{read, recorded_for, told_on};
use crate::arguments::TemplateFiles;
use crate::command::linted::{self, Linted};
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_rules::parse_template;

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
    linted::tell(&all, files.format, screen)
}
