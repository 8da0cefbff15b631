//! `countersign store`: both stores verified, exported, imported, repaired, with the agent or without one.

mod offline;

pub use offline::Offline;

use crate::engine::Engine;
use crate::keeper::{Gone, Job};
use crate::paths::private_folder;
use crate::syncing::Scope;
use countersign_model::port::StoreError;
use countersign_signon::Event;
use countersign_store::{Exported, Imported, Losses, Verified};
use countersign_wire::{
    Answer, ErrorCode, ErrorReply, Removed, Reply, StoreExported, StoreImported, StoreName, StoreRepaired,
    StoreVerified,
};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

impl Engine {
    /// Reads the stores on a thread of its own, which answers the client.
    pub(crate) fn look_at_stores(&self, job: Job, reply: Sender<Answer>) {
        let stores = match self.keeper.stores() {
            Ok(stores) => stores,
            Err(error) => return drop(reply.send(ErrorReply::from(error).into())),
        };
        let started = std::thread::Builder::new().name("stores".to_owned()).spawn(move || {
            let answer = stores.run(&job).map(Answer::from);
            let _ = reply.send(answer.unwrap_or_else(|error| ErrorReply::from(error).into()));
        });
        if let Err(error) = started {
            tracing::error!("cannot start a thread to read the stores: {error}");
        }
    }

    pub(crate) fn import_stores(&mut self, folder: &Path, removed: Removed) -> Result<Reply, ErrorReply> {
        let imported = self.keeper.import(folder, removed)?;
        self.stores_changed();
        Ok(Reply::StoresImported(imported))
    }

    pub(crate) fn repair_stores(&mut self, losses: countersign_wire::Losses) -> Result<Reply, ErrorReply> {
        let repaired = self.keeper.repair(of_the_store(losses))?;
        self.stores_changed();
        Ok(Reply::StoresRepaired(repaired))
    }

    fn stores_changed(&mut self) {
        self.signon(Event::Vault(self.keeper.state()));
        self.exchange(Scope::Everything);
    }
}

/// An export's file for a store.
pub(crate) fn file_of(folder: &Path, store: StoreName) -> PathBuf {
    folder.join(format!("{}.export", store.as_str()))
}

/// Makes an export's folder, if it is not there. The files are sealed, so one that others can enter will do.
pub(crate) fn made(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    private_folder(folder).map_err(|error| StoreError::NotSaved(error.to_string()))
}

pub(crate) fn of_the_store(losses: countersign_wire::Losses) -> Losses {
    match losses {
        countersign_wire::Losses::Keep => Losses::Keep,
        countersign_wire::Losses::GiveUp => Losses::GiveUp,
    }
}

pub(crate) fn verified(store: StoreName, found: Verified) -> StoreVerified {
    let damage = found.damage.as_ref();
    StoreVerified {
        store,
        damaged: damage.is_some(),
        values: found.values,
        lost: damage.map_or(0, |damage| count(damage.lost.len())),
        unknown: damage.map_or(0, |damage| damage.unknown),
        notes: found.notes,
        sentence: found.sentence,
    }
}

pub(crate) fn exported(store: StoreName, written: Exported) -> StoreExported {
    StoreExported {
        store,
        file: written.path,
        values: count(written.values),
        lost: count(written.lost),
        bytes: written.bytes,
    }
}

pub(crate) fn imported(store: StoreName, back: &Imported, gone: Gone) -> StoreImported {
    let mut sentence = back.sentence();
    if gone.stayed > 0 {
        sentence += &format!(", {} logons were removed since and stay removed", gone.stayed);
    }
    if gone.brought_back > 0 {
        sentence += &format!(", {} logons that were removed since came back", gone.brought_back);
    }
    StoreImported {
        store,
        healed: count(back.healed.len()),
        added: count(back.added.len()),
        kept: count(back.kept),
        unreadable: count(back.unreadable.len()),
        still_lost: count(back.still_lost.len()),
        removed: count(gone.stayed),
        brought_back: count(gone.brought_back),
        sentence,
    }
}

pub(crate) fn repaired(store: StoreName, quarantined: Vec<PathBuf>, before: usize, after: usize) -> StoreRepaired {
    let given_up = before.saturating_sub(after);
    let mut sentence = match quarantined.as_slice() {
        [] => "no file of it is damaged".to_owned(),
        files => format!("written anew; {} damaged files were put aside", files.len()),
    };
    if after > 0 {
        sentence += &format!("; {after} values are lost and can still come back from the repository or an export");
    }
    if given_up > 0 {
        sentence += &format!("; {given_up} lost values were given up");
    }
    StoreRepaired {
        store,
        quarantined,
        still_lost: count(after),
        given_up: count(given_up),
        sentence,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A store's error, for a client.
pub(crate) fn told(error: &StoreError) -> ErrorReply {
    match error {
        StoreError::Damaged(_) => ErrorReply::new(ErrorCode::Integrity, error.to_string())
            .next("keep a copy of the state folder, then run `countersign store repair`"),
        StoreError::InUse(_) => ErrorReply::new(ErrorCode::Busy, error.to_string()).next("try again in a moment"),
        _ => ErrorReply::new(ErrorCode::Failed, error.to_string()),
    }
}
