//! Telling a write behind or before a buffer from other crashes.
#![expect(unsafe_code, reason = "a signal's handler is unsafe by its nature")]

use countersign_exits::protocol::{ENDED_BY_OVERRUN, ENDED_BY_UNDERRUN};
use libc::{c_int, c_void, siginfo_t};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The addresses of the guard pages around the buffer an exit writes to: start, end of those before it; start, end of those behind it.
static BEFORE: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];
static BEHIND: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// From now on a touch of guard pages ends the process with a status of its own.
pub(crate) fn catch() -> io::Result<()> {
    // SAFETY: all zeros is a valid `sigaction`: no flags, no mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_fault;
    action.sa_sigaction = handler as libc::sighandler_t;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: the action is complete, and its handler calls only what signal-safety(7) allows.
        if unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Which pages those are from now on.
pub(crate) fn watch(before: &Range<usize>, behind: &Range<usize>) {
    for ([start, end], pages) in [(&BEFORE, before), (&BEHIND, behind)] {
        start.store(pages.start, Ordering::SeqCst);
        end.store(pages.end, Ordering::SeqCst);
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel hands a filled structure to a handler with SA_SIGINFO.
    let address = unsafe { (*info).si_addr() }.addr();
    let within =
        |[start, end]: &[AtomicUsize; 2]| (start.load(Ordering::SeqCst)..end.load(Ordering::SeqCst)).contains(&address);
    // SAFETY: these calls are allowed in a handler. What is raised here takes effect when it returns, and ends the process.
    unsafe {
        if within(&BEHIND) {
            libc::_exit(ENDED_BY_OVERRUN);
        }
        if within(&BEFORE) {
            libc::_exit(ENDED_BY_UNDERRUN);
        }
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
