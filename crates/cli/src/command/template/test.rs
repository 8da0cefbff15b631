use super::{fixture_folder, junit, read, recorded_for};
use crate::arguments::TemplateTest;
use crate::decision::{one_line, sign};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::counted;
use countersign_model::Criterion;
use countersign_rules::{FixtureResult, ParsedTemplate, Severity, lint, parse_template, run_fixture};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What `template test --json` prints for each template.
#[derive(Serialize)]
pub(super) struct Tested {
    pub(super) file: PathBuf,
    pub(super) fixtures: Vec<Tried>,
    /// Why none was run.
    pub(super) problem: Option<String>,
}

/// One recorded window.
#[derive(Serialize)]
pub(super) struct Tried {
    pub(super) fixture: String,
    pub(super) passed: bool,
    pub(super) failures: Vec<String>,
    criteria: Vec<Criterion>,
}

impl From<FixtureResult> for Tried {
    fn from(result: FixtureResult) -> Self {
        Self {
            passed: result.passed(),
            fixture: result.place,
            failures: result.failures,
            criteria: result.criteria,
        }
    }
}

impl Tested {
    fn passed(&self) -> bool {
        self.problem.is_none() && self.fixtures.iter().all(|tried| tried.passed)
    }
}

/// Exit 1 when a template does not do what its recorded windows say, or has none.
pub(super) fn run(wanted: &TemplateTest, screen: &mut Screen) -> Result<u8, Failure> {
    let files = &wanted.files;
    let all = files
        .files
        .iter()
        .map(|file| test(file))
        .collect::<Result<Vec<Tested>, Failure>>()?;
    let exit = u8::from(!all.iter().all(Tested::passed));
    if let Some(place) = &wanted.junit {
        let written = std::fs::write(place, junit::report(&all));
        written.map_err(|why| Failure::Unwritten {
            place: place.clone(),
            why,
        })?;
    }
    if files.format.json {
        screen.json("files", &all)?;
        return Ok(exit);
    }
    for tested in &all {
        tell(tested, screen)?;
    }
    Ok(exit)
}

fn test(file: &Path) -> Result<Tested, Failure> {
    let mut tested = Tested {
        file: file.to_owned(),
        fixtures: Vec::new(),
        problem: None,
    };
    let template = match usable(file, &read(file)?) {
        Ok(template) => template,
        Err(problem) => {
            tested.problem = Some(problem);
            return Ok(tested);
        }
    };
    for fixture in recorded_for(file)? {
        let bytes = read(&fixture)?;
        let result = run_fixture(&template, &fixture.display().to_string(), &bytes);
        tested.fixtures.push(result.into());
    }
    if tested.fixtures.is_empty() {
        tested.problem = Some(format!(
            "{}: no recorded windows; put some into {}",
            file.display(),
            fixture_folder(file).display()
        ));
    }
    Ok(tested)
}

fn usable(file: &Path, bytes: &[u8]) -> Result<ParsedTemplate, String> {
    let parsed = parse_template(&file.display().to_string(), bytes);
    let problems = match parsed {
        Ok(parsed) => match lint(&parsed)
            .into_iter()
            .find(|problem| problem.severity == Severity::Error)
        {
            None => return Ok(parsed),
            Some(problem) => vec![problem],
        },
        Err(problems) => problems,
    };
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    Err(format!("{first} (`countersign template lint` shows everything)"))
}

fn tell(tested: &Tested, screen: &mut Screen) -> Result<(), Failure> {
    for tried in &tested.fixtures {
        if tried.passed {
            screen.say(format_args!("{} {}", Paint::Good.on("✓"), tried.fixture))?;
            continue;
        }
        screen.say(format_args!("{} {}", Paint::Bad.on("✗"), tried.fixture))?;
        for failure in &tried.failures {
            screen.say(format_args!("    {}", one_line(failure)))?;
        }
        for criterion in &tried.criteria {
            let sign = sign(criterion.verdict);
            let (wanted, found) = (one_line(&criterion.wanted), one_line(&criterion.found));
            screen.say(format_args!(
                "    {sign} {}: wanted {wanted}, found {found}",
                criterion.what
            ))?;
        }
    }
    if let Some(problem) = &tested.problem {
        screen.say(format_args!("{} {problem}", Paint::Bad.on("✗")))?;
    }
    let failed = tested.fixtures.iter().filter(|tried| !tried.passed).count();
    let (all, failed) = (count(tested.fixtures.len()), count(failed));
    if failed > 0 {
        let all = counted(all, "recorded window");
        screen.say(format_args!("{}: {failed} of {all} failed", tested.file.display()))?;
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
