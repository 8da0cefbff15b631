use crate::standing::Page;

/// Something the user should hear. Applications are named as their templates have them; of logons nothing is told, neither their names nor
/// what is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// An application was filled for the first time.
    Filled {
        /// Which.
        application: String,
    },
    /// One was not.
    NotFilled {
        /// Which, if it is known.
        application: Option<String>,
        /// Why.
        cause: Cause,
    },
    /// A password has to be changed.
    PasswordDue {
        /// Of which application.
        application: String,
        /// In so many days; 0: it has expired.
        days: u64,
    },
    /// The repository has not been in step with this machine for a while.
    SyncFailing {
        /// For so many hours.
        hours: u64,
    },
    /// A window was to be shown, and the program that does is not installed.
    NoWindows,
    /// It is, and ended with an error.
    WindowsFailed,
}

/// What news are about: each is replaced by the next of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Something was filled.
    Success,
    /// Something was not.
    Failure,
    /// Passwords that have to be changed.
    Password,
    /// The repository.
    Sync,
    /// The windows.
    Windows,
}

/// Why an application was not filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The application refused the logon.
    LogonRefused,
    /// It was filled so often in a short time that something is wrong.
    TooOften,
    /// The program is not the one the logon was saved for.
    OtherProgram,
    /// The application refused a new password.
    ChangeRefused,
    /// Which of two passwords counts is not known.
    PasswordUnsure,
    /// The password has expired.
    PasswordExpired,
    /// The user has to type his password first.
    NeedsPassword,
    /// Several templates know the window, and none comes before the others.
    Tied,
    /// No logon form of a known application is there.
    NoForm,
    /// No logon is stored for it.
    NoLogon,
    /// Something else; it is written down.
    Other,
    /// A sentence of the agent's own.
    Said(String),
}

impl News {
    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match self {
            Self::Filled { .. } => Topic::Success,
            Self::NotFilled { .. } => Topic::Failure,
            Self::PasswordDue { .. } => Topic::Password,
            Self::SyncFailing { .. } => Topic::Sync,
            Self::NoWindows | Self::WindowsFailed => Topic::Windows,
        }
    }
}

impl Topic {
    /// The page where more is told.
    pub(crate) fn page(self) -> Option<Page> {
        match self {
            Self::Success => Some(Page::Logons),
            Self::Failure => Some(Page::Why),
            Self::Password => Some(Page::Password),
            Self::Sync => Some(Page::Sync),
            Self::Windows => None,
        }
    }
}
