//! What `countersign store` does while the agent has the stores open.

use super::guarded::Shared;
use super::{Brought, Keeper, KeeperError};
use crate::stores::{exported, file_of, imported, made, repaired, verified};
use countersign_model::port::{Clock, StoreError};
use countersign_model::{RecordId, StoreKind, Timestamp};
use countersign_store::{Export, Import, Losses, Store};
use countersign_sync::time_of_change;
use countersign_vault::{Amendment, OpenedRecord, Written};
use countersign_wire::{Removed, Reply, StoreImported, StoreName, StoreRepaired};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Both stores, for work that takes its time.
pub(crate) struct Stores {
    device: Arc<Store>,
    vault: Option<Shared>,
}

/// Work on the stores that leaves them as they are.
pub(crate) enum Job {
    /// Read everything.
    Verify,
    /// Write everything into this folder.
    Export(PathBuf),
}

impl Stores {
    fn each(&self) -> impl Iterator<Item = (StoreName, &Store)> {
        let vault = self.vault.as_ref().map(|shared| (StoreName::Vault, shared.store()));
        [(StoreName::Device, &*self.device)].into_iter().chain(vault)
    }

    pub(crate) fn run(&self, job: &Job) -> Result<Reply, KeeperError> {
        Ok(match job {
            Job::Verify => {
                let read = self.each().map(|(name, store)| Ok(verified(name, store.verify()?)));
                Reply::StoresVerified(read.collect::<Result<_, StoreError>>()?)
            }
            Job::Export(folder) => {
                made(folder)?;
                let written = self
                    .each()
                    .map(|(name, store)| Ok(exported(name, store.export(&file_of(folder, name))?)));
                Reply::StoresExported(written.collect::<Result<_, StoreError>>()?)
            }
        })
    }
}

impl Keeper {
    /// The stores, for a thread of their own. A locked vault cannot be read.
    pub(crate) fn stores(&self) -> Result<Stores, KeeperError> {
        if self.is_enrolled() && self.open.is_none() {
            return Err(KeeperError::Locked);
        }
        Ok(Stores {
            device: Arc::clone(&self.device),
            vault: self.open.as_ref().map(|open| open.store.clone()),
        })
    }

    /// Writes damaged stores anew.
    pub(crate) fn repair(&mut self, losses: Losses) -> Result<Vec<StoreRepaired>, KeeperError> {
        let stores = self.stores()?;
        self.mend(Brought::NotAsked);
        let mut done = Vec::new();
        for (name, store) in stores.each() {
            let before = store.lost().len();
            let quarantined = store.repair(losses)?;
            let report = repaired(name, quarantined, before, store.lost().len());
            if report.still_lost == 0 && losses == Losses::GiveUp {
                self.tales.retain(|tale| tale.store != name);
            }
            done.push(report);
        }
        drop(stores);
        self.reindex()?;
        Ok(done)
    }

    /// Puts back what is lost or missing. What is there stays as it is.
    pub(crate) fn import(&mut self, folder: &Path, removed: Removed) -> Result<Vec<StoreImported>, KeeperError> {
        let now = self.clock.now();
        let stores = self.stores()?;
        // First both files: a folder that is not an export changes nothing.
        let device = stores.device.read_export(&file_of(folder, StoreName::Device))?;
        let mut done = Vec::new();
        if let Some(vault) = &stores.vault {
            let export = vault.store().read_export(&file_of(folder, StoreName::Vault))?;
            let back = vault.import(&export, Import::Missing)?;
            self.reindex()?;
            let gone = self.removed_since(&export, removed, now)?;
            done.push(imported(StoreName::Vault, &back, gone));
        }
        // Of the device's own, only what is lost: what was withdrawn or done since must not come back.
        let back = stores.device.import(&device, Import::Lost)?;
        done.insert(0, imported(StoreName::Device, &back, Gone::default()));
        Ok(done)
    }

    /// The export's logons that are removed now; those that are wanted come back as new versions.
    fn removed_since(&mut self, export: &Export, wanted: Removed, now: Timestamp) -> Result<Gone, KeeperError> {
        let mut gone = Gone::default();
        for key in export.keys() {
            let Ok(id) = <[u8; 16]>::try_from(key.id.as_slice()) else {
                continue;
            };
            let record = RecordId(id);
            let open = self.opened_mut()?;
            if key.kind != StoreKind::Record {
                continue;
            }
            let Ok(Some(OpenedRecord::Tombstone(tombstone))) = open.read_any(record) else {
                continue;
            };
            let sealed = export.get(&key)?.unwrap_or_default();
            let expected = open.unlocked.expect(record, Written::AtLeast(1));
            let expected = expected.of_epoch(open.unlocked.epoch_of(&sealed));
            let Ok(OpenedRecord::Logon(logon)) = open.unlocked.open_record(&expected, &sealed) else {
                continue;
            };
            if wanted == Removed::Stay {
                gone.stayed += 1;
                continue;
            }
            let version = open.next(record)?;
            let amendment = Amendment {
                label: None,
                fields: Vec::new(),
                password: None,
                changed: time_of_change(now, tombstone.removed),
            };
            let template = logon.summary().template;
            let sealed = open.unlocked.seal_amended(logon, amendment, version.counter)?;
            open.put(version, sealed)?;
            open.by_template.entry(template).or_default().push(record);
            gone.brought_back += 1;
        }
        Ok(gone)
    }
}

/// Logons of an export that were removed since.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gone {
    pub(crate) stayed: usize,
    pub(crate) brought_back: usize,
}
