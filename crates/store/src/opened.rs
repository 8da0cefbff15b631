//! What was found when a store was opened.

use countersign_model::StoreKey;

/// What was found when a store was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// How it was left.
    pub condition: Condition,
    /// How many values can be read.
    pub values: usize,
    /// Sentences for the log: a torn tail dropped, an index made again, permissions set right. Nothing was lost by these.
    pub notes: Vec<String>,
}

/// How a store was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It was not there and has been made.
    Fresh,
    /// It was closed properly.
    Clean,
    /// It was not closed (a crash, a power cut); every acknowledged change is there.
    Recovered,
    /// Acknowledged changes cannot be read. The user has to be told.
    Damaged(Damage),
}

/// What is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What is lost and what is still readable, for the user.
    pub sentence: String,
    /// Values known to be lost: reading them says so, storing them again heals them.
    pub lost: Vec<StoreKey>,
    /// Lost changes of which not even the keys are known; values they changed may be missing or show an earlier state.
    pub unknown: u64,
}

impl Opened {
    /// The damage, if there is any.
    #[must_use]
    pub fn damage(&self) -> Option<&Damage> {
        match &self.condition {
            Condition::Damaged(damage) => Some(damage),
            _ => None,
        }
    }
}
