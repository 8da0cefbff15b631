//! The keeper: device store, vault store and the open vault, in one pair of hands.

mod account;
mod aside;
mod consent;
mod devices;
mod exports;
mod guarded;
mod heads;
mod identity;
mod logons;
mod mending;
mod overtaken;
mod passwords;
mod primary;
mod recovery;
mod rekey;
mod slots;
mod stores;
mod tale;

pub(crate) use aside::kept_since;
pub(crate) use guarded::Observed;
use guarded::Shared;
use heads::Heads;
pub(crate) use identity::NewId;
pub(crate) use logons::Fields;
pub(crate) use mending::Brought;
pub(crate) use slots::{kinds_in, slots_to_come};
pub(crate) use stores::{Gone, Job};
pub(crate) use tale::State;

use crate::clock::SystemClock;
use crate::device_secret::DeviceSecret;
use crate::front::Terms;
use crate::message::{Adoption, Before, Elsewhere, Material};
use crate::paths::Paths;
use crate::syncing::Standing;
use countersign_model::port::{Clock, RecordStore, StoreError};
use countersign_model::{Change, DeviceId, HeaderVersion, StoreKey, StoreKind, TemplateId};
use countersign_model::{LogonId, VaultId};
use countersign_secret::Key;
use countersign_signon::VaultState;
use countersign_store::{Export, Store, rolling_exports};
use countersign_vault::{
    DeviceSecretHome, MachineMark, OpenError, SealError, UnlockError, Unlocked, derive_device_store_key, inspect_header,
};
use countersign_wire::{ErrorCode, ErrorReply, StoreName};
use exports::Exports;
use mending::open_or_begin_anew;
use rekey::open_vault_store;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use tale::Tale;

/// Why the keeper cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// A store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is not what was expected.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A record could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The header or the slots cannot be read.
    #[error(transparent)]
    Header(#[from] UnlockError),
    /// A record could not be sealed anew.
    #[error(transparent)]
    Again(#[from] countersign_vault::ResealError),
    /// This device's slots could not be made.
    #[error(transparent)]
    Slots(#[from] countersign_vault::EnrollError),
    /// The vault is locked.
    #[error("the vault is locked")]
    Locked,
    /// A new vault would stand in the place of one that cannot be opened any more.
    #[error("{} holds the logons of an earlier vault, which a new one does not open", .0.display())]
    EarlierVault(PathBuf),
    /// There is no such logon.
    #[error("there is no logon {0}")]
    NoLogon(LogonId),
    /// The window is not what the logon was saved for.
    #[error(transparent)]
    Binding(#[from] Box<countersign_vault::BindingChanged>),
    /// The password was checked for another vault.
    #[error(transparent)]
    NotTheOwner(#[from] countersign_vault::NotTheOwner),
    /// A step of a change could not be written.
    #[error(transparent)]
    Step(#[from] countersign_vault::StepError),
}

impl From<KeeperError> for ErrorReply {
    fn from(error: KeeperError) -> Self {
        let (code, next) = match &error {
            KeeperError::Locked => (ErrorCode::Locked, "run `countersign unlock`"),
            KeeperError::NoLogon(_) => (
                ErrorCode::NoMatch,
                "run `countersign logon list` for those that are there",
            ),
            KeeperError::Binding(_) | KeeperError::NotTheOwner(_) => {
                (ErrorCode::Refused, "run `countersign why` for what differs")
            }
            KeeperError::EarlierVault(_) => (
                ErrorCode::Integrity,
                "restore the folder `device` beside it from a backup; to begin anew, move both away and start the agent again",
            ),
            KeeperError::Store(StoreError::Damaged(_)) | KeeperError::Open(_) | KeeperError::Header(_) => (
                ErrorCode::Integrity,
                "run `countersign refresh` to fetch it from the repository, then `countersign doctor`",
            ),
            KeeperError::Step(_) => (
                ErrorCode::Refused,
                "`countersign password status` shows the changes under way",
            ),
            KeeperError::Store(_) | KeeperError::Seal(_) | KeeperError::Again(_) | KeeperError::Slots(_) => {
                (ErrorCode::Failed, "run `countersign doctor`")
            }
        };
        Self::new(code, error.to_string()).next(next)
    }
}

/// The vault while it is open.
pub(crate) struct Open {
    unlocked: Arc<Unlocked>,
    store: Shared,
    heads: Heads,
    /// Which logons each template has. Only ids: what is in them is opened when it is needed.
    by_template: BTreeMap<TemplateId, Vec<LogonId>>,
    /// Logons that cannot be read.
    faults: Vec<String>,
    /// How often a record was written since it was opened.
    writes: u64,
}

/// The vault as this device knows it.
struct Enrolled {
    header: Vec<u8>,
    device_slots: Vec<u8>,
}

/// Device store, vault store and vault.
pub(crate) struct Keeper {
    device: Arc<Store>,
    device_secret: Arc<Key>,
    device_secret_home: DeviceSecretHome,
    vault_folder: PathBuf,
    enrolled: Option<Enrolled>,
    open: Option<Open>,
    /// The machine this device runs on.
    machine: MachineMark,
    /// The vault that was locked last, while somebody still holds it.
    locked: Weak<Unlocked>,
    tales: Vec<Tale>,
    exports: Exports,
    clock: SystemClock,
    /// How often the logons changed otherwise than by the writes of the open vault.
    changes: u64,
}

const HEADER: &[u8] = b"own";

pub(crate) fn header_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Header,
        id: HEADER.to_vec(),
    }
}

pub(crate) fn slots_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Slots,
        id: HEADER.to_vec(),
    }
}

impl Keeper {
    /// Opens the device store and finds out whether this device is enrolled.
    pub(crate) fn open(paths: &Paths, secret: DeviceSecret) -> Result<Self, KeeperError> {
        let device_secret = Arc::new(secret.key);
        let exports = Exports::of(paths);
        let key = || derive_device_store_key(&device_secret);
        // An export that opens says that the key is the right one and the store is destroyed.
        let proven = |key: &Key| {
            let kept = rolling_exports(&exports.folder(StoreName::Device));
            kept.iter().any(|(_, path)| Export::read(path, key).is_ok())
        };
        let clock = SystemClock;
        let seconds = clock.now().0 / 1000;
        let (device, found, anew) = open_or_begin_anew(&paths.device_store(), StoreName::Device, key, proven, seconds)?;
        let mut keeper = Self {
            device: Arc::new(device),
            machine: crate::machine::mark(paths, &device_secret),
            device_secret,
            device_secret_home: secret.home,
            vault_folder: paths.vault_store(),
            enrolled: None,
            open: None,
            locked: Weak::new(),
            tales: anew.into_iter().collect(),
            exports,
            clock,
            changes: 0,
        };
        keeper.report(StoreName::Device, &found);
        keeper.mend_device();
        let header = keeper.device.get(&header_key())?;
        let device_slots = keeper.device.get(&slots_key())?;
        keeper.enrolled = header
            .zip(device_slots)
            .map(|(header, device_slots)| Enrolled { header, device_slots });
        if keeper.is_enrolled() {
            keeper.exports.at_least_one(StoreName::Device);
        }
        Ok(keeper)
    }

    /// How the device secret is kept.
    pub(crate) fn device_secret_home(&self) -> DeviceSecretHome {
        self.device_secret_home
    }

    pub(crate) fn device_store(&self) -> &dyn RecordStore {
        &*self.device
    }

    pub(crate) fn state(&self) -> VaultState {
        if self.open.is_some() {
            VaultState::Unlocked
        } else {
            VaultState::Locked
        }
    }

    pub(crate) fn is_enrolled(&self) -> bool {
        self.enrolled.is_some()
    }

    /// What to tell somebody who wants something the locked vault cannot give.
    pub(crate) fn locked(&self) -> ErrorReply {
        match self.enrolled {
            Some(_) => KeeperError::Locked.into(),
            None => ErrorReply::new(ErrorCode::NotEnrolled, "there is no vault on this machine yet")
                .next("run `countersign enroll`"),
        }
    }

    pub(crate) fn material(
        &self,
        terms: Terms,
        elsewhere: Option<Elsewhere>,
        standing: Standing,
        locks: u64,
    ) -> Material {
        Material {
            locks,
            known_identity: self.known_identity(&terms.user),
            terms,
            elsewhere,
            primary: self.primary().map(|(method, _)| method),
            repository: None,
            vault_id: self.vault_id(),
            standing,
            device_secret: Arc::clone(&self.device_secret),
            vault: self
                .enrolled
                .as_ref()
                .map(|vault| (vault.header.clone(), vault.device_slots.clone())),
            open: self.open.as_ref().map(|open| Arc::clone(&open.unlocked)),
        }
    }

    /// Takes an opened or new vault over: stores what has to be stored first, then opens the vault store.
    pub(crate) fn adopt(&mut self, adoption: Adoption) -> Result<(), KeeperError> {
        let unlocked = match adoption {
            Adoption::Enrolled {
                unlocked,
                header,
                device_slots,
                before,
            } => {
                // A device that was taken off and comes back has its store open.
                self.lock();
                match before {
                    Before::Same => self.covers_nothing(&unlocked)?,
                    Before::SetAside => self.set_aside()?,
                }
                self.enrol(Enrolled { header, device_slots })?;
                unlocked
            }
            Adoption::Rewrapped {
                unlocked,
                header,
                device_slots,
                ..
            } => {
                self.enrol(Enrolled { header, device_slots })?;
                return self.turn_to(*unlocked);
            }
            Adoption::Unlocked(_, unlocked) => unlocked,
        };
        self.open_vault(*unlocked)
    }

    fn enrol(&mut self, fresh: Enrolled) -> Result<(), KeeperError> {
        self.device.commit(&[
            Change::Put(header_key(), fresh.header.clone()),
            Change::Put(slots_key(), fresh.device_slots.clone()),
        ])?;
        self.enrolled = Some(fresh);
        self.exports.changed(StoreName::Device);
        Ok(())
    }

    /// A vault store from before that this vault does not open is never covered by a new vault: it may still be rescued.
    fn covers_nothing(&self, unlocked: &Unlocked) -> Result<(), KeeperError> {
        match rekey::opens(&self.vault_folder, unlocked)? {
            true => Ok(()),
            false => Err(KeeperError::EarlierVault(self.vault_folder.clone())),
        }
    }

    fn open_vault(&mut self, unlocked: Unlocked) -> Result<(), KeeperError> {
        self.lock();
        let seconds = self.clock.now().0 / 1000;
        let (store, found, anew) = open_vault_store(&self.vault_folder, &unlocked, seconds)?;
        self.tales.retain(|tale| tale.store != StoreName::Vault);
        self.tales.extend(anew);
        self.report(StoreName::Vault, &found);
        let mut open = Open {
            unlocked: Arc::new(unlocked),
            store: Shared::new(store),
            heads: Heads::default(),
            by_template: BTreeMap::new(),
            faults: Vec::new(),
            writes: 0,
        };
        open.index()?;
        open.remember(&*self.device)?;
        self.open = Some(open);
        self.exports.at_least_one(StoreName::Vault);
        self.changes += 1;
        Ok(())
    }

    /// Higher whenever the logons may be others than before.
    pub(crate) fn version(&self) -> u64 {
        self.changes + self.open.as_ref().map_or(0, |open| open.writes)
    }

    /// Whether nobody holds the key of a vault any more that was locked.
    pub(crate) fn is_wiped(&self) -> bool {
        self.locked.strong_count() == 0
    }

    /// Forgets the vault key and closes the vault store, after an export of what has changed.
    pub(crate) fn lock(&mut self) {
        if self.open.is_some() && self.wants_export() {
            self.export();
        }
        if let Some(open) = self.open.take() {
            self.changes += open.writes + 1;
            self.locked = Arc::downgrade(&open.unlocked);
            drop(open.unlocked);
            // An exchange that still holds it closes it when it is done.
            if let Some(Err(error)) = open.store.into_store().map(Store::close) {
                tracing::warn!("{error}");
            }
        }
    }

    /// The vault store and the vault, for an exchange with the repository.
    pub(crate) fn for_exchange(&self) -> Option<(Observed, Arc<Unlocked>)> {
        self.open
            .as_ref()
            .map(|open| (open.store.observed(), Arc::clone(&open.unlocked)))
    }

    pub(crate) fn device_store_handle(&self) -> Arc<Store> {
        Arc::clone(&self.device)
    }

    /// The header this device has, for the repository.
    pub(crate) fn header(&self) -> Option<(HeaderVersion, Vec<u8>)> {
        let header = &self.enrolled.as_ref()?.header;
        Some((inspect_header(header).ok()?.version, header.clone()))
    }

    pub(crate) fn vault_id(&self) -> Option<VaultId> {
        let slots = &self.enrolled.as_ref()?.device_slots;
        Some(countersign_vault::inspect_device_slots(slots).ok()?.vault)
    }

    pub(crate) fn device(&self) -> Option<DeviceId> {
        let slots = &self.enrolled.as_ref()?.device_slots;
        countersign_vault::inspect_device_slots(slots)
            .ok()?
            .devices
            .first()
            .copied()
    }

    /// Reads the vault store again after an exchange or an import changed it.
    pub(crate) fn reindex(&mut self) -> Result<(), KeeperError> {
        self.exports.changed(StoreName::Vault);
        self.changes += 1;
        match &mut self.open {
            Some(open) => {
                open.index()?;
                open.remember(&*self.device)
            }
            None => Ok(()),
        }
    }
}
