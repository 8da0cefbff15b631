//! The stores of a device: what was committed stays, nothing else does.

use crate::mutant::Mutant;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_sync::history_of;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a process lives, counted in commits and calls of the repository. Once it is burnt, nothing has any effect.
#[derive(Debug, Default)]
pub(crate) struct Fuse {
    left: AtomicU32,
    lit: AtomicBool,
    burnt: AtomicBool,
    /// The commit that does not fit on the disk, counted from now; 0: all fit.
    full: AtomicU32,
}

impl Fuse {
    /// The process dies before its step `after` + 1.
    pub(crate) fn light(&self, after: u32) {
        self.left.store(after, Ordering::Relaxed);
        self.lit.store(true, Ordering::Relaxed);
    }

    /// The commit `number` from now, counted from 1, finds the disk full.
    pub(crate) fn fill_disk(&self, number: u32) {
        self.full.store(number, Ordering::Relaxed);
    }

    /// A new process.
    pub(crate) fn replace(&self) {
        self.lit.store(false, Ordering::Relaxed);
        self.burnt.store(false, Ordering::Relaxed);
        self.full.store(0, Ordering::Relaxed);
    }

    pub(crate) fn is_burnt(&self) -> bool {
        self.burnt.load(Ordering::Relaxed)
    }

    /// Whether the process is still there to take this step.
    pub(crate) fn step(&self) -> bool {
        if self.is_burnt() {
            return false;
        }
        if !self.lit.load(Ordering::Relaxed) {
            return true;
        }
        match self.left.load(Ordering::Relaxed).checked_sub(1) {
            Some(left) => {
                self.left.store(left, Ordering::Relaxed);
                true
            }
            None => {
                self.burnt.store(true, Ordering::Relaxed);
                false
            }
        }
    }

    fn fits(&self) -> bool {
        let full = self.full.load(Ordering::Relaxed);
        if full > 0 {
            self.full.store(full - 1, Ordering::Relaxed);
        }
        full != 1
    }
}

/// What a disk holds.
pub(crate) type Values = BTreeMap<StoreKey, Vec<u8>>;

/// One store.
#[derive(Debug)]
pub(crate) struct Disk {
    values: Mutex<Values>,
    fuse: Arc<Fuse>,
    commits: AtomicU32,
    mutant: Option<Mutant>,
    /// What was acknowledged and not written, under [`Mutant::AcknowledgesEarly`].
    lazy: Mutex<Vec<Change>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    pub(crate) fn new(fuse: &Arc<Fuse>, mutant: Option<Mutant>) -> Self {
        Self {
            values: Mutex::default(),
            fuse: Arc::clone(fuse),
            commits: AtomicU32::new(0),
            mutant,
            lazy: Mutex::default(),
        }
    }

    pub(crate) fn image(&self) -> Values {
        lock(&self.values).clone()
    }

    pub(crate) fn restore(&self, image: Values) {
        *lock(&self.values) = image;
        lock(&self.lazy).clear();
    }

    /// How many commits there have been.
    pub(crate) fn commits(&self) -> u32 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Looks at every value of a kind.
    pub(crate) fn each(&self, kind: StoreKind, mut look: impl FnMut(&StoreKey, &[u8])) {
        let values = lock(&self.values);
        let first = StoreKey { kind, id: Vec::new() };
        for (key, value) in values.range(first..).take_while(|(key, _)| key.kind == kind) {
            look(key, value);
        }
    }

    /// What a process that dies takes with it.
    pub(crate) fn die(&self) {
        lock(&self.lazy).clear();
    }

    fn apply(&self, batch: &[Change]) {
        let mut values = lock(&self.values);
        for change in batch {
            match change {
                Change::Put(key, _) if self.forgets(key) => {}
                Change::Put(key, value) => {
                    values.insert(key.clone(), value.clone());
                }
                Change::Remove(key) => {
                    values.remove(key);
                }
            }
        }
    }

    fn forgets(&self, key: &StoreKey) -> bool {
        self.mutant == Some(Mutant::KeepsNoHistory) && key.kind == StoreKind::Record && history_of(&key.id).is_some()
    }
}

impl RecordStore for Disk {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(lock(&self.values).get(key).cloned())
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut ids = Vec::new();
        self.each(kind, |key, _| ids.push(key.id.clone()));
        Ok(ids)
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        if !self.fuse.step() {
            return Err(StoreError::NotSaved("the process is dead".to_owned()));
        }
        if !self.fuse.fits() {
            return Err(StoreError::NotSaved("the disk is full".to_owned()));
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        let is_record = |change: &Change| {
            let (Change::Put(key, _) | Change::Remove(key)) = change;
            key.kind == StoreKind::Record
        };
        if self.mutant == Some(Mutant::AcknowledgesEarly) && batch.iter().any(is_record) {
            let before = std::mem::replace(&mut *lock(&self.lazy), batch.to_vec());
            self.apply(&before);
        } else {
            self.apply(batch);
        }
        Ok(())
    }
}
