//! A vault that another one takes the place of: its files are set aside for a while, not deleted.

use super::{Keeper, KeeperError};
use crate::paths::private_folder;
use countersign_model::Timestamp;
use countersign_model::port::{Clock, StoreError};
use countersign_wire::StoreName;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How long a vault is kept that was set aside.
const KEPT: u64 = 90 * 24 * 60 * 60 * 1000;
/// What follows the vault store's name in the name of a folder of one that was set aside; milliseconds since 1970 come after it.
const ASIDE: &str = ".aside.";

/// Until when something has to be set aside to be removed now.
pub(crate) fn kept_since(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(KEPT))
}

impl Keeper {
    /// Sets the vault of before aside: its store, its exports, its header and this device's slots. What was fetched for it is forgotten.
    pub(super) fn set_aside(&mut self) -> Result<(), KeeperError> {
        self.lock();
        let folder = self.aside(self.clock.now());
        let failed = |error: std::io::Error| not_saved(&folder, &error.to_string());
        private_folder(&folder).map_err(|error| not_saved(&folder, &error.to_string()))?;
        if let Some(own) = &self.enrolled {
            write(&folder.join("header"), &own.header).map_err(failed)?;
            write(&folder.join("slots"), &own.device_slots).map_err(failed)?;
        }
        // The store last: while it is there, all of this can be done again.
        move_to(&self.exports.folder(StoreName::Vault), &folder.join("exports")).map_err(failed)?;
        move_to(&self.vault_folder, &folder.join("vault")).map_err(failed)?;
        sync(&folder).map_err(failed)?;
        countersign_sync::forget_vault(&*self.device)?;
        Ok(())
    }

    /// Removes vaults that were set aside long ago.
    pub(crate) fn forget_aside(&self) {
        let since = kept_since(self.clock.now());
        let (Some(above), Some(name)) = (self.vault_folder.parent(), self.vault_folder.file_name()) else {
            return;
        };
        let beginning = format!("{}{ASIDE}", name.to_string_lossy());
        let entries = std::fs::read_dir(above).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            let name = entry.file_name();
            let at = name
                .to_str()
                .and_then(|name| name.strip_prefix(&beginning)?.parse::<u64>().ok());
            if at.is_some_and(|at| at < since.0) {
                match std::fs::remove_dir_all(entry.path()) {
                    Ok(()) => tracing::info!("{} was set aside 90 days ago and is removed", entry.path().display()),
                    Err(error) => tracing::warn!("{}: {error}", entry.path().display()),
                }
            }
        }
    }

    fn aside(&self, now: Timestamp) -> PathBuf {
        let mut folder = self.vault_folder.as_os_str().to_owned();
        folder.push(format!("{ASIDE}{}", now.0));
        PathBuf::from(folder)
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn move_to(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes what was made in a folder, and the folder itself, durable.
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()?;
    match folder.parent() {
        Some(above) => File::open(above)?.sync_all(),
        None => Ok(()),
    }
}

fn not_saved(folder: &Path, why: &str) -> KeeperError {
    StoreError::NotSaved(format!("{}: {why}", folder.display())).into()
}
