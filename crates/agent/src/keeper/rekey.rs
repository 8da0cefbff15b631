//! The vault store under the key of the epoch it is in, and its way to the key of a later one.
//!
//! The new store is written beside the old one and takes its place when it is whole. Wherever a crash stops this, the next opening finds
//! one of the two whole: the vault in its new epoch has the keys of both.

use super::KeeperError;
use super::mending::open_or_begin_anew;
use super::tale::Tale;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKind};
use countersign_secret::Key;
use countersign_store::{Opened, Store};
use countersign_vault::Unlocked;
use countersign_wire::StoreName;
use std::fs::File;
use std::path::{Path, PathBuf};

/// How many bytes are gathered before they are committed.
const ENOUGH: usize = 1 << 20;

/// A point of the way at which a crash leaves something else than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The place for the new store is empty.
    Emptied,
    /// Some of it is in the new store.
    Some,
    /// All of it is, and it is closed.
    Written,
    /// The old store has made room.
    OldAway,
    /// The new one is in its place.
    NewIn,
    /// The old one is gone.
    OldGone,
}

/// Opens the vault store with whichever of the vault's keys it is under, and moves it to the newest if it is whole.
pub(super) fn open_vault_store(
    folder: &Path,
    unlocked: &Unlocked,
    now: u64,
) -> Result<(Store, Opened, Option<Tale>), KeeperError> {
    open_and_move(folder, unlocked, now, &mut |_| {})
}

fn open_and_move(
    folder: &Path,
    unlocked: &Unlocked,
    now: u64,
    at: &mut dyn FnMut(Step),
) -> Result<(Store, Opened, Option<Tale>), KeeperError> {
    settle(folder)?;
    if let Some((store, opened)) = under_an_earlier_key(folder, unlocked)? {
        // A store with losses keeps its key until they are made good: its exports open with that one.
        if opened.damage().is_some() || !store.lost().is_empty() {
            return Ok((store, opened, None));
        }
        if let Err(error) = write_anew(folder, &store, unlocked.store_key(), at) {
            tracing::warn!("the vault store keeps its earlier key for now: {error}");
            return Ok((store, opened, None));
        }
        store.close()?;
        put_in_place(folder, at).map_err(|error| unopened(folder, &error))?;
    }
    // The vault opened with this key: a store that does not is destroyed.
    open_or_begin_anew(folder, StoreName::Vault, || unlocked.store_key(), |_| true, now)
}

/// Whether a store there opens with one of the vault's keys; true when there is none.
pub(super) fn opens(folder: &Path, unlocked: &Unlocked) -> Result<bool, KeeperError> {
    let is_there = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if !is_there || under_an_earlier_key(folder, unlocked)?.is_some() {
        return Ok(true);
    }
    match Store::open(folder, unlocked.store_key()) {
        Ok((store, _)) => Ok(store.close().map(|()| true)?),
        Err(StoreError::Damaged(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The store, if it is under the key of an epoch before the vault's.
fn under_an_earlier_key(folder: &Path, unlocked: &Unlocked) -> Result<Option<(Store, Opened)>, KeeperError> {
    let earlier: Vec<_> = unlocked.epochs().into_iter().skip(1).collect();
    let is_there = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if earlier.is_empty() || !is_there {
        return Ok(None);
    }
    match Store::open(folder, unlocked.store_key()) {
        Ok((store, _)) => {
            store.close()?;
            return Ok(None);
        }
        Err(StoreError::Damaged(_)) => {}
        Err(error) => return Err(error.into()),
    }
    for epoch in earlier {
        let Some(key) = unlocked.store_key_of(epoch) else {
            continue;
        };
        match Store::open(folder, key) {
            Ok(opened) => return Ok(Some(opened)),
            Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(ending);
    PathBuf::from(path)
}

fn next(folder: &Path) -> PathBuf {
    beside(folder, ".next")
}

fn old(folder: &Path) -> PathBuf {
    beside(folder, ".old")
}

/// Finishes what a crash interrupted: the old store is moved away only once the new one is whole.
fn settle(folder: &Path) -> Result<(), KeeperError> {
    let failed = |error: std::io::Error| unopened(folder, &error);
    if !folder.exists() && next(folder).exists() {
        std::fs::rename(next(folder), folder).map_err(failed)?;
        sync(folder).map_err(failed)?;
    }
    if folder.exists() {
        remove(&old(folder)).map_err(failed)?;
    }
    Ok(())
}

/// Writes everything into a store of its own beside it.
fn write_anew(folder: &Path, from: &Store, key: Key, at: &mut dyn FnMut(Step)) -> Result<(), KeeperError> {
    let place = next(folder);
    remove(&place).map_err(|error| unopened(&place, &error))?;
    at(Step::Emptied);
    let (to, _) = Store::open(&place, key)?;
    let (mut batch, mut size) = (Vec::new(), 0);
    for kind in [StoreKind::Record, StoreKind::Head] {
        for id in from.ids(kind)? {
            let key = countersign_model::StoreKey { kind, id };
            let Some(value) = from.get(&key)? else { continue };
            size += value.len();
            batch.push(Change::Put(key, value));
            if size >= ENOUGH {
                to.commit(&std::mem::take(&mut batch))?;
                at(Step::Some);
                size = 0;
            }
        }
    }
    if !batch.is_empty() {
        to.commit(&batch)?;
    }
    to.close()?;
    at(Step::Written);
    Ok(())
}

fn put_in_place(folder: &Path, at: &mut dyn FnMut(Step)) -> std::io::Result<()> {
    sync(folder)?;
    std::fs::rename(folder, old(folder))?;
    sync(folder)?;
    at(Step::OldAway);
    std::fs::rename(next(folder), folder)?;
    sync(folder)?;
    at(Step::NewIn);
    remove(&old(folder))?;
    at(Step::OldGone);
    Ok(())
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes what was renamed beside a folder durable.
fn sync(folder: &Path) -> std::io::Result<()> {
    match folder.parent() {
        Some(above) => File::open(above)?.sync_all(),
        None => Ok(()),
    }
}

fn unopened(folder: &Path, error: &std::io::Error) -> KeeperError {
    StoreError::Unopened(format!("{}: {error}", folder.display())).into()
}

#[cfg(test)]
mod tests;
