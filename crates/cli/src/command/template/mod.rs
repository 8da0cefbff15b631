mod explain;
mod junit;
mod lint;
mod policies;
mod record;
mod test;

use crate::arguments::Template;
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_rules::LONGEST_FILE;
use countersign_wire::{Problem, Severity};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(crate) fn run(command: &Template, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Template::Lint(wanted) => lint::run(wanted, screen),
        Template::Test(wanted) => test::run(wanted, screen),
        Template::Explain(files) => explain::run(files, screen),
        Template::Record(wanted) => record::run(wanted, screen),
    }
}

/// A file, or as much of it as shows that it is too long.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bounded = || {
        let mut bytes = Vec::new();
        let most = u64::try_from(LONGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
        std::fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    bounded().map_err(|why| Failure::File {
        place: file.to_owned(),
        why,
    })
}

/// `fixtures/NAME/` beside `NAME.toml`.
fn fixture_folder(template: &Path) -> PathBuf {
    let folder = template.parent().unwrap_or(Path::new("")).join("fixtures");
    folder.join(template.file_stem().unwrap_or_default())
}

/// The windows that were recorded for a template, in order.
fn recorded_for(template: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = fixture_folder(template);
    let failed = |why| Failure::File {
        place: folder.clone(),
        why,
    };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let found: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut found = found.map_err(failed)?;
    found.retain(|path| path.extension().is_some_and(|kind| kind == "toml" || kind == "json"));
    found.sort();
    Ok(found)
}

pub(super) fn told_on(problem: countersign_rules::Problem) -> Problem {
    Problem {
        place: problem.place,
        line: Some(problem.line),
        column: Some(problem.column),
        severity: match problem.severity {
            countersign_rules::Severity::Warning => Severity::Warning,
            countersign_rules::Severity::Error => Severity::Error,
        },
        message: problem.message,
        help: Some(problem.help),
    }
}
