//! How long a password lives, and what a site's exits are told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a password lives, and what follows on mistakes (`[life]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifeRules {
    /// It has to be changed after so many days.
    pub days: u32,
    /// It cannot be changed again before so many days.
    pub min_days: u32,
    /// So many logons are let through after it has expired.
    pub grace_logins: u32,
    /// So many wrong passwords block the account.
    pub wrong_passwords: u32,
    /// A blocked account is free again after so many minutes.
    pub block_minutes: u32,
}

/// What only a site's own password exits use, and get as it is written here (`[exits]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExitRules {
    /// The kind of dictionary, by the number the exits know it by.
    pub dictionary_format: u32,
    /// Whether the site keeps passwords so that it can read them back. Countersign seals what it keeps, whatever this says.
    pub recoverable: bool,
}
