//! Whether a window is a form, criterion by criterion.

use crate::compiled::CompiledForm;
use crate::criteria::{Criteria, no_value};
use crate::form::{FormRef, Needs};
use crate::pattern::{Known, Match, PlainFields};
use crate::planning::{PlanProblem, Planned, planned};
use crate::requirement;
use crate::select::{Found, View, describe, short};
use crate::standing::{self, package_holds};
use crate::unseen::hides_characters;
use countersign_model::{
    ControlToken, ControlTree, Criterion, FieldName, Form, Pattern, ProcessIdentity, TerminalFacts, WindowFacts,
};
use std::collections::BTreeMap;

/// What was read of a window.
#[derive(Clone, Copy, Debug)]
pub enum Contents<'a> {
    /// Its controls.
    Controls(&'a ControlTree),
    /// The terminal in it.
    Terminal(&'a TerminalFacts),
    /// Nothing: no form needed it.
    Nothing,
}

/// What was decided about one form and one window, and why.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Every condition: wanted and found.
    pub criteria: Vec<Criterion>,
    /// The match, if every condition held.
    pub matched: Option<Matched>,
}

/// A form recognised in a window.
#[derive(Clone, Debug)]
pub struct Matched {
    /// The form.
    pub form: FormRef,
    /// The control of each bound field.
    pub bound: BTreeMap<FieldName, ControlToken>,
    pub(crate) planned: Result<Planned, PlanProblem>,
}

impl FormRef {
    /// Judges a window before a logon is chosen: `{field}` stands for anything that is not empty.
    #[must_use]
    pub fn judge(&self, window: &WindowFacts, contents: Contents<'_>) -> Judgement {
        judge(self, window, contents, Known::Nothing)
    }

    /// Judges a window for one logon: `{field}` stands for exactly its value.
    #[must_use]
    pub fn judge_with(&self, window: &WindowFacts, contents: Contents<'_>, fields: &dyn PlainFields) -> Judgement {
        judge(self, window, contents, Known::Fields(fields))
    }
}

fn judge(form: &FormRef, window: &WindowFacts, contents: Contents<'_>, known: Known<'_>) -> Judgement {
    let mut criteria = Criteria::default();
    let compiled = form.compiled();
    judge_window(form.form(), compiled, window, known, &mut criteria);
    if !criteria.hold() {
        skip_rest(compiled, &mut criteria);
        return Judgement {
            criteria: criteria.all,
            matched: None,
        };
    }
    let mut bound = BTreeMap::new();
    let mut plan = Planned::without_controls(compiled);
    match (form.needs(), contents) {
        (Needs::Nothing, _) => {}
        (Needs::Terminal, Contents::Terminal(facts)) => {
            if let Some(terminal) = &compiled.terminal {
                terminal.judge(facts, known, &mut criteria);
            }
        }
        (Needs::Controls, Contents::Controls(tree)) => {
            let view = View::new(tree);
            for (number, require) in compiled.require.iter().enumerate() {
                let what = format!("require {}", number + 1);
                requirement::judge(what, require, &view, known, &mut criteria);
            }
            let places = bind(compiled, &view, known, &mut criteria);
            let token = |index: usize| view.get(index).map(|control| control.token.clone());
            bound = places
                .iter()
                .filter_map(|(field, index)| Some((field.clone(), token(*index)?)))
                .collect();
            plan = planned(compiled, &view, &bound, known, &mut criteria);
        }
        (Needs::Terminal, _) => criteria.failed("terminal", "a terminal whose program can be seen", "it was not read"),
        (Needs::Controls, _) => {
            criteria.failed("controls", "a window whose controls can be read", "they were not read")
        }
    }
    // A match for any logon is no match for this one: without its fields there is nothing to carry out.
    if matches!(known, Known::Nothing) && !compiled.chooses_by.is_empty() && plan.is_ok() {
        plan = Err(PlanProblem::NeedsLogon);
    }
    let matched = criteria.hold().then(|| Matched {
        form: form.clone(),
        bound,
        planned: plan,
    });
    Judgement {
        criteria: criteria.all,
        matched,
    }
}

/// The same as [`judge_window`], without words and without reading anything twice.
pub(crate) fn window_holds(compiled: &CompiledForm, window: &WindowFacts) -> bool {
    but_for_package(compiled, window)
        && window
            .process
            .as_ref()
            .is_ok_and(|process| package_holds(compiled, process))
}

/// Whether everything about the window holds that is known without asking for the package.
pub(crate) fn but_for_package(compiled: &CompiledForm, window: &WindowFacts) -> bool {
    let Ok(process) = &window.process else { return false };
    let held = |text: Option<&crate::pattern::Text>, found: &str| {
        text.is_none_or(|text| text.judge(found, Known::Nothing) == Match::Yes)
    };
    executable_holds(compiled, process)
        && script_holds(compiled, process)
        && started_by_holds(compiled, process)
        && standing::holds(compiled, window)
        && held(compiled.title.as_ref(), &window.title)
        && titles_hold(compiled, &window.title, Known::Nothing)
        && !(asks_title(compiled) && hides_characters(&window.title))
        && held(compiled.class.as_ref(), &window.class)
        && !compiled.not_class.iter().any(|class| held(Some(class), &window.class))
}

/// Whether title and class are as a form asks, that asks for one of them at least.
pub(crate) fn looks_like(compiled: &CompiledForm, window: &WindowFacts) -> bool {
    let held = |text: Option<&crate::pattern::Text>, found: &str| {
        text.is_none_or(|text| text.judge(found, Known::Nothing) == Match::Yes)
    };
    (asks_title(compiled) || compiled.class.is_some())
        && held(compiled.title.as_ref(), &window.title)
        && titles_hold(compiled, &window.title, Known::Nothing)
        && held(compiled.class.as_ref(), &window.class)
}

/// Whether one of several titles is this one, if there are several.
pub(crate) fn titles_hold(compiled: &CompiledForm, title: &str, known: Known<'_>) -> bool {
    let mut titles = compiled.titles.iter();
    compiled.titles.is_empty() || titles.any(|wanted| wanted.judge(title, known) == Match::Yes)
}

fn asks_title(compiled: &CompiledForm) -> bool {
    compiled.title.is_some() || !compiled.titles.is_empty()
}

fn executable_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    compiled
        .executable
        .iter()
        .any(|pattern| pattern.matches(&process.executable))
}

fn started_by_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    let matches = |parent: &std::path::PathBuf| compiled.started_by.iter().any(|pattern| pattern.matches(parent));
    compiled.started_by.is_empty() || process.started_by.as_ref().is_some_and(matches)
}

fn script_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    let matches = |script: &std::path::PathBuf| compiled.script.iter().any(|pattern| pattern.matches(script));
    compiled.script.is_empty() || process.script.as_ref().is_some_and(matches)
}

fn judge_window(
    form: Option<&Form>,
    compiled: &CompiledForm,
    window: &WindowFacts,
    known: Known<'_>,
    criteria: &mut Criteria,
) {
    let pattern = form.map(|form| &form.window);
    let wanted = either(pattern.map_or(&[], |window| window.executable.as_slice()));
    match &window.process {
        Err(problem) => criteria.failed("executable", wanted, problem.to_string()),
        Ok(process) => {
            let found = process.executable.display().to_string();
            if executable_holds(compiled, process) {
                criteria.passed("executable", wanted, found);
            } else {
                criteria.failed("executable", wanted, found);
            }
            if !compiled.script.is_empty() {
                let wanted = either(pattern.map_or(&[], |window| window.script.as_slice()));
                let found = process
                    .script
                    .as_ref()
                    .map_or("no script".to_owned(), |script| script.display().to_string());
                if script_holds(compiled, process) {
                    criteria.passed("script", wanted, found);
                } else {
                    criteria.failed("script", wanted, found);
                }
            }
            if !compiled.started_by.is_empty() {
                let wanted = either(pattern.map_or(&[], |window| window.started_by.as_slice()));
                let found = process
                    .started_by
                    .as_ref()
                    .map_or("a program that may not be looked at".to_owned(), |path| {
                        path.display().to_string()
                    });
                if started_by_holds(compiled, process) {
                    criteria.passed("started_by", wanted, found);
                } else {
                    criteria.failed("started_by", wanted, found);
                }
            }
        }
    }
    if let Some(title) = &compiled.title {
        criteria.text("title", title, &window.title, known);
    }
    if !compiled.titles.is_empty() {
        let wanted = either(pattern.map_or(&[], |window| window.titles.as_slice()));
        let held = titles_hold(compiled, &window.title, known);
        criteria.whether("titles", held, wanted, short(&window.title));
    }
    if asks_title(compiled) && hides_characters(&window.title) {
        let wanted = "only characters that can be seen";
        criteria.failed(
            "title",
            wanted,
            format!("{}, with some that cannot", short(&window.title)),
        );
    }
    if let Some(class) = &compiled.class {
        criteria.text("class", class, &window.class, known);
    }
    standing::judge(compiled, window, known, criteria);
    for class in &compiled.not_class {
        let wanted = format!("not `{}`", class.source());
        match class.judge(&window.class, known) {
            Match::Yes => criteria.failed("not_class", wanted, short(&window.class)),
            Match::No => criteria.passed("not_class", wanted, short(&window.class)),
            Match::NoValue(field) => criteria.failed("not_class", wanted, no_value(&field)),
        }
    }
}

pub(crate) fn either(patterns: &[Pattern]) -> String {
    patterns
        .iter()
        .map(|pattern| pattern.0.as_str())
        .collect::<Vec<_>>()
        .join(" or ")
}

/// What stands for a condition that only a chosen logon can decide.
pub(crate) const DEPENDS: &str = "it depends on the logon";

/// Finds the control of each bound field; two fields never share one.
fn bind(
    compiled: &CompiledForm,
    view: &View<'_>,
    known: Known<'_>,
    criteria: &mut Criteria,
) -> Vec<(FieldName, usize)> {
    let mut places: Vec<(FieldName, usize)> = Vec::new();
    for (field, selector) in &compiled.bind {
        let what = format!("bind {field}");
        let found = view.pick(selector, known);
        if found == Found::Undecided {
            criteria.passed(what, selector.describe(), DEPENDS);
        } else if let Found::One(index) = found {
            match places.iter().find(|(_, taken)| *taken == index) {
                Some((other, _)) => {
                    criteria.failed(what, selector.describe(), format!("the same control as for {other}"));
                }
                None => {
                    criteria.passed(
                        what,
                        selector.describe(),
                        view.get(index).map(describe).unwrap_or_default(),
                    );
                    places.push((field.clone(), index));
                }
            }
        } else {
            criteria.failed(what, selector.describe(), not_one(view, &found));
        }
    }
    places
}

/// Why there is not exactly one control.
pub(crate) fn not_one(view: &View<'_>, found: &Found) -> String {
    match found {
        Found::One(_) | Found::Undecided => String::new(),
        Found::Missing(instead) => instead.clone(),
        Found::Several(all) => format!("{}; `ordinal`, `label` or `parent` would say which", view.several(all)),
        Found::Unsure => "one, but the window has more controls than were read: another may match too".to_owned(),
    }
}

fn skip_rest(compiled: &CompiledForm, criteria: &mut Criteria) {
    if compiled.terminal.is_some() {
        criteria.skipped("terminal", "a program that asks for a secret");
    }
    for (number, require) in compiled.require.iter().enumerate() {
        criteria.skipped(format!("require {}", number + 1), requirement::wanted(require));
    }
    for (field, selector) in &compiled.bind {
        criteria.skipped(format!("bind {field}"), selector.describe());
    }
}
