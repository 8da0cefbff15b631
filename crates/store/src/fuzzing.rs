//! What a fuzzer calls: bytes in, nothing out, no panic. The key is fixed.

use crate::frame::{self, Kind};
use crate::head;
use crate::keys::{Keys, Place};
use crate::segment;
use crate::snapshot::{self, Purpose};
use countersign_secret::Key;
use std::sync::OnceLock;

/// The key every entry point uses, so that a corpus can hold authentic files.
pub const KEY: [u8; 32] = [0x5a; 32];

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys::derive(&Key::from_fill(|bytes| bytes.copy_from_slice(&KEY))))
}

/// A frame of the log; what a frame says once its MAC and seal are open; and a whole segment.
pub fn log_frame(bytes: &[u8]) {
    if let Some(frame) = frame::decode(keys(), Kind::Change, bytes) {
        let plain = keys().open(Place::Frame(frame.links.sequence), frame.sealed);
        let _ = plain.and_then(|plain| crate::body::outline(&plain));
    }
    let _ = crate::body::outline(bytes);
    let _ = segment::scan(keys(), 1, bytes);
}

/// A snapshot, an export, and what a table says once its seal is open.
pub fn snapshot(bytes: &[u8]) {
    let _ = snapshot::scan(keys(), Purpose::Snapshot, 1, bytes);
    let _ = snapshot::scan(keys(), Purpose::Export, 0, bytes);
    snapshot::read_table(bytes);
}

/// A head file.
pub fn head(bytes: &[u8]) {
    let _ = head::parse(keys(), bytes);
}
