//! Steps as a template lists them, controls resolved.

use super::{PlanProblem, fill, resolve};
use crate::compiled::{CompiledResponse, CompiledStep, Deed};
use crate::criteria::Criteria;
use crate::pattern::{Known, Match, Text};
use crate::select::View;
use countersign_model::{Action, ControlToken, FieldName, PlannedStep, Role};
use std::collections::BTreeMap;

pub(super) fn by_steps(
    respond: &CompiledResponse,
    view: &View<'_>,
    bound: &BTreeMap<FieldName, ControlToken>,
    known: Known<'_>,
    criteria: &mut Criteria,
) -> Result<Vec<PlannedStep>, PlanProblem> {
    let mut steps = Vec::new();
    for (number, step) in respond.steps.iter().enumerate() {
        let what = format!("step {}", number + 1);
        let action = match step {
            CompiledStep::Set(field) => bound.get(field).map(|control| Action::Set {
                field: field.clone(),
                control: control.clone(),
            }),
            CompiledStep::Type(field) => Some(Action::Type {
                field: field.clone(),
                within: bound.get(field).cloned(),
            }),
            CompiledStep::Text(text) => Some(Action::Text(text.clone())),
            CompiledStep::Key(key) => Some(Action::Key(key.clone())),
            CompiledStep::Keys(key, repeat) => {
                // The last one is the step itself: it may be the one that submits.
                steps.extend((1..*repeat).map(|_| fill(Action::Key(key.clone()))));
                Some(Action::Key(key.clone()))
            }
            CompiledStep::ClickAt(None, point) => Some(Action::ClickAt(None, *point)),
            CompiledStep::ClickAt(Some(control), point) => {
                resolve(&what, control, view, known, criteria).map(|token| Action::ClickAt(Some(token), *point))
            }
            CompiledStep::Pause(time) => Some(Action::Pause(*time)),
            CompiledStep::Await(control) => Some(Action::Await(control.clone())),
            CompiledStep::On(deed, control) => {
                resolve(&what, control, view, known, criteria).map(|token| on(*deed, token))
            }
            CompiledStep::Select(control, item) => match resolve(&what, control, view, known, criteria) {
                Some(token) => item_of(&what, &token, item, view, known, criteria)?
                    .map(|item| Action::Select { control: token, item }),
                None => None,
            },
        };
        steps.extend(action.map(fill));
    }
    let sends = |step: &PlannedStep| {
        matches!(
            step.action,
            Action::Key(_) | Action::Press(_) | Action::Click(_) | Action::ClickAt(..)
        )
    };
    let last = steps.iter().rposition(sends).or(steps.len().checked_sub(1));
    if let Some(step) = last.and_then(|last| steps.get_mut(last)) {
        step.submits = true;
    }
    Ok(steps)
}

fn on(deed: Deed, control: ControlToken) -> Action {
    match deed {
        Deed::Click => Action::Click(control),
        Deed::Press => Action::Press(control),
        Deed::Focus => Action::Focus(control),
        Deed::Check => Action::Check(control),
        Deed::Uncheck => Action::Uncheck(control),
        Deed::Clear => Action::Clear(control),
    }
}

/// The exact name of the one item that is meant.
fn item_of(
    what: &str,
    list: &ControlToken,
    wanted: &Text,
    view: &View<'_>,
    known: Known<'_>,
    criteria: &mut Criteria,
) -> Result<Option<String>, PlanProblem> {
    if let Some(exact) = wanted.exact(known) {
        return Ok(Some(exact.trim().to_owned()));
    }
    if matches!(known, Known::Nothing) && wanted.fields().next().is_some() {
        return Err(PlanProblem::NeedsLogon);
    }
    let root = view.controls.iter().position(|control| control.token == *list);
    let is_item = |role| matches!(role, Role::ListItem | Role::MenuItem);
    let below = |index: usize| {
        let mut at = index;
        for _ in 0..view.controls.len() {
            match view.get(at).and_then(|control| control.parent) {
                Some(parent) if Some(parent) == root => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    };
    let items: Vec<&str> = view
        .controls
        .iter()
        .enumerate()
        .filter(|(index, control)| is_item(control.role) && below(*index))
        .map(|(_, control)| control.name.as_str())
        .filter(|name| wanted.judge(name, known) == Match::Yes)
        .collect();
    let wanted = format!("an item `{}`", wanted.source());
    match items.as_slice() {
        [only] => return Ok(Some((*only).to_owned())),
        [] => criteria.failed(what, wanted, "no item matches"),
        several => criteria.failed(what, wanted, format!("{} items match", several.len())),
    }
    Ok(None)
}
