#![expect(
    unsafe_code,
    reason = "a global allocator is unsafe by its trait, and so are the C library's knobs"
)]

#[cfg(target_os = "linux")]
use crate::code;
use std::alloc::{GlobalAlloc, Layout, System};

/// The system allocator, wiping every block before it is freed.
///
/// Libraries keep secrets in ordinary buffers for a moment (a D-Bus message, say); with this allocator no freed block holds one.
pub struct ZeroOnFree;

// SAFETY: every call is passed on to `System` with the arguments it came with; wiping touches only the block being freed.
unsafe impl GlobalAlloc for ZeroOnFree {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one `System` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is valid for `layout.size()` bytes until it is freed on the next line.
        unsafe {
            std::ptr::write_bytes(block, 0, layout.size());
            std::hint::black_box(block);
            System.dealloc(block, layout);
        }
    }

    // `realloc` keeps the trait's default: allocate, copy, and free the old block through `dealloc`, which wipes it.
}

#[cfg(target_env = "gnu")]
unsafe extern "C" {
    fn mallopt(parameter: std::ffi::c_int, value: std::ffi::c_int) -> std::ffi::c_int;
    fn malloc_trim(pad: usize) -> std::ffi::c_int;
}

/// For a program that mostly waits: its threads share one heap, and large blocks go back to the system as soon as they are freed.
///
/// Call it first thing in `main`. Elsewhere than with the GNU C library it does nothing.
pub fn keep_memory_small() {
    #[cfg(target_env = "gnu")]
    {
        // From <malloc.h>.
        const M_MMAP_THRESHOLD: std::ffi::c_int = -3;
        const M_ARENA_MAX: std::ffi::c_int = -8;
        // SAFETY: sets two numbers of the allocator; an unknown one is refused and changes nothing.
        unsafe {
            mallopt(M_ARENA_MAX, 1);
            mallopt(M_MMAP_THRESHOLD, 64 << 10);
        }
    }
}

/// Gives memory back to the system after work that needed much of it for a moment: what is freed, and the pages of the program's own
/// code, most of which is for starting and reading templates. What runs again comes back from the page cache, a fault each.
pub fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: returns whole free pages; no block in use is touched.
    unsafe {
        malloc_trim(0);
    }
    #[cfg(target_os = "linux")]
    code::give_back();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_keeps_the_bytes() {
        let layout = Layout::from_size_align(64, 8).unwrap();
        // SAFETY: the block is used within its layout and freed once with the layout of its last size.
        unsafe {
            let block = ZeroOnFree.alloc(layout);
            std::ptr::write_bytes(block, 0x5a, 64);
            let grown = ZeroOnFree.realloc(block, layout, 4096);
            assert_eq!(std::slice::from_raw_parts(grown, 64), [0x5a; 64]);
            ZeroOnFree.dealloc(grown, Layout::from_size_align(4096, 8).unwrap());
        }
    }
}
