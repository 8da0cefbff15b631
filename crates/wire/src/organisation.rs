use countersign_model::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

/// On whose word a root is believed.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinnedBy {
    /// The user typed its six words.
    User,
    /// A file of the machine that root alone can write.
    Machine,
}

/// The organisation as this device knows it.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationReport {
    /// On whose word its root is believed; none: nothing is pinned, and there is no organisation.
    pub pinned: Option<PinnedBy>,
    /// The six words of the pinned root.
    pub words: Option<String>,
    /// Its name, from the list in force.
    pub name: Option<String>,
    /// The version of that list.
    pub version: Option<u64>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// Whether it has expired; it stays in force.
    pub stale: bool,
    /// The recovery rings it names: none, one, or two for recovery that takes two operators.
    pub rings: Vec<String>,
    /// Whether the repository shows a list.
    pub published: bool,
    /// Why what the repository shows does not count.
    pub problem: Option<String>,
    /// The units whose catalogues are in force.
    #[serde(default)]
    pub units: Vec<UnitReport>,
    /// The groups the user is in, as the directory says.
    #[serde(default)]
    pub groups: Vec<String>,
    /// What is wrong with catalogues, in force or not.
    #[serde(default)]
    pub faults: Vec<String>,
}

/// A unit whose catalogue is in force.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitReport {
    /// The unit.
    pub unit: Unit,
    /// The publisher that signed it.
    pub publisher: String,
    /// Its number.
    pub number: u64,
    /// Until when it holds.
    pub expires: Timestamp,
    /// Whether it has expired; it stays in force.
    pub stale: bool,
    /// How many templates it names that are here.
    pub templates: u32,
    /// How many password policies.
    pub policies: u32,
    /// How many setting overrides.
    pub overrides: u32,
    /// How many objects it names that could not be had.
    pub missing: u32,
}
