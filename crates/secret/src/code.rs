#![expect(unsafe_code, reason = "the loader's list of segments comes through a C callback")]

use std::ffi::{c_int, c_void};

/// Lets go of the pages of this program's segments that cannot be written: they are exactly what is in the file.
pub(crate) fn give_back() {
    // SAFETY: the callback keeps nothing of what it is shown, and unwinds never.
    unsafe {
        libc::dl_iterate_phdr(Some(each), std::ptr::null_mut());
    }
}

/// Called with the program itself first; libraries are shared with others and stay.
///
/// # Safety
/// `object` is what the loader hands to such a callback.
unsafe extern "C" fn each(object: *mut libc::dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
    // SAFETY: the loader hands out a valid object and as many headers as it says.
    let (base, segments) = unsafe {
        let object = &*object;
        let count = usize::from(object.dlpi_phnum);
        (object.dlpi_addr, std::slice::from_raw_parts(object.dlpi_phdr, count))
    };
    let page = rustix::param::page_size() as u64;
    for segment in segments {
        if segment.p_type != libc::PT_LOAD || segment.p_flags & libc::PF_W != 0 {
            continue;
        }
        let begin = (base + segment.p_vaddr).next_multiple_of(page);
        let end = (base + segment.p_vaddr + segment.p_memsz) / page * page;
        let (Some(length), Ok(begin)) = (end.checked_sub(begin), usize::try_from(begin)) else {
            continue;
        };
        let length = usize::try_from(length).unwrap_or_default();
        // SAFETY: the pages are private, mapped from a file and never written, so what comes back is what was there.
        let _stays_where_it_is_not_allowed =
            unsafe { rustix::mm::madvise(begin as *mut c_void, length, rustix::mm::Advice::LinuxDontNeed) };
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_runs_on_after_its_code_was_given_back() {
        let resident = || std::fs::read_to_string("/proc/self/statm").unwrap();
        let mapped = |line: String| line.split(' ').nth(1).unwrap().parse::<u64>().unwrap();
        let before = mapped(resident());
        give_back();
        let after = mapped(resident());
        assert!(after < before, "{before} pages before, {after} after");
    }
}
