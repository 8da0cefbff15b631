//! Sealing of frame bodies and index values: vault's one way of sealing, for the places a store has.

use countersign_secret::Key;
use countersign_vault::{open_bytes, seal_bytes};

const PURPOSE: &[u8] = b"store";

/// `None` when the system has no random source.
pub(crate) fn seal(key: &Key, place: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    seal_bytes(key, PURPOSE, place, bytes).ok()
}

/// `None` when the bytes were not sealed with this key for this place.
pub(crate) fn open(key: &Key, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    open_bytes(key, PURPOSE, place, sealed)
}
