//! The vault store as an exchange sees it: nothing that changed since the exchange read it is overwritten.

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_store::{Export, Import, Imported, Store};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The vault store, for writers on several threads.
///
/// The engine writes through [`Shared::commit`]; an exchange through [`Shared::observed`], which refuses a batch that would replace
/// a value the exchange has not seen. The exchange is then run again.
#[derive(Clone)]
pub(crate) struct Shared {
    store: Arc<Store>,
    writing: Arc<Mutex<()>>,
}

impl Shared {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store: Arc::new(store),
            writing: Arc::default(),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let _writing = locked(&self.writing);
        self.store.commit(batch)
    }

    /// Puts values of an export back.
    pub(crate) fn import(&self, export: &Export, which: Import) -> Result<Imported, StoreError> {
        let _writing = locked(&self.writing);
        self.store.import(export, which)
    }

    /// This store as one exchange sees it.
    pub(crate) fn observed(&self) -> Observed {
        Observed {
            shared: self.clone(),
            seen: Mutex::default(),
        }
    }

    /// Whether nobody else holds it.
    pub(crate) fn is_held_here_only(&self) -> bool {
        Arc::strong_count(&self.store) == 1
    }

    /// The store itself, if nobody else holds it.
    pub(crate) fn into_store(self) -> Option<Store> {
        Arc::into_inner(self.store)
    }
}

/// A store that remembers what was read through it.
pub(crate) struct Observed {
    shared: Shared,
    seen: Mutex<HashMap<StoreKey, Option<Vec<u8>>>>,
}

impl RecordStore for Observed {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.shared.store.get(key)?;
        locked(&self.seen).insert(key.clone(), value.clone());
        Ok(value)
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        self.shared.store.ids(kind)
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let _writing = locked(&self.shared.writing);
        let mut seen = locked(&self.seen);
        for change in batch {
            let (Change::Put(key, _) | Change::Remove(key)) = change;
            if let Some(was) = seen.get(key)
                && self.shared.store.get(key)? != *was
            {
                return Err(StoreError::NotSaved(
                    "a logon was changed during the exchange".to_owned(),
                ));
            }
        }
        self.shared.store.commit(batch)?;
        for change in batch {
            match change {
                Change::Put(key, value) => seen.insert(key.clone(), Some(value.clone())),
                Change::Remove(key) => seen.insert(key.clone(), None),
            };
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_secret::Key;

    #[test]
    fn an_exchange_does_not_overwrite_what_it_has_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("vault"), Key::make_random().unwrap()).unwrap();
        let shared = Shared::new(store);
        let key = StoreKey {
            kind: StoreKind::Record,
            id: vec![1],
        };
        let put = |value: &[u8]| [Change::Put(key.clone(), value.to_vec())];
        shared.commit(&put(b"first")).unwrap();

        let exchange = shared.observed();
        assert_eq!(exchange.get(&key).unwrap().unwrap(), b"first");
        shared.commit(&put(b"edited meanwhile")).unwrap();
        assert!(matches!(exchange.commit(&put(b"pulled")), Err(StoreError::NotSaved(_))));
        assert_eq!(shared.store().get(&key).unwrap().unwrap(), b"edited meanwhile");

        let again = shared.observed();
        again.get(&key).unwrap();
        again.commit(&put(b"merged")).unwrap();
        again.commit(&put(b"merged twice")).unwrap();
        assert_eq!(shared.store().get(&key).unwrap().unwrap(), b"merged twice");
    }
}
