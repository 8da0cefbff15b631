//! Much memory for a moment: what a password hash works in.
#![expect(
    unsafe_code,
    reason = "mapping, locking and wiping pages takes system calls on addresses"
)]

use rustix::mm::{Advice, MapFlags, MlockFlags, ProtFlags, madvise, mlock_with, mmap_anonymous, munmap};
use std::ptr::NonNull;

/// So many blocks for one run of a memory-hard function: in huge pages where the system has them, locked where the limit for locked
/// memory allows it, left out of core dumps, and wiped before they are given back.
///
/// Huge pages are what makes it fast: such a function reads at random places all over its memory, each of them in another ordinary page.
#[derive(Debug)]
pub struct Scratch<T> {
    start: NonNull<T>,
    count: usize,
    mapped: usize,
    locked: bool,
}

// SAFETY: `Scratch` owns its mapping alone and hands out borrows only through `&mut self`.
unsafe impl<T: Send> Send for Scratch<T> {}

impl<T: Copy + AsRef<[u64]>> Scratch<T> {
    /// `count` times `value`. None when the system has no memory for them.
    ///
    /// A value of nothing but zeros is not written: fresh pages are that already, and each is touched first by who works in it.
    #[must_use]
    pub fn filled(count: usize, value: T) -> Option<Self> {
        let mapped = count.checked_mul(size_of::<T>())?.max(1);
        if align_of::<T>() > rustix::param::page_size() {
            return None;
        }
        // SAFETY: a fresh anonymous mapping at an address the kernel chooses touches no memory of ours.
        let mapping = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                mapped,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        };
        let start = NonNull::new(mapping.ok()?.cast::<T>())?;
        let address = start.as_ptr().cast();
        // SAFETY: the range was mapped just above and is ours; neither advice changes its bytes.
        unsafe {
            let _ = madvise(address, mapped, Advice::LinuxHugepage);
            let _ = madvise(address, mapped, Advice::LinuxDontDump);
        }
        // SAFETY: as above. Each page is locked when it is first touched.
        let locked = unsafe { mlock_with(address, mapped, MlockFlags::ONFAULT) }.is_ok();
        if !is_zero(&value) {
            for at in 0..count {
                // SAFETY: `at` is within the mapping, which is aligned for `T`.
                unsafe { start.add(at).write(value) };
            }
        }
        Some(Self {
            start,
            count,
            mapped,
            locked,
        })
    }

    /// Whether it is locked: it cannot be where it is larger than `RLIMIT_MEMLOCK`.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

/// Whether a value is, in all its bytes, what a fresh page holds.
fn is_zero<T: AsRef<[u64]>>(value: &T) -> bool {
    let words = value.as_ref();
    let is_all_of_it = std::ptr::addr_eq(words.as_ptr(), value) && size_of_val(words) == size_of::<T>();
    is_all_of_it && words.iter().all(|word| *word == 0)
}

impl<T: Copy + AsRef<[u64]>> AsMut<[T]> for Scratch<T> {
    fn as_mut(&mut self) -> &mut [T] {
        // SAFETY: the mapping is aligned, holds `count` values and is borrowed with `self`. They were written, or are zeros, which is
        // what the value is that they are copies of.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.count) }
    }
}

impl<T> Drop for Scratch<T> {
    fn drop(&mut self) {
        let address = self.start.as_ptr().cast::<u8>();
        // SAFETY: the mapping is ours until it is unmapped here, which also unlocks it.
        unsafe {
            // A plain fill that the compiler must believe is read: word-by-word volatile writes take seconds in debug builds.
            std::ptr::write_bytes(address, 0, self.mapped);
            std::hint::black_box(address);
            let _ = munmap(address.cast(), self.mapped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(64))]
    struct Block([u64; 128]);

    impl AsRef<[u64]> for Block {
        fn as_ref(&self) -> &[u64] {
            &self.0
        }
    }

    /// Locked memory of this process in KiB.
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmLck:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn it_holds_the_value_and_is_locked_while_it_lives() {
        let before = locked_kib();
        for value in [Block([0; 128]), Block([7; 128])] {
            let mut scratch = Scratch::filled(64, value).unwrap();
            let locked = locked_kib();
            assert!(
                !scratch.is_locked() || locked >= before + 64,
                "{locked} KiB, before {before}"
            );
            let blocks = scratch.as_mut();
            assert_eq!(blocks.len(), 64);
            assert!(blocks.iter().all(|block| *block == value));
            blocks[63].0[127] = 1;
            drop(scratch);
            assert_eq!(locked_kib(), before);
        }
    }

    #[test]
    fn a_value_is_zero_only_in_all_its_bytes() {
        #[derive(Clone, Copy)]
        struct Half([u64; 2]);
        impl AsRef<[u64]> for Half {
            fn as_ref(&self) -> &[u64] {
                &self.0[..1]
            }
        }
        assert!(is_zero(&Block([0; 128])));
        assert!(!is_zero(&Half([0, 5])));
        let mut last = Block([0; 128]);
        last.0[127] = 1;
        assert!(!is_zero(&last));
    }

    #[test]
    fn more_than_there_is_is_refused() {
        assert!(Scratch::filled(usize::MAX, Block([0; 128])).is_none());
        assert!(Scratch::filled(1 << 50, Block([0; 128])).is_none());
    }
}
