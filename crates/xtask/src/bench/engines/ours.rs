//! Our store.

use std::path::Path;

use countersign_model::port::RecordStore as _;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_store::Store;

use super::{Engine, Fault, Write};

struct Ours(Store);

/// The store lives in a folder of its own, as the agent's does.
pub fn open(folder: &Path) -> Result<Box<dyn Engine>, Fault> {
    let key = Key::from_fill(|bytes| bytes.fill(0x5a));
    let (store, opened) = Store::open(&folder.join("store"), key).map_err(Fault::said)?;
    match opened.damage() {
        Some(damage) => Err(Fault(format!("it reports damage: {}", damage.sentence))),
        None => Ok(Box::new(Ours(store))),
    }
}

fn key(id: Vec<u8>) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id,
    }
}

impl Engine for Ours {
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault> {
        let changes = batch.into_iter().map(|Write { id, value }| match value {
            Some(value) => Change::Put(key(id), value),
            None => Change::Remove(key(id)),
        });
        self.0.commit(&changes.collect::<Vec<_>>()).map_err(Fault::said)
    }

    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.0.get(&key(id.to_vec())).map_err(Fault::said)
    }

    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault> {
        self.0.ids(StoreKind::Record).map_err(Fault::said)
    }

    fn close(self: Box<Self>) -> Result<(), Fault> {
        self.0.close().map_err(Fault::said)
    }
}
