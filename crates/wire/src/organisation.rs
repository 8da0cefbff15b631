use countersign_model::Timestamp;
use serde::{Deserialize, Serialize};

/// On whose word a root is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinnedBy {
    /// The user typed its six words.
    User,
    /// A file of the machine that root alone can write.
    Machine,
}

/// The organisation as this device knows it.
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
}
