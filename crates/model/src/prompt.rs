//! What the user is asked while a form waits for him.

use crate::{LogonId, TemplateId, WindowId};
use serde::{Deserialize, Serialize};

/// A question about one window. It holds as long as its form is there and unanswered.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The window with the form.
    pub window: WindowId,
    /// Its title.
    pub title: String,
    /// The template of the form.
    pub template: TemplateId,
    /// The application's name, as its template has it.
    pub application: String,
    /// What is wanted of the user.
    pub question: Question,
    /// Whether he may say that the application is never to be filled.
    pub may_exclude: bool,
}

/// What a form waits for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// One of these logons: each would do.
    Choice(Vec<Choice>),
    /// A new password for this logon: one is made by its policy, or the user gives one.
    Change(Choice),
    /// A logon that is not stored yet. It is filled, and kept once the application has accepted it.
    Logon,
}

/// A logon to choose.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The logon.
    pub id: LogonId,
    /// The user's name for it.
    pub label: String,
}
