//! Reading one value from where the manifest says it is.

use crate::body;
use crate::files::LogFile;
use crate::frame::{self, Kind};
use crate::keys::{Keys, Place, Shelf};
use crate::manifest::{FileId, Held, Part, Spot};
use countersign_model::StoreKey;
use countersign_model::port::StoreError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every file that values are read from. Snapshots come with the last change in them.
pub(crate) type Handles = BTreeMap<FileId, Handle>;

/// An open file of the store.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) file: Arc<dyn LogFile>,
    /// The last change in a snapshot; 0 for a segment.
    pub(crate) upto: u64,
}

/// The chunk that was opened last, so that values read in order open each chunk once.
#[derive(Default)]
pub(crate) struct Opened(Option<(Spot, Vec<u8>)>);

/// Reads a value and checks that it is what was stored under `key` by that change.
pub(crate) fn value(
    keys: &Keys,
    handle: &Handle,
    key: &StoreKey,
    held: &Held,
    before: &mut Opened,
) -> Result<Vec<u8>, StoreError> {
    match held.part {
        Part::Bytes { chunk, start, length } => {
            if before.0.as_ref().is_none_or(|(spot, _)| *spot != held.spot) {
                before.0 = Some((held.spot, open_chunk(keys, handle, key, held, chunk)?));
            }
            let plain = before.0.as_ref().map(|(_, plain)| plain.as_slice()).unwrap_or_default();
            let (start, length) = (start as usize, length as usize);
            let value = plain.get(start..).and_then(|rest| rest.get(..length));
            Ok(value.ok_or_else(|| damaged(key))?.to_vec())
        }
        Part::Change(change) => {
            let bytes = frame_bytes(handle, key, held)?;
            frame::decode(keys, Kind::Change, &bytes)
                .filter(|frame| frame.links.sequence == held.sequence)
                .and_then(|frame| keys.open(Place::Frame(held.sequence), frame.sealed))
                .and_then(|plain| body::set_by(&plain, change))
                .filter(|(found, _)| found == key)
                .map(|(_, value)| value)
                .ok_or_else(|| damaged(key))
        }
    }
}

fn open_chunk(keys: &Keys, handle: &Handle, key: &StoreKey, held: &Held, chunk: u64) -> Result<Vec<u8>, StoreError> {
    let FileId::Snapshot(number) = held.spot.file else {
        return Err(damaged(key));
    };
    let upto = handle.upto;
    let bytes = frame_bytes(handle, key, held)?;
    frame::decode(keys, Kind::Chunk, &bytes)
        .filter(|frame| frame.links.sequence == chunk)
        .and_then(|frame| keys.open(Place::Chunk(Shelf { number, upto }, chunk), frame.sealed))
        .ok_or_else(|| damaged(key))
}

fn frame_bytes(handle: &Handle, key: &StoreKey, held: &Held) -> Result<Vec<u8>, StoreError> {
    let length = usize::try_from(held.spot.length).map_err(|_| damaged(key))?;
    let mut bytes = vec![0; length];
    handle
        .file
        .read_at(held.spot.offset, &mut bytes)
        .map_err(|error| StoreError::Damaged(format!("{} cannot be read: {error}", named(key))))?;
    Ok(bytes)
}

pub(crate) fn damaged(key: &StoreKey) -> StoreError {
    StoreError::Damaged(format!(
        "{} is not what was stored; it has to come back from the repository or an export",
        named(key)
    ))
}

/// A key for people: ids are hexadecimal where they are not plain text.
pub(crate) fn named(key: &StoreKey) -> String {
    let text = std::str::from_utf8(&key.id)
        .ok()
        .filter(|text| text.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    let id = text.map_or_else(
        || key.id.iter().map(|byte| format!("{byte:02x}")).collect(),
        str::to_owned,
    );
    format!("{:?} {id}", key.kind)
}
