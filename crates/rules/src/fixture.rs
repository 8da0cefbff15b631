//! A template's tests: a recorded window, and what the template must make of it.

use crate::form::{FormRef, LoadedTemplate, Needs};
use crate::judge::{Contents, Judgement, Matched};
use crate::parse::{ParsedTemplate, readable};
use crate::planning::plan;
use crate::problem::{Position, Problem, Severity, Source, problem};
use crate::recording::{Expected, Fixture, Form as ExpectedForm};
use crate::set::TemplateSet;
use crate::step_text::step_text;
use countersign_model::{
    ControlToken, ControlTree, Criterion, FormKind, Publisher, TerminalFacts, Verdict, WindowFacts,
};
use std::sync::Arc;

/// How a fixture went.
#[derive(Clone, Debug)]
pub struct FixtureResult {
    /// The fixture's place.
    pub place: String,
    /// What was wrong; empty: the template does what the fixture says.
    pub failures: Vec<String>,
    /// Every condition of the form that was looked at last, for people.
    pub criteria: Vec<Criterion>,
}

impl FixtureResult {
    /// Whether the template does what the fixture says.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Reads a fixture: TOML, or JSON when it begins with `{`.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse_fixture(place: &str, bytes: &[u8]) -> Result<Fixture, Problem> {
    let text = readable(place, bytes)?;
    let help = "see docs/formats/template.md, “Fixtures”";
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| {
            let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
            let at = Position {
                line: number(error.line()),
                column: number(error.column()),
            };
            problem(place, at, Severity::Error, error.to_string(), help)
        });
    }
    toml::from_str(text)
        .map_err(|error| Source::new(place, text).error(&error.span().unwrap_or(0..0), error.message(), help))
}

/// Runs one fixture against one template, with no display and no other template.
#[must_use]
pub fn run_fixture(template: &ParsedTemplate, place: &str, bytes: &[u8]) -> FixtureResult {
    let mut result = FixtureResult {
        place: place.to_owned(),
        failures: Vec::new(),
        criteria: Vec::new(),
    };
    let fixture = match parse_fixture(place, bytes) {
        Ok(fixture) => fixture,
        Err(problem) => {
            result.failures.push(problem.to_string());
            return result;
        }
    };
    let (set, problems) = TemplateSet::build(vec![(Publisher::Package, template.clone())]);
    let Some(loaded) = set.get(&template.template.id) else {
        result.failures.extend(problems.iter().map(Problem::to_string));
        return result;
    };
    let (window, tree, terminal) = (fixture.window_facts(), fixture.tree(), fixture.terminal_facts());
    let seen = Seen {
        window: &window,
        tree: tree.as_ref(),
        terminal: terminal.as_ref(),
        fixture: &fixture,
    };
    let (first, judged) = first_match(loaded, &seen);
    match (&fixture.expect.form, first) {
        (ExpectedForm::Kind(kind), Some((form, matched))) => {
            result.criteria = judged.map(|(_, judgement)| judgement.criteria).unwrap_or_default();
            expect_match(*kind, &fixture.expect, &form, &matched, &seen, &mut result.failures);
        }
        (ExpectedForm::Kind(kind), None) => {
            let closest = judged.map(|(_, judgement)| judgement.criteria).unwrap_or_default();
            result.failures.push(format!(
                "no form matches; expected {}: {}",
                kind.name(),
                failing(&closest)
            ));
            result.criteria = closest;
        }
        (ExpectedForm::None, Some((form, _))) => {
            result.failures.push(format!(
                "form {} ({}) matches; none should",
                form.index() + 1,
                form.kind().name()
            ));
            result.criteria = judged.map(|(_, judgement)| judgement.criteria).unwrap_or_default();
        }
        (ExpectedForm::None, None) => expect_failing(loaded, &seen, &fixture.expect, &mut result),
    }
    result
}

/// What a template makes of a recorded window: what a fixture of it is to expect.
pub(crate) fn outcome(template: &ParsedTemplate, fixture: &Fixture) -> Result<Expected, String> {
    let (set, problems) = TemplateSet::build(vec![(Publisher::Package, template.clone())]);
    let Some(loaded) = set.get(&template.template.id) else {
        return Err(problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "));
    };
    let (window, tree, terminal) = (fixture.window_facts(), fixture.tree(), fixture.terminal_facts());
    let seen = Seen {
        window: &window,
        tree: tree.as_ref(),
        terminal: terminal.as_ref(),
        fixture,
    };
    let (first, judged) = first_match(loaded, &seen);
    let Some((form, matched)) = first else {
        return Err(judged.map_or_else(String::new, |(_, judgement)| failing(&judgement.criteria)));
    };
    let place = |token: &ControlToken| token.0.parse::<usize>().ok();
    let bind = matched.bound.iter();
    let steps = plan(&matched, &window, terminal.as_ref());
    Ok(Expected {
        form: ExpectedForm::Kind(form.kind()),
        number: None,
        bind: bind
            .filter_map(|(field, token)| Some((field.clone(), place(token)?)))
            .collect(),
        failing: None,
        steps: steps.ok().map(|plan| plan.steps.iter().map(step_text).collect()),
    })
}

struct Seen<'a> {
    window: &'a WindowFacts,
    tree: Option<&'a ControlTree>,
    terminal: Option<&'a TerminalFacts>,
    fixture: &'a Fixture,
}

impl Seen<'_> {
    fn judge(&self, form: &FormRef) -> Judgement {
        let contents = match (form.needs(), self.tree, self.terminal) {
            (Needs::Terminal, _, Some(terminal)) => Contents::Terminal(terminal),
            (Needs::Controls, Some(tree), _) => Contents::Controls(tree),
            _ => Contents::Nothing,
        };
        match &self.fixture.logon {
            Some(fields) => form.judge_with(self.window, contents, fields),
            None => form.judge(self.window, contents),
        }
    }
}

type First = (Option<(FormRef, Matched)>, Option<(FormRef, Judgement)>);

/// The first form that matches, else the one that came closest.
fn first_match(loaded: &Arc<LoadedTemplate>, seen: &Seen<'_>) -> First {
    let mut closest: Option<(usize, FormRef, Judgement)> = None;
    for form in loaded.forms() {
        let judgement = seen.judge(&form);
        if let Some(matched) = judgement.matched.clone() {
            return (Some((form.clone(), matched)), Some((form, judgement)));
        }
        let passed = judgement
            .criteria
            .iter()
            .filter(|criterion| criterion.verdict == Verdict::Passed)
            .count();
        if closest.as_ref().is_none_or(|(best, ..)| passed > *best) {
            closest = Some((passed, form, judgement));
        }
    }
    (None, closest.map(|(_, form, judgement)| (form, judgement)))
}

fn expect_match(
    kind: FormKind,
    expected: &Expected,
    form: &FormRef,
    matched: &Matched,
    seen: &Seen<'_>,
    failures: &mut Vec<String>,
) {
    if form.kind() != kind {
        failures.push(format!(
            "form {} is {}; expected {}",
            form.index() + 1,
            form.kind().name(),
            kind.name()
        ));
    }
    if let Some(number) = expected.number
        && number != form.index() + 1
    {
        failures.push(format!("form {} matches; expected form {number}", form.index() + 1));
    }
    for (field, index) in &expected.bind {
        let wanted = seen
            .tree
            .and_then(|tree| tree.controls.get(*index))
            .map(|control| &control.token);
        match matched.bound.get(field) {
            Some(token) if Some(token) == wanted => {}
            Some(token) => failures.push(format!("{field} is bound to control {}; expected {index}", token.0)),
            None => failures.push(format!("{field} is not bound; expected control {index}")),
        }
    }
    for field in matched.bound.keys().filter(|field| !expected.bind.contains_key(*field)) {
        failures.push(format!("{field} is bound; the fixture does not expect it"));
    }
    if let Some(steps) = &expected.steps {
        match plan(matched, seen.window, seen.terminal) {
            Ok(plan) => {
                let found: Vec<String> = plan.steps.iter().map(step_text).collect();
                if found != *steps {
                    failures.push(format!(
                        "the steps are [{}]; expected [{}]",
                        found.join(", "),
                        steps.join(", ")
                    ));
                }
            }
            Err(problem) => failures.push(problem.to_string()),
        }
    }
}

/// No form matches, as expected; and if the fixture says why, for that reason.
fn expect_failing(loaded: &Arc<LoadedTemplate>, seen: &Seen<'_>, expected: &Expected, result: &mut FixtureResult) {
    let failed = |criteria: &[Criterion], what: &str| {
        criteria
            .iter()
            .any(|criterion| criterion.verdict == Verdict::Failed && criterion.what == what)
    };
    let number = expected.number.and_then(|number| number.checked_sub(1));
    let forms = loaded.forms();
    let forms = forms.filter(|form| number.is_none_or(|number| number == form.index()));
    let judged: Vec<Judgement> = forms.map(|form| seen.judge(&form)).collect();
    result.criteria = judged
        .first()
        .map(|judgement| judgement.criteria.clone())
        .unwrap_or_default();
    if let Some(what) = &expected.failing
        && !judged.iter().any(|judgement| failed(&judgement.criteria, what))
    {
        let why: Vec<String> = judged.iter().map(|judgement| failing(&judgement.criteria)).collect();
        result
            .failures
            .push(format!("`{what}` should fail, but: {}", why.join("; or ")));
    }
}

fn failing(criteria: &[Criterion]) -> String {
    let failed: Vec<String> = criteria
        .iter()
        .filter(|criterion| criterion.verdict == Verdict::Failed)
        .map(|criterion| {
            format!(
                "{}: wanted {}, found {}",
                criterion.what, criterion.wanted, criterion.found
            )
        })
        .collect();
    if failed.is_empty() {
        "nothing failed".to_owned()
    } else {
        failed.join(", ")
    }
}
