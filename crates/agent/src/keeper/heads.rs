//! Which version of each record counts on this device, and which number comes next.

use countersign_model::{DeviceId, RecordId, RecordVersion};
use countersign_sync::next_counter;
use countersign_vault::SealError;
use std::collections::BTreeMap;

/// The version of each record that counts, and the numbers this device has used.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    counting: BTreeMap<RecordId, RecordVersion>,
    used: BTreeMap<DeviceId, u64>,
}

impl Heads {
    pub(crate) fn get(&self, record: RecordId) -> Option<RecordVersion> {
        self.counting.get(&record).copied()
    }

    /// This version counts.
    pub(crate) fn set(&mut self, version: RecordVersion) {
        self.note(version);
        self.counting.insert(version.record, version);
    }

    /// This version is known, whether it counts or not.
    pub(crate) fn note(&mut self, version: RecordVersion) {
        let used = self.used.entry(version.device).or_default();
        *used = version.counter.max(*used);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next number for a version that a device writes: above all it ever used, for any record.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(crate) fn next(&self, device: DeviceId) -> Result<u64, SealError> {
        let used = self.used.get(&device).copied().unwrap_or(0);
        Ok(next_counter(used, random_step()?))
    }
}

/// What keeps two copies of a device from counting alike.
pub(crate) fn random_step() -> Result<[u8; 3], SealError> {
    let mut random = [0; 3];
    getrandom::fill(&mut random).map_err(SealError::Random)?;
    Ok(random)
}
