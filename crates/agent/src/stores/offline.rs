//! The stores while no agent runs: under the agent's own lock, opened by the password.

use super::{exported, file_of, made, of_the_store, told, verified};
use crate::configuration::Configuration;
use crate::device_secret::DeviceSecret;
use crate::keeper::{Keeper, header_key, slots_key};
use crate::message::Adoption;
use crate::paths::{Paths, private_folder};
use crate::syncing::Place;
use countersign_model::UserId;
use countersign_secret::{Key, Password};
use countersign_store::{Export, export, verify};
use countersign_vault::{
    Owner, SlotKind, Unlocked, derive_device_store_key, inspect_device_slots, inspect_header, unlock_login,
};
use countersign_wire::{ErrorCode, ErrorReply, Listener, Reply, Request, SocketPlace, StoreName};
use std::path::{Path, PathBuf};

/// The vault header and the device's own slots.
type Slots = (Vec<u8>, Vec<u8>);

/// This user's stores, with the agent kept out for as long as this lives.
pub struct Offline {
    paths: Paths,
    device_secret: Key,
    user: UserId,
    /// None: there is no vault on this machine.
    vault: Option<Slots>,
    _lock: Listener,
}

impl Offline {
    /// Takes the agent's lock and reads, changing nothing, whether there is a vault.
    ///
    /// # Errors
    /// When an agent runs, when there is nothing on this machine, and when the device store cannot be read at all.
    pub fn open(package: PathBuf) -> Result<Self, ErrorReply> {
        let failed = |error: &dyn std::error::Error| ErrorReply::new(ErrorCode::Failed, error.to_string());
        let paths = Paths::from_environment(package).map_err(|error| failed(&error))?;
        let runtime = paths.runtime.parent().unwrap_or(&paths.runtime);
        let lock = Listener::bind(&SocketPlace::under(runtime)).map_err(|error| failed(&error))?;
        let Some(DeviceSecret { key: device_secret, .. }) =
            DeviceSecret::existing(&paths).map_err(|error| failed(&error))?
        else {
            return Err(
                ErrorReply::new(ErrorCode::NotEnrolled, "there is no vault for you on this machine yet")
                    .next("run `countersign enroll`"),
            );
        };
        private_folder(&paths.state).map_err(|error| failed(&error))?;
        let user = Place::of(&paths, &Configuration::settings_of(&paths)).user().clone();
        let vault = enrolled(&paths, &device_secret)?;
        Ok(Self {
            paths,
            device_secret,
            user,
            vault,
            _lock: lock,
        })
    }

    /// Whether the password is needed: there is a vault.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        self.vault.is_some()
    }

    /// Does what a request of `countersign store` asks for.
    ///
    /// # Errors
    /// As the agent's own answers.
    pub fn answer(self, request: &Request, password: Option<&Password>) -> Result<Reply, ErrorReply> {
        let unlocked = match (&self.vault, password) {
            (None, _) => None,
            (Some(vault), Some(password)) => Some(self.unlock(vault, password)?),
            (Some(_), None) => return Err(ErrorReply::new(ErrorCode::Locked, "the vault is locked")),
        };
        match request {
            Request::StoreVerify => self.verify(unlocked.as_ref()),
            Request::StoreExport { folder } => self.export(unlocked.as_ref(), folder),
            Request::StoreImport { folder, removed } => {
                let mut keeper = self.keeper(unlocked)?;
                let imported = keeper.import(folder, *removed)?;
                keeper.lock();
                Ok(Reply::StoresImported(imported))
            }
            Request::StoreRepair { losses } => {
                let mut keeper = self.keeper(unlocked)?;
                let repaired = keeper.repair(of_the_store(*losses))?;
                keeper.lock();
                Ok(Reply::StoresRepaired(repaired))
            }
            other => Err(ErrorReply::new(
                ErrorCode::BadRequest,
                format!("{other:?} needs the agent"),
            )),
        }
    }

    fn unlock(&self, (header, slots): &Slots, password: &Password) -> Result<Unlocked, ErrorReply> {
        let facts = inspect_header(header).map_err(|error| damaged(&error))?;
        let owner = Owner {
            user: &self.user,
            vault: inspect_device_slots(slots).ok().map(|facts| facts.vault),
            filed: None,
            at_least: facts.version,
        };
        unlock_login(&owner, header, slots, password, &self.device_secret)
            .map_err(|error| crate::front::unlock_error(&error))
    }

    /// The stores with their keys. A vault that has no store yet is left out.
    fn each(&self, unlocked: Option<&Unlocked>) -> Vec<(StoreName, PathBuf, Key)> {
        let device = derive_device_store_key(&self.device_secret);
        let mut stores = vec![(StoreName::Device, self.paths.device_store(), device)];
        if let Some(unlocked) = unlocked {
            stores.push((StoreName::Vault, self.paths.vault_store(), unlocked.store_key()));
        }
        stores
    }

    fn verify(&self, unlocked: Option<&Unlocked>) -> Result<Reply, ErrorReply> {
        let read = self.each(unlocked).into_iter().map(|(name, folder, key)| {
            let found = verify(&folder, &key).map_err(|error| told(&error))?;
            Ok(verified(name, found))
        });
        Ok(Reply::StoresVerified(read.collect::<Result<_, ErrorReply>>()?))
    }

    fn export(&self, unlocked: Option<&Unlocked>, into: &Path) -> Result<Reply, ErrorReply> {
        made(into).map_err(|error| told(&error))?;
        let written = self.each(unlocked).into_iter().map(|(name, folder, key)| {
            let written = export(&folder, &key, &file_of(into, name)).map_err(|error| told(&error))?;
            Ok(exported(name, written))
        });
        Ok(Reply::StoresExported(written.collect::<Result<_, ErrorReply>>()?))
    }

    fn keeper(&self, unlocked: Option<Unlocked>) -> Result<Keeper, ErrorReply> {
        let secret = DeviceSecret::load_or_make(&self.paths)
            .map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
        let mut keeper = Keeper::open(&self.paths, secret)?;
        if let Some(unlocked) = unlocked {
            keeper.adopt(Adoption::Unlocked(SlotKind::Login, Box::new(unlocked)))?;
            keeper.settle_identity(None)?;
        }
        Ok(keeper)
    }
}

/// The vault header and the slots, read without opening the store for writing: by way of an export into the runtime folder.
fn enrolled(paths: &Paths, device_secret: &Key) -> Result<Option<Slots>, ErrorReply> {
    let key = derive_device_store_key(device_secret);
    let look = paths.runtime.join("look.export");
    let _of_an_earlier_one = std::fs::remove_file(&look);
    let read = export(&paths.device_store(), &key, &look).and_then(|_| Export::read(&look, &key));
    let _gone = std::fs::remove_file(&look);
    let read = read.map_err(|error| told(&error))?;
    let value = |key| read.get(&key).map_err(|error| told(&error));
    Ok(value(header_key())?.zip(value(slots_key())?))
}

fn damaged(error: &dyn std::error::Error) -> ErrorReply {
    ErrorReply::new(ErrorCode::Integrity, error.to_string()).next("run `countersign store repair`")
}
