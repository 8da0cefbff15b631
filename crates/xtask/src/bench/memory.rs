//! What a device keeps, in memory: a thousand stores on one disk would measure the disk.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};

#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<StoreKey, Vec<u8>>>);

impl Memory {
    fn values(&self) -> MutexGuard<'_, BTreeMap<StoreKey, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordStore for Memory {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.values().get(key).cloned())
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        let values = self.values();
        let from = StoreKey { kind, id: Vec::new() };
        let of_kind = values.range(from..).take_while(|(key, _)| key.kind == kind);
        Ok(of_kind.map(|(key, _)| key.id.clone()).collect())
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let mut values = self.values();
        for change in batch {
            match change {
                Change::Put(key, value) => values.insert(key.clone(), value.clone()),
                Change::Remove(key) => values.remove(key),
            };
        }
        Ok(())
    }
}
