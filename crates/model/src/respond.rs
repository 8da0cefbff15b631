//! What to do on the desktop, how it went, and why it was not done.

use crate::{ControlToken, FieldName, Presence, Selector, StatePattern, TerminalFacts, WindowFacts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A key with a name: `Return`, `Tab`, `Escape`, `F1`, `ctrl+a`, `shift+Tab`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct KeyName(pub String);

/// A modifier held during a key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modifier {
    /// Shift.
    Shift,
    /// Control.
    Ctrl,
    /// Alt.
    Alt,
    /// The Windows or Command key.
    Super,
}

/// A parsed [`KeyName`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPress {
    /// Modifiers, held for this key only.
    pub modifiers: Vec<Modifier>,
    /// The key's keysym name as X11 has it (`Return`, `Tab`, `F1`, `a`).
    pub key: String,
}

/// How a response writes, for figures and explanations.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Into the controls.
    Controls,
    /// By keystrokes.
    Keys,
    /// Both, as the template's steps say.
    Steps,
}

/// One thing to do, controls already resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write a field into a control, and check what was written.
    Set {
        /// Which field.
        field: FieldName,
        /// Where.
        control: ControlToken,
    },
    /// Type a field; `within` must have the focus where accessibility exists.
    Type {
        /// Which field.
        field: FieldName,
        /// The control that must have the focus.
        within: Option<ControlToken>,
    },
    /// Type this text.
    Text(String),
    /// Press a key, in a burst of its own.
    Key(KeyPress),
    /// Click with the pointer.
    Click(ControlToken),
    /// Click at a point of a control, or of the window.
    ClickAt(Option<ControlToken>, ClickPoint),
    /// Invoke the control's own action.
    Press(ControlToken),
    /// Give the focus.
    Focus(ControlToken),
    /// Switch a check box on.
    Check(ControlToken),
    /// Switch a check box off.
    Uncheck(ControlToken),
    /// Choose an item by name.
    Select {
        /// The list or combo box.
        control: ControlToken,
        /// The item's exact name.
        item: String,
    },
    /// Empty a control.
    Clear(ControlToken),
    /// Wait so long.
    Pause(Duration),
    /// Wait until this holds.
    Await(Box<Awaited>),
}

/// A point, counted from the edges of what it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClickPoint {
    /// Pixels from an edge.
    pub x: u32,
    /// The same, downwards or upwards.
    pub y: u32,
    /// Which edge `x` counts from.
    pub across: Edge,
    /// Which edge `y` counts from.
    pub down: Edge,
}

/// An edge that pixels are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The left or upper one.
    Near,
    /// The right or lower one.
    Far,
}

/// What is waited for, and how long at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Which control.
    pub control: Selector,
    /// Whether it must be there.
    pub is: Presence,
    /// In which states.
    pub state: StatePattern,
    /// How long at most.
    pub patience: Duration,
}

impl Awaited {
    /// A control that is there and enabled.
    #[must_use]
    pub fn control(control: Selector) -> Self {
        Self {
            control,
            is: Presence::Present,
            state: StatePattern {
                enabled: Some(true),
                ..StatePattern::default()
            },
            patience: Duration::from_secs(5),
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// What to do.
    pub action: Action,
    /// Whether this is the step that submits. Everything before is filling.
    pub submits: bool,
}

/// A response ready to be carried out. It names fields, never values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The window, as it was when the form was recognised. Pid, start time and executable must still be the same.
    pub window: WindowFacts,
    /// For terminals: the prompt as it was. The foreground program, its arguments and the terminal's modes must still be the same.
    pub terminal: Option<TerminalFacts>,
    /// How it writes.
    pub method: Method,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
}

/// What a burst of keys is for, checked under the grab.
#[derive(Clone, Debug)]
pub struct KeyTarget<'a> {
    /// The window that must have the input focus.
    pub window: &'a WindowFacts,
    /// The control that must have the focus, where accessibility exists.
    pub control: Option<&'a ControlToken>,
    /// The prompt that must still be there, for terminals.
    pub terminal: Option<&'a TerminalFacts>,
}

/// One element of a burst.
#[derive(Debug)]
pub enum KeyStep<'a> {
    /// Text, typed literally. No key name or macro is read in it.
    Text(&'a str),
    /// A named key.
    Press(&'a KeyPress),
}

/// How long it took, from the moment the window was there.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Microseconds until the last value was written.
    pub filled_us: Option<u64>,
    /// Microseconds until the submitting step returned.
    pub submitted_us: Option<u64>,
}

/// How far a response got.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Stopped before anything secret was written.
    Refused(Refusal),
    /// Stopped after something was written; nothing went anywhere else.
    Interrupted(Refusal),
}

/// The end of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// How far it got.
    pub outcome: Outcome,
    /// When the last value was written, on the steady clock.
    pub filled: Option<crate::Monotonic>,
    /// When the submitting step returned.
    pub submitted: Option<crate::Monotonic>,
}

/// Why a response was not carried out. Each message says what to do next.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The window is gone.
    #[error("the window closed; open the application's logon again")]
    WindowGone,
    /// The window belongs to another process now.
    #[error("the window now belongs to another program; nothing was written to it")]
    IdentityChanged,
    /// Another window took the input focus.
    #[error("another window took the focus; click into the logon window and choose Fill")]
    FocusMoved,
    /// Another control has the focus.
    #[error("another field has the focus; nothing was typed into it")]
    FieldNotFocused,
    /// A control is not there any more.
    #[error("the control for {0} is not there any more")]
    ControlGone(String),
    /// What a step waits for did not come.
    #[error("{0} waited in vain: what it waits for did not come; choose Fill once the application is ready")]
    NotInTime(String),
    /// The control does not take text: disabled, read-only or not a text field.
    #[error("the control for {0} does not take text")]
    NotEditable(String),
    /// The control holds something else than what was written.
    #[error("the control for {0} did not keep what was written; use `method = \"keys\"` for this application")]
    NotKept(String),
    /// The control's action did not run.
    #[error("the control for {0} could not be pressed")]
    NotPressed(String),
    /// The application does not answer.
    #[error("the application does not answer; wait until it does, then choose Fill")]
    NotResponding,
    /// The terminal shows what is typed.
    #[error("the terminal would show the password; no program is asking for one")]
    EchoOn,
    /// Nobody is reading a whole line without echo: not a password prompt.
    #[error("no program in the terminal is asking for a password")]
    NotAPrompt,
    /// The terminal's foreground program is not the one the prompt was recognised for.
    #[error("another program runs in the terminal now")]
    ForegroundChanged,
    /// A character cannot be typed with this keyboard.
    #[error("a character of the {0} cannot be typed on this display")]
    Untypable(String),
    /// A modifier is held down by the user.
    #[error("a key such as Shift or Ctrl is being held; release it and choose Fill")]
    ModifierHeld,
    /// A field of the plan has no value.
    #[error("the logon has no value for {0}; add it with `countersign logon edit`")]
    NoValue(String),
    /// Stopped by the user, a lock or a pause.
    #[error("stopped before it was done")]
    Cancelled,
    /// The desktop itself failed.
    #[error("the desktop failed: {0}")]
    Desktop(String),
}
