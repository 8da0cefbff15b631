//! Where versions are kept in the stores.
//!
//! Vault store, kind `Record`: 16 bytes of record id hold the version that counts; record id, device id and counter (40 bytes,
//! counter big-endian) hold a version of the history. Device store, kind `Inbox`: the same 40 bytes.

use countersign_model::{DeviceId, RecordId, RecordVersion, StoreKey, StoreKind};

/// Where the version of a record that counts is kept.
#[must_use]
pub fn record_key(record: RecordId) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id: record.0.to_vec(),
    }
}

/// Where a version is kept that does not count (any more).
#[must_use]
pub fn history_key(version: &RecordVersion) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id: encode(version),
    }
}

/// The version a history key names; `None` for the keys of versions that count.
#[must_use]
pub fn history_of(id: &[u8]) -> Option<RecordVersion> {
    decode(id)
}

pub(crate) fn inbox_key(version: &RecordVersion) -> StoreKey {
    StoreKey {
        kind: StoreKind::Inbox,
        id: encode(version),
    }
}

pub(crate) fn encode(version: &RecordVersion) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(40);
    encode_into(&mut bytes, version);
    bytes
}

pub(crate) fn encode_into(bytes: &mut Vec<u8>, version: &RecordVersion) {
    bytes.extend_from_slice(&version.record.0);
    bytes.extend_from_slice(&version.device.0);
    bytes.extend_from_slice(&version.counter.to_be_bytes());
}

pub(crate) fn decode(id: &[u8]) -> Option<RecordVersion> {
    let (record, rest) = id.split_first_chunk()?;
    let (device, rest) = rest.split_first_chunk()?;
    Some(RecordVersion {
        record: RecordId(*record),
        device: DeviceId(*device),
        counter: u64::from_be_bytes(rest.try_into().ok()?),
    })
}
