//! Why something was filled, or was not.

use crate::{FormKind, Method, Outcome, TemplateId, Timestamp, Timing, WindowId};
use serde::{Deserialize, Serialize};

/// Whether a criterion held.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held.
    Passed,
    /// It did not.
    Failed,
    /// It was not looked at, because an earlier one failed.
    Skipped,
}

/// One condition of a form: wanted and found. Never holds what a field contains.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What was looked at: `executable`, `title`, `require 1`, `bind password`…
    pub what: String,
    /// What the template wants.
    pub wanted: String,
    /// What was there.
    pub found: String,
    /// Whether it held.
    pub verdict: Verdict,
}

/// What was decided about a window.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// No form of any template matches.
    NoMatch,
    /// The vault is locked.
    Locked,
    /// Filling is paused.
    Paused,
    /// Automatic filling is off (`fill.automatic`): only `countersign logon fill` fills.
    Manual,
    /// The user does not want this application to be filled by itself.
    Excluded,
    /// The template wants the user to type his password before this logon is filled.
    Reauthenticate,
    /// Typing waits until the window has the focus.
    AwaitsFocus,
    /// No logon is stored for the template.
    NoLogon,
    /// Several logons would do: the user has to choose.
    Ambiguous(Vec<String>),
    /// These templates all say that the window is theirs, with one priority: nothing is guessed.
    Tied(Vec<TemplateId>),
    /// The logon was saved for something else.
    BindingChanged {
        /// What it was saved for.
        saved: String,
        /// What the window is.
        live: String,
    },
    /// The response ran.
    Responded(Outcome),
    /// A form said, or a repeated prompt showed, that the logon was refused. Filling stopped for it.
    LogonFailed(String),
    /// A form said that the logon was accepted, or the form went away.
    LogonSucceeded(String),
    /// The application asks for a new password, and none is made yet.
    ChangeAsked,
    /// Which of the two passwords of a change the logon of this name has is not known, and trying could do harm.
    PasswordUnsure(String),
    /// The password of the logon of this name has expired, and its grace is over: it is filled only where the user asks for it.
    PasswordExpired(String),
    /// A form said that a new password was refused.
    ChangeFailed(String),
    /// A form said that a new password was accepted.
    ChangeSucceeded(String),
    /// A form of kind `ignore` says that the window is to be left alone.
    Ignored,
    /// Loop protection: filled so often within the grace period that something is wrong.
    LoopStopped {
        /// How many fills.
        fills: u32,
    },
    /// The window could not be read.
    Unreadable(String),
}

/// The response behind a decision, in figures.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// How it wrote.
    pub method: Method,
    /// How long it took from the window's appearance (or the prompt's, in a window that was already there).
    pub timing: Timing,
}

/// Everything about one decision.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// When.
    pub at: Timestamp,
    /// The window.
    pub window: WindowId,
    /// Its title then.
    pub title: String,
    /// Its program's path, or why it is not known.
    pub program: String,
    /// The toolkit, if it says.
    pub toolkit: Option<String>,
    /// The template looked at.
    pub template: Option<TemplateId>,
    /// The form looked at.
    pub form: Option<FormKind>,
    /// The label of the logon used.
    pub logon: Option<String>,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
    /// What was decided.
    pub decision: Decision,
    /// What was done.
    pub attempt: Option<Attempt>,
    /// Warnings: an executable the user can write, say.
    pub warnings: Vec<String>,
}
