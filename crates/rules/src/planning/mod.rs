//! From a recognised form to the steps that answer it. `controls` and `keys` are short ways to write steps.

mod steps;

use crate::compiled::{CompiledForm, CompiledResponse, CompiledSelector, CompiledStep, Submits};
use crate::criteria::Criteria;
use crate::judge::{DEPENDS, Matched, not_one};
use crate::pattern::Known;
use crate::select::{Found, View, describe};
use countersign_model::{
    Action, ControlToken, Fallback, FieldName, KeyPress, Method, Plan, PlannedStep, TerminalFacts, WindowFacts,
};
use std::collections::BTreeMap;

/// Why a recognised form has no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    /// It is not a form that is answered.
    #[error("this form is not answered: it has no `[form.respond]`")]
    NoResponse,
    /// Whether this logon belongs here was not judged: `{field}` stood for anything.
    #[error("whether the logon belongs to this window was not judged; judge the form with the logon's fields first")]
    NeedsLogon,
}

/// The steps of a form, controls resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    method: Method,
    steps: Vec<PlannedStep>,
    by_keys: Option<Vec<PlannedStep>>,
}

/// The plan that answers a recognised form.
///
/// # Errors
/// [`PlanProblem`]: the form is not one that is answered.
pub fn plan(matched: &Matched, window: &WindowFacts, terminal: Option<&TerminalFacts>) -> Result<Plan, PlanProblem> {
    let planned = matched.planned.as_ref().map_err(Clone::clone)?;
    Ok(Plan {
        window: window.clone(),
        terminal: terminal.cloned(),
        method: planned.method,
        steps: planned.steps.clone(),
    })
}

/// The same answer by keys, if the template asked for it with `fallback = "keys"`.
#[must_use]
pub fn fallback_plan(matched: &Matched, window: &WindowFacts) -> Option<Plan> {
    let steps = matched.planned.as_ref().ok()?.by_keys.clone()?;
    Some(Plan {
        window: window.clone(),
        terminal: None,
        method: Method::Keys,
        steps,
    })
}

fn fill(action: Action) -> PlannedStep {
    PlannedStep { action, submits: false }
}

fn submit(action: Action) -> PlannedStep {
    PlannedStep { action, submits: true }
}

fn return_key() -> KeyPress {
    KeyPress {
        modifiers: Vec::new(),
        key: "Return".to_owned(),
    }
}

fn tab() -> KeyPress {
    KeyPress {
        modifiers: Vec::new(),
        key: "Tab".to_owned(),
    }
}

impl Planned {
    /// The plan of a form that names no control: typed, or steps of keys.
    pub(crate) fn without_controls(compiled: &CompiledForm) -> Result<Self, PlanProblem> {
        let view = View {
            controls: &[],
            coverage: countersign_model::Coverage::Complete,
        };
        planned(
            compiled,
            &view,
            &BTreeMap::new(),
            Known::Nothing,
            &mut Criteria::default(),
        )
    }
}

/// Resolves every control of the response. What cannot be resolved is a failed criterion: a form is not begun that cannot be ended.
pub(crate) fn planned(
    compiled: &CompiledForm,
    view: &View<'_>,
    bound: &BTreeMap<FieldName, ControlToken>,
    known: Known<'_>,
    criteria: &mut Criteria,
) -> Result<Planned, PlanProblem> {
    let Some(respond) = &compiled.respond else {
        return Err(PlanProblem::NoResponse);
    };
    let submit_control = respond
        .submit
        .as_ref()
        .and_then(|control| resolve("submit", control, view, known, criteria));
    let in_order: Vec<(FieldName, ControlToken)> = compiled
        .bind
        .iter()
        .filter_map(|(name, _)| Some((name.clone(), bound.get(name)?.clone())))
        .collect();
    let ends = |steps: Vec<PlannedStep>| match compiled.submits {
        Submits::Yes => steps,
        Submits::No => unsubmitted(steps),
    };
    let keys = || by_keys(compiled, respond, &in_order, submit_control.clone());
    let before = before(respond, view, known, criteria);
    let mut steps = match respond.method {
        Method::Controls => by_controls(respond, &in_order, submit_control.clone()),
        Method::Keys => keys(),
        Method::Steps => steps::by_steps(respond, view, bound, known, criteria)?,
    };
    steps.splice(0..0, before.iter().cloned());
    let keys = || before.iter().cloned().chain(keys()).collect();
    let by_keys = (respond.fallback == Fallback::Keys && respond.method == Method::Controls).then(keys);
    Ok(Planned {
        method: respond.method,
        steps: ends(steps),
        by_keys: by_keys.map(ends),
    })
}

/// What is done before everything else: waiting, and the focus.
fn before(respond: &CompiledResponse, view: &View<'_>, known: Known<'_>, criteria: &mut Criteria) -> Vec<PlannedStep> {
    let wait = respond.wait.as_ref().and_then(|wait| match wait {
        CompiledStep::Pause(time) => Some(Action::Pause(*time)),
        CompiledStep::Await(awaited) => Some(Action::Await(awaited.clone())),
        _ => None,
    });
    let focus = respond.focus.as_ref();
    let focus = focus.and_then(|control| resolve("focus", control, view, known, criteria));
    wait.into_iter().chain(focus.map(Action::Focus)).map(fill).collect()
}

/// Only what comes before the form is submitted.
fn unsubmitted(mut steps: Vec<PlannedStep>) -> Vec<PlannedStep> {
    let first = steps.iter().position(|step| step.submits);
    steps.truncate(first.unwrap_or(steps.len()));
    steps
}

fn resolve(
    what: &str,
    selector: &CompiledSelector,
    view: &View<'_>,
    known: Known<'_>,
    criteria: &mut Criteria,
) -> Option<ControlToken> {
    match view.pick(selector, known) {
        Found::One(index) => {
            let control = view.get(index)?;
            criteria.passed(what, selector.describe(), describe(control));
            Some(control.token.clone())
        }
        Found::Undecided => {
            criteria.passed(what, selector.describe(), DEPENDS);
            None
        }
        other => {
            criteria.failed(what, selector.describe(), not_one(view, &other));
            None
        }
    }
}

fn by_controls(
    respond: &CompiledResponse,
    bound: &[(FieldName, ControlToken)],
    submit_control: Option<ControlToken>,
) -> Vec<PlannedStep> {
    let mut steps: Vec<PlannedStep> = bound
        .iter()
        .map(|(field, control)| {
            fill(Action::Set {
                field: field.clone(),
                control: control.clone(),
            })
        })
        .collect();
    match (submit_control, &respond.submit_key) {
        (Some(control), _) => steps.push(submit(Action::Press(control))),
        (None, Some(key)) => {
            // A key goes to whatever has the focus: the last field, then.
            steps.extend(bound.last().map(|(_, control)| fill(Action::Focus(control.clone()))));
            steps.push(submit(Action::Key(key.clone())));
        }
        (None, None) => {}
    }
    steps
}

/// The first bound field gets the focus, Tab leads from each to the next; without any, fields are typed one after the other.
fn by_keys(
    compiled: &CompiledForm,
    respond: &CompiledResponse,
    bound: &[(FieldName, ControlToken)],
    submit_control: Option<ControlToken>,
) -> Vec<PlannedStep> {
    let mut steps = Vec::new();
    for (number, (field, control)) in bound.iter().enumerate() {
        // Tab keeps its place among the keys; whether it led to this field is looked at before anything is typed into it.
        steps.push(fill(match number {
            0 => Action::Focus(control.clone()),
            _ => Action::Key(tab()),
        }));
        steps.push(fill(Action::Type {
            field: field.clone(),
            within: Some(control.clone()),
        }));
    }
    if bound.is_empty() {
        for (number, field) in compiled.typed.iter().enumerate() {
            if number > 0 {
                steps.push(fill(Action::Key(tab())));
            }
            steps.push(fill(Action::Type {
                field: field.clone(),
                within: None,
            }));
        }
    }
    steps.push(match submit_control {
        Some(control) => submit(Action::Press(control)),
        None => submit(Action::Key(respond.submit_key.clone().unwrap_or_else(return_key))),
    });
    steps
}
