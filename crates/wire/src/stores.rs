//! What is told of the stores.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One of the two stores.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreName {
    /// Readable before the vault is unlocked: keys' containers, configuration, cursors.
    Device,
    /// The logons.
    Vault,
}

impl StoreName {
    /// The name as people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Vault => "vault",
        }
    }
}

/// What reading a store from end to end showed.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreVerified {
    /// Which store.
    pub store: StoreName,
    /// Whether anything is lost.
    pub damaged: bool,
    /// Values that could be read and are as they were stored.
    pub values: u64,
    /// Values known to be lost.
    pub lost: u64,
    /// Lost changes of which not even the keys are known.
    pub unknown: u64,
    /// What is not as it was written although nothing is lost by it.
    pub notes: Vec<String>,
    /// All of it in one sentence.
    pub sentence: String,
}

/// An export that was written and read back.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreExported {
    /// Of which store.
    pub store: StoreName,
    /// The file.
    pub file: PathBuf,
    /// How many values it holds.
    pub values: u64,
    /// How many values were lost in the store, so that only their names are in it.
    pub lost: u64,
    /// Its length.
    pub bytes: u64,
}

/// What came back from an export.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreImported {
    /// Into which store.
    pub store: StoreName,
    /// Values that were lost and are back.
    pub healed: u64,
    /// Values the store did not have.
    pub added: u64,
    /// Values that were there and were left as they are.
    pub kept: u64,
    /// Values that are damaged in the export as well.
    pub unreadable: u64,
    /// Values that are still lost.
    pub still_lost: u64,
    /// Logons of the export that were removed since, and are not there now.
    pub removed: u64,
    /// Logons that were removed since, and came back.
    pub brought_back: u64,
    /// All of it in one sentence.
    pub sentence: String,
}

/// What a repair did.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRepaired {
    /// Of which store.
    pub store: StoreName,
    /// Where damaged files are now.
    pub quarantined: Vec<PathBuf>,
    /// Values that are still lost.
    pub still_lost: u64,
    /// Values that were given up.
    pub given_up: u64,
    /// All of it in one sentence.
    pub sentence: String,
}
