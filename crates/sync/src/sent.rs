//! What this device has written to the repository, so that it notices when it was set back.

use crate::cursor::Cursor;
use crate::plan::Held;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, DeviceId, RecordVersion, StoreKey, StoreKind};

/// The repository has versions under this device's id that it never wrote: it was set back to an earlier state, or it is one of two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// The highest number under this device's id that was found.
    pub found: u64,
    /// The highest one this device may have written.
    pub sent: u64,
}

/// A device and the highest number it may have written to the repository. It is raised before anything is written, so that a crash in
/// between is not taken for a state that was set back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending {
    own: DeviceId,
    sent: u64,
}

impl Sending {
    /// What is remembered. The first time this is kept in mind: a device that has sent nothing yet must notice, too.
    pub(crate) fn of(device: &dyn RecordStore, own: DeviceId) -> Result<Self, StoreError> {
        if let Some(sent) = kept(device, own)? {
            return Ok(Self { own, sent });
        }
        let sent = known(device, own)?;
        keep(device, own, sent)?;
        Ok(Self { own, sent })
    }

    /// Whether one of these is this device's own and yet not of its making: it was never sent, or is none that this device `had`. What is
    /// only filed under its id does not count: `open` says which are what they were filed as.
    pub(crate) fn foreign(
        &self,
        versions: impl Iterator<Item = RecordVersion>,
        had: &Held,
        open: impl Fn(&RecordVersion) -> bool,
    ) -> Option<SetBack> {
        let unknown = versions.filter(|version| version.device == self.own);
        let mut unknown: Vec<_> = unknown
            .filter(|version| version.counter > self.sent || !had.covers(version))
            .collect();
        unknown.sort_by_key(|version| std::cmp::Reverse(version.counter));
        let genuine = unknown.into_iter().find(|version| open(version))?;
        Some(SetBack {
            found: genuine.counter,
            sent: self.sent,
        })
    }

    /// These are about to be written.
    pub(crate) fn will_send(&self, device: &dyn RecordStore, held: &Held) -> Result<(), StoreError> {
        let highest = highest(held.versions(), self.own);
        match highest > self.sent {
            true => keep(device, self.own, highest),
            false => Ok(()),
        }
    }
}

/// The highest number this device may have written to the repository.
///
/// # Errors
/// Those of the store.
pub fn sent(device: &dyn RecordStore, own: DeviceId) -> Result<u64, StoreError> {
    match kept(device, own)? {
        Some(sent) => Ok(sent),
        None => known(device, own),
    }
}

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Cursor,
        id: b"records.sent".to_vec(),
    }
}

fn kept(device: &dyn RecordStore, own: DeviceId) -> Result<Option<u64>, StoreError> {
    let bytes = match device.get(&key()) {
        Ok(bytes) => bytes.unwrap_or_default(),
        // It counts from what is known otherwise.
        Err(StoreError::Damaged(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let sent = bytes.split_first_chunk().filter(|(id, _)| DeviceId(**id) == own);
    Ok(sent.and_then(|(_, sent)| Some(u64::from_be_bytes(sent.try_into().ok()?))))
}

fn keep(device: &dyn RecordStore, own: DeviceId, sent: u64) -> Result<(), StoreError> {
    let bytes = [own.0.as_slice(), &sent.to_be_bytes()].concat();
    device.commit(&[Change::Put(key(), bytes)])
}

/// What the cursors know, for a store of before this was kept in mind.
fn known(device: &dyn RecordStore, own: DeviceId) -> Result<u64, StoreError> {
    let versions: Vec<_> = [Cursor::Held, Cursor::Listed]
        .into_iter()
        .map(|cursor| cursor.read(device))
        .collect::<Result<_, _>>()?;
    Ok(versions
        .iter()
        .map(|held| highest(held.versions(), own))
        .max()
        .unwrap_or(0))
}

fn highest(versions: impl Iterator<Item = impl std::borrow::Borrow<RecordVersion>>, own: DeviceId) -> u64 {
    let own = versions.filter(|version| version.borrow().device == own);
    own.map(|version| version.borrow().counter).max().unwrap_or(0)
}
