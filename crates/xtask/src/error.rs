use std::io;
use std::path::PathBuf;

use countersign_tests::LabError;

/// Why a developer command stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// Which.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A step ended with an error of its own, which it has already told.
    #[error("{0} failed; what it says is above")]
    Step(String),
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// read, write…
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Packages are missing and this is not a system whose packages we know.
    #[error("please install these first (names are Debian's): {0}")]
    Packages(String),
    /// Root is needed once, for the mount namespace.
    #[error("the laboratory needs root once, for a mount namespace of its own: run this as root, or allow sudo")]
    NeedsRoot,
    /// The laboratory failed.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The pages of the windows cannot be built.
    #[error(
        "the windows' pages are built with Node.js {wanted} or later and its npm; found: {found}. Install it from nodejs.org or your distribution's backports, then run this again"
    )]
    Node {
        /// The version that is there.
        found: String,
        /// The oldest that will do.
        wanted: u32,
    },
    /// Something the agent or the command line answered was not understood.
    #[error("{what} was not as agreed: {found}")]
    Answer {
        /// Whose answer.
        what: &'static str,
        /// What came.
        found: String,
    },
}

/// The commands' result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about a file.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
