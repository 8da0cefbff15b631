//! Which version of each record counts on this device.

use countersign_model::{DeviceId, RecordId, RecordVersion, StoreKey, StoreKind};
use std::collections::BTreeMap;

/// The version of each record that the vault store holds.
#[derive(Debug, Default)]
pub(crate) struct Heads(BTreeMap<RecordId, RecordVersion>);

impl Heads {
    pub(crate) fn get(&self, record: RecordId) -> Option<RecordVersion> {
        self.0.get(&record).copied()
    }

    pub(crate) fn set(&mut self, version: RecordVersion) {
        self.0.insert(version.record, version);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> Vec<RecordVersion> {
        self.0.values().copied().collect()
    }

    /// The next number for a version that this device writes: one more than it ever used, for any record.
    pub(crate) fn next(&self, device: DeviceId) -> u64 {
        let mine = self
            .0
            .values()
            .filter(|version| version.device == device)
            .map(|version| version.counter);
        mine.max().unwrap_or(0).saturating_add(1)
    }
}

/// Where a record is kept.
pub(crate) fn record_key(record: RecordId) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id: record.0.to_vec(),
    }
}
