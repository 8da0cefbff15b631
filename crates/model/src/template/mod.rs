//! The template model: what stands in a template's TOML file.

mod behaviour;
mod logon;
mod require;
mod respond;
mod window;

pub use behaviour::{FillSpec, LoopSpec, Platform, Reauthenticate};
pub use logon::{Access, FieldRule, FieldScope, FieldSpec, LogonSpec, TotpAlgorithm, TotpSpec};
pub use require::{Presence, Requirement, Selector, StatePattern};
pub use respond::{Fallback, KeyRun, MethodName, Point, Response, Selection, Step, Wait, Watchpoint};
pub use window::{AsksFor, ParentPattern, WindowPattern};

use crate::{FieldName, TemplateId, TerminalSpec};
use behaviour::yes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An application template: how its logon forms look and how to answer them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The version of this format: 1.
    pub schema: u32,
    /// The template's id, in reverse domain style.
    pub id: TemplateId,
    /// The application's name, for people.
    pub name: String,
    /// What the application is, for people who choose among many.
    #[serde(default)]
    pub description: Option<String>,
    /// The number of this edition. Of two files of one publisher with one id the higher one counts.
    #[serde(default)]
    pub revision: u32,
    /// The operating systems it is for; none named: every one.
    #[serde(default)]
    pub platforms: Vec<Platform>,
    /// Whether it is in use. Off: it is known and listed, and nothing is filled by it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What the next one who edits it should know.
    #[serde(default)]
    pub notes: Option<String>,
    /// The name of the application's icon, as its desktop entry has it.
    #[serde(default)]
    pub icon: Option<String>,
    /// What is stored for this application.
    pub logon: LogonSpec,
    /// Who may use it; nobody named: everybody who can read it.
    #[serde(default)]
    pub access: Access,
    /// When its forms are filled.
    #[serde(default)]
    pub fill: FillSpec,
    /// When filling stops.
    #[serde(default, rename = "loop")]
    pub limits: LoopSpec,
    /// The forms this template knows, first match first.
    #[serde(default)]
    pub form: Vec<Form>,
}

impl Template {
    /// A template that says nothing yet.
    #[must_use]
    pub fn new(id: TemplateId, name: String) -> Self {
        Self {
            schema: 1,
            id,
            name,
            description: None,
            revision: 0,
            platforms: Vec::new(),
            enabled: true,
            notes: None,
            icon: None,
            logon: LogonSpec::default(),
            access: Access::default(),
            fill: FillSpec::default(),
            limits: LoopSpec::default(),
            form: Vec::new(),
        }
    }

    /// Why nothing is filled by it here, if so: what it says of itself.
    #[must_use]
    pub fn unused(&self) -> Option<&'static str> {
        let elsewhere = |platforms: &[Platform]| {
            !platforms.is_empty() && !Platform::here().is_some_and(|here| platforms.contains(&here))
        };
        match self.enabled {
            false => Some("enabled"),
            true if elsewhere(&self.platforms) => Some("platforms"),
            true => None,
        }
    }
}

/// What a form is for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// Asks for the logon.
    Logon,
    /// Says that a logon was refused.
    LogonFailed,
    /// Says that a logon was accepted.
    LogonSucceeded,
    /// Asks for a new password: `old`, `new` and `confirm` are what it asks for.
    Change,
    /// Says that a new password was refused.
    ChangeFailed,
    /// Says that a new password was accepted.
    ChangeSucceeded,
    /// Asks for the new password once more, in a window of its own.
    Confirm,
    /// A message that stands in the way, and is answered without any field of the logon.
    Message,
    /// Looks like one of the others and is none: nothing is done.
    Ignore,
    /// Anything else that is answered with fields of the logon, such as the first page of two. It is no try: nothing follows from it.
    Custom,
}

impl FormKind {
    /// Its name in templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logon => "logon",
            Self::LogonFailed => "logon-failed",
            Self::LogonSucceeded => "logon-succeeded",
            Self::Change => "change",
            Self::ChangeFailed => "change-failed",
            Self::ChangeSucceeded => "change-succeeded",
            Self::Confirm => "confirm",
            Self::Message => "message",
            Self::Ignore => "ignore",
            Self::Custom => "custom",
        }
    }

    /// Whether it says how something ended, instead of asking for something.
    #[must_use]
    pub fn is_result(self) -> bool {
        matches!(
            self,
            Self::LogonFailed | Self::LogonSucceeded | Self::ChangeFailed | Self::ChangeSucceeded
        )
    }

    /// Whether it is answered with what is stored.
    #[must_use]
    pub fn takes_logon(self) -> bool {
        matches!(self, Self::Logon | Self::Custom)
    }

    /// Whether it asks for a new password.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self, Self::Change | Self::Confirm)
    }
}

/// What forms that ask for a new password may bind and write beside the logon's own fields: the password until now, the new one, and
/// the new one again.
pub const CHANGE_FIELDS: [&str; 3] = ["old", "new", "confirm"];

/// One form of an application (`[[form]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What it is for.
    pub kind: FormKind,
    /// Which of the forms that match counts: the one with the highest number. Of one template's the first of those; two templates that
    /// stand equal are an error, and nothing is filled.
    #[serde(default)]
    pub priority: u32,
    /// Which window it is.
    pub window: WindowPattern,
    /// On whose behalf the program asks.
    #[serde(default)]
    pub asks_for: AsksFor,
    /// For programs that ask inside a terminal.
    #[serde(default)]
    pub terminal: Option<TerminalSpec>,
    /// Controls that must, or must not, be there.
    #[serde(default)]
    pub require: Vec<Requirement>,
    /// Which control holds which field; in forms that ask for a new password also `old`, `new` and `confirm`.
    #[serde(default)]
    pub bind: BTreeMap<FieldName, Selector>,
    /// How to answer. Always for `logon` and `custom` forms; also for `change`, `confirm` and `message`.
    #[serde(default)]
    pub respond: Option<Response>,
}
