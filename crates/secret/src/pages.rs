//! Whole anonymous pages that hold one secret.
#![expect(unsafe_code, reason = "mapping, locking and wiping pages is what this room is for")]

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mlock, mmap_anonymous, munmap};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroize;

static UNLOCKED: AtomicBool = AtomicBool::new(false);

/// Whether every secret so far could be locked into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// All secrets are locked and left out of dumps.
    Locked,
    /// At least one secret could not be locked (`RLIMIT_MEMLOCK` is too small); it may be swapped to disk.
    Swappable,
}

/// The weakest protection any secret of this process has had.
#[must_use]
pub fn protection() -> Protection {
    if UNLOCKED.load(Ordering::Relaxed) {
        Protection::Swappable
    } else {
        Protection::Locked
    }
}

/// A run of locked pages holding `len` bytes, zero at first.
pub(crate) struct Pages {
    start: NonNull<u8>,
    len: usize,
    mapped: usize,
}

// SAFETY: `Pages` owns its mapping alone and hands out borrows only through `&self` and `&mut self`.
unsafe impl Send for Pages {}
// SAFETY: shared access is read-only.
unsafe impl Sync for Pages {}

impl Pages {
    /// Maps pages for `len` bytes.
    ///
    /// Aborts like any failed allocation when the system has no memory left.
    pub(crate) fn zeroed(len: usize) -> Self {
        let page = rustix::param::page_size();
        let mapped = len.max(1).div_ceil(page) * page;
        // SAFETY: a fresh anonymous mapping at an address the kernel chooses touches no memory of ours.
        let mapping = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                mapped,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        };
        let start = mapping.ok().and_then(|p| NonNull::new(p.cast::<u8>()));
        let Some(start) = start else { std::process::abort() };
        // SAFETY: the range was mapped just above and is ours.
        if unsafe { mlock(start.as_ptr().cast(), mapped) }.is_err() {
            UNLOCKED.store(true, Ordering::Relaxed);
        }
        // SAFETY: as above; both advices only change what dumps and forks see.
        unsafe {
            let _ = madvise(start.as_ptr().cast(), mapped, Advice::LinuxDontDump);
            let _ = madvise(start.as_ptr().cast(), mapped, Advice::LinuxWipeOnFork);
        }
        Self { start, len, mapped }
    }

    /// Keeps the first `len` bytes and wipes the rest.
    pub(crate) fn shorten(&mut self, len: usize) {
        if let Some(rest) = self.as_mut_slice().get_mut(len..) {
            rest.zeroize();
            self.len = len;
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        // SAFETY: `len` bytes from `start` are mapped, initialised (anonymous pages are zero) and live as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_slice`, and `&mut self` makes the borrow unique.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.as_mut_slice().zeroize();
        // SAFETY: the mapping is ours, and nobody can hold a borrow of it any more.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.mapped) };
    }
}
