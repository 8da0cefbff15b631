use crate::entry::Place;
use crate::limits::{LONGEST_FILE, MOST_ENTRIES};

/// Why a file was not read. Nothing of it was taken over; [`ImportError::next`] says what to do.
///
/// No message repeats anything of the file but titles of entries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Longer than [`LONGEST_FILE`].
    #[error("the file is larger than {} MiB", LONGEST_FILE >> 20)]
    LargeFile,
    /// More entries than [`MOST_ENTRIES`].
    #[error("{0}: the file has more than {MOST_ENTRIES} entries")]
    TooMany(Place),
    /// A text that is too long for what it is.
    #[error("{0}: {1} is too long")]
    TooLong(Place, &'static str),
    /// UTF-16, by its byte order mark.
    #[error("the file is written in UTF-16")]
    Wide,
    /// A byte that UTF-8 does not have, on this line.
    #[error("line {0} is not UTF-8 text; the file may be written in Latin-1 or another old encoding")]
    NotText(u64),
    /// No format that is known.
    #[error("this is no file of a format that is known")]
    Unknown,
    /// Of the format it is said to be it is not.
    #[error("this is no file of {0}")]
    OtherFormat(&'static str),
    /// The first line does not name the columns that are needed. What it says is not repeated: it may be an entry.
    #[error("line {line}: {what}")]
    Header {
        /// The line.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// Something is wrong with the writing.
    #[error("line {line}: {what}")]
    Broken {
        /// The line.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The file ends where more was expected.
    #[error("line {line}: {what}; the file was cut off")]
    Cut {
        /// Where what has no end begins, or else the last line.
        line: u64,
        /// What has no end.
        what: &'static str,
    },
    /// An entry that cannot be read.
    #[error("{place}: {what}")]
    Entry {
        /// Which.
        place: Place,
        /// What is wrong.
        what: &'static str,
    },
    /// Sealed in a way that only its own program opens.
    #[error("{what}")]
    Closed {
        /// In which way.
        what: &'static str,
        /// What to do.
        next: &'static str,
    },
    /// A password or a key file is needed.
    #[error("the file is sealed, and needs its {0}")]
    NeedsKey(&'static str),
    /// The password or the key file is another one, or the file is damaged.
    #[error("the password or the key file does not open it")]
    WrongKey,
    /// Opening it would take more time or memory than is given.
    #[error("its key derivation asks for {0}")]
    Costly(String),
    /// A sealed file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
}

impl ImportError {
    /// What to do next.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::Empty | Self::Cut { .. } | Self::Damaged(_) => {
                "nothing was imported; export it again, and look whether the disk was full"
            }
            Self::LargeFile | Self::TooMany(_) => "nothing was imported; export it in parts, by folder for example",
            Self::TooLong(..) => "nothing was imported; shorten it in the program that wrote the file, or take it out",
            Self::Wide | Self::NotText(_) => {
                "nothing was imported; save the file as UTF-8, in an editor or a spreadsheet"
            }
            Self::Unknown => {
                "export as CSV (Chrome, Edge, Firefox, KeePassXC), as JSON (Bitwarden) or as KDBX 4; `--format` says which it is"
            }
            Self::OtherFormat(_) => "leave `--format` out to have it recognised",
            Self::Header { .. } => {
                "the first line has to name the columns; say what is what with `--map COLUMN=FIELD`, for example `--map Login=username --map Secret=password`"
            }
            Self::Broken { .. } => "nothing was imported; export it again, or mend that line",
            Self::Entry { .. } => {
                "nothing was imported; change that entry in the program that wrote the file, and export again"
            }
            Self::Closed { next, .. } => next,
            Self::NeedsKey(_) => "give it: you are asked for the password, `--key-file FILE` names the key file",
            Self::WrongKey => "try again; if it opens in its own program, export it anew from there",
            Self::Costly(_) => {
                "choose a lesser one in the program's settings of that file, and save it under another name"
            }
        }
    }
}
