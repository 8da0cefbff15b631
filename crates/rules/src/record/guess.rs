//! What the controls of a form are for, guessed from what stands on them.

use super::fields::{Fields, Roles, is_input, is_push};
use super::{RecordProblem, words};
use crate::select::describe;
use countersign_model::{ControlFacts, ControlTree, FormKind, Role};

/// `order`: the inputs and buttons, as a person reads.
pub(super) fn roles(tree: &ControlTree, order: &[usize]) -> Result<Roles, RecordProblem> {
    let of = |wanted: fn(&ControlFacts) -> bool| -> Vec<usize> {
        let all = order.iter().copied();
        all.filter(|index| tree.controls.get(*index).is_some_and(wanted))
            .collect()
    };
    let passwords = of(|control| is_input(control) && control.role == Role::PasswordText);
    let texts = of(|control| is_input(control) && control.role != Role::PasswordText);
    let (kind, mut fields) = passwords_of(tree, &passwords)?;
    let mut notes = Vec::new();
    let first = passwords
        .first()
        .and_then(|first| order.iter().position(|index| index == first));
    for index in texts {
        let before = order.iter().position(|other| *other == index) < first;
        let name = words::known_as(tree.controls.get(index));
        let user_known = fields.iter().any(|(name, _)| name == "username");
        let name = match name {
            Some(name) => name.to_owned(),
            None if before && !user_known && passwords.len() == 1 => "username".to_owned(),
            None => {
                let shown = tree.controls.get(index).map(describe).unwrap_or_default();
                notes.push(format!("{shown} is left as it is; bind it if it is part of the logon"));
                continue;
            }
        };
        match fields.iter().any(|(known, _)| *known == name) {
            true => notes.push(format!("a second field looks like `{name}` and is left as it is")),
            false => fields.push((name, index)),
        }
    }
    if fields.is_empty() {
        return Err(RecordProblem::NoForm(
            "no password field and no field for a user name".to_owned(),
        ));
    }
    let kind = match (kind, passwords.is_empty()) {
        (_, true) => {
            notes.push("there is no password field: this is taken for the first page of two".to_owned());
            FormKind::Custom
        }
        (kind, false) => kind,
    };
    Ok(Roles {
        kind,
        fields,
        submit: words::submit(tree, &of(is_push)),
        notes,
    })
}

/// One password field is a logon; two or three ask for a new password.
fn passwords_of(tree: &ControlTree, passwords: &[usize]) -> Result<(FormKind, Fields), RecordProblem> {
    let named = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        names.zip(passwords.iter().copied()).collect()
    };
    let says = |at: usize, wanted: &[&str]| {
        let control = passwords.get(at).and_then(|index| tree.controls.get(*index));
        control.is_some_and(|control| words::mentions(control, wanted))
    };
    match passwords.len() {
        0 => Ok((FormKind::Custom, Vec::new())),
        1 => Ok((FormKind::Logon, named(&["password"]))),
        2 if says(0, words::OLD) => Ok((FormKind::Change, named(&["old", "new"]))),
        2 if says(1, words::AGAIN) || says(0, words::NEW) => Ok((FormKind::Change, named(&["new", "confirm"]))),
        2 => Ok((FormKind::Logon, named(&["password", "third"]))),
        3 => Ok((FormKind::Change, named(&["old", "new", "confirm"]))),
        many => Err(RecordProblem::NoForm(format!("{many} password fields"))),
    }
}
