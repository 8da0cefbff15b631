//! Controls that must, or must not, be there, and how a control is named.

use crate::{Pattern, Role, States};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a control must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// At least one control matches.
    #[default]
    Present,
    /// No control matches.
    Absent,
}

/// A control that must or must not be there (`[[form.require]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Which control.
    pub control: Selector,
    /// Whether it must be there.
    #[serde(default)]
    pub is: Presence,
    /// What its text or name must say. `{field}` stands for a plain field of the logon, and so chooses among several logons.
    #[serde(default)]
    pub text: Option<Pattern>,
    /// In which states it must be.
    #[serde(default)]
    pub state: StatePattern,
    /// What will do instead: it is enough that one of these holds.
    #[serde(default)]
    pub or: Vec<Requirement>,
}

/// In which states a control must be. What is left out does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatePattern {
    /// Whether it reacts to input.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Whether its text may be changed.
    #[serde(default)]
    pub editable: Option<bool>,
    /// Whether it has the keyboard focus.
    #[serde(default)]
    pub focused: Option<bool>,
    /// Whether it is switched on: a check box, a toggle.
    #[serde(default)]
    pub checked: Option<bool>,
    /// Whether it is of the style that takes several lines.
    #[serde(default)]
    pub multiline: Option<bool>,
}

impl StatePattern {
    /// Whether a control's states are as wanted.
    #[must_use]
    pub fn admits(self, states: States) -> bool {
        self.wanted(states).all(|(_, wanted, found)| wanted == found)
    }

    /// Each state that matters: its name, how it must be, how it is in `states`.
    pub fn wanted(self, states: States) -> impl Iterator<Item = (&'static str, bool, bool)> {
        let all = [
            ("enabled", self.enabled, states.enabled),
            ("editable", self.editable, states.editable),
            ("focused", self.focused, states.focused),
            ("checked", self.checked, states.checked),
            ("multiline", self.multiline, states.multiline),
        ];
        all.into_iter()
            .filter_map(|(name, wanted, found)| Some((name, wanted?, found)))
    }
}

/// Which control. Everything given must hold; hidden controls never match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The toolkit's id.
    #[serde(default)]
    pub id: Option<String>,
    /// The role.
    #[serde(default)]
    pub role: Option<Role>,
    /// The accessible name.
    #[serde(default)]
    pub name: Option<Pattern>,
    /// The label: LABELLED_BY, else the text just before it.
    #[serde(default)]
    pub label: Option<Pattern>,
    /// The toolkit's class name.
    #[serde(default)]
    pub class: Option<Pattern>,
    /// An ancestor.
    #[serde(default)]
    pub parent: Option<Box<Selector>>,
    /// The how-manieth of those that match, from 1, top to bottom and left to right.
    #[serde(default)]
    pub ordinal: Option<u32>,
}
