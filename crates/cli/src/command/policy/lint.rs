use super::{beside, read, told_on};
use crate::arguments::PolicyFiles;
use crate::command::linted::{self, Linted};
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_agent::read_lists;
use countersign_rules::policy::check_policy;
use countersign_wire::{Problem, Severity};
use std::path::Path;

/// Exit 1 when a policy cannot be used; warnings are no failure.
pub(super) fn run(files: &PolicyFiles, screen: &mut Screen) -> Result<u8, Failure> {
    let all = files
        .files
        .iter()
        .map(|file| {
            Ok(Linted {
                file,
                problems: lint(file)?,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    linted::tell(&all, files.format, screen)
}

fn lint(file: &Path) -> Result<Vec<Problem>, Failure> {
    let place = file.display().to_string();
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let (good, found) = check_policy(&name, &place, &read(file)?);
    let mut problems: Vec<Problem> = found.into_iter().map(told_on).collect();
    // Where the policy goes the list may be; here it is not.
    let unread = good.and_then(|parsed| {
        let unread = read_lists(&parsed.policy.lists, beside(file)).err()?;
        Some((parsed, unread))
    });
    problems.extend(unread.map(|(parsed, why)| {
        let at = parsed.spans.key("lists");
        Problem {
            place,
            line: Some(at.line),
            column: Some(at.column),
            severity: Severity::Warning,
            message: why.to_string(),
            help: Some("put the list there, on every machine that uses this policy, or write another path".to_owned()),
        }
    }));
    Ok(problems)
}
