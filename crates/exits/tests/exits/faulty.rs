//! What bad exits do. Each is an error of its own, and the next call is served by a fresh process.

use crate::lab::{Lab, QUIET, Source, after, before, shown, wanted};
use countersign_exits::{ChangeExit, Entry, Exit, ExitError, GeneratorExit};
use std::time::Duration;

/// What goes wrong once in a library's life, wherever it is written to: the first time only.
fn once(lab: &Lab, what: &str) -> String {
    // A file that is there no more says that it has been done: the exit may read it, and nothing else outlives its process.
    let done = lab.folder().join("done");
    format!("if (access(\"{}\", F_OK)) {{ {what} }}", done.display())
}

fn fail(open: impl Fn(Source<'_>) -> Result<(), ExitError>, what: &str) -> Vec<ExitError> {
    let mut errors = Vec::new();
    let sources = [
        Source {
            global: &format!("__attribute__((constructor)) static void start(void) {{ {what} }}"),
            ..QUIET
        },
        Source { init: what, ..QUIET },
        Source { before: what, ..QUIET },
        Source { after: what, ..QUIET },
        Source { term: what, ..QUIET },
    ];
    for source in sources {
        errors.push(open(source).unwrap_err());
    }
    errors
}

const ENTRIES: [Entry; 5] = [Entry::Load, Entry::Init, Entry::Before, Entry::After, Entry::Term];

/// The whole life of a change exit.
fn live(exit: Exit) -> Result<(), ExitError> {
    let mut exit = ChangeExit::open(exit)?;
    before(&mut exit)?;
    after(&mut exit)?;
    exit.close()
}

fn made(lab: &Lab, generate: &str, size: u16) -> ExitError {
    let mut exit = lab.generator(Source { generate, ..QUIET });
    exit.generate(&wanted(size)).unwrap_err()
}

#[test]
fn crashes_are_told_with_where_they_were() {
    let lab = Lab::new();
    for (what, ended_by) in [
        ("*(volatile int *)8 = 1;", 11),
        ("raise(SIGSEGV);", 11),
        ("abort();", 6),
    ] {
        let errors = fail(|source| live(lab.library(source)), what);
        for (error, wanted) in errors.iter().zip(ENTRIES) {
            let right =
                matches!(error, ExitError::Crashed { entry, signal } if *entry == wanted && *signal == ended_by);
            assert!(right, "{what}: {}", shown(error));
        }
        let crashed = made(&lab, what, 32);
        assert!(
            matches!(
                crashed,
                ExitError::Crashed {
                    entry: Entry::Generate,
                    ..
                }
            ),
            "{crashed}"
        );
    }
}

#[test]
fn what_does_not_return_is_ended() {
    let lab = Lab::new();
    let open = |source: Source<'_>| {
        live(Exit {
            limit: Duration::from_secs(1),
            ..lab.library(source)
        })
    };
    for what in ["for (;;) pause();", "for (;;);"] {
        for (error, wanted) in fail(open, what).iter().zip(ENTRIES) {
            assert!(
                matches!(error, ExitError::Late { entry, .. } if *entry == wanted),
                "{}",
                shown(error)
            );
        }
    }
}

#[test]
fn ending_the_process_is_no_answer() {
    let lab = Lab::new();
    for (what, code) in [("exit(0);", 0), ("exit(3);", 3), ("_exit(4);", 4)] {
        let errors = fail(
            |source| live(lab.library(source)).and_then(|()| Err(ExitError::Unterminated)),
            what,
        );
        for (error, wanted) in errors.iter().zip(ENTRIES) {
            // To end with zero in its Term, at its end, is as good as to return.
            let right = match error {
                ExitError::Ended { entry, status } => (*entry, *status) == (wanted, code),
                ExitError::Unterminated => wanted == Entry::Term && code == 0,
                _ => false,
            };
            assert!(right, "{what} {wanted}: {}", shown(error));
        }
    }
}

#[test]
fn writing_outside_the_buffer_is_caught_from_the_first_byte() {
    let lab = Lab::new();
    let entry = Entry::Generate;
    for (wrong, is_past) in [
        ("szPassword[iPwdSize]", true),
        ("szPassword[iPwdSize + 1]", true),
        ("szPassword[iPwdSize + 4095]", true),
        ("szPassword[iPwdSize + 4096]", true),
        ("szPassword[iPwdSize + 1000000]", true),
        ("szPassword[-1]", false),
        ("szPassword[-2]", false),
        ("szPassword[-4096]", false),
        ("szPassword[-1000000]", false),
    ] {
        let mut exit = lab.generator(Source {
            generate: &format!("{wrong} = 'x';"),
            ..QUIET
        });
        for size in [2, 16, 33, 4096, 4097] {
            let error = exit.generate(&wanted(size)).unwrap_err();
            let right = match error {
                ExitError::Overrun { entry: of } => is_past && of == entry,
                ExitError::Underrun { entry: of } => !is_past && of == entry,
                _ => false,
            };
            assert!(right, "{wrong} of {size}: {error}");
        }
    }
    for length in [1, 4096] {
        let error = made(&lab, &format!("memset(szPassword, 'x', iPwdSize + {length});"), 32);
        assert!(matches!(error, ExitError::Overrun { .. }), "{error}");
    }
    let mut exit = lab.change(Source {
        before: "((char *)szPassword)[strlen(szPassword) + 1] = 'x';",
        ..QUIET
    });
    assert!(matches!(
        before(&mut exit),
        Err(ExitError::Overrun { entry: Entry::Before })
    ));
}

#[test]
fn what_is_made_has_to_be_a_password() {
    let lab = Lab::new();
    let unterminated = made(&lab, "memset(szPassword, 'x', iPwdSize);", 32);
    assert!(matches!(unterminated, ExitError::Unterminated), "{unterminated}");
    let empty = made(&lab, "", 32);
    assert!(matches!(empty, ExitError::NoPassword), "{empty}");
    let binary = made(&lab, "strcpy(szPassword, \"\\377\\376\");", 32);
    assert!(matches!(binary, ExitError::NotAPassword(_)), "{binary}");
    let refused = made(&lab, "strcpy(szPassword, \"abc\"); *pszExtra = \"no\"; return 7;", 32);
    assert!(
        matches!(
            refused,
            ExitError::Failed {
                code: 7,
                entry: Entry::Generate,
                said: Some(_)
            }
        ),
        "{refused}"
    );
}

#[test]
fn freeing_what_is_not_its_own_ends_it() {
    let lab = Lab::new();
    for freed in ["szPassword", "szSSOUserName", "szApplName", "szLoginName"] {
        let mut exit = lab.change(Source {
            before: &format!("free((void *){freed});"),
            ..QUIET
        });
        let error = before(&mut exit).unwrap_err();
        assert!(
            matches!(
                error,
                ExitError::Crashed {
                    entry: Entry::Before,
                    ..
                }
            ),
            "{freed}: {error}"
        );
    }
    for freed in ["szPassword", "(void *)pPwdRules"] {
        let error = made(&lab, &format!("free({freed});"), 32);
        assert!(
            matches!(
                error,
                ExitError::Crashed {
                    entry: Entry::Generate,
                    ..
                }
            ),
            "{freed}: {error}"
        );
    }
}

#[test]
fn a_sentence_that_is_nowhere_is_a_crash() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        before: "*pszExtra = (char *)64;",
        ..QUIET
    });
    assert!(matches!(before(&mut exit), Err(ExitError::Crashed { signal: 11, .. })));
}

#[test]
fn much_memory_is_not_to_be_had() {
    let lab = Lab::new();
    let asks = "char *much = malloc(4UL << 30);";
    let mut careful = lab.change(Source {
        before: &format!("{asks} if (!much) return 12; memset(much, 1, 4UL << 30);"),
        ..QUIET
    });
    assert!(matches!(
        before(&mut careful),
        Err(ExitError::Rejected { code: 12, .. })
    ));
    drop(careful);
    let mut careless = lab.change(Source {
        before: &format!("{asks} memset(much, 1, 4UL << 30);"),
        ..QUIET
    });
    assert!(matches!(
        before(&mut careless),
        Err(ExitError::Crashed {
            entry: Entry::Before,
            ..
        })
    ));
    drop(careless);
    let little = lab.library(Source {
        before: "for (int i = 0; i < 4096; i++) memset(malloc(1 << 20), 1, 1 << 20);",
        ..QUIET
    });
    let memory = 128 << 20;
    let mut bit_by_bit = ChangeExit::open(Exit { memory, ..little }).unwrap();
    assert!(matches!(
        before(&mut bit_by_bit),
        Err(ExitError::Crashed {
            entry: Entry::Before,
            ..
        })
    ));
}

#[test]
fn the_next_call_is_served_by_a_fresh_process() {
    let lab = Lab::new();
    let wrong = once(&lab, "*(volatile int *)8 = 1;");
    let source = Source {
        before: &wrong,
        generate: &format!("{wrong} strcpy(szPassword, \"abc\");"),
        ..QUIET
    };
    let reads = |exit: Exit| Exit {
        reads: vec![lab.folder().to_owned()],
        ..exit
    };
    let mut exit = ChangeExit::open(reads(lab.library(source))).unwrap();
    assert!(matches!(before(&mut exit), Err(ExitError::Crashed { .. })));
    assert!(matches!(before(&mut exit), Err(ExitError::Crashed { .. })));
    let mut generator = GeneratorExit::open(reads(lab.library(source))).unwrap();
    assert!(matches!(generator.generate(&wanted(9)), Err(ExitError::Crashed { .. })));
    std::fs::write(lab.folder().join("done"), "").unwrap();
    after(&mut exit).unwrap();
    assert_eq!(generator.generate(&wanted(9)).unwrap().password.expose(), "abc");
}

#[test]
fn one_that_ended_between_two_calls_is_started_again() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        global: "static void *late(void *nothing) { _exit(0); }",
        after: "pthread_t thread; pthread_create(&thread, NULL, late, NULL);",
        ..QUIET
    });
    // It ends before its answer, or after it; the call after that knows nothing of either.
    let _either = after(&mut exit);
    lab.until_childless();
    before(&mut exit).unwrap();
}

#[test]
fn speaking_for_the_process_is_not_understood() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        before: "for (int at = 3; at < 64; at++) write(at, \"\\377\\377\\377\\377\", 4);",
        ..QUIET
    });
    for _ in 0..2 {
        let garbled = before(&mut exit);
        assert!(matches!(
            garbled,
            Err(ExitError::Garbled {
                entry: Entry::Before,
                ..
            })
        ));
    }
}
