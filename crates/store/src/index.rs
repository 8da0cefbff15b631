//! sled behind the log: copies of the values, sealed one by one under blind names.
//!
//! Values enter it when they are read, up to a share of what the store holds: it takes no part in a commit and never outgrows the log.
//! It is never trusted. It is opened only when a digest of its files, written at the last clean stop, still matches; otherwise it
//! is deleted and fills again as values are read. What it returns is checked against the manifest. When it fails, the log answers
//! alone.

use crate::bytes::Cursor;
use crate::keys::{Keys, MAC, Place};
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const FOLDER: &str = "index";
const STOP: &str = "index.stop";
const MAGIC: &[u8; 8] = b"CSstop1\0";
const CACHE: u64 = 1 << 20;
/// How much sled writes at a time, and the least its files grow by.
const SEGMENT: usize = 16 << 10;
/// The longest value worth a copy.
const LONGEST: usize = 2 << 10;

/// The derived copies.
pub(crate) struct Index {
    db: sled::Db,
    failed: AtomicBool,
    /// How many bytes of copies it may still take.
    room: AtomicU64,
}

/// The end of the chain an index belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upto {
    pub(crate) sequence: u64,
    pub(crate) mac: [u8; MAC],
}

/// Whether anything says that there was a store in this folder once.
pub(crate) fn is_left_over(store: &Path) -> bool {
    store.join(FOLDER).exists() || store.join(STOP).exists()
}

impl Index {
    /// Opens the index, empty unless it is proved to be the one that was closed last and no longer than `most` bytes. The note says
    /// when it had to be made again.
    pub(crate) fn open(store: &Path, keys: &Keys, upto: Upto, most: u64) -> (Option<Self>, Option<String>) {
        let folder = store.join(FOLDER);
        let length = length(&folder).unwrap_or(0);
        let fits = length <= most;
        let proved = fits && folder.is_dir() && proves(store, keys, upto).unwrap_or(false);
        // From here on the files change, so the proof ends.
        let unproved = remove(&store.join(STOP)).and_then(|()| if proved { Ok(()) } else { clear(&folder) });
        let made_again = || {
            format!(
                "the index {} did not match the log and is made again from it",
                folder.display()
            )
        };
        let opened = unproved.and_then(|()| {
            open_sled(&folder).or_else(|_| {
                // One that cannot be opened is worth no more than none.
                clear(&folder)?;
                open_sled(&folder)
            })
        });
        match opened {
            Ok(db) => {
                let note = (!proved && fits && upto.sequence > 0).then(made_again);
                let held = if proved { length } else { 0 };
                (
                    Some(Self {
                        db,
                        failed: AtomicBool::new(false),
                        // sled writes some of it twice.
                        room: AtomicU64::new(most.saturating_sub(held) / 3),
                    }),
                    note,
                )
            }
            Err(error) => (
                None,
                Some(format!(
                    "the index {} cannot be used ({error}); values are read from the log",
                    folder.display()
                )),
            ),
        }
    }

    /// A value that was last set by frame `sequence`, if a copy is at hand.
    pub(crate) fn get(&self, keys: &Keys, name: [u8; MAC], sequence: u64) -> Option<Vec<u8>> {
        let sealed = self.answer(|db| db.get(name))??;
        keys.open(Place::Value(sequence, name), &sealed)
    }

    /// Takes the copy of a value that was last set by frame `sequence`, if there is room.
    pub(crate) fn put(&self, keys: &Keys, name: [u8; MAC], sequence: u64, value: &[u8]) {
        let needed = value.len() as u64 + 128;
        let take = |room: u64| room.checked_sub(needed);
        if value.len() > LONGEST
            || self
                .room
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_err()
        {
            return;
        }
        if let Some(sealed) = keys.seal(Place::Value(sequence, name), value) {
            self.answer(|db| db.insert(name, sealed));
        }
    }

    /// Closes the index and leaves a proof of what it holds.
    pub(crate) fn close(self, store: &Path, keys: &Keys, upto: Upto) -> io::Result<()> {
        if self.answer(|db| db.flush()).is_none() {
            return Ok(());
        }
        drop(self.db);
        let said = [
            MAGIC.as_slice(),
            &upto.sequence.to_le_bytes(),
            &upto.mac,
            &digest(&store.join(FOLDER))?,
        ]
        .concat();
        let aside = store.join(format!("{STOP}.new"));
        remove(&aside)?;
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(&said)?;
        file.write_all(&keys.mac(MAGIC, &[&said]))?;
        file.sync_all()?;
        fs::rename(aside, store.join(STOP))
    }

    fn answer<T>(&self, ask: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Option<T> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        ask(&self.db)
            .map_err(|_| self.failed.store(true, Ordering::Relaxed))
            .ok()
    }
}

fn open_sled(folder: &Path) -> io::Result<sled::Db> {
    if !folder.is_dir() {
        DirBuilder::new().mode(0o700).create(folder)?;
    }
    // `flush_every_ms(None)`: no disk work of its own while nothing happens.
    let config = sled::Config::new()
        .path(folder)
        .flush_every_ms(None)
        .cache_capacity(CACHE)
        .segment_size(SEGMENT)
        .mode(sled::Mode::LowSpace);
    config.open().map_err(io::Error::other)
}

/// Whether the proof left at the last clean stop fits this chain and the files there are.
fn proves(store: &Path, keys: &Keys, upto: Upto) -> io::Result<bool> {
    let mut bytes = Vec::new();
    File::open(store.join(STOP))?.take(256).read_to_end(&mut bytes)?;
    let Some((said, mac)) = bytes.split_at_checked(80) else {
        return Ok(false);
    };
    if !keys.verify(MAGIC, &[said], mac) {
        return Ok(false);
    }
    let mut from = Cursor::new(said);
    let fits = from.array() == Some(*MAGIC) && from.u64() == Some(upto.sequence) && from.array() == Some(upto.mac);
    Ok(fits && from.array() == Some(digest(&store.join(FOLDER))?))
}

/// The digest of all files of a folder: their names, lengths and contents, in order.
fn digest(folder: &Path) -> io::Result<[u8; MAC]> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut whole = Sha256::new();
    let mut block = vec![0; 64 << 10];
    for path in files {
        let name = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .as_os_str()
            .as_encoded_bytes()
            .to_vec();
        let mut file = File::open(&path)?;
        whole.update((name.len() as u64).to_le_bytes());
        whole.update(&name);
        whole.update(file.metadata()?.len().to_le_bytes());
        loop {
            let read = file.read(&mut block)?;
            let Some(part) = block.get(..read).filter(|part| !part.is_empty()) else {
                break;
            };
            whole.update(part);
        }
    }
    Ok(whole.finalize().into())
}

/// How many bytes the files of a folder have.
fn length(folder: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.iter().map(|file| Ok(file.metadata()?.len())).sum()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
