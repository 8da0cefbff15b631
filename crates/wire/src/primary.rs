//! What opens a vault day by day.

use serde::{Deserialize, Serialize};

/// What a person does to open his vault day by day.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrimaryMethod {
    /// He types the password he logs on to this machine with.
    Os,
    /// He types the password he logs on to the organisation's directory with.
    Directory,
    /// He types a password that is for the vault alone.
    Own,
    /// Nothing: a slot that asks nobody opens it.
    None,
}

impl PrimaryMethod {
    /// All, in the order in which one is picked where nobody chooses.
    pub const ALL: [Self; 4] = [Self::Os, Self::Directory, Self::Own, Self::None];

    /// As it is written in settings and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::Directory => "directory",
            Self::Own => "own",
            Self::None => "none",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// Who chose it.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrimaryChoice {
    /// The user.
    User,
    /// The setting `primary.method`.
    Setting,
    /// Nobody: it was picked, for this reason.
    Picked(String),
}

/// The primary of this device.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryReport {
    /// What it is.
    pub method: PrimaryMethod,
    /// Who chose it.
    pub choice: PrimaryChoice,
    /// What may be chosen.
    pub allowed: Vec<PrimaryMethod>,
}
