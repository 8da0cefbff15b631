use crate::agent::ask;
use crate::arguments::{Template, TemplateFiles};
use crate::clock::now;
use crate::decision::told;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::problem;
use countersign_model::Explanation;
use countersign_rules::{LONGEST_FILE, parse_template};
use countersign_wire::{Problem, Reply, Request, Severity};
use serde::Serialize;
use std::io::Read;
use std::path::Path;

pub(crate) fn run(command: &Template, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Template::Lint(files) => lint(files, screen),
        Template::Test(files) => lint(files, screen),
        Template::Explain(files) => explain(files, screen),
    }
}

/// What `template lint --json` prints for each file.
#[derive(Serialize)]
struct Linted<'a> {
    file: &'a Path,
    problems: Vec<Problem>,
}

/// Exit 1 when a template cannot be used; warnings are no failure.
fn lint(files: &TemplateFiles, screen: &mut Screen) -> Result<u8, Failure> {
    let mut all = Vec::new();
    for file in &files.files {
        let place = file.display().to_string();
        let problems = match parse_template(&place, &read(file)?) {
            Ok(_) => Vec::new(),
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

/// What `template explain --json` prints for each file.
#[derive(Serialize)]
struct Explained<'a> {
    file: &'a Path,
    problems: Vec<Problem>,
    explanations: Vec<Explanation>,
}

/// Exit 1 when a template cannot be used, 5 when none of them fits any window.
fn explain(files: &TemplateFiles, screen: &mut Screen) -> Result<u8, Failure> {
    let mut all = Vec::new();
    for file in &files.files {
        let place = file.display().to_string();
        let bytes = read(file)?;
        // What is not text is told here: the agent is sent text.
        let Ok(text) = String::from_utf8(bytes) else {
            lint(files, screen)?;
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

/// A file, or as much of it as shows that it is too long.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
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

fn told_on(problem: countersign_rules::Problem) -> Problem {
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
