//! Administrators and the helpdesk's operators: what they ask of the directory, and what they are shown.

use countersign_model::{DeviceId, Timestamp, Unit, UserId};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Who works with the directory.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorTerms {
    /// His name there.
    pub user: UserId,
    /// Whether the directory wants his password.
    pub wants_password: bool,
}

/// A user as the directory shows him to the helpdesk: status, no logon, no secret.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// His name.
    pub user: UserId,
    /// His vault; none: he has none in this repository.
    pub vault: Option<VaultFacts>,
}

/// What the header of a vault says openly.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultFacts {
    /// How often the header was written.
    pub version: u64,
    /// The number of the vault's key.
    pub epoch: u64,
    /// His machines.
    pub machines: Vec<MachineFacts>,
    /// The kinds of slots that open it on every machine.
    pub slots: Vec<String>,
    /// What there is for a recovery with the helpdesk; none: it was not set up.
    pub recovery: Option<RecoveryHalves>,
}

/// A machine of a user.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineFacts {
    /// Which.
    pub id: DeviceId,
    /// The name its user knows it by; may be empty.
    pub name: String,
    /// When it joined, by its own clock.
    pub joined: Timestamp,
}

/// What a recovery with the helpdesk takes.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryHalves {
    /// Which halves these are; each renewal counts one on.
    pub serial: u64,
    /// How many operators it takes: one or two.
    pub people: u8,
}

/// A signed folder, and the unit it is for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// The unit.
    pub unit: Unit,
    /// The group that is to read it; none: the one called as the unit.
    pub group: Option<String>,
}

/// What publishing would change.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// Where.
    pub unit: Unit,
    /// The number of the catalogue it replaces.
    pub replaces: Option<u64>,
    /// The number of the new one.
    pub number: u64,
    /// Which plan it is: over the new catalogue, what it takes the place of, and the group. Publishing takes it back.
    pub digest: String,
    /// What changes, by kind and name.
    pub changes: Vec<PlannedChange>,
    /// What to look at twice, a sentence each.
    pub risks: Vec<String>,
    /// The group that is to read the unit.
    pub group: String,
    /// Its members; none: there is no such group, or it may not be read.
    pub members: Option<u32>,
    /// Whether the unit's name is to be typed before it is published.
    pub confirm: bool,
    /// The change as LDIF, where the directory has tools that take it.
    pub ldif: Option<String>,
    /// The way back as LDIF.
    pub undo: Option<String>,
}

/// What becomes of one object.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub id: String,
    /// What becomes of it.
    pub change: Change,
    /// Its values that change.
    pub values: Vec<ChangedValue>,
}

/// What becomes of an object.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is new.
    Created,
    /// It is there and changes.
    Changed,
    /// It goes.
    Deleted,
}

/// A value that changes.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedValue {
    /// Where in the object.
    pub at: String,
    /// As it is.
    pub before: Option<String>,
    /// As it will be.
    pub after: Option<String>,
}
