//! What the store holds, in memory: where each value is and what its digest must be.

use crate::body::Touched;
use crate::keys::{self, MAC};
use countersign_model::{Change, StoreKey, StoreKind};
use std::collections::BTreeMap;

/// Where a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) sequence: u64,
    pub(crate) segment: u32,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) spot: Spot,
    /// Which change of the frame.
    pub(crate) change: usize,
    pub(crate) digest: [u8; MAC],
}

/// A key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Held(Held),
    /// It was set by a frame that cannot be read any more.
    Lost {
        sequence: u64,
    },
}

/// Every key that has a value.
#[derive(Debug, Default)]
pub(crate) struct Manifest(BTreeMap<StoreKey, Entry>);

impl Manifest {
    pub(crate) fn apply(&mut self, spot: Spot, changes: &[Change]) {
        for (change, what) in changes.iter().enumerate() {
            match what {
                Change::Put(key, value) => {
                    let held = Held {
                        spot,
                        change,
                        digest: keys::digest(value),
                    };
                    self.0.insert(key.clone(), Entry::Held(held));
                }
                Change::Remove(key) => {
                    self.0.remove(key);
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

    pub(crate) fn get(&self, key: &StoreKey) -> Option<Entry> {
        self.0.get(key).copied()
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
