use std::io;
use std::path::PathBuf;

/// Why the laboratory could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A program is missing: install its package (`cargo xtask test` and `demo` do it on Debian and Ubuntu).
    #[error("cannot start {program}: {source}; `cargo xtask test` installs the packages the laboratory needs")]
    Start {
        /// What was started.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something did not get ready in time: read the log named here.
    #[error("{what} did not happen within {seconds} s{hint}")]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// Where to look, or empty.
        hint: String,
    },
    /// A program ended where it should have stayed.
    #[error("{program} ended early ({status}); its log is {log}")]
    Ended {
        /// Which program.
        program: String,
        /// How it ended.
        status: String,
        /// What it wrote.
        log: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// read, write, make…
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The X server refused or vanished.
    #[error("the X server on {display} does not answer: {reason}")]
    Display {
        /// Which display.
        display: String,
        /// What it said.
        reason: String,
    },
    /// A bus refused or vanished.
    #[error("the accessibility bus does not answer: {0}")]
    Bus(#[from] zbus::Error),
    /// A call on the bus took too long: the application is stopped or dead.
    #[error("the accessibility bus did not answer in time; the application is stopped or dead")]
    BusSilent,
    /// The caller runs outside the laboratory's mount namespace, where the accounts are.
    #[error(
        "{0} needs the laboratory's own accounts: run through `cargo xtask test` or `cargo xtask enter -- COMMAND`"
    )]
    NoAccounts(&'static str),
    /// A directory refused: the code is LDAP's own (50: no access, 49: wrong password, 32: no such entry).
    #[error("{program} was refused with result {code}: {message}")]
    Ldap {
        /// Which tool.
        program: String,
        /// LDAP's result code.
        code: i32,
        /// What it said.
        message: String,
    },
    /// A tool answered with a failure.
    #[error("{program} failed: {message}")]
    Tool {
        /// Which tool.
        program: String,
        /// What it said.
        message: String,
    },
}

/// The laboratory's result.
pub type Result<T> = std::result::Result<T, LabError>;
