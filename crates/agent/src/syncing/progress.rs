//! How far an exchange is, for whoever watches.

use countersign_wire::SyncProgress;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counted by the exchange's thread, read by clients.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    running: AtomicBool,
    objects: AtomicU64,
    bytes: AtomicU64,
    of: AtomicU64,
    source: Mutex<String>,
}

impl Progress {
    /// An exchange begins.
    pub(crate) fn begin(&self, source: &str) {
        for count in [&self.objects, &self.bytes, &self.of] {
            count.store(0, Ordering::Relaxed);
        }
        source.clone_into(&mut self.source.lock().unwrap_or_else(PoisonError::into_inner));
        self.running.store(true, Ordering::Relaxed);
    }

    /// So many objects more are wanted.
    pub(crate) fn wanted(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.of.fetch_add(count, Ordering::Relaxed);
    }

    /// An object came.
    pub(crate) fn came(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The exchange has ended.
    pub(crate) fn end(&self) {
        self.running.store(false, Ordering::Relaxed);
    }

    pub(crate) fn told(&self) -> SyncProgress {
        SyncProgress {
            running: self.running.load(Ordering::Relaxed),
            objects: self.objects.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            of: self.of.load(Ordering::Relaxed),
            source: self.source.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
