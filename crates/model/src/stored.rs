//! What the local stores hold, by key.

use serde::{Deserialize, Serialize};

/// What a stored value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum StoreKind {
    /// A sealed record, by record id (vault store).
    Record = 1,
    /// Which version of a record is the acknowledged head, by record id (vault store).
    Head = 2,
    /// The vault header, by vault id (device store).
    Header = 3,
    /// A device-local slot set, by vault id (device store).
    Slots = 4,
    /// A configuration object that was last good, by its place (device store).
    Config = 5,
    /// A sync cursor or high-water mark, by name (device store).
    Cursor = 6,
    /// A sealed record fetched while locked, by version (device store).
    Inbox = 7,
    /// A fact about this device, by name (device store).
    Device = 8,
    /// An object or page of the signed configuration, by its SHA-256 (device store).
    Object = 9,
    /// The catalogue in force in a unit, by the SHA-256 of the unit's path (device store).
    Catalogue = 10,
    /// The high-water mark of a unit's catalogues, by the SHA-256 of the unit's path (device store).
    Mark = 11,
}

/// The key of a stored value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoreKey {
    /// What it is.
    pub kind: StoreKind,
    /// Which one; 1 to 512 bytes.
    pub id: Vec<u8>,
}

/// One change of a batch. A batch is there as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Sets a value.
    Put(StoreKey, Vec<u8>),
    /// Removes a value.
    Remove(StoreKey),
}
