//! How a form is answered.

use super::{Presence, Selector, StatePattern};
use crate::{FieldName, KeyName, Pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a response writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MethodName {
    /// Into each bound control itself.
    Controls,
    /// By keystrokes.
    Keys,
    /// By the listed steps.
    Steps,
}

/// What to do when controls cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// Refuse and say why.
    #[default]
    None,
    /// Type instead, under the same guards.
    Keys,
}

/// How to answer a form (`[form.respond]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// How to write.
    pub method: MethodName,
    /// What to do when controls cannot be written.
    #[serde(default)]
    pub fallback: Fallback,
    /// The control that submits the form, by its own action.
    #[serde(default)]
    pub submit: Option<Selector>,
    /// The key that submits the form. `keys` without `submit` and `submit_key` ends with Return.
    #[serde(default)]
    pub submit_key: Option<KeyName>,
    /// What to wait for before anything is done.
    #[serde(default)]
    pub wait: Option<Wait>,
    /// The control that gets the focus before anything is done.
    #[serde(default)]
    pub focus: Option<Selector>,
    /// The steps, for `method = "steps"`.
    #[serde(default)]
    pub step: Vec<Step>,
}

/// One step of a response (`[[form.respond.step]]`): a table with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Write a field into its bound control.
    Set(FieldName),
    /// Type a field where the focus is (where accessibility exists: in its bound control).
    Type(FieldName),
    /// Type this text.
    Text(String),
    /// Press a key.
    Key(KeyName),
    /// Press a key several times.
    Keys(KeyRun),
    /// Click at a point of a control or of the window.
    #[serde(rename = "click_at")]
    ClickAt(Point),
    /// Click a control with the pointer.
    Click(Selector),
    /// Invoke a control's own action (a button's press).
    Press(Selector),
    /// Give a control the focus.
    Focus(Selector),
    /// Switch a check box on.
    Check(Selector),
    /// Switch a check box off.
    Uncheck(Selector),
    /// Choose an item of a list or combo box.
    Select(Selection),
    /// Empty a control.
    Clear(Selector),
    /// Wait.
    Wait(Wait),
}

/// An item to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The list or combo box.
    pub control: Selector,
    /// The item's name.
    pub item: Pattern,
}

/// What to wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Wait {
    /// So many milliseconds, 5000 at most.
    Ms(u32),
    /// Until this control is there and enabled, 5 seconds at most.
    Control(Selector),
    /// Until this holds.
    Until(Watchpoint),
}

/// A condition that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watchpoint {
    /// Which control.
    pub control: Selector,
    /// Whether it must be there.
    #[serde(default)]
    pub is: Presence,
    /// In which states it must be.
    #[serde(default)]
    pub state: StatePattern,
    /// The most milliseconds to wait, 30000 at most; 5000 when left out.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
}

/// A key that is pressed several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRun {
    /// The key.
    pub key: KeyName,
    /// How often, 1 to 50.
    pub repeat: u32,
}

/// A point to click at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The control it is in; left out: the window.
    #[serde(default)]
    pub control: Option<Selector>,
    /// Pixels from the left edge, or with `from_right` from the right one.
    pub x: u32,
    /// Pixels from the upper edge, or with `from_bottom` from the lower one.
    pub y: u32,
    /// Whether `x` counts from the right edge.
    #[serde(default)]
    pub from_right: bool,
    /// Whether `y` counts from the lower edge.
    #[serde(default)]
    pub from_bottom: bool,
}
