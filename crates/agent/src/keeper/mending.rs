//! Making damage good: what is lost comes back from the repository, else from the newest export.

use super::tale::{State, Tale};
use super::{Keeper, KeeperError};
use countersign_model::port::StoreError;
use countersign_secret::Key;
use countersign_store::{Import, Imported, Opened, Store, rolling_exports};
use countersign_wire::StoreName;
use std::path::{Path, PathBuf};

/// What an exchange with the repository brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// It answered; so many records are others than before.
    Records(usize),
    /// It did not answer.
    Nothing,
    /// It was not asked.
    NotAsked,
}

impl Keeper {
    /// What is wrong with the stores, or was, each with its state.
    pub(crate) fn tales(&self) -> impl Iterator<Item = (String, State)> {
        let tales = self.tales.iter().map(|tale| (tale.sentence(), tale.state));
        let faults = self.open.iter().flat_map(|open| &open.faults);
        tales.chain(faults.map(|fault| (format!("The vault store: {fault}"), State::Hurt)))
    }

    /// Notes what was found when a store was opened.
    pub(super) fn report(&mut self, store: StoreName, found: &Opened) {
        for note in &found.notes {
            tracing::info!("{} store: {note}", store.as_str());
        }
        self.tales.extend(Tale::of(store, found));
    }

    /// Brings back what the damaged device store lost, before anything is read from it. The configuration comes with the next exchange.
    pub(super) fn mend_device(&mut self) {
        let exports = self.exports.folder(StoreName::Device);
        if let Some(tale) = hurt(&mut self.tales, StoreName::Device) {
            let which = if tale.unknown { Import::Missing } else { Import::Lost };
            if let Some((made, back)) = from_newest(&self.device, &exports, |export| self.device.import(export, which))
            {
                tale.export_gave(made, back);
            }
            tale.conclude(&self.device);
            tracing::error!("{}", tale.sentence());
        }
    }

    /// Goes on with what is still lost after an exchange. Returns whether logons came back that the exchange did not bring.
    pub(crate) fn mend(&mut self, brought: Brought) -> bool {
        if let Some(tale) = hurt(&mut self.tales, StoreName::Device) {
            match brought {
                Brought::Records(_) => tale.repository_gave(0),
                Brought::Nothing => tale.repository_is_silent(),
                Brought::NotAsked => {}
            }
            tale.conclude(&self.device);
            tracing::warn!("{}", tale.sentence());
        }
        let exports = self.exports.folder(StoreName::Vault);
        let Some(open) = &self.open else { return false };
        let Some(tale) = hurt(&mut self.tales, StoreName::Vault) else {
            return false;
        };
        match brought {
            Brought::Records(records) => tale.repository_gave(records),
            Brought::Nothing => tale.repository_is_silent(),
            Brought::NotAsked => {}
        }
        let store = open.store.store();
        let mut back = 0;
        if tale.unknown || !store.lost().is_empty() {
            let which = if tale.unknown { Import::Missing } else { Import::Lost };
            if let Some((made, values)) = from_newest(store, &exports, |export| open.store.import(export, which)) {
                back = values;
                tale.export_gave(made, values);
            }
        }
        tale.conclude(store);
        tracing::error!("{}", tale.sentence());
        back > 0
    }
}

impl Keeper {
    /// Whether something may be missing that no export yet has brought back: a new export would push better ones out.
    pub(super) fn misses_something(&self, store: StoreName) -> bool {
        let mut tales = self.tales.iter();
        tales.any(|tale| tale.store == store && tale.state == State::Hurt && tale.unknown)
            && !rolling_exports(&self.exports.folder(store)).is_empty()
    }
}

fn hurt(tales: &mut [Tale], store: StoreName) -> Option<&mut Tale> {
    tales
        .iter_mut()
        .find(|tale| tale.store == store && tale.state == State::Hurt)
}

/// Puts back what the newest readable export has, and from older ones what is lost even then. Returns when the newest one was made, and
/// how many values came back.
fn from_newest(
    store: &Store,
    exports: &Path,
    import: impl Fn(&countersign_store::Export) -> Result<Imported, StoreError>,
) -> Option<(u64, usize)> {
    let mut back = None;
    for (made, path) in rolling_exports(exports) {
        if back.is_some() && store.lost().is_empty() {
            break;
        }
        match store.read_export(&path).and_then(|export| import(&export)) {
            Ok(imported) => {
                let (newest, values) = back.unwrap_or((made, 0));
                back = Some((newest, values + imported.healed.len() + imported.added.len()));
            }
            Err(error) => tracing::warn!("{}: {error}", path.display()),
        }
    }
    back
}

/// Opens a store, or makes a new one in its place when nothing of it can be read although `proven` says that the key is the right one.
/// The old one is moved aside, and what happened is told.
pub(super) fn open_or_begin_anew(
    folder: &Path,
    name: StoreName,
    key: impl Fn() -> Key,
    proven: impl Fn(&Key) -> bool,
    now: u64,
) -> Result<(Store, Opened, Option<Tale>), KeeperError> {
    match Store::open(folder, key()) {
        Err(StoreError::Damaged(why)) if proven(&key()) => {
            let mut aside = folder.as_os_str().to_owned();
            aside.push(format!(".damaged.{now}"));
            let aside = PathBuf::from(aside);
            std::fs::rename(folder, &aside)
                .map_err(|error| StoreError::Unopened(format!("{}: {error}", folder.display())))?;
            let (store, opened) = Store::open(folder, key())?;
            let damage = format!("{why}; they were moved to {}", aside.display());
            Ok((store, opened, Some(Tale::of_a_new_one(name, damage))))
        }
        opened => {
            let (store, opened) = opened?;
            Ok((store, opened, None))
        }
    }
}
