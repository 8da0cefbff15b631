//! The store: reads through the manifest, commits through the log.

use crate::body::Touched;
use crate::files::{Disk, Files};
use crate::generation;
use crate::head::Stop;
use crate::index::{self, Index, Upto};
use crate::keys::Keys;
use crate::manifest::{Entry, Held, Manifest};
use crate::opened::Opened;
use crate::place::{self, Lock};
use crate::read::{self, damaged, named};
use crate::recover::{self, Recovered, Traces};
use crate::survey::Generation;
use crate::tuning::Tuning;
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
    pub(crate) keys: Arc<Keys>,
    pub(crate) manifest: RwLock<Manifest>,
    pub(crate) segments: Segments,
    writer: Mutex<Writer>,
    index: Option<Index>,
    pub(crate) folder: PathBuf,
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
        let (mut store, mut opened) = Self::over(Box::new(files), &key, traces, Tuning::default())?;
        store.folder = folder.to_owned();
        store._lock = Some(lock);
        let (index, note) = Index::open(folder, &store.keys, store.upto(), store.index_room());
        store.index = index;
        opened.notes.splice(0..0, notes);
        opened.notes.extend(note);
        Ok((store, opened))
    }

    /// A store over any files, without an index.
    pub(crate) fn over(
        files: Box<dyn Files>,
        key: &Key,
        traces: Traces,
        tuning: Tuning,
    ) -> Result<(Self, Opened), StoreError> {
        let keys = Arc::new(Keys::derive(key));
        let Recovered {
            manifest,
            writer,
            mut opened,
            generation,
        } = recover::recover(files, &keys, traces, tuning)?;
        let store = Self {
            keys,
            manifest: RwLock::new(manifest),
            segments: Arc::clone(&writer.segments),
            writer: Mutex::new(writer),
            index: None,
            folder: PathBuf::new(),
            _lock: None,
        };
        let mut writer = store.writer();
        if generation == Generation::Flawed {
            match generation::begin(&store, &mut writer, generation) {
                Ok(()) => opened
                    .notes
                    .push("a new generation was written from what could be read".into()),
                Err(error) => opened.notes.push(error.to_string()),
            }
        } else if writer.is_long() {
            // Where that is not possible now, the log grows on until it is.
            let _ = generation::begin(&store, &mut writer, generation);
        }
        drop(writer);
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
        writer.trim();
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

    /// How long the index may get: a share of what the store holds.
    fn index_room(&self) -> u64 {
        let writer = self.writer();
        (writer.begun.length / 5).max(writer.tuning.least_log)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits with the writer at hand.
    pub(crate) fn commit_with(&self, writer: &mut Writer, batch: &[Change]) -> Result<(), StoreError> {
        within_bounds(batch)?;
        if batch.is_empty() {
            return Ok(());
        }
        let (fresh, before) = (self.fresh(batch), writer.logged);
        let written = writer.append(&self.keys, batch)?;
        writer.count(written.len(), before, fresh);
        self.enter(batch, &written);
        if writer.is_long() {
            // The batch is safe already; where a new generation cannot be made, the log grows on until it can.
            let _ = generation::begin(self, writer, Generation::Whole);
        }
        Ok(())
    }

    /// Reads what the manifest says, past the index.
    pub(crate) fn read(&self, key: &StoreKey, held: &Held) -> Result<Vec<u8>, StoreError> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let handle = segments.get(&held.spot.file).cloned().ok_or_else(|| damaged(key))?;
        drop(segments);
        read::value(&self.keys, &handle, key, held, &mut read::Opened::default())
    }

    fn entry(&self, key: &StoreKey) -> Option<Entry> {
        self.manifest.read().unwrap_or_else(PoisonError::into_inner).get(key)
    }

    /// How many of a batch's changes set what was not there before, and how many there are.
    fn fresh(&self, batch: &[Change]) -> (usize, usize) {
        let manifest = self.manifest.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |change: &&Change| matches!(change, Change::Put(key, _) if manifest.get(key).is_none());
        (batch.iter().filter(is_fresh).count(), batch.len())
    }

    fn enter(&self, batch: &[Change], written: &[Written]) {
        let mut manifest = self.manifest.write().unwrap_or_else(PoisonError::into_inner);
        for frame in written {
            let changes = batch.get(frame.changes.clone()).unwrap_or_default();
            manifest.apply(frame.sequence, frame.spot, changes.iter().map(Touched::from));
        }
    }
}

impl RecordStore for Store {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        let name = self.index.as_ref().map(|index| (index, self.keys.blind(key)));
        loop {
            let entry = self.entry(key);
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
            if let Some((index, name)) = name
                && let Some(value) = index.get(&self.keys, name, held.sequence)
            {
                return Ok(Some(value));
            }
            match self.read(key, &held) {
                Ok(value) => {
                    if let Some((index, name)) = name {
                        index.put(&self.keys, name, held.sequence, &value);
                    }
                    return Ok(Some(value));
                }
                // A new generation may have moved it in the meantime.
                Err(error) if self.entry(key) == entry => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn holds(&self, key: &StoreKey) -> Result<bool, StoreError> {
        Ok(matches!(self.entry(key), Some(Entry::Held(_))))
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.manifest.read().unwrap_or_else(PoisonError::into_inner).ids(kind))
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        self.commit_with(&mut self.writer(), batch)
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
