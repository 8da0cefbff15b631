//! Exports: everything a store holds in one sealed file, and reading such a file again.

use crate::files::{Access, Disk, Files};
use crate::generation;
use crate::keys::Keys;
use crate::manifest::{Entry, Manifest};
use crate::place;
use crate::read::{self, Handle, Handles, Opened, damaged};
use crate::segment::StoreId;
use crate::snapshot::{self, Purpose, Stamp};
use crate::store::Store;
use crate::verify;
use countersign_model::StoreKey;
use countersign_model::port::StoreError;
use countersign_secret::Key;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// How many values it holds.
    pub values: usize,
    /// How many values were lost in the store, so that only their names are in it.
    pub lost: usize,
    /// The number of the last change in it.
    pub upto: u64,
    /// Its length.
    pub bytes: u64,
}

/// Writes everything the store in `folder` holds into one file, sealed under the store's key. The store is not changed.
///
/// The file is made whole or not at all, and read back before it takes its name.
///
/// # Errors
/// As for [`crate::verify`]; [`StoreError::NotSaved`] when the file cannot be written or read back.
pub fn export(folder: &Path, key: &Key, path: &Path) -> Result<Exported, StoreError> {
    let _lock = place::look(folder)?;
    let files = Disk::open(folder).map_err(|error| StoreError::Unopened(format!("{}: {error}", folder.display())))?;
    let keys = Keys::derive(key);
    let survey = verify::surveyed(&files, &keys)?;
    let stamp = Stamp {
        purpose: Purpose::Export,
        store: survey.store,
        number: 0,
        upto: survey.tip.sequence,
        upto_mac: survey.tip.mac,
        unknown: survey.story.unnamed,
    };
    write(&keys, stamp, survey.manifest, &survey.handles, path)
}

impl Store {
    /// As [`export`], for a store that this process has open. Commits wait until it is done.
    ///
    /// # Errors
    /// As for [`export`].
    pub fn export(&self, path: &Path) -> Result<Exported, StoreError> {
        let writer = self.writer();
        let stamp = Stamp {
            purpose: Purpose::Export,
            store: writer.store,
            number: 0,
            upto: writer.tip.sequence,
            upto_mac: writer.tip.mac,
            unknown: writer.begun.unknown,
        };
        let manifest = self.manifest.read().unwrap_or_else(PoisonError::into_inner).clone();
        let handles = self.segments.read().unwrap_or_else(PoisonError::into_inner).clone();
        write(&self.keys, stamp, manifest, &handles, path)
    }

    /// Reads an export that was made under this store's key.
    ///
    /// # Errors
    /// As for [`Export::read`].
    pub fn read_export(&self, path: &Path) -> Result<Export, StoreError> {
        Export::read_with(Arc::clone(&self.keys), path)
    }
}

/// An export that was read: its table is in memory, its values are read from the file.
pub struct Export {
    keys: Arc<Keys>,
    handle: Handle,
    manifest: Manifest,
    store: StoreId,
    upto: u64,
    unknown: u64,
    flaw: Option<String>,
}

impl Export {
    /// Reads an export. What is damaged in it is lost by name ([`Export::lost`]); the rest can be used.
    ///
    /// # Errors
    /// [`StoreError::Unopened`] when there is no such file; [`StoreError::Damaged`] when nothing in it can be read with this key.
    pub fn read(path: &Path, key: &Key) -> Result<Self, StoreError> {
        Self::read_with(Arc::new(Keys::derive(key)), path)
    }

    fn read_with(keys: Arc<Keys>, path: &Path) -> Result<Self, StoreError> {
        let unopened = |error: io::Error| StoreError::Unopened(format!("{}: {error}", path.display()));
        let (folder, name) = split(path)?;
        let files = Disk::open(&folder).map_err(unopened)?;
        let file = files.open(&name, Access::Read).map_err(unopened)?;
        let bytes = file.read_all().map_err(unopened)?;
        let scanned = snapshot::scan(&keys, Purpose::Export, 0, &bytes).ok_or_else(|| {
            StoreError::Damaged(format!(
                "{} is no export that this key opens; it belongs to another store or is destroyed",
                path.display()
            ))
        })?;
        let stamp = scanned.header.stamp;
        Ok(Self {
            keys,
            handle: Handle {
                file: file.into(),
                upto: stamp.upto,
            },
            manifest: scanned.entries.into_iter().collect(),
            store: stamp.store,
            upto: stamp.upto,
            unknown: stamp.unknown + scanned.unnamed,
            flaw: scanned.flaw,
        })
    }

    /// The id of the store it was made from.
    #[must_use]
    pub fn store(&self) -> [u8; 16] {
        self.store
    }

    /// The number of the last change in it.
    #[must_use]
    pub fn upto(&self) -> u64 {
        self.upto
    }

    /// The keys whose values it holds, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<StoreKey> {
        let held = self
            .manifest
            .entries()
            .filter(|(_, entry)| matches!(entry, Entry::Held(_)));
        held.map(|(key, _)| key.clone()).collect()
    }

    /// The keys it names without a value: lost before it was made, or in a damaged part of it.
    #[must_use]
    pub fn lost(&self) -> Vec<StoreKey> {
        self.manifest.lost()
    }

    /// Changes that are missing from it without a name.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// What is not as it was written, if anything is.
    #[must_use]
    pub fn flaw(&self) -> Option<&str> {
        self.flaw.as_deref()
    }

    /// A value.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is lost or damaged in this export.
    pub fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        match self.manifest.get(key) {
            None => Ok(None),
            Some(Entry::Lost { .. }) => Err(damaged(key)),
            Some(Entry::Held(held)) => {
                read::value(&self.keys, &self.handle, key, &held, &mut Opened::default()).map(Some)
            }
        }
    }
}

fn write(
    keys: &Keys,
    stamp: Stamp,
    manifest: Manifest,
    handles: &Handles,
    path: &Path,
) -> Result<Exported, StoreError> {
    let not_saved = |error: io::Error| StoreError::NotSaved(format!("{}: {error}", path.display()));
    let (folder, name) = split(path)?;
    let files: &dyn Files = &Disk::open(&folder).map_err(not_saved)?;
    // A value that cannot be read is left out by name.
    let manifest = without_unreadable(keys, manifest, handles);
    let aside = format!("{name}.new");
    let made = || -> io::Result<u64> {
        let file: Arc<dyn crate::files::LogFile> = files.create_aside(&aside)?.into();
        let length = generation::write(keys, stamp, &manifest, handles, &*file)?;
        file.uncache();
        let scanned = generation::read_back(keys, stamp, &manifest, &*file)?;
        let handle = Handle { file, upto: stamp.upto };
        let mut opened = Opened::default();
        for (key, entry) in &scanned.entries {
            if let Entry::Held(held) = entry {
                read::value(keys, &handle, key, held, &mut opened).map_err(io::Error::other)?;
            }
        }
        files.rename(&aside, &name)?;
        files.sync_folder()?;
        Ok(length)
    };
    let bytes = made().map_err(|error| {
        // Half an export has no meaning.
        let _ = files.remove(&aside);
        not_saved(error)
    })?;
    let values = manifest.readable();
    Ok(Exported {
        path: path.to_owned(),
        values,
        lost: manifest.len() - values,
        upto: stamp.upto,
        bytes,
    })
}

fn without_unreadable(keys: &Keys, mut manifest: Manifest, handles: &Handles) -> Manifest {
    let mut opened = Opened::default();
    let unreadable: Vec<(StoreKey, u64)> = manifest
        .entries()
        .filter_map(|(key, entry)| match entry {
            Entry::Held(held) => {
                let handle = handles.get(&held.spot.file);
                let read = handle.is_some_and(|handle| read::value(keys, handle, key, &held, &mut opened).is_ok());
                (!read).then(|| (key.clone(), held.sequence))
            }
            Entry::Lost { .. } => None,
        })
        .collect();
    for (key, sequence) in unreadable {
        manifest.set(key, Entry::Lost { sequence });
    }
    manifest
}

/// A file's folder and name.
fn split(path: &Path) -> Result<(PathBuf, String), StoreError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| StoreError::Unopened(format!("{} is no name for a file", path.display())))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    Ok((folder, name.to_owned()))
}
