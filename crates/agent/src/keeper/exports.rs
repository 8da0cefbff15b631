//! Rolling sealed exports: the last five and one a day for a week, made after changes.

use super::Keeper;
use crate::paths::{Paths, private_folder};
use countersign_model::port::{Clock, StoreError};
use countersign_store::{Store, rolling_exports};
use countersign_wire::StoreName;
use std::path::{Path, PathBuf};

/// Where exports are, and which stores have changed since the last one.
#[derive(Debug)]
pub(crate) struct Exports {
    folder: PathBuf,
    device: Since,
    vault: Since,
    /// Why the last one could not be made.
    failed: Option<String>,
}

/// Whether something has changed since the last export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    Nothing,
    Changes,
}

impl Exports {
    pub(super) fn of(paths: &Paths) -> Self {
        Self {
            folder: paths.exports(),
            device: Since::Nothing,
            vault: Since::Nothing,
            failed: None,
        }
    }

    pub(super) fn folder(&self, store: StoreName) -> PathBuf {
        self.folder.join(store.as_str())
    }

    pub(super) fn changed(&mut self, store: StoreName) {
        *self.since(store) = Since::Changes;
    }

    /// A store that has no export yet gets one.
    pub(super) fn at_least_one(&mut self, store: StoreName) {
        if rolling_exports(&self.folder(store)).is_empty() {
            self.changed(store);
        }
    }

    fn since(&mut self, store: StoreName) -> &mut Since {
        match store {
            StoreName::Device => &mut self.device,
            StoreName::Vault => &mut self.vault,
        }
    }

    /// Makes one if something has changed.
    fn make(&mut self, name: StoreName, store: &Store, now: u64) {
        if *self.since(name) == Since::Nothing {
            return;
        }
        let made = self
            .prepared(name)
            .and_then(|folder| store.export_rolling(&folder, now));
        match made {
            Ok(exported) => {
                tracing::info!("{} values exported to {}", exported.values, exported.path.display());
                (*self.since(name), self.failed) = (Since::Nothing, None);
            }
            // It is tried again with the next change.
            Err(error) => {
                tracing::warn!("{error}");
                *self.since(name) = Since::Nothing;
                self.failed = Some(format!("The {} store could not be exported: {error}", name.as_str()));
            }
        }
    }

    fn prepared(&self, name: StoreName) -> Result<PathBuf, StoreError> {
        let folder = self.folder(name);
        let private = |folder: &Path| private_folder(folder).map_err(|error| StoreError::NotSaved(error.to_string()));
        private(&self.folder)?;
        private(&folder)?;
        Ok(folder)
    }
}

impl Keeper {
    /// Whether a store has changed since its last export.
    pub(crate) fn wants_export(&self) -> bool {
        let vault = self.open.is_some() && self.exports.vault == Since::Changes;
        vault || self.exports.device == Since::Changes
    }

    /// A logon was changed.
    pub(crate) fn logons_changed(&mut self) {
        self.exports.changed(StoreName::Vault);
    }

    /// Exports what has changed.
    pub(crate) fn export(&mut self) {
        let now = self.clock.now().0 / 1000;
        if !self.misses_something(StoreName::Device) {
            self.exports.make(StoreName::Device, &self.device, now);
        }
        if !self.misses_something(StoreName::Vault)
            && let Some(open) = &self.open
        {
            self.exports.make(StoreName::Vault, open.store.store(), now);
        }
    }

    /// Why the last export could not be made.
    pub(crate) fn export_problem(&self) -> Option<&str> {
        self.exports.failed.as_deref()
    }
}
