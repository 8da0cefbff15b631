//! By what a control is named, so that it is still found after an update.

use super::personal::Personal;
use super::text;
use crate::lint::selectors::looks_made;
use crate::select::{describe, find};
use countersign_model::{ControlFacts, ControlToken, ControlTree, Pattern, Role, Selector};
use std::fmt;

/// How long a selector may be expected to find its control, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stability(pub u8);

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of 100", self.0)
    }
}

/// What a control was chosen for, and by what it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// A field's name, or `submit`.
    pub what: String,
    /// The selector.
    pub selector: Selector,
    /// The control in a few words.
    pub control: String,
    /// The control itself.
    pub token: ControlToken,
    /// How long that lasts.
    pub stability: Stability,
    /// Why no longer.
    pub why: String,
}

impl Choice {
    /// The selector as a template has it.
    #[must_use]
    pub fn text(&self) -> String {
        text::selector(&self.selector)
    }
}

/// Names a control by what lasts longest among all that finds it and no other.
pub(super) fn choose(what: &str, tree: &ControlTree, index: usize, personal: &Personal) -> Option<Choice> {
    let control = tree.controls.get(index)?;
    let mut candidates = candidates(tree, control, personal);
    candidates.sort_by_key(|(_, stability, _)| std::cmp::Reverse(*stability));
    let is_it = |selector: &Selector| find(selector, tree).is_ok_and(|found| found == control.token);
    let (selector, stability, why) = candidates.into_iter().find(|(selector, ..)| is_it(selector))?;
    Some(Choice {
        what: what.to_owned(),
        selector,
        control: describe(control),
        token: control.token.clone(),
        stability,
        why: why.to_owned(),
    })
}

type Candidate = (Selector, Stability, &'static str);

fn candidates(tree: &ControlTree, control: &ControlFacts, personal: &Personal) -> Vec<Candidate> {
    let role = Some(control.role);
    let of_role = Selector {
        role,
        ..Selector::default()
    };
    let mut all = Vec::new();
    if let Some(id) = control.id.as_ref().filter(|id| !looks_made(id)) {
        let by_id = Selector {
            id: Some(id.clone()),
            ..of_role.clone()
        };
        all.push((by_id, Stability(95), "the application's own id"));
    }
    all.push(match control.role {
        Role::PasswordText => (of_role.clone(), Stability(85), "the only password field of the window"),
        _ => (
            of_role.clone(),
            Stability(60),
            "the only one of its role until the window gets another",
        ),
    });
    if let Some(name) = lasting(&control.name, personal) {
        let by_name = Selector {
            name: Some(name),
            ..of_role.clone()
        };
        all.push((by_name, Stability(75), "its name, which changes with the language"));
    }
    if let Some(label) = control.label.as_deref().and_then(|label| lasting(label, personal)) {
        let by_label = Selector {
            label: Some(label),
            ..of_role.clone()
        };
        all.push((by_label, Stability(70), "its label, which changes with the language"));
    }
    if let Some(class) = control.class.as_deref().filter(|class| !looks_made(class)) {
        let by_class = Selector {
            class: Some(Pattern(personal.pattern(class))),
            ..of_role.clone()
        };
        all.push((by_class, Stability(65), "its class"));
    }
    for ancestor in ancestors(tree, control) {
        let place = ancestor.id.as_ref().filter(|id| !looks_made(id));
        let name = lasting(&ancestor.name, personal).filter(|_| ancestor.parent.is_some());
        if place.is_some() || name.is_some() {
            let parent = Selector {
                id: place.cloned(),
                role: Some(ancestor.role),
                name: name.filter(|_| place.is_none()),
                ..Selector::default()
            };
            let inside = Selector {
                parent: Some(Box::new(parent)),
                ..of_role.clone()
            };
            all.push((inside, Stability(55), "the only one of its role where it is"));
        }
    }
    for ordinal in 1..=u32::try_from(tree.controls.len()).unwrap_or(u32::MAX).min(MOST_COUNTED) {
        let counted = Selector {
            ordinal: Some(ordinal),
            ..of_role.clone()
        };
        all.push((
            counted,
            Stability(35),
            "its place among others: one more before it, and it is another one",
        ));
    }
    all
}

/// Nobody counts further, and neither does the recorder.
const MOST_COUNTED: u32 = 20;

/// A text as a pattern, if it says something that will be there again.
fn lasting(text: &str, personal: &Personal) -> Option<Pattern> {
    let pattern = personal.pattern(text);
    let says = pattern.chars().any(char::is_alphabetic) && pattern.chars().count() <= LONGEST;
    (says && !looks_made(&pattern)).then_some(Pattern(pattern))
}

/// Longer texts are sentences, and change.
const LONGEST: usize = 80;

fn ancestors<'a>(tree: &'a ControlTree, control: &ControlFacts) -> Vec<&'a ControlFacts> {
    let mut found = Vec::new();
    let mut at = control.parent;
    while let Some(parent) = at.and_then(|index| tree.controls.get(index)) {
        if found.len() > tree.controls.len() {
            break;
        }
        found.push(parent);
        at = parent.parent;
    }
    found
}
