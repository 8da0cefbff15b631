//! What the controls of a form are for, as the user says.

use super::fields::{Roles, is_input, is_push};
use super::{Named, RecordProblem, SUBMIT, words};
use crate::pattern::is_field_name;
use countersign_model::{CHANGE_FIELDS, ControlFacts, ControlToken, ControlTree, FormKind, Role};

/// `order`: the inputs and buttons, as a person reads.
pub(super) fn roles(tree: &ControlTree, order: &[usize], named: &Named) -> Result<Roles, RecordProblem> {
    let find = |what: &str, token: &ControlToken, fits: fn(&ControlFacts) -> bool| {
        let is_it = |index: &usize| {
            let control = tree.controls.get(*index);
            control.is_some_and(|control| control.token == *token && fits(control))
        };
        let found = order.iter().copied().find(is_it);
        found.ok_or_else(|| RecordProblem::NoControl(what.to_owned()))
    };
    let mut fields = Vec::new();
    for (name, token) in named.iter().filter(|(name, _)| *name != SUBMIT) {
        if !is_field_name(name) {
            return Err(RecordProblem::BadName(name.clone()));
        }
        let index = find(name, token, is_input)?;
        if fields.iter().any(|(_, other)| *other == index) {
            return Err(RecordProblem::Twice(name.clone()));
        }
        fields.push((name.clone(), index));
    }
    if fields.is_empty() {
        return Err(RecordProblem::NoForm("no field was named".to_owned()));
    }
    let submit = match named.get(SUBMIT) {
        Some(token) => Some(find(SUBMIT, token, is_push)?),
        None => {
            let pushes = order.iter().copied();
            let pushes: Vec<usize> = pushes
                .filter(|index| tree.controls.get(*index).is_some_and(is_push))
                .collect();
            words::submit(tree, &pushes)
        }
    };
    let is_secret = |index: usize| {
        let control = tree.controls.get(index);
        control.is_some_and(|control| control.role == Role::PasswordText)
    };
    let kind = match () {
        () if fields.iter().any(|(name, _)| CHANGE_FIELDS.contains(&name.as_str())) => FormKind::Change,
        () if fields
            .iter()
            .any(|(name, index)| name == "password" || is_secret(*index)) =>
        {
            FormKind::Logon
        }
        () => FormKind::Custom,
    };
    Ok(Roles {
        kind,
        fields,
        submit,
        notes: Vec::new(),
    })
}
