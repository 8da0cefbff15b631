//! What the store holds, in memory: where each value is and which change set it.

use crate::body::Touched;
use countersign_model::{StoreKey, StoreKind};
use std::collections::BTreeMap;

/// A file that values are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileId {
    Segment(u32),
    Snapshot(u32),
}

/// Where a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) file: FileId,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// Which part of a frame a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The change of a log's frame with this index.
    Change(u32),
    /// These bytes of the snapshot's chunk with this number.
    Bytes { chunk: u64, start: u32, length: u32 },
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The change that set it.
    pub(crate) sequence: u64,
    pub(crate) spot: Spot,
    pub(crate) part: Part,
}

/// A key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Held(Held),
    /// It was set by a change that cannot be read any more.
    Lost {
        sequence: u64,
    },
}

/// Every key that has a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest(BTreeMap<StoreKey, Entry>);

impl FromIterator<(StoreKey, Entry)> for Manifest {
    fn from_iter<T: IntoIterator<Item = (StoreKey, Entry)>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Manifest {
    /// What a frame changed, in its order.
    pub(crate) fn apply(&mut self, sequence: u64, spot: Spot, touched: impl Iterator<Item = Touched>) {
        for (change, touched) in (0_u32..).zip(touched) {
            match touched {
                Touched::Put(key) => {
                    let part = Part::Change(change);
                    self.set(key, Entry::Held(Held { sequence, spot, part }));
                }
                Touched::Removed(key) => {
                    self.0.remove(&key);
                }
            }
        }
    }

    /// What is known of a frame that cannot be read.
    pub(crate) fn lose(&mut self, sequence: u64, touched: &[Touched]) {
        for touched in touched {
            match touched {
                Touched::Put(key) => self.0.insert(key.clone(), Entry::Lost { sequence }),
                Touched::Removed(key) => self.0.remove(key),
            };
        }
    }

    pub(crate) fn set(&mut self, key: StoreKey, entry: Entry) {
        self.0.insert(key, entry);
    }

    pub(crate) fn get(&self, key: &StoreKey) -> Option<Entry> {
        self.0.get(key).copied()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&StoreKey, Entry)> {
        self.0.iter().map(|(key, entry)| (key, *entry))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn ids(&self, kind: StoreKind) -> Vec<Vec<u8>> {
        let first = StoreKey { kind, id: Vec::new() };
        self.0
            .range(first..)
            .map(|(key, _)| key)
            .take_while(|key| key.kind == kind)
            .map(|key| key.id.clone())
            .collect()
    }

    pub(crate) fn lost(&self) -> Vec<StoreKey> {
        let lost = self.0.iter().filter(|(_, entry)| matches!(entry, Entry::Lost { .. }));
        lost.map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn readable(&self) -> usize {
        self.0.values().filter(|entry| matches!(entry, Entry::Held(_))).count()
    }
}
