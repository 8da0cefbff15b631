//! What the device store remembers between exchanges.

use crate::layout::{decode, encode_into};
use crate::plan::Held;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, RecordVersion, StoreKey, StoreKind};

/// A remembered set of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// What the vault store held, for fetching while it is locked.
    Held,
    /// What the repository held.
    Listed,
    /// What it held and no longer holds, until somebody was told.
    WentBack,
}

impl Cursor {
    fn key(self) -> StoreKey {
        let name = match self {
            Self::Held => "records.held",
            Self::Listed => "records.listed",
            Self::WentBack => "records.went-back",
        };
        StoreKey {
            kind: StoreKind::Cursor,
            id: name.as_bytes().to_vec(),
        }
    }

    /// What was remembered; a cursor that is damaged remembers nothing, which costs fetching again.
    pub(crate) fn read(self, device: &dyn RecordStore) -> Result<Held, StoreError> {
        match device.get(&self.key()) {
            Ok(bytes) => Ok(bytes.unwrap_or_default().chunks(40).filter_map(decode).collect()),
            Err(StoreError::Damaged(_)) => Ok(Held::default()),
            Err(other) => Err(other),
        }
    }

    /// The change that remembers.
    pub(crate) fn put(self, held: &Held) -> Change {
        let mut bytes = Vec::with_capacity(held.len() * 40);
        held.versions().for_each(|version| encode_into(&mut bytes, &version));
        Change::Put(self.key(), bytes)
    }
}

/// Every version that the device store remembers, here or in the repository: what a damaged vault store may have lost. A new version
/// must have a higher number than any of the same device.
///
/// # Errors
/// Those of the store.
pub fn remembered(device: &dyn RecordStore) -> Result<Vec<RecordVersion>, StoreError> {
    let (held, listed) = (Cursor::Held.read(device)?, Cursor::Listed.read(device)?);
    Ok(held.versions().chain(listed.versions()).collect())
}

/// Forgets what a repository held: the next exchange is with another one.
///
/// # Errors
/// Those of the store.
pub fn forget_repository(device: &dyn RecordStore) -> Result<(), StoreError> {
    device.commit(&[Cursor::Listed.put(&Held::default()), crate::header::forget()])
}

/// A vault of its own begins: nothing of what was fetched, held or listed before is of it.
///
/// # Errors
/// [`StoreError::NotSaved`].
pub fn forget_vault(device: &dyn RecordStore) -> Result<(), StoreError> {
    let waiting = device.ids(StoreKind::Inbox)?;
    let inbox = waiting.into_iter().map(|id| {
        Change::Remove(StoreKey {
            kind: StoreKind::Inbox,
            id,
        })
    });
    let cursors = [Cursor::Held, Cursor::Listed, Cursor::WentBack].map(|cursor| Change::Remove(cursor.key()));
    let all = inbox.chain(cursors).chain([crate::header::forget()]);
    device.commit(&all.collect::<Vec<_>>())
}

/// Somebody was told of every [`Fault::WentBack`](crate::Fault::WentBack) of the last report: it is not in the next one.
///
/// # Errors
/// Those of the store.
pub fn told(device: &dyn RecordStore) -> Result<(), StoreError> {
    match device.get(&Cursor::WentBack.key()) {
        Ok(None) => Ok(()),
        _ => device.commit(&[Change::Remove(Cursor::WentBack.key())]),
    }
}
