//! What must never be.

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// An acknowledged write is in no agent's store and nothing that follows it is either.
    #[error("write {unit} to {record} was acknowledged and is lost")]
    Lost {
        /// The write.
        unit: u64,
        /// Its record.
        record: String,
    },
    /// Fields of different writes in one version.
    #[error("device {agent} has a version of {record} whose parts are of different writes: {found}")]
    Mixed {
        /// Which device.
        agent: usize,
        /// The record.
        record: String,
        /// What was found.
        found: String,
    },
    /// Agents that do not agree.
    #[error("devices {one} and {other} do not agree on {record}: {how}")]
    Diverged {
        /// One of them.
        one: usize,
        /// Another.
        other: usize,
        /// The record.
        record: String,
        /// How they differ.
        how: String,
    },
    /// What counts was followed by another write.
    #[error("write {counts} to {record} counts although write {follows} follows it{what}")]
    Undone {
        /// What counts.
        counts: u64,
        /// What follows it.
        follows: u64,
        /// The record.
        record: String,
        /// What it undoes.
        what: &'static str,
    },
    /// Of concurrent writes not the later one counts.
    #[error("write {counts} to {record} counts although the concurrent write {later} was later")]
    WrongOne {
        /// What counts.
        counts: u64,
        /// What was later.
        later: u64,
        /// The record.
        record: String,
    },
    /// The repository went back and the agent that knew did not say so.
    #[error("the repository went back and device {agent} did not say so: {what}")]
    Unflagged {
        /// Which device.
        agent: usize,
        /// What it had known.
        what: String,
    },
    /// A device has another vault header than the directory and does not say so.
    #[error("device {agent} has vault header {own} and says nothing, the directory has {there}")]
    Apart {
        /// Which device.
        agent: usize,
        /// What it has.
        own: String,
        /// What is there.
        there: String,
    },
    /// A change of the vault header that the user was told of is not in it, and no directory went back.
    #[error("change {change} of the vault header was acknowledged and is lost")]
    Undid {
        /// The change.
        change: u64,
    },
    /// After everything is healed there is still something to do.
    #[error("device {agent} is not done after {rounds} rounds: {what}")]
    Restless {
        /// Which device.
        agent: usize,
        /// How many rounds of exchanges it had.
        rounds: usize,
        /// What is left.
        what: String,
    },
    /// Something that must not fail failed.
    #[error("device {agent}: {what}")]
    Broken {
        /// Which device.
        agent: usize,
        /// What failed.
        what: String,
    },
}
