//! Objects on their way into the store: checked and written on a thread of its own, while the repository brings more.

use super::held::object_key;
use crate::syncing::Progress;
use countersign_model::Change;
use countersign_model::port::{RecordStore, StoreError};
use countersign_trust::{Digest, digest_of};
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// How many objects are handed over at once, and how many bytes.
const LOT: usize = 256;
const LOT_BYTES: usize = 1 << 20;
/// How many lots wait for the one who writes.
const WAITING: usize = 2;
/// How many bytes are committed at once.
const BATCH_BYTES: usize = 2 << 20;

/// An object that came, and the SHA-256 it should have.
struct Came {
    digest: Digest,
    bytes: Vec<u8>,
}

/// Where objects go in. At no time are more in memory than a few batches.
pub(super) struct Incoming<'scope> {
    progress: &'scope Progress,
    lots: SyncSender<Vec<Came>>,
    lot: Vec<Came>,
    bytes: usize,
    keeping: ScopedJoinHandle<'scope, Result<Kept, StoreError>>,
}

/// What came and was right.
#[derive(Default)]
pub(super) struct Kept {
    /// Its SHA-256.
    pub(super) digests: HashSet<Digest>,
    /// The last of it, not committed yet: whoever commits this may add to it.
    pub(super) last: Vec<Change>,
}

impl<'scope> Incoming<'scope> {
    pub(super) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        device: &'env dyn RecordStore,
        progress: &'env Progress,
    ) -> Result<Self, StoreError> {
        let (lots, arriving) = sync_channel(WAITING);
        let keeping = Builder::new()
            .name("keeping".to_owned())
            .spawn_scoped(scope, move || keep(&arriving, device))
            .map_err(|error| StoreError::NotSaved(error.to_string()))?;
        Ok(Self {
            progress,
            lots,
            lot: Vec::new(),
            bytes: 0,
            keeping,
        })
    }

    /// Takes an object that should have this SHA-256. What has another is left out.
    pub(super) fn put(&mut self, digest: Digest, bytes: Vec<u8>) {
        self.progress.came(bytes.len());
        self.bytes += bytes.len();
        self.lot.push(Came { digest, bytes });
        if self.lot.len() >= LOT || self.bytes >= LOT_BYTES {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.bytes = 0;
        // Where nobody takes it any more, `finish` says why.
        let _ = self.lots.send(std::mem::take(&mut self.lot));
    }

    /// What was kept of it all, once everything is durable but the last.
    ///
    /// # Errors
    /// The store's; what was committed before stays.
    pub(super) fn finish(mut self) -> Result<Kept, StoreError> {
        self.hand_over();
        drop(self.lots);
        let ended = self.keeping.join();
        ended.unwrap_or_else(|_| Err(StoreError::NotSaved("the one who writes has stopped".to_owned())))
    }
}

fn keep(arriving: &Receiver<Vec<Came>>, device: &dyn RecordStore) -> Result<Kept, StoreError> {
    let (mut kept, mut bytes) = (Kept::default(), 0);
    for came in arriving {
        for object in came {
            if digest_of(&object.bytes) != object.digest || !kept.digests.insert(object.digest) {
                continue;
            }
            bytes += object.bytes.len();
            kept.last.push(Change::Put(object_key(&object.digest), object.bytes));
        }
        if bytes >= BATCH_BYTES {
            device.commit(&kept.last)?;
            kept.last.clear();
            bytes = 0;
        }
    }
    Ok(kept)
}
