//! The contestants: ours and the rivals behind one face, each opened as its own documentation says for durable commits.

mod ours;
mod redb;
mod sled;
mod sqlite;
mod unsynced;

use std::path::Path;

use serde::{Deserialize, Serialize};

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Whose value.
    pub id: Vec<u8>,
    /// The value; `None` removes it.
    pub value: Option<Vec<u8>>,
}

/// What a contestant could not do, in its own words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

impl Fault {
    fn said(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A durable map from ids to values.
pub trait Engine {
    /// Makes every change or none, and returns when a power cut cannot take them back.
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault>;

    /// A value.
    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// Every id, in order.
    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault>;

    /// Closes it properly.
    fn close(self: Box<Self>) -> Result<(), Fault>;
}

/// Which contestant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Which {
    /// Our store.
    Ours,
    /// redb, `Durability::Immediate`.
    Redb,
    /// SQLite, WAL, `synchronous=FULL`.
    Sqlite,
    /// sled on its own, flushed after each batch.
    Sled,
    /// Plain files that are never synced: the control that shows that a cut drops what was not synced.
    Unsynced,
}

impl Which {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "Countersign",
            Self::Redb => "redb 4.5",
            Self::Sqlite => "SQLite",
            Self::Sled => "sled 0.34.7 alone",
            Self::Unsynced => "control: files without fsync",
        }
    }

    /// Opens its store in `folder`, which is there; makes the store if it is not. Damage it reports is a fault.
    pub fn open(self, folder: &Path) -> Result<Box<dyn Engine>, Fault> {
        match self {
            Self::Ours => ours::open(folder),
            Self::Redb => redb::open(folder),
            Self::Sqlite => sqlite::open(folder),
            Self::Sled => sled::open(folder),
            Self::Unsynced => Ok(unsynced::open(folder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contestant_keeps_a_batch_over_a_closing() {
        for which in [Which::Ours, Which::Redb, Which::Sqlite, Which::Sled, Which::Unsynced] {
            let folder = tempfile::tempdir().unwrap();
            let write = |id: &[u8], value: Option<&[u8]>| Write {
                id: id.to_vec(),
                value: value.map(<[u8]>::to_vec),
            };
            let mut engine = which.open(folder.path()).unwrap();
            engine
                .commit(vec![write(b"b", Some(b"1")), write(b"a", Some(b"2"))])
                .unwrap();
            engine
                .commit(vec![write(b"a", None), write(b"c", Some(&[7; 70_000]))])
                .unwrap();
            engine.close().unwrap();
            let engine = which.open(folder.path()).unwrap();
            assert_eq!(engine.ids().unwrap(), [b"b", b"c"], "{}", which.name());
            assert_eq!(engine.get(b"a").unwrap(), None);
            assert_eq!(engine.get(b"b").unwrap().as_deref(), Some(b"1".as_slice()));
            assert_eq!(engine.get(b"c").unwrap(), Some(vec![7; 70_000]));
        }
    }
}
