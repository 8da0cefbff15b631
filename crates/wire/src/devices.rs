//! What is told of the user's devices.

use countersign_model::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

/// A device that the vault lists.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Its id.
    pub id: DeviceId,
    /// The name of the machine when it joined; empty: not known.
    pub name: String,
    /// When it joined; none: not known.
    pub joined: Option<Timestamp>,
    /// Whether it is the one that answers.
    pub this: bool,
    /// How it stands.
    pub state: DeviceState,
}

/// How a device stands.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceState {
    /// It follows the vault.
    Listed,
    /// It has no key yet: after the next change of the vault's key it has to join again.
    Keyless,
    /// It is taken off as soon as the repository answers and the vault is open.
    Leaving,
    /// It writes already, and joins as soon as the repository answers.
    Joining,
}

/// What became of the wish to take a device off.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Revocation {
    /// It is off: the vault has a new key, which that device does not get.
    Done,
    /// It is kept in mind until this is over.
    Queued(String),
}

/// What a waiting machine shows.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinWords {
    /// Six words, to be typed on the approving device.
    pub words: String,
}

/// A machine that was let in.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinApproval {
    /// Its id.
    pub id: DeviceId,
    /// What it calls itself.
    pub name: String,
    /// Six words, to be typed on that machine.
    pub words: String,
}
