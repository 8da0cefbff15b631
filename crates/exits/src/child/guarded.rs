//! Memory an exit is shown, between pages that nobody may touch.
#![expect(
    unsafe_code,
    reason = "mapping, guarding and wiping pages takes system calls on addresses"
)]

use crate::fault;
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mlock, mmap_anonymous, mprotect, munmap};
use std::ffi::c_char;
use std::io;
use std::ptr::NonNull;
use zeroize::Zeroize;

/// How far a wrong write may miss and still be caught at once, on each side.
const GUARD: usize = 1 << 20;
/// Fills what lies before the bytes in their first page. As the size of a heap block, which it is taken for where an exit frees what is
/// not its own, it makes the C library stop the process.
const CANARY: u8 = 0x51;

/// So many bytes that end exactly where a guard begins. Before them is a canary up to the start of their page, and a guard before that.
pub(crate) struct Guarded {
    start: NonNull<u8>,
    /// Bytes between the guards.
    room: usize,
    /// Of them, the last ones are the exit's.
    len: usize,
}

impl Guarded {
    /// Zero bytes.
    pub(crate) fn zeroed(len: usize) -> io::Result<Self> {
        let page = rustix::param::page_size();
        let room = len.max(1).div_ceil(page) * page;
        // SAFETY: a fresh anonymous mapping at an address the kernel chooses touches no memory of ours.
        let whole = unsafe {
            mmap_anonymous(
                std::ptr::null_mut(),
                room + 2 * GUARD,
                ProtFlags::empty(),
                MapFlags::PRIVATE,
            )?
        };
        // SAFETY: `GUARD` bytes into the mapping is within it.
        let start = unsafe { whole.cast::<u8>().add(GUARD) };
        let start = NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?;
        let mut guarded = Self { start, room, len };
        // SAFETY: the range is within the mapping made above, and page-aligned as `GUARD` and `room` are.
        unsafe {
            mprotect(start.as_ptr().cast(), room, MprotectFlags::READ | MprotectFlags::WRITE)?;
            // Without them it works, too.
            let _ = mlock(start.as_ptr().cast(), room);
            let _ = madvise(start.as_ptr().cast(), room, Advice::LinuxDontDump);
        }
        let before = room - len;
        if let Some(canary) = guarded.all().get_mut(..before) {
            canary.fill(CANARY);
        }
        Ok(guarded)
    }

    /// A text as C has it.
    pub(crate) fn text(text: &[u8]) -> io::Result<Self> {
        let mut guarded = Self::zeroed(text.len() + 1)?;
        let place = guarded.bytes();
        if let Some(place) = place.get_mut(..text.len()) {
            place.copy_from_slice(text);
        }
        Ok(guarded)
    }

    /// From now on, until the next one, a touch of these guards is told from other crashes.
    pub(crate) fn watch(&self) {
        let start = self.start.as_ptr().addr();
        let end = start + self.room;
        fault::watch(&(start - GUARD..start), &(end..end + GUARD));
    }

    /// The bytes of the exit.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        let before = self.room - self.len;
        self.all().get_mut(before..).unwrap_or_default()
    }

    /// Where they are, for C.
    pub(crate) fn pointer(&mut self) -> *mut c_char {
        self.bytes().as_mut_ptr().cast()
    }

    /// Whether nothing before them was written.
    pub(crate) fn is_whole(&mut self) -> bool {
        let before = self.room - self.len;
        self.all().iter().take(before).all(|byte| *byte == CANARY)
    }

    fn all(&mut self) -> &mut [u8] {
        // SAFETY: `room` bytes from `start` are mapped and initialised as long as `self` lives, and `&mut self` makes the borrow unique.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.room) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.bytes().zeroize();
        // SAFETY: this is the whole mapping, and nobody can hold a borrow of it any more.
        let _ = unsafe { munmap(self.start.as_ptr().sub(GUARD).cast(), self.room + 2 * GUARD) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_end_where_a_guard_begins_and_a_canary_is_before_them() {
        let page = rustix::param::page_size();
        for len in [1, 52, page, page + 1] {
            let mut guarded = Guarded::zeroed(len).unwrap();
            assert_eq!((guarded.pointer().addr() + len) % page, 0);
            guarded.bytes().fill(7);
            assert!(guarded.is_whole());
        }
        let mut text = Guarded::text(b"abc").unwrap();
        assert_eq!(text.bytes(), b"abc\0");
        let last = text.room - 5;
        text.all()[last] = 0;
        assert!(!text.is_whole());
    }
}
