use crate::pins::Sha256;
use crate::sentence::Sentence;
use countersign_secret::PasswordError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Where an exit was when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Being loaded, before any function of the interface.
    Load,
    /// `ssod_Exit_Pwd_Init`, `ssod_Exit_Auto_Init`.
    Init,
    /// `ssod_Exit_PreSetPwd`.
    Before,
    /// `ssod_Exit_PostSetPwd`.
    After,
    /// `ssod_Exit_PwdAutoGen`.
    Generate,
    /// `ssod_Exit_Pwd_Term`, `ssod_Exit_Auto_Term`.
    Term,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "while it was loaded",
            Self::Init => "in its Init",
            Self::Before => "in PreSetPwd",
            Self::After => "in PostSetPwd",
            Self::Generate => "in PwdAutoGen",
            Self::Term => "in its Term",
        })
    }
}

/// What became of an exit instead of a good answer.
///
/// From [`ChangeExit::before`](crate::ChangeExit::before) each of them means: the password stays as it is. From
/// [`Accepted::updated`](crate::Accepted::updated) the password is changed already, and this is to be reported.
#[derive(Debug, thiserror::Error)]
pub enum ExitError {
    /// It says no. Show the sentence to the user.
    #[error("the exit rejected the password (code {code}); choose another one")]
    Rejected {
        /// What it returned.
        code: u64,
        /// Why, in its words.
        said: Option<Sentence>,
    },
    /// It could not do its work, by its own account.
    #[error("the exit reported an error {entry} (code {code}); ask whoever wrote it what that means")]
    Failed {
        /// Where.
        entry: Entry,
        /// What it returned.
        code: u64,
        /// Why, in its words.
        said: Option<Sentence>,
    },
    /// The name in the settings is a path, or empty.
    #[error("`{0}` is no name of a file in the exits folder; give the name alone, without a folder")]
    Name(String),
    /// The file cannot be read.
    #[error("the exit {} cannot be read: {source}; put it there, or change the settings for exits", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not on the list of pinned hashes.
    #[error(
        "the exit {} has the SHA-256 {found}, which is not pinned; if it is the file you mean, add that hash to the pinned hashes, else find out who changed it",
        path.display()
    )]
    NotPinned {
        /// The file.
        path: PathBuf,
        /// Its hash.
        found: Sha256,
    },
    /// The exit's process cannot be confined here.
    #[error(
        "the exit is not loaded, because it cannot be confined: {0}; allow it to run less confined, or use a kernel with Landlock and seccomp"
    )]
    NotConfined(String),
    /// The process for it cannot be started.
    #[error("the process for exits cannot be started: {0}; install Countersign again, or free memory")]
    NotStarted(io::Error),
    /// It is no library or program for this machine.
    #[error("the exit cannot be loaded: {0}; build it for this system")]
    Unloadable(String),
    /// It has not all functions.
    #[error("the exit has no function `{0}`; export it as docs/exits/ssod_exits.h declares it")]
    Lacks(String),
    /// It is written for another version of the interface.
    #[error(
        "the exit is written for version {found} of the interface, and this is version {}; build it with docs/exits/ssod_exits.h",
        crate::protocol::VERSION
    )]
    Version {
        /// What it asks for.
        found: u64,
    },
    /// A signal ended it: bad memory, `abort`.
    #[error("the exit crashed {entry} (signal {signal}); nothing of it was used. Whoever wrote it has to repair it")]
    Crashed {
        /// Where.
        entry: Entry,
        /// The signal's number.
        signal: i32,
    },
    /// It ended its process.
    #[error(
        "the exit ended its process {entry} (status {status}) instead of returning. Whoever wrote it has to repair it"
    )]
    Ended {
        /// Where.
        entry: Entry,
        /// With what.
        status: i32,
    },
    /// It did not return in time.
    #[error("the exit did not return within {} s {entry} and was ended; make it faster, or take it out of the settings", limit.as_secs_f32())]
    Late {
        /// Where.
        entry: Entry,
        /// How long it had.
        limit: Duration,
    },
    /// It tried what no exit may.
    #[error(
        "the exit was ended {entry}: it tried to start a process, open a connection, write a file, or reach into another process, which exits may not"
    )]
    Forbidden {
        /// Where.
        entry: Entry,
    },
    /// It wrote behind its buffer.
    #[error(
        "the exit wrote past the end of szPassword {entry} and was ended; it must write iPwdSize bytes at most, with the NUL"
    )]
    Overrun {
        /// Where.
        entry: Entry,
    },
    /// It wrote before its buffer.
    #[error("the exit wrote before the start of szPassword {entry} and was ended. Whoever wrote it has to repair it")]
    Underrun {
        /// Where.
        entry: Entry,
    },
    /// There is no NUL in szPassword.
    #[error("the exit made a password without a NUL within iPwdSize; nothing of it was used")]
    Unterminated,
    /// What it made is no password.
    #[error("the exit made no usable password: {0}")]
    NotAPassword(#[from] PasswordError),
    /// It returned zero and made nothing.
    #[error("the exit returned zero and made no password. Whoever wrote it has to repair it")]
    NoPassword,
    /// It does not keep to the protocol.
    #[error("the exit answered {entry} with something that cannot be read: {why}; see docs/exits/README.md")]
    Garbled {
        /// Where.
        entry: Entry,
        /// What is wrong.
        why: String,
    },
    /// A name or the password cannot be handed to an exit.
    #[error("the {what} cannot be handed to an exit: {why}")]
    Unsayable {
        /// Which of them.
        what: &'static str,
        /// Why not.
        why: &'static str,
    },
}
