//! Which control holds which field, and which one submits.

use super::choice::{Choice, choose};
use super::personal::Personal;
use super::{RecordProblem, Scene, command, words};
use crate::select::{View, describe};
use countersign_model::{ControlFacts, ControlTree, Coverage, FieldName, FormKind, Role};
use std::collections::BTreeMap;

/// What a template is drafted from.
pub(super) struct Draft {
    pub(super) kind: FormKind,
    pub(super) answer: Answer,
    /// The fields that are bound, in the order in which they stand, and then what submits.
    pub(super) choices: Vec<Choice>,
    pub(super) notes: Vec<String>,
    bound: BTreeMap<FieldName, usize>,
}

/// How the form is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Into its controls.
    Controls,
    /// By keys, since the window shows no controls.
    Typed,
    /// By keys, to the program in the terminal.
    Terminal,
}

impl Draft {
    pub(super) fn of(scene: Scene<'_>, personal: &Personal) -> Result<Self, RecordProblem> {
        if let Some(terminal) = scene.terminal {
            return match terminal.asks_for_secret() {
                true => command::readable(terminal).map(|()| Self::typed(Answer::Terminal)),
                false => Err(RecordProblem::NothingAsked),
            };
        }
        match scene.tree.filter(|tree| {
            tree.controls
                .iter()
                .any(|control| control.states.editable || is_push(control))
        }) {
            Some(tree) => Self::of_controls(tree, personal),
            None => Ok(Self::typed(Answer::Typed)),
        }
    }

    fn typed(answer: Answer) -> Self {
        let note = match answer {
            Answer::Terminal => {
                "the terminal form is for exactly this command: write `{username}`, `{host}` and the like where it names what belongs to the logon"
            }
            _ => {
                "this window shows no controls: the password is typed where the focus is, if this window has it; see that nothing else has this title"
            }
        };
        Self {
            kind: FormKind::Logon,
            answer,
            choices: Vec::new(),
            notes: vec![note.to_owned()],
            bound: BTreeMap::new(),
        }
    }

    fn of_controls(tree: &ControlTree, personal: &Personal) -> Result<Self, RecordProblem> {
        let order = reading_order(tree);
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
        fields.sort_by_key(|(_, index)| order.iter().position(|other| other == index));
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
        if tree.coverage == Coverage::Truncated {
            notes.push("the window has more controls than were read".to_owned());
        }
        let mut draft = Self {
            kind,
            answer: Answer::Controls,
            choices: Vec::new(),
            notes,
            bound: fields
                .iter()
                .map(|(name, index)| (FieldName::from(name.as_str()), *index))
                .collect(),
        };
        for (name, index) in &fields {
            draft.choices.push(named(name, tree, *index, personal)?);
        }
        match words::submit(tree, &of(is_push)) {
            Some(index) => draft.choices.push(named("submit", tree, index, personal)?),
            None => draft.notes.push(
                "no button looks as if it submitted the form: Return does; see that it does what is wanted".to_owned(),
            ),
        }
        Ok(draft)
    }

    /// The control of each field, by its place in the tree.
    pub(super) fn bound(&self) -> BTreeMap<FieldName, usize> {
        self.bound.clone()
    }

    /// The fields in the order in which they stand.
    pub(super) fn fields(&self) -> Vec<&str> {
        match self.answer {
            Answer::Controls => {
                let names = self.choices.iter().map(|choice| choice.what.as_str());
                names.filter(|name| *name != "submit").collect()
            }
            Answer::Typed | Answer::Terminal => vec!["password"],
        }
    }

    pub(super) fn choice(&self, what: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.what == what)
    }
}

fn named(what: &str, tree: &ControlTree, index: usize, personal: &Personal) -> Result<Choice, RecordProblem> {
    choose(what, tree, index, personal).ok_or_else(|| {
        let control = tree.controls.get(index).map(describe).unwrap_or_default();
        RecordProblem::Indistinct(control)
    })
}

type Fields = Vec<(String, usize)>;

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

fn is_input(control: &ControlFacts) -> bool {
    let states = control.states;
    states.showing
        && states.enabled
        && states.editable
        && !states.multiline
        && matches!(
            control.role,
            Role::PasswordText | Role::Text | Role::Entry | Role::ComboBox
        )
}

fn is_push(control: &ControlFacts) -> bool {
    control.states.showing && control.role == Role::PushButton
}

/// What is typed into or pressed, as a person reads: top to bottom, left to right.
fn reading_order(tree: &ControlTree) -> Vec<usize> {
    let all = tree.controls.iter().enumerate();
    let met = all.filter(|(_, control)| is_input(control) || is_push(control));
    let met: Vec<usize> = met.map(|(index, _)| index).collect();
    View::new(tree).reading_order(&met)
}
