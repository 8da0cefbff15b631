//! What of the organisation's configuration this device holds: objects by their SHA-256, catalogues and high-water marks by unit.

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind, Unit};
use countersign_trust::{Digest, Mark, digest_of};
use std::collections::HashSet;

/// How many changes are committed at once, and how many bytes.
const MOST: usize = 256;
const MOST_BYTES: usize = 1 << 20;

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

/// The objects that are held.
pub(super) fn objects(device: &dyn RecordStore) -> Result<HashSet<Digest>, StoreError> {
    let ids = device.ids(StoreKind::Object)?;
    Ok(ids.into_iter().filter_map(|id| id.try_into().ok()).collect())
}

/// Objects on their way into the store, a batch at a time: never all in memory.
pub(super) struct Incoming<'a> {
    device: &'a dyn RecordStore,
    batch: Vec<Change>,
    digests: Vec<Digest>,
    bytes: usize,
    failed: Option<StoreError>,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(device: &'a dyn RecordStore) -> Self {
        Self {
            device,
            batch: Vec::new(),
            digests: Vec::new(),
            bytes: 0,
            failed: None,
        }
    }

    pub(super) fn put(&mut self, digest: Digest, bytes: Vec<u8>, held: &mut HashSet<Digest>) {
        if self.failed.is_some() || held.contains(&digest) || self.digests.contains(&digest) {
            return;
        }
        self.bytes += bytes.len();
        self.digests.push(digest);
        self.batch.push(Change::Put(object_key(&digest), bytes));
        if self.batch.len() >= MOST || self.bytes >= MOST_BYTES {
            self.write(held);
        }
    }

    fn write(&mut self, held: &mut HashSet<Digest>) {
        match self.device.commit(&self.batch) {
            Ok(()) => held.extend(self.digests.iter()),
            Err(error) => self.failed = Some(error),
        }
        self.batch.clear();
        self.digests.clear();
        self.bytes = 0;
    }

    pub(super) fn finish(mut self, held: &mut HashSet<Digest>) -> Result<(), StoreError> {
        if self.failed.is_none() && !self.batch.is_empty() {
            self.write(held);
        }
        self.failed.map_or(Ok(()), Err)
    }
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
