//! Putting the values of an export back.

use crate::export::Export;
use crate::manifest::Entry;
use crate::store::Store;
use countersign_model::port::StoreError;
use countersign_model::{Change, StoreKey};
use countersign_secret::Key;
use std::path::Path;
use std::sync::PoisonError;

/// How many bytes of values are put back in one batch.
const BATCH: usize = 1 << 20;

/// Which values of an export to put back. A value the store can read is never replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Those that are known to be lost in the store.
    Lost,
    /// Those, and those the store does not have at all: they may have been lost without a name, or removed since the export.
    Missing,
}

/// What was put back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Values that were lost and are back.
    pub healed: Vec<StoreKey>,
    /// Values that the store did not have.
    pub added: Vec<StoreKey>,
    /// Values that the store has and can read: they were left as they are.
    pub kept: usize,
    /// Values that are damaged in the export as well.
    pub unreadable: Vec<StoreKey>,
    /// Values that are still lost in the store.
    pub still_lost: Vec<StoreKey>,
}

impl Imported {
    /// What happened in one sentence, for the user.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut said = format!(
            "{} lost values and {} missing ones were put back from the export, {} were there already",
            self.healed.len(),
            self.added.len(),
            self.kept
        );
        if !self.still_lost.is_empty() {
            said += &format!(", {} are still lost", self.still_lost.len());
        }
        said
    }
}

/// Puts values of the export at `path` into the store in `folder`, which is made if it is not there.
///
/// # Errors
/// As for [`Store::open`], [`Export::read`] and [`Store::import`].
pub fn import(folder: &Path, key: Key, path: &Path, which: Import) -> Result<Imported, StoreError> {
    // First the export: without a readable one no store is made.
    let export = Export::read(path, &key)?;
    let (store, _) = Store::open(folder, key)?;
    let imported = store.import(&export, which)?;
    store.close()?;
    Ok(imported)
}

impl Store {
    /// Puts values of an export back.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`] when not all of them could be saved; those before are in.
    pub fn import(&self, export: &Export, which: Import) -> Result<Imported, StoreError> {
        // Nothing may be committed in between, or an older value would replace a newer one.
        let mut writer = self.writer();
        let mut done = Imported::default();
        let (mut batch, mut size) = (Vec::new(), 0);
        for key in export.keys() {
            let entry = self.manifest.read().unwrap_or_else(PoisonError::into_inner).get(&key);
            let into = match (entry, which) {
                (Some(Entry::Held(held)), _) if self.read(&key, &held).is_ok() => {
                    done.kept += 1;
                    continue;
                }
                (Some(_), _) => &mut done.healed,
                (None, Import::Missing) => &mut done.added,
                (None, Import::Lost) => continue,
            };
            let Ok(Some(value)) = export.get(&key) else {
                done.unreadable.push(key);
                continue;
            };
            into.push(key.clone());
            size += value.len();
            batch.push(Change::Put(key, value));
            if size >= BATCH {
                self.commit_with(&mut writer, &std::mem::take(&mut batch))?;
                size = 0;
            }
        }
        self.commit_with(&mut writer, &batch)?;
        done.still_lost = self.manifest.read().unwrap_or_else(PoisonError::into_inner).lost();
        Ok(done)
    }
}
