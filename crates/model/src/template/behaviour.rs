//! How the agent behaves towards an application: when it fills, when it asks, when it stops.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An operating system a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
}

impl Platform {
    /// The one this program was built for, if it is one of them.
    #[must_use]
    pub fn here() -> Option<Self> {
        match std::env::consts::OS {
            "linux" => Some(Self::Linux),
            "windows" => Some(Self::Windows),
            "macos" => Some(Self::Macos),
            _ => None,
        }
    }
}

/// When an application's forms are filled (`[fill]`). What the settings forbid a template cannot allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FillSpec {
    /// Fill a recognised form without being asked. Off: only `countersign logon fill` fills.
    pub automatic: bool,
    /// Submit what was filled. Off: the user looks at it and submits it himself.
    pub submit: bool,
    /// Tell the user, or ask him, where no logon is stored or something keeps a form from being filled.
    pub prompt: bool,
    /// The user may say that a window, or the whole application, is never to be filled.
    pub exclude: bool,
    /// A service's logon: nobody sits there, so nobody is ever asked or told anything on the screen. What happens is in `why` and the log.
    pub service: bool,
    /// When the user has to show again who he is before a logon is filled.
    pub reauthenticate: Reauthenticate,
}

impl Default for FillSpec {
    fn default() -> Self {
        Self {
            automatic: true,
            submit: true,
            prompt: true,
            exclude: true,
            service: false,
            reauthenticate: Reauthenticate::Never,
        }
    }
}

impl FillSpec {
    /// Whether the user may be told or asked something on the screen.
    #[must_use]
    pub fn prompts(&self) -> bool {
        self.prompt && !self.service
    }
}

/// When the user has to type his password again before a logon is filled: `"never"`, `"each"` or `{ minutes = 10 }`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reauthenticate {
    /// Never.
    #[default]
    Never,
    /// Before each fill.
    Each,
    /// When he typed it last so many minutes ago, 1 to 1440. Unlocking with it counts.
    Minutes(u32),
}

/// When filling stops because something goes round in circles (`[loop]`). What is left out is as the settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LoopSpec {
    /// How often one logon may be filled into the same program within the grace period, 1 to 20 (`loop.fills`).
    pub fills: Option<u32>,
    /// The grace period in seconds, 5 to 3600 (`loop.grace_seconds`).
    pub grace_seconds: Option<u32>,
    /// How often a logon is filled again where the same program asks again and does not say why, 0 to 5. A refusal that is recognised
    /// (`logon-failed`) always stops.
    pub retries: u32,
    /// Whether the user is told that filling stopped.
    pub tell: bool,
}

impl Default for LoopSpec {
    fn default() -> Self {
        Self {
            fills: None,
            grace_seconds: None,
            retries: 0,
            tell: true,
        }
    }
}

pub(super) fn yes() -> bool {
    true
}
