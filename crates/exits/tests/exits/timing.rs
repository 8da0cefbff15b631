//! What an exit costs, and a thousand calls of each bad one, on a quiet machine:
//! `cargo nextest run --release -p countersign-exits --run-ignored only --no-capture timing`.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "time is measured here, and told"
)]

use crate::lab::{Lab, QUIET, Source, before, documented, wanted};
use countersign_exits::{ChangeExit, Exit, ExitError};
use std::ffi::{CString, c_char, c_ulong, c_void};
use std::time::{Duration, Instant};

type SetPwd = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    *const c_char,
    *const c_char,
    *const c_char,
    *mut *mut c_char,
) -> c_ulong;

/// The middle and the 99th of a hundred, in microseconds.
fn measure(what: &str, calls: usize, mut call: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..calls)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed()
        })
        .collect();
    times.sort();
    let (p50, p99) = (times[calls / 2], times[calls * 99 / 100]);
    println!(
        "{what:32} n {calls:5}  p50 {:10.1} us  p99 {:10.1} us",
        p50.as_secs_f64() * 1e6,
        p99.as_secs_f64() * 1e6
    );
    p99
}

#[expect(unsafe_code, reason = "the exit is called in this process, to see what that costs")]
fn direct(library: &Exit) -> Duration {
    let texts = ["ada", "Ledger", "a.l", "hunter2"].map(|text| CString::new(text).unwrap());
    let [user, application, login, password] = texts.each_ref().map(|text| text.as_ptr());
    // SAFETY: the sample is ours; its function has this type, and gets texts that live until it returns.
    unsafe {
        let loaded = libloading::Library::new(library.folder.join(&library.name)).unwrap();
        let function: libloading::Symbol<'_, SetPwd> = loaded.get(b"ssod_Exit_PreSetPwd").unwrap();
        measure("good exit, in process", 1000, || {
            let mut extra = std::ptr::null_mut();
            let code = function(std::ptr::null_mut(), user, application, login, password, &raw mut extra);
            assert_eq!(std::hint::black_box(code), 0);
        })
    }
}

#[test]
#[ignore = "it measures, which takes a quiet machine"]
fn a_good_exit_costs_two_milliseconds_at_most() {
    let lab = Lab::new();
    let library = lab.compiled(documented("reject_application_name.c").as_ref(), &["-O2"]);
    let in_process = direct(&library);
    let mut exit = ChangeExit::open(library).unwrap();
    let confined = measure("good exit, confined", 1000, || before(&mut exit).unwrap());
    let status = std::fs::read_to_string(format!("/proc/{}/status", lab.child())).unwrap();
    println!(
        "its process {}",
        status.lines().find(|line| line.starts_with("VmRSS")).unwrap()
    );
    drop(exit);
    let text = std::fs::read_to_string(documented("long_enough.py")).unwrap();
    let mut exit = ChangeExit::open(lab.program(&text)).unwrap();
    let program = measure("good program (Python), confined", 1000, || {
        before(&mut exit).map_or_else(drop, drop)
    });
    assert!(
        confined.saturating_sub(in_process) <= Duration::from_millis(2),
        "{confined:?}"
    );
    assert!(program <= Duration::from_millis(20), "{program:?}");
}

#[test]
#[ignore = "a thousand crashes of each kind take minutes"]
fn a_thousand_calls_of_each_bad_exit_end_in_an_error() {
    let bad: [(&str, &str, usize); 12] = [
        ("reject", "*pszExtra = \"no\"; return 1;", 1000),
        ("crash", "*(volatile int *)8 = 1;", 1000),
        ("abort", "abort();", 1000),
        ("exit", "exit(0);", 1000),
        ("fork", "fork();", 1000),
        ("socket", "socket(AF_INET, SOCK_STREAM, 0);", 1000),
        ("4 GiB", "memset(malloc(4UL << 30), 1, 4UL << 30);", 1000),
        ("free foreign memory", "free((void *)szPassword);", 1000),
        (
            "write past the password",
            "((char *)szPassword)[strlen(szPassword) + 1] = 1;",
            1000,
        ),
        ("sentence from nowhere", "*pszExtra = (char *)64;", 1000),
        ("print", "printf(\"%s\", szPassword); fflush(stdout); return 1;", 1000),
        ("hang", "for (;;) pause();", 50),
    ];
    let lab = Lab::new();
    for (what, text, calls) in bad {
        let mut exit = lab.change(Source { before: text, ..QUIET });
        measure(what, calls, || assert!(before(&mut exit).is_err()));
    }
    for (what, text) in [
        ("1 byte past iPwdSize", "szPassword[iPwdSize] = 1;"),
        ("4,096 bytes past iPwdSize", "szPassword[iPwdSize + 4096] = 1;"),
        ("1 byte before szPassword", "szPassword[-1] = 1;"),
        ("no NUL", "memset(szPassword, 1, iPwdSize);"),
    ] {
        let mut exit = lab.generator(Source {
            generate: text,
            ..QUIET
        });
        measure(what, 1000, || {
            let error = exit.generate(&wanted(32)).unwrap_err();
            assert!(matches!(
                error,
                ExitError::Overrun { .. } | ExitError::Underrun { .. } | ExitError::Unterminated
            ));
        });
    }
}
