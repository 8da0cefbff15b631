//! The exits that are no good, each in its own way.

use countersign_exits::{Entry, ExitError};

/// One of them: what its functions do, and how it has to be caught.
pub struct Case {
    pub what: &'static str,
    /// What is called.
    pub at: At,
    pub pace: Pace,
    pub is_caught: fn(&ExitError) -> bool,
    pub global: &'static str,
    pub init: &'static str,
    pub term: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub generate: &'static str,
}

/// What one call of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// It is loaded and initialised.
    Open,
    /// It is asked about a password.
    Before,
    /// It is asked, and told.
    After,
    /// It makes one.
    Generate,
    /// It finishes.
    Close,
}

/// How often it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Full,
    /// A twentieth: every call lasts until its time is over.
    Slow,
}

/// All its functions do nothing.
const QUIET: Case = Case {
    what: "",
    at: At::Before,
    pace: Pace::Full,
    is_caught: |_| false,
    global: "",
    init: "",
    term: "",
    before: "",
    after: "",
    generate: "",
};

const CRASH: &str = "*(volatile int *)8 = 1;";

/// In the order they are called.
pub const CASES: &[Case] = &[
    Case {
        what: "rejects with a sentence",
        before: "*pszExtra = \"no\"; return 5;",
        is_caught: |error| matches!(error, ExitError::Rejected { code: 5, said: Some(said) } if said.expose() == "no"),
        ..QUIET
    },
    Case {
        what: "is for another version",
        at: At::Open,
        init: "*pulExitVersion = 2;",
        is_caught: |error| matches!(error, ExitError::Version { found: 2 }),
        ..QUIET
    },
    Case {
        what: "fails in its Init",
        at: At::Open,
        init: "return 77;",
        is_caught: |error| {
            matches!(
                error,
                ExitError::Failed {
                    entry: Entry::Init,
                    code: 77,
                    ..
                }
            )
        },
        ..QUIET
    },
    Case {
        what: "crashes while it is loaded",
        at: At::Open,
        global: "__attribute__((constructor)) static void start(void) { *(volatile int *)8 = 1; }",
        is_caught: |error| crashed(error, Entry::Load),
        ..QUIET
    },
    Case {
        what: "crashes in its Init",
        at: At::Open,
        init: CRASH,
        is_caught: |error| crashed(error, Entry::Init),
        ..QUIET
    },
    Case {
        what: "crashes in PreSetPwd",
        before: CRASH,
        is_caught: |error| crashed(error, Entry::Before),
        ..QUIET
    },
    Case {
        what: "crashes in PostSetPwd",
        at: At::After,
        after: CRASH,
        is_caught: |error| crashed(error, Entry::After),
        ..QUIET
    },
    Case {
        what: "crashes in PwdAutoGen",
        at: At::Generate,
        generate: CRASH,
        is_caught: |error| crashed(error, Entry::Generate),
        ..QUIET
    },
    Case {
        what: "crashes in its Term",
        at: At::Close,
        term: CRASH,
        is_caught: |error| crashed(error, Entry::Term),
        ..QUIET
    },
    Case {
        what: "hangs in PreSetPwd",
        pace: Pace::Slow,
        before: "for (;;) pause();",
        is_caught: |error| {
            matches!(
                error,
                ExitError::Late {
                    entry: Entry::Before,
                    ..
                }
            )
        },
        ..QUIET
    },
    Case {
        what: "writes 1 byte past iPwdSize",
        at: At::Generate,
        generate: "((volatile char *)szPassword)[iPwdSize] = 'x';",
        is_caught: |error| matches!(error, ExitError::Overrun { entry: Entry::Generate }),
        ..QUIET
    },
    Case {
        what: "writes 4,096 bytes past iPwdSize",
        at: At::Generate,
        generate: "for (int at = 0; at < iPwdSize + 4096; at++) ((volatile char *)szPassword)[at] = 'x';",
        is_caught: |error| matches!(error, ExitError::Overrun { entry: Entry::Generate }),
        ..QUIET
    },
    Case {
        what: "writes 1 byte before szPassword",
        at: At::Generate,
        generate: "((volatile char *)szPassword)[-1] = 'x';",
        is_caught: |error| matches!(error, ExitError::Underrun { entry: Entry::Generate }),
        ..QUIET
    },
    Case {
        what: "makes a password without a NUL",
        at: At::Generate,
        generate: "memset(szPassword, 'x', iPwdSize);",
        is_caught: |error| matches!(error, ExitError::Unterminated),
        ..QUIET
    },
    Case {
        what: "frees foreign memory",
        before: "free((void *)szPassword);",
        is_caught: |error| crashed(error, Entry::Before),
        ..QUIET
    },
    Case {
        what: "calls exit",
        before: "exit(0);",
        is_caught: |error| {
            matches!(
                error,
                ExitError::Ended {
                    entry: Entry::Before,
                    status: 0
                }
            )
        },
        ..QUIET
    },
    Case {
        what: "forks",
        before: "fork();",
        is_caught: forbidden,
        ..QUIET
    },
    Case {
        what: "allocates 4 GiB and writes to them",
        before: "char *much = malloc(4UL << 30); for (unsigned long at = 0; at < 4UL << 30; at += 4096) ((volatile char *)much)[at] = 1;",
        is_caught: |error| crashed(error, Entry::Before),
        ..QUIET
    },
    Case {
        what: "opens a socket",
        before: "socket(AF_INET, SOCK_STREAM, 0);",
        is_caught: forbidden,
        ..QUIET
    },
    Case {
        what: "speaks in its process's name",
        before: "for (int at = 3; at < 64; at++) write(at, \"\\377\\377\\377\\377\", 4);",
        is_caught: |error| {
            matches!(
                error,
                ExitError::Garbled {
                    entry: Entry::Before,
                    ..
                }
            )
        },
        ..QUIET
    },
];

fn crashed(error: &ExitError, wanted: Entry) -> bool {
    matches!(error, ExitError::Crashed { entry, .. } if *entry == wanted)
}

fn forbidden(error: &ExitError) -> bool {
    matches!(error, ExitError::Forbidden { entry: Entry::Before })
}
