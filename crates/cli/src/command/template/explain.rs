use super::{lint, read};
use crate::agent::ask;
use crate::arguments::TemplateFiles;
use crate::clock::now;
use crate::decision::told;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::problem;
use countersign_model::Explanation;
use countersign_wire::{Problem, Reply, Request, Severity};
use serde::Serialize;
use std::path::Path;

/// What `template explain --json` prints for each file.
#[derive(Serialize)]
struct Explained<'a> {
    file: &'a Path,
    problems: Vec<Problem>,
    explanations: Vec<Explanation>,
}

/// Exit 1 when a template cannot be used, 5 when none of them fits any window.
pub(super) fn run(files: &TemplateFiles, screen: &mut Screen) -> Result<u8, Failure> {
    let mut all = Vec::new();
    for file in &files.files {
        let place = file.display().to_string();
        let bytes = read(file)?;
        // What is not text is told here: the agent is sent text.
        let Ok(text) = String::from_utf8(bytes) else {
            lint::files(&files.files, None, files.format, screen)?;
            return Ok(1);
        };
        let Reply::Judged { problems, explanations } = ask(&Request::TemplateExplain { place, text })? else {
            return Err(Failure::OtherAnswer);
        };
        all.push(Explained {
            file,
            problems,
            explanations,
        });
    }
    let bad = all
        .iter()
        .flat_map(|explained| &explained.problems)
        .any(|problem| problem.severity == Severity::Error);
    let fits = all
        .iter()
        .flat_map(|explained| &explained.explanations)
        .any(|explanation| explanation.form.is_some());
    let exit = if bad {
        1
    } else if fits {
        0
    } else {
        5
    };
    if files.format.json {
        screen.json("files", &all)?;
        return Ok(exit);
    }
    for explained in &all {
        screen.say(Paint::Strong.on(explained.file.display()))?;
        for found in &explained.problems {
            screen.say(problem(found))?;
        }
        if explained.explanations.is_empty() && !bad {
            screen
                .say("no window on the screen belongs to one of its programs; start the application, then try again")?;
        }
        let now = now();
        for explanation in &explained.explanations {
            screen.say(told(explanation, now))?;
        }
    }
    Ok(exit)
}
