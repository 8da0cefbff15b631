//! Writing a damaged store anew from what can be read of it, and giving up what is lost.

use crate::files::QUARANTINE;
use crate::generation;
use crate::opened::Damage;
use crate::store::Store;
use crate::survey::Generation;
use countersign_model::port::StoreError;
use countersign_model::{Change, StoreKey};
use countersign_secret::Key;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// What to do about values that cannot be read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Losses {
    /// They stay known as lost, so that they can still come back from the repository or an export.
    Keep,
    /// They are given up: from now on the store says that it never had them.
    GiveUp,
}

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// How many values can be read.
    pub values: usize,
    /// What was damaged, if anything was.
    pub damage: Option<Damage>,
    /// Where the damaged files are now.
    pub quarantined: Vec<PathBuf>,
    /// What happened in one sentence, for the user.
    pub sentence: String,
}

/// Writes a fresh generation of the store in `folder` from what can be read, and puts damaged files into its folder `quarantine`.
/// A store without damage is left as it is.
///
/// # Errors
/// As for [`Store::open`]; [`StoreError::NotSaved`] when the fresh generation cannot be written: everything is as it was then.
pub fn repair(folder: &Path, key: Key, losses: Losses) -> Result<Repaired, StoreError> {
    let (store, opened) = Store::open(folder, key)?;
    let quarantined = store.repair(losses)?;
    let damage = opened.damage().cloned();
    let sentence = match (&damage, quarantined.len()) {
        (None, 0) => format!("nothing is damaged; all {} values can be read", opened.values),
        (None, files) => format!(
            "{files} damaged files were put into {}; nothing is lost, all {} values can be read",
            folder.join(QUARANTINE).display(),
            opened.values
        ),
        (Some(damage), _) => {
            let lost = match losses {
                Losses::Keep => "what is lost can still come back from the repository or an export",
                Losses::GiveUp => "what is lost was given up",
            };
            format!(
                "{}. The store was written anew; damaged files are in {}; {lost}",
                damage.sentence,
                folder.join(QUARANTINE).display()
            )
        }
    };
    let values = store.manifest.read().unwrap_or_else(PoisonError::into_inner).readable();
    store.close()?;
    Ok(Repaired {
        values,
        damage,
        quarantined,
        sentence,
    })
}

impl Store {
    /// Writes a fresh generation if any file is damaged or anything is lost, and puts damaged files into the quarantine. Returns
    /// where they are.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`] when the fresh generation cannot be written: everything is as it was then.
    pub fn repair(&self, losses: Losses) -> Result<Vec<PathBuf>, StoreError> {
        if losses == Losses::GiveUp {
            self.give_up_losses()?;
        }
        let mut writer = self.writer();
        let lost = !self.lost().is_empty() || writer.begun.unknown > 0;
        if writer.damaged.is_empty() && !lost {
            return Ok(Vec::new());
        }
        generation::begin(self, &mut writer, Generation::Flawed)?;
        let mut moved = Vec::new();
        for name in std::mem::take(&mut writer.damaged) {
            match writer.files.quarantine(&name) {
                Ok(path) => moved.push(self.folder.join(path)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::NotSaved(format!("{name}: {error}"))),
            }
        }
        let synced = writer.files.sync_folder();
        synced.map_err(|error| StoreError::NotSaved(error.to_string()))?;
        Ok(moved)
    }

    /// The values that are known to be lost. Storing them again heals them.
    #[must_use]
    pub fn lost(&self) -> Vec<StoreKey> {
        self.manifest.read().unwrap_or_else(PoisonError::into_inner).lost()
    }

    /// Ends the mourning: call this once everything that can come back from the repository and exports has come back. Values that
    /// are still lost are removed (and returned), and changes lost without a name are not told any more.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`]: the store still says what is lost.
    pub fn give_up_losses(&self) -> Result<Vec<StoreKey>, StoreError> {
        let mut writer = self.writer();
        let lost = self.lost();
        let unknown = std::mem::take(&mut writer.begun.unknown);
        if lost.is_empty() && unknown == 0 {
            return Ok(lost);
        }
        let removals: Vec<Change> = lost.iter().cloned().map(Change::Remove).collect();
        let done = self
            .commit_with(&mut writer, &removals)
            .and_then(|()| generation::begin(self, &mut writer, Generation::Flawed));
        if let Err(error) = done {
            writer.begun.unknown = unknown;
            return Err(error);
        }
        Ok(lost)
    }
}
