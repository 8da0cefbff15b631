//! What is told of passwords and their changes. Nothing of them themselves.

use countersign_model::{JournalFacts, LogonId, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};

/// How the password of a logon stands.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReport {
    /// The logon.
    pub logon: LogonId,
    /// The user's name for it.
    pub label: String,
    /// Its template.
    pub template: TemplateId,
    /// The application's name; none: its template is not in force.
    pub application: Option<String>,
    /// Its change journal.
    pub journal: JournalFacts,
    /// When it expires, by its policy; none: never, or it is not known since when it counts.
    pub expires: Option<Timestamp>,
    /// How often it is still filled by itself once it has expired; none: as often as it is asked for.
    pub grace_left: Option<u32>,
    /// The group whose applications share it.
    pub group: Option<String>,
}

/// What the user says of the new password of a logon.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordVerdict {
    /// The application took it.
    Taken,
    /// It did not: the one until now holds.
    NotTaken,
}
