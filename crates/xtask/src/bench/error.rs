use std::path::PathBuf;

use countersign_tests::LabError;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};

/// Why a benchmark could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The laboratory failed; its message says what to do.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A bus refused or vanished.
    #[error("the accessibility bus failed: {0}")]
    Bus(#[from] zbus::Error),
    /// A step of the measurement itself failed.
    #[error("{what} failed: {why}")]
    Step {
        /// Which.
        what: &'static str,
        /// What the system said.
        why: String,
    },
    /// A store did not do what was asked of it, or gave a wrong answer.
    #[error("{who}: {why}")]
    Wrong {
        /// Whose store.
        who: &'static str,
        /// What happened.
        why: String,
    },
    /// Figures of a disk are wanted, and there is none.
    #[error("{folder} is in memory; set TMPDIR to a folder on a disk", folder = folder.display())]
    NoDisk {
        /// Where a disk was looked for.
        folder: PathBuf,
    },
    /// `--only` names what another benchmark has.
    #[error("this benchmark has no {name}; it has {known}")]
    NoSuch {
        /// What was named.
        name: String,
        /// What there is.
        known: String,
    },
    /// The X server refused or vanished.
    #[error("the X server failed: {0}")]
    Display(String),
    /// A contestant could not be made ready: its log is in the session's folder (keep it with COUNTERSIGN_LAB_KEEP=1).
    #[error("{who} could not be made ready: {why}; look into its log with COUNTERSIGN_LAB_KEEP=1")]
    NotReady {
        /// Which one.
        who: &'static str,
        /// What happened.
        why: String,
    },
}

macro_rules! display_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for BenchError {
            fn from(error: $error) -> Self {
                Self::Display(error.to_string())
            }
        })*
    };
}

display_errors!(ConnectError, ConnectionError, ReplyError, ReplyOrIdError);
