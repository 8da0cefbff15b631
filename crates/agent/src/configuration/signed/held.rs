//! What of the organisation's configuration this device holds: objects by their SHA-256, catalogues and high-water marks by unit.

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind, Unit};
use countersign_rules::{Position, Problem, Severity};
use countersign_trust::{Digest, Mark, digest_of};
use std::collections::HashSet;

/// How many removals are committed at once.
const MOST: usize = 10_000;

pub(super) fn object_key(digest: &Digest) -> StoreKey {
    key(StoreKind::Object, digest)
}

pub(super) fn catalogue_key(unit: &Unit) -> StoreKey {
    key(StoreKind::Catalogue, &digest_of(unit.as_str().as_bytes()))
}

pub(super) fn mark_key(unit: &Unit) -> StoreKey {
    key(StoreKind::Mark, &digest_of(unit.as_str().as_bytes()))
}

fn key(kind: StoreKind, id: &[u8]) -> StoreKey {
    StoreKey { kind, id: id.to_vec() }
}

fn groups_key() -> StoreKey {
    key(StoreKind::Device, b"memberships")
}

/// The groups the user was in when the directory was asked last.
pub(super) fn groups(device: &dyn RecordStore) -> Vec<String> {
    let kept = device.get(&groups_key()).ok().flatten().unwrap_or_default();
    serde_json::from_slice(&kept).unwrap_or_default()
}

pub(super) fn keep_groups(device: &dyn RecordStore, groups: &[String]) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(groups).unwrap_or_default();
    device.commit(&[Change::Put(groups_key(), bytes)])
}

/// The mark of a unit, if a catalogue of it ever took force here.
pub(super) fn mark(device: &dyn RecordStore, unit: &Unit) -> Result<Option<Mark>, StoreError> {
    Ok(device.get(&mark_key(unit))?.and_then(|bytes| Mark::of_bytes(&bytes)))
}

/// The bytes of an object that a catalogue in force names.
pub(in crate::configuration) fn held_object(
    place: &str,
    digest: &Digest,
    device: &dyn RecordStore,
) -> Result<Vec<u8>, Problem> {
    let why = match device.get(&object_key(digest)) {
        Ok(Some(bytes)) => return Ok(bytes),
        Ok(None) => "it is not on this device any more".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Problem {
        place: place.to_owned(),
        line: Position::START.line,
        column: Position::START.column,
        severity: Severity::Error,
        message: why,
        help: "`countersign refresh` fetches it again".to_owned(),
    })
}

/// The objects that are kept.
pub(super) fn objects(device: &dyn RecordStore) -> Result<HashSet<Digest>, StoreError> {
    let ids = device.ids(StoreKind::Object)?;
    Ok(ids.into_iter().filter_map(|id| id.try_into().ok()).collect())
}

/// Removes the objects no catalogue in force names.
pub(super) fn sweep(device: &dyn RecordStore, named: &HashSet<Digest>) -> Result<(), StoreError> {
    let gone: Vec<_> = objects(device)?
        .into_iter()
        .filter(|digest| !named.contains(digest))
        .map(|digest| Change::Remove(object_key(&digest)))
        .collect();
    gone.chunks(MOST).try_for_each(|batch| device.commit(batch))
}
