//! The store: reads through the manifest, commits through the log.

use crate::files::{Disk, Files};
use crate::frame;
use crate::head::Stop;
use crate::index::{self, Copied, Index, Upto};
use crate::keys::{self, Keys, Place};
use crate::manifest::{Entry, Held, Manifest};
use crate::opened::Opened;
use crate::place::{self, Lock};
use crate::recover::{self, Recovered, Traces};
use crate::writer::{Segments, Writer, Written};
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// The longest id of a key.
pub const MAX_ID: usize = 512;
/// The longest value.
pub const MAX_VALUE: usize = 4 << 20;
/// The most bytes of keys and values in one batch.
pub const MAX_BATCH: usize = 64 << 20;

/// A durable map from keys to values, sealed under one key, in one folder, open in one process.
pub struct Store {
    keys: Keys,
    manifest: RwLock<Manifest>,
    segments: Segments,
    writer: Mutex<Writer>,
    index: Option<Index>,
    folder: PathBuf,
    _lock: Option<Lock>,
}

impl Store {
    /// Opens the store in `folder`, making it if it is not there. What was found must reach the user when it is damage.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the pid of the process that has it open; [`StoreError::Unopened`] when the folder cannot be used;
    /// [`StoreError::Damaged`] when nothing in it can be read with this key (nothing is changed then); [`StoreError::NotSaved`]
    /// when a new one cannot be made.
    #[expect(clippy::needless_pass_by_value, reason = "the key is not needed any more, and goes")]
    pub fn open(folder: &Path, key: Key) -> Result<(Self, Opened), StoreError> {
        let (lock, notes) = place::prepare(folder)?;
        let files =
            Disk::open(folder).map_err(|error| StoreError::Unopened(format!("{}: {error}", folder.display())))?;
        let traces = if index::is_left_over(folder) {
            Traces::Left
        } else {
            Traces::None
        };
        let (mut store, mut opened) = Self::over(Box::new(files), &key, traces)?;
        store.folder = folder.to_owned();
        store._lock = Some(lock);
        let (index, note) = Index::open(folder, &store.keys, store.upto());
        store.index = index;
        opened.notes.splice(0..0, notes);
        opened.notes.extend(note);
        Ok((store, opened))
    }

    /// A store over any files, without an index.
    pub(crate) fn over(files: Box<dyn Files>, key: &Key, traces: Traces) -> Result<(Self, Opened), StoreError> {
        let keys = Keys::derive(key);
        let Recovered {
            manifest,
            writer,
            opened,
        } = recover::recover(files, &keys, traces)?;
        let store = Self {
            keys,
            manifest: RwLock::new(manifest),
            segments: Arc::clone(&writer.segments),
            writer: Mutex::new(writer),
            index: None,
            folder: PathBuf::new(),
            _lock: None,
        };
        Ok((store, opened))
    }

    /// Closes the store, so that the next opening need not wonder. Dropping it does the same but cannot say what failed.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`] when the head could not be written; every acknowledged change is safe all the same.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), StoreError> {
        let upto = self.upto();
        if let Some(index) = self.index.take() {
            // Without a proof the index is made again, which loses nothing.
            let _ = index.close(&self.folder, &self.keys, upto);
        }
        let mut writer = self.writer();
        let head = writer.head_now(Stop::Clean);
        match writer.head.take() {
            Some(file) => file
                .settle(&self.keys, &head)
                .map_err(|error| StoreError::NotSaved(error.to_string())),
            None => Ok(()),
        }
    }

    fn upto(&self) -> Upto {
        let writer = self.writer();
        Upto {
            sequence: writer.tip.sequence,
            mac: writer.tip.mac,
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_log(&self, key: &StoreKey, held: &Held) -> Result<Vec<u8>, StoreError> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let file = segments.get(&held.spot.segment).ok_or_else(|| damaged(key))?;
        let length = usize::try_from(held.spot.length).map_err(|_| damaged(key))?;
        let mut bytes = vec![0; length];
        file.read_at(held.spot.offset, &mut bytes)
            .map_err(|error| StoreError::Damaged(format!("{} cannot be read: {error}", named(key))))?;
        let frame = frame::decode(&self.keys, &bytes)
            .filter(|frame| frame.links.sequence == held.spot.sequence)
            .ok_or_else(|| damaged(key))?;
        let plain = self
            .keys
            .open(Place::Frame(frame.links.sequence), frame.sealed)
            .ok_or_else(|| damaged(key))?;
        let body = crate::body::decode(&plain).ok_or_else(|| damaged(key))?;
        match body.changes.into_iter().nth(held.change) {
            Some(Change::Put(found, value)) if found == *key && keys::digest(&value) == held.digest => Ok(value),
            _ => Err(damaged(key)),
        }
    }

    fn enter(&self, batch: &[Change], written: &[Written]) {
        let mut manifest = self.manifest.write().unwrap_or_else(PoisonError::into_inner);
        for frame in written {
            manifest.apply(frame.spot, batch.get(frame.changes.clone()).unwrap_or_default());
        }
        drop(manifest);
        let Some(index) = &self.index else { return };
        let mut copies = Vec::with_capacity(batch.len());
        for frame in written {
            for change in batch.get(frame.changes.clone()).unwrap_or_default() {
                let (key, value) = match change {
                    Change::Put(key, value) => (key, Some(value.as_slice())),
                    Change::Remove(key) => (key, None),
                };
                copies.push(Copied {
                    name: self.keys.blind(key),
                    sequence: frame.spot.sequence,
                    value,
                });
            }
        }
        index.put(&self.keys, &copies);
    }
}

impl RecordStore for Store {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        let entry = self.manifest.read().unwrap_or_else(PoisonError::into_inner).get(key);
        let held = match entry {
            None => return Ok(None),
            Some(Entry::Lost { sequence }) => {
                return Err(StoreError::Damaged(format!(
                    "{} was set by change {sequence}, which cannot be read any more",
                    named(key)
                )));
            }
            Some(Entry::Held(held)) => held,
        };
        let name = self.index.as_ref().map(|index| (index, self.keys.blind(key)));
        if let Some((index, name)) = name
            && let Some(value) = index.get(&self.keys, name, held.spot.sequence)
            && keys::digest(&value) == held.digest
        {
            return Ok(Some(value));
        }
        let value = self.read_log(key, &held)?;
        if let Some((index, name)) = name {
            let copy = Copied {
                name,
                sequence: held.spot.sequence,
                value: Some(&value),
            };
            index.put(&self.keys, &[copy]);
        }
        Ok(Some(value))
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.manifest.read().unwrap_or_else(PoisonError::into_inner).ids(kind))
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        within_bounds(batch)?;
        if batch.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer();
        let written = writer.append(&self.keys, batch)?;
        self.enter(batch, &written);
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

fn within_bounds(batch: &[Change]) -> Result<(), StoreError> {
    let mut size = 0_usize;
    for change in batch {
        let (key, value) = match change {
            Change::Put(key, value) => (key, value.len()),
            Change::Remove(key) => (key, 0),
        };
        if key.id.is_empty() || key.id.len() > MAX_ID {
            return Err(StoreError::OutOfBounds(format!(
                "a key of {} bytes; 1 to {MAX_ID} are allowed",
                key.id.len()
            )));
        }
        if value > MAX_VALUE {
            return Err(StoreError::OutOfBounds(format!(
                "a value of {value} bytes; {MAX_VALUE} at most are allowed"
            )));
        }
        size = size.saturating_add(key.id.len()).saturating_add(value);
    }
    if size > MAX_BATCH {
        return Err(StoreError::OutOfBounds(format!(
            "a batch of {size} bytes; {MAX_BATCH} at most are allowed"
        )));
    }
    Ok(())
}

fn damaged(key: &StoreKey) -> StoreError {
    StoreError::Damaged(format!(
        "{} is not what was stored; it has to come back from the repository",
        named(key)
    ))
}

/// A key for people: ids are hexadecimal where they are not plain text.
fn named(key: &StoreKey) -> String {
    let text = std::str::from_utf8(&key.id)
        .ok()
        .filter(|text| text.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    let id = text.map_or_else(
        || key.id.iter().map(|byte| format!("{byte:02x}")).collect(),
        str::to_owned,
    );
    format!("{:?} {id}", key.kind)
}
