//! Memory of others, kept out of swap and dumps while it holds something secret.
#![expect(unsafe_code, reason = "locking memory takes system calls on addresses")]

use rustix::mm::{Advice, madvise, mlock, munlock};

/// Keeps the memory of a buffer in place until it is dropped: locked where the limit for locked memory allows it, and left out of core
/// dumps always. For scratch memory that a library fills; drop this before the buffer is given back.
#[derive(Debug)]
#[must_use]
pub struct RangeLock {
    start: usize,
    len: usize,
    locked: bool,
}

impl RangeLock {
    /// Locks the whole pages within `buffer`. What sticks out at either end belongs to other memory, too, and is left alone.
    pub fn new<T>(buffer: &mut [T]) -> Self {
        let page = rustix::param::page_size();
        let (first, bytes) = (buffer.as_mut_ptr() as usize, size_of_val(buffer));
        let start = first.next_multiple_of(page);
        let len = (first + bytes).saturating_sub(start) / page * page;
        if len == 0 {
            return Self {
                start,
                len,
                locked: false,
            };
        }
        let address = start as *mut std::ffi::c_void;
        // SAFETY: the pages lie within a buffer that is borrowed here; locking changes none of its bytes.
        let locked = unsafe { mlock(address, len) }.is_ok();
        // SAFETY: as above; the advice only changes what dumps see.
        let _ = unsafe { madvise(address, len, Advice::LinuxDontDump) };
        Self { start, len, locked }
    }

    /// Whether the memory is locked: it cannot be where it is larger than `RLIMIT_MEMLOCK`.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

impl Drop for RangeLock {
    fn drop(&mut self) {
        if self.len == 0 {
            return;
        }
        let address = self.start as *mut std::ffi::c_void;
        // SAFETY: neither call reads or writes the pages; on pages that are gone they fail.
        unsafe {
            if self.locked {
                let _ = munlock(address, self.len);
            }
            let _ = madvise(address, self.len, Advice::LinuxDoDump);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Locked memory of this process in KiB.
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmLck:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn a_buffer_is_locked_while_the_lock_lives() {
        let mut buffer = vec![0_u64; 4096];
        let before = locked_kib();
        let lock = RangeLock::new(&mut buffer);
        if lock.is_locked() {
            assert!(locked_kib() >= before + 28, "{} KiB, before {before}", locked_kib());
        }
        drop(lock);
        assert_eq!(locked_kib(), before);
        buffer.fill(7);
    }

    #[test]
    fn less_than_a_page_is_left_alone() {
        let mut small = [0_u8; 16];
        assert!(!RangeLock::new(&mut small).is_locked());
        assert!(!RangeLock::new::<u8>(&mut []).is_locked());
    }
}
