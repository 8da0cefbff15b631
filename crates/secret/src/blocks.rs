//! Memory for Argon2.
#![expect(
    unsafe_code,
    reason = "mapping, locking and wiping pages takes system calls on addresses"
)]

use argon2::Block;
use rustix::mm::{Advice, MapFlags, MlockFlags, ProtFlags, madvise, mlock_with, mmap_anonymous, munmap};
use std::ptr::NonNull;

/// Blocks for one run of Argon2: in huge pages where the system has them, locked where the limit for locked memory allows it, left out
/// of core dumps, and wiped before they are given back.
///
/// Huge pages are what makes it fast: Argon2 reads at random places all over its memory, each of them in another ordinary page.
#[derive(Debug)]
pub struct Blocks {
    start: NonNull<Block>,
    count: usize,
    mapped: usize,
    locked: bool,
}

// SAFETY: `Blocks` owns its mapping alone and hands out borrows only through `&mut self`.
unsafe impl Send for Blocks {}

impl Blocks {
    /// So many blocks of 1 KiB, all zero. None when the system has no memory for them.
    #[must_use]
    pub fn zeroed(count: usize) -> Option<Self> {
        let mapped = count.checked_mul(size_of::<Block>())?.max(1);
        // SAFETY: a fresh anonymous mapping at an address the kernel chooses touches no memory of ours.
        let mapping = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                mapped,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        };
        let start = NonNull::new(mapping.ok()?.cast::<Block>())?;
        let address = start.as_ptr().cast();
        // SAFETY: the range was mapped just above and is ours; neither advice changes its bytes.
        unsafe {
            let _ = madvise(address, mapped, Advice::LinuxHugepage);
            let _ = madvise(address, mapped, Advice::LinuxDontDump);
        }
        // SAFETY: as above. Each page is locked when it is first touched, by whichever lane gets there.
        let locked = unsafe { mlock_with(address, mapped, MlockFlags::ONFAULT) }.is_ok();
        Some(Self {
            start,
            count,
            mapped,
            locked,
        })
    }

    /// Whether they are locked: they cannot be where they are more than `RLIMIT_MEMLOCK`.
    #[must_use]
    pub fn are_locked(&self) -> bool {
        self.locked
    }
}

impl AsMut<[Block]> for Blocks {
    fn as_mut(&mut self) -> &mut [Block] {
        // SAFETY: the mapping is page-aligned, holds `count` blocks and is borrowed with `self`. A block is an array of integers, for
        // which the zeros of a fresh mapping are good values.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.count) }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        let address = self.start.as_ptr();
        // SAFETY: the mapping is ours until it is unmapped here, which also unlocks it.
        unsafe {
            // A plain fill that the compiler must believe is read: word-by-word volatile writes take seconds in debug builds.
            std::ptr::write_bytes(address.cast::<u8>(), 0, self.mapped);
            std::hint::black_box(address);
            let _ = munmap(address.cast(), self.mapped);
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
    fn blocks_are_zero_and_locked_while_they_live() {
        let before = locked_kib();
        let mut blocks = Blocks::zeroed(64).unwrap();
        let locked = locked_kib();
        assert!(
            !blocks.are_locked() || locked >= before + 64,
            "{locked} KiB, before {before}"
        );
        let slice: &mut [Block] = blocks.as_mut();
        assert_eq!(slice.len(), 64);
        let words = |block: &Block| block.as_ref().iter().all(|word: &u64| *word == 0);
        assert!(slice.iter().all(words));
        drop(blocks);
        assert_eq!(locked_kib(), before);
    }

    #[test]
    fn more_than_there_is_is_refused() {
        assert!(Blocks::zeroed(usize::MAX).is_none());
        assert!(Blocks::zeroed(1 << 50).is_none());
    }
}
