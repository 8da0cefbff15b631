use crate::{DeviceId, RecordId};
use serde::{Deserialize, Serialize};

/// One version of one sealed record: written by one device, numbered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordVersion {
    /// The record.
    pub record: RecordId,
    /// The device that wrote it.
    pub device: DeviceId,
    /// That device's number for it, above all it used before; from 1, with gaps.
    pub counter: u64,
}

/// The number of a vault header; each replacement is the next number, made exclusively (compare-and-set).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeaderVersion(pub u64);

/// What a watched repository reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepositoryEvent {
    /// Configuration may have changed: read it again.
    Configuration,
    /// Records of a user may have changed: list them again.
    Records,
    /// The watch ended; the text says why and what to do.
    Lost(String),
}
