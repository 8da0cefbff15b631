//! Which control a selector names.

use crate::compile::selector;
use crate::compiled::{CompiledSelector, role_name};
use crate::pattern::{Known, Match, Text};
use countersign_model::{
    Awaited, ControlFacts, ControlQuery, ControlToken, ControlTree, Coverage, Extents, Places, Presence, Role, Selector,
};
use std::collections::BTreeSet;

/// What a selector found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Exactly this control.
    One(usize),
    /// No control; the text says what is there instead.
    Missing(String),
    /// Several controls, and the selector does not say which.
    Several(Vec<usize>),
    /// One, but what was not read could hold another.
    Unsure,
    /// Something, and which control it is depends on the logon.
    Undecided,
}

/// Why a selector names no control of a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// A pattern of it does not compile.
    #[error("the selector is not valid: {0}")]
    Invalid(String),
    /// Nothing matches.
    #[error("no control matches: {0}")]
    Missing(String),
    /// Several match.
    #[error("{0}; add `ordinal`, `label` or `parent` to the selector")]
    Ambiguous(String),
    /// The tree was cut off.
    #[error("the window has more controls than were read, so that this is the only one is not certain")]
    Unsure,
}

/// Finds the one control a selector names, in the controls of a window.
///
/// # Errors
/// [`NotFound`] says why there is not exactly one.
pub fn find(wanted: &Selector, tree: &ControlTree) -> Result<ControlToken, NotFound> {
    let compiled = selector(wanted).map_err(|wrong| NotFound::Invalid(wrong.to_string()))?;
    let view = View::new(tree);
    match view.pick(&compiled, Known::Nothing) {
        Found::One(index) => match tree.controls.get(index) {
            Some(control) => Ok(control.token.clone()),
            None => Err(NotFound::Missing(String::new())),
        },
        Found::Missing(instead) => Err(NotFound::Missing(instead)),
        Found::Several(all) => Err(NotFound::Ambiguous(view.several(&all))),
        Found::Unsure | Found::Undecided => Err(NotFound::Unsure),
    }
}

/// Whether what is waited for holds, in the controls of a window. What was not read proves nothing.
#[must_use]
pub fn holds(awaited: &Awaited, tree: &ControlTree) -> bool {
    let Ok(compiled) = selector(&awaited.control) else {
        return false;
    };
    let view = View::new(tree);
    let there = view.all(&compiled, Known::Nothing);
    let found = there
        .iter()
        .filter_map(|index| view.get(*index))
        .any(|control| awaited.state.admits(control.states));
    let whole = tree.coverage == Coverage::Complete;
    match awaited.is {
        Presence::Present => found && (whole || compiled.ordinal.is_none() || compiled.id.is_some()),
        Presence::Absent => !found && whole,
    }
}

/// What to read of a window so that [`find`] or [`holds`] can answer.
#[must_use]
pub fn selector_query(wanted: &Selector) -> ControlQuery {
    let mut query = ControlQuery::default();
    let any_role = match selector(wanted) {
        Ok(compiled) => ask(&compiled, &mut query),
        Err(_) => AnyRole::Yes,
    };
    if any_role == AnyRole::Yes {
        query.roles.clear();
    }
    query
}

/// Whether a query must return every control, whatever its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnyRole {
    Yes,
    No,
}

/// Adds what a selector needs to a query.
pub(crate) fn ask(wanted: &CompiledSelector, query: &mut ControlQuery) -> AnyRole {
    query.labels |= wanted.label.is_some();
    if wanted.ordinal.is_some() {
        query
            .extents
            .add(wanted.role.map_or(Places::All, |role| Places::OfRoles(same_as(role))));
    }
    if let Some(parent) = &wanted.parent {
        query.parents = true;
        let mut of_parent = ControlQuery::default();
        ask(parent, &mut of_parent);
        query.labels |= of_parent.labels;
        query.extents.add(of_parent.extents);
    }
    match wanted.role {
        Some(role) => {
            query.roles.extend(same_as(role));
            AnyRole::No
        }
        None => AnyRole::Yes,
    }
}

/// Toolkits do not agree on these pairs; templates need not know which one says what.
pub(crate) fn same_as(role: Role) -> BTreeSet<Role> {
    match role {
        Role::Text | Role::Entry => [Role::Text, Role::Entry].into(),
        Role::Label | Role::Static => [Role::Label, Role::Static].into(),
        other => [other].into(),
    }
}

/// A window's controls, looked at by selectors.
pub(crate) struct View<'a> {
    pub(crate) controls: &'a [ControlFacts],
    pub(crate) coverage: Coverage,
}

impl<'a> View<'a> {
    pub(crate) fn new(tree: &'a ControlTree) -> Self {
        Self {
            controls: &tree.controls,
            coverage: tree.coverage,
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&'a ControlFacts> {
        self.controls.get(index)
    }

    /// The one control that is meant.
    pub(crate) fn pick(&self, wanted: &CompiledSelector, known: Known<'_>) -> Found {
        let matching = self.matching(wanted, known);
        let undecided = matches!(known, Known::Nothing) && wanted.names_fields();
        let found = match (wanted.ordinal, matching.as_slice()) {
            (_, []) => return Found::Missing(self.instead(wanted)),
            (Some(_), _) | (None, [_, _, ..]) if undecided => return Found::Undecided,
            (Some(ordinal), all) => match self.numbered(all, ordinal) {
                Some(index) => index,
                None => return Found::Missing(format!("only {}", counted(all.len()))),
            },
            (None, [only]) => *only,
            (None, several) => return Found::Several(several.to_vec()),
        };
        // In a tree that was cut off, "the only one" and "the second one" say nothing; an id still does.
        if self.coverage == Coverage::Truncated && wanted.id.is_none() {
            return Found::Unsure;
        }
        Found::One(found)
    }

    /// Everything on the screen that matches, in tree order. With an ordinal: that one.
    pub(crate) fn all(&self, wanted: &CompiledSelector, known: Known<'_>) -> Vec<usize> {
        let matching = self.matching(wanted, known);
        match wanted.ordinal {
            Some(ordinal) => self.numbered(&matching, ordinal).into_iter().collect(),
            None => matching,
        }
    }

    /// Everything that matches apart from the ordinal.
    fn matching(&self, wanted: &CompiledSelector, known: Known<'_>) -> Vec<usize> {
        let ancestors = wanted.parent.as_deref().map(|parent| self.ancestors(parent, known));
        let holds = |index: usize, control: &ControlFacts| {
            control.states.showing
                && self.alike(wanted, control, known)
                && ancestors
                    .as_ref()
                    .is_none_or(|ancestors| self.is_inside(index, ancestors))
        };
        self.controls
            .iter()
            .enumerate()
            .filter(|(index, control)| holds(*index, control))
            .map(|(index, _)| index)
            .collect()
    }

    /// What may be an ancestor. Whether it says that it shows does not matter: what it holds does.
    fn ancestors(&self, wanted: &CompiledSelector, known: Known<'_>) -> BTreeSet<usize> {
        let outer = wanted.parent.as_deref().map(|parent| self.ancestors(parent, known));
        let matching: Vec<usize> = self
            .controls
            .iter()
            .enumerate()
            .filter(|(index, control)| {
                self.alike(wanted, control, known) && outer.as_ref().is_none_or(|outer| self.is_inside(*index, outer))
            })
            .map(|(index, _)| index)
            .collect();
        match wanted.ordinal {
            Some(ordinal) => self.numbered(&matching, ordinal).into_iter().collect(),
            None => matching.into_iter().collect(),
        }
    }

    fn is_inside(&self, index: usize, ancestors: &BTreeSet<usize>) -> bool {
        let mut at = index;
        for _ in 0..self.controls.len() {
            match self.get(at).and_then(|control| control.parent) {
                Some(parent) if ancestors.contains(&parent) => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    }

    fn alike(&self, wanted: &CompiledSelector, control: &ControlFacts, known: Known<'_>) -> bool {
        let text = |pattern: &Option<Text>, found: Option<&str>| {
            pattern
                .as_ref()
                .is_none_or(|pattern| found.is_some_and(|text| pattern.judge(text, known) == Match::Yes))
        };
        wanted.role.is_none_or(|role| same_as(role).contains(&control.role))
            && wanted.id.as_ref().is_none_or(|id| control.id.as_ref() == Some(id))
            && text(&wanted.class, control.class.as_deref())
            && text(&wanted.name, Some(&control.name))
            && text(&wanted.label, control.label.as_deref())
    }

    fn numbered(&self, matching: &[usize], ordinal: u32) -> Option<usize> {
        let at = usize::try_from(ordinal).ok()?.checked_sub(1)?;
        self.reading_order(matching).get(at).copied()
    }

    /// Top to bottom and left to right; in tree order when a place is not known.
    pub(crate) fn reading_order(&self, matching: &[usize]) -> Vec<usize> {
        let places: Option<Vec<(usize, Extents)>> = matching
            .iter()
            .map(|index| Some((*index, self.get(*index)?.extents?)))
            .collect();
        let Some(mut places) = places else {
            return matching.to_vec();
        };
        places.sort_by_key(|(index, place)| (place.y, place.x, *index));
        let mut ordered = Vec::with_capacity(places.len());
        let mut row: Vec<(usize, Extents)> = Vec::new();
        let finish = |row: &mut Vec<(usize, Extents)>, ordered: &mut Vec<usize>| {
            row.sort_by_key(|(index, place)| (place.x, *index));
            ordered.extend(row.drain(..).map(|(index, _)| index));
        };
        for (index, place) in places {
            // A row goes on as long as a control's middle is above the bottom of the row's first control.
            let same_row = row.first().is_some_and(|(_, first)| {
                let middle = i64::from(place.y) + i64::from(place.height) / 2;
                middle < i64::from(first.y) + i64::from(first.height)
            });
            if !same_row {
                finish(&mut row, &mut ordered);
            }
            row.push((index, place));
        }
        finish(&mut row, &mut ordered);
        ordered
    }

    /// What a person reads when nothing matched.
    fn instead(&self, wanted: &CompiledSelector) -> String {
        let roles = wanted.role.map(same_as);
        let of_role = |control: &&ControlFacts| roles.as_ref().is_none_or(|roles| roles.contains(&control.role));
        let shown: Vec<String> = self
            .controls
            .iter()
            .filter(|control| control.states.showing)
            .filter(of_role)
            .take(6)
            .map(describe)
            .collect();
        let hidden = self
            .controls
            .iter()
            .filter(|control| !control.states.showing)
            .filter(of_role)
            .count();
        let mut text = if shown.is_empty() {
            "none".to_owned()
        } else {
            format!("only {}", shown.join("; "))
        };
        if hidden > 0 {
            text.push_str(&format!(" ({hidden} more, not on the screen)"));
        }
        text
    }

    pub(crate) fn several(&self, all: &[usize]) -> String {
        let named: Vec<String> = all
            .iter()
            .take(6)
            .filter_map(|index| self.get(*index))
            .map(describe)
            .collect();
        format!("{} match: {}", counted(all.len()), named.join("; "))
    }
}

fn counted(count: usize) -> String {
    if count == 1 {
        "1 control".to_owned()
    } else {
        format!("{count} controls")
    }
}

/// A control in a few words. What an editable control holds is never part of them.
pub(crate) fn describe(control: &ControlFacts) -> String {
    let mut text = role_name(control.role);
    let holds_input = control.states.editable || matches!(control.role, Role::PasswordText | Role::Text | Role::Entry);
    if !holds_input && !control.name.trim().is_empty() {
        text.push_str(&format!(" “{}”", short(&control.name)));
    }
    if let Some(label) = control.label.as_deref().filter(|label| !label.trim().is_empty()) {
        text.push_str(&format!(" labelled “{}”", short(label)));
    }
    text
}

/// A text of the screen on one line of bearable length.
pub(crate) fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    let seen = |c: char| crate::unseen::shown(c).unwrap_or_else(|| if c.is_control() { ' ' } else { c }.to_string());
    let clean: String = text.trim().chars().take(LONGEST + 1).map(seen).collect();
    if clean.chars().count() > LONGEST {
        format!("{}…", clean.chars().take(LONGEST).collect::<String>())
    } else {
        clean
    }
}
