//! What the device store remembers between exchanges.

use crate::layout::{decode, encode};
use crate::plan::Held;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};

/// A remembered set of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// What the vault store held, for fetching while it is locked.
    Held,
    /// What the repository held.
    Listed,
}

impl Cursor {
    fn key(self) -> StoreKey {
        let name = match self {
            Self::Held => "records.held",
            Self::Listed => "records.listed",
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

    /// Remembers, if it is news.
    pub(crate) fn write(self, device: &dyn RecordStore, held: &Held) -> Result<(), StoreError> {
        if self.read(device)? == *held {
            return Ok(());
        }
        let bytes: Vec<u8> = held.versions().flat_map(|version| encode(&version)).collect();
        device.commit(&[Change::Put(self.key(), bytes)])
    }
}
