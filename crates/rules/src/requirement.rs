//! Whether a control that must, or must not, be there is.

use crate::compiled::CompiledRequirement;
use crate::criteria::{Criteria, no_value};
use crate::judge::DEPENDS;
use crate::pattern::{Known, Match};
use crate::select::{Found, View, describe, short};
use countersign_model::{ControlFacts, Coverage, Presence, States};

const NOT_CERTAIN: &str = "the window has more controls than were read, so that it is absent is not certain";
const NOT_COUNTED: &str = "the window has more controls than were read, so counting them proves nothing";

/// It, or what will do instead of it, as one criterion.
pub(crate) fn judge(
    what: String,
    require: &CompiledRequirement,
    view: &View<'_>,
    known: Known<'_>,
    criteria: &mut Criteria,
) {
    let wanted = wanted(require);
    let mut missing = Vec::new();
    for alternative in require.each() {
        match one(alternative, view, known) {
            Ok(found) => return criteria.passed(what, wanted, found),
            Err(found) => missing.push(found),
        }
    }
    missing.dedup();
    criteria.failed(what, wanted, missing.join("; or "));
}

/// What was found: as it should be, or not.
fn one(require: &CompiledRequirement, view: &View<'_>, known: Known<'_>) -> Result<String, String> {
    if let (Some(text), Known::Fields(fields)) = (&require.text, known)
        && let Some(missing) = text
            .fields()
            .find(|name| fields.plain(name.as_str()).is_none_or(str::is_empty))
    {
        return Err(no_value(missing));
    }
    let there = view.all(&require.control, known);
    let holds = |control: &&ControlFacts| says(require, control, known) && require.state.admits(control.states);
    let holding = there.iter().filter_map(|index| view.get(*index)).find(holds);
    let cut_off = view.coverage == Coverage::Truncated;
    let counts = require.control.ordinal.is_some() && require.control.id.is_none();
    let depends = matches!(known, Known::Nothing) && require.names_fields();
    match (require.is, holding) {
        (Presence::Absent, Some(_)) if depends => Ok(DEPENDS.to_owned()),
        (Presence::Present, Some(_)) if cut_off && counts => Err(NOT_COUNTED.to_owned()),
        (Presence::Present, Some(control)) => Ok(described(control)),
        (Presence::Present, None) => Err(instead(require, view, &there)),
        (Presence::Absent, Some(control)) => Err(described(control)),
        (Presence::Absent, None) if cut_off => Err(NOT_CERTAIN.to_owned()),
        (Presence::Absent, None) => Ok("none".to_owned()),
    }
}

fn says(require: &CompiledRequirement, control: &ControlFacts, known: Known<'_>) -> bool {
    require.text.as_ref().is_none_or(|text| {
        let shown = control.text.as_deref().filter(|_| !control.states.editable);
        [shown, Some(control.name.as_str())]
            .into_iter()
            .flatten()
            .any(|found| text.judge(found, known) == Match::Yes)
    })
}

/// How it is written in a template, with what will do instead, for people.
pub(crate) fn wanted(require: &CompiledRequirement) -> String {
    let each: Vec<String> = require.each().map(wanted_of_one).collect();
    each.join(" or ")
}

fn wanted_of_one(require: &CompiledRequirement) -> String {
    let mut text = match require.is {
        Presence::Present => require.control.describe(),
        Presence::Absent => format!("no {}", require.control.describe()),
    };
    if let Some(says) = &require.text {
        text.push_str(&format!(" that says `{}`", says.source()));
    }
    for (name, wanted, _) in require.state.wanted(States::default()) {
        text.push_str(&format!(", {}{name}", if wanted { "" } else { "not " }));
    }
    text
}

fn described(control: &ControlFacts) -> String {
    match control
        .text
        .as_deref()
        .filter(|text| !control.states.editable && *text != control.name)
    {
        Some(text) => format!("{} that says “{}”", describe(control), short(text)),
        None => describe(control),
    }
}

fn instead(require: &CompiledRequirement, view: &View<'_>, there: &[usize]) -> String {
    if there.is_empty() {
        return match view.pick(&require.control, Known::Nothing) {
            Found::Missing(instead) => instead,
            _ => "none".to_owned(),
        };
    }
    let shown: Vec<String> = there
        .iter()
        .take(6)
        .filter_map(|index| view.get(*index))
        .map(|control| format!("{}{}", described(control), otherwise(require, control)))
        .collect();
    format!("only {}", shown.join("; "))
}

/// Which states are not as wanted.
fn otherwise(require: &CompiledRequirement, control: &ControlFacts) -> String {
    let wrong = require
        .state
        .wanted(control.states)
        .filter(|(_, wanted, found)| wanted != found);
    wrong
        .map(|(name, _, found)| format!(", {}{name}", if found { "" } else { "not " }))
        .collect()
}
