//! Which control holds which field, and which one submits.

use super::choice::{Choice, choose};
use super::personal::Personal;
use super::{Named, Offered, RecordProblem, SUBMIT, Scene, command, guess, told};
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
    /// What could be named, as a person reads.
    pub(super) offered: Vec<Offered>,
    bound: BTreeMap<FieldName, usize>,
}

/// What the controls of a form are for.
pub(super) struct Roles {
    pub(super) kind: FormKind,
    /// Fields, and where their controls are in the tree.
    pub(super) fields: Fields,
    pub(super) submit: Option<usize>,
    pub(super) notes: Vec<String>,
}

pub(super) type Fields = Vec<(String, usize)>;

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
    pub(super) fn of(scene: Scene<'_>, personal: &Personal, named: &Named) -> Result<Self, RecordProblem> {
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
            Some(tree) => Self::of_controls(tree, personal, named),
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
            offered: Vec::new(),
        }
    }

    fn of_controls(tree: &ControlTree, personal: &Personal, named: &Named) -> Result<Self, RecordProblem> {
        let order = reading_order(tree);
        let mut roles = match named.is_empty() {
            true => guess::roles(tree, &order)?,
            false => told::roles(tree, &order, named)?,
        };
        let place = |index: &usize| order.iter().position(|other| other == index);
        roles.fields.sort_by_key(|(_, index)| place(index));
        if tree.coverage == Coverage::Truncated {
            roles
                .notes
                .push("the window has more controls than were read".to_owned());
        }
        let mut draft = Self {
            kind: roles.kind,
            answer: Answer::Controls,
            choices: Vec::new(),
            notes: roles.notes,
            bound: roles
                .fields
                .iter()
                .map(|(name, index)| (FieldName::from(name.as_str()), *index))
                .collect(),
            offered: Vec::new(),
        };
        for (name, index) in &roles.fields {
            draft.choices.push(chosen(name, tree, *index, personal)?);
        }
        match roles.submit {
            Some(index) => draft.choices.push(chosen(SUBMIT, tree, index, personal)?),
            None => draft.notes.push(
                "no button looks as if it submitted the form: Return does; see that it does what is wanted".to_owned(),
            ),
        }
        draft.offered = order
            .iter()
            .filter_map(|index| offered(tree, *index, &draft.choices))
            .collect();
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
                names.filter(|name| *name != SUBMIT).collect()
            }
            Answer::Typed | Answer::Terminal => vec!["password"],
        }
    }

    pub(super) fn choice(&self, what: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.what == what)
    }
}

fn chosen(what: &str, tree: &ControlTree, index: usize, personal: &Personal) -> Result<Choice, RecordProblem> {
    choose(what, tree, index, personal).ok_or_else(|| {
        let control = tree.controls.get(index).map(describe).unwrap_or_default();
        RecordProblem::Indistinct(control)
    })
}

fn offered(tree: &ControlTree, index: usize, choices: &[Choice]) -> Option<Offered> {
    let control = tree.controls.get(index)?;
    let chosen = choices.iter().find(|choice| choice.token == control.token);
    Some(Offered {
        token: control.token.clone(),
        control: describe(control),
        what: chosen.map(|choice| choice.what.clone()),
    })
}

pub(super) fn is_input(control: &ControlFacts) -> bool {
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

pub(super) fn is_push(control: &ControlFacts) -> bool {
    control.states.showing && control.role == Role::PushButton
}

/// What is typed into or pressed, as a person reads: top to bottom, left to right.
fn reading_order(tree: &ControlTree) -> Vec<usize> {
    let all = tree.controls.iter().enumerate();
    let met = all.filter(|(_, control)| is_input(control) || is_push(control));
    let met: Vec<usize> = met.map(|(index, _)| index).collect();
    View::new(tree).reading_order(&met)
}
