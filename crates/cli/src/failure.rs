use crate::terminal::PromptError;
use countersign_agent::UnreadList;
use countersign_import::ImportError;
use countersign_secret::HardenError;
use countersign_wire::{ClientError, ErrorCode, PlaceError};
use std::io;
use std::path::PathBuf;

/// Why a command was not done. Each has an exit code and, where there is one, a next step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Harden(#[from] HardenError),
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The agent answered something that does not belong to the request.
    #[error("the agent gave an answer to something else; restart it")]
    OtherAnswer,
    /// The arguments make no sense together with what is there.
    #[error("{message}")]
    Usage { message: String, next: String },
    /// Many objects would be deleted.
    #[error("so many deletions have to be confirmed; nothing was changed")]
    Unconfirmed { next: String },
    /// A file cannot be written.
    #[error("{place} cannot be written: {why}", place = place.display())]
    Unwritten { place: PathBuf, why: io::Error },
    /// Nothing there has that name.
    #[error("{message}")]
    NoSuch { message: String, next: String },
    /// There is no vault yet.
    #[error("there is no vault for you on this machine yet")]
    NotEnrolled,
    #[error("{place} cannot be read: {why}", place = place.display())]
    File { place: PathBuf, why: io::Error },
    /// A list that a password policy names.
    #[error(transparent)]
    List(#[from] UnreadList),
    /// A password policy that cannot be used, or by which no password was made.
    #[error("{message}")]
    Policy { message: String, next: String },
    /// A file of another password manager that is not taken.
    #[error("{}: {error}", place.display())]
    Import { place: PathBuf, error: ImportError },
    #[error("cannot write: {0}")]
    Output(io::Error),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Client(ClientError::Failed(error)) => error.code.exit_code(),
            Self::Usage { .. } => 2,
            Self::NotEnrolled => ErrorCode::NotEnrolled.exit_code(),
            Self::Unconfirmed { .. } => ErrorCode::Refused.exit_code(),
            Self::NoSuch { .. } => ErrorCode::NoMatch.exit_code(),
            Self::Import { error, .. } => match error {
                ImportError::WrongKey => ErrorCode::WrongSecret.exit_code(),
                ImportError::NeedsKey(_) => 2,
                _ => 1,
            },
            _ => 1,
        }
    }

    /// What to do next, where the message does not say it.
    pub(crate) fn next(&self) -> Option<String> {
        match self {
            Self::Client(ClientError::NotRunning(_)) => Some(
                "start it with `systemctl --user start countersign`, or `countersign-agent &` where there is no systemd"
                    .to_owned(),
            ),
            Self::Client(ClientError::Failed(error)) => error.next.clone(),
            Self::Usage { next, .. }
            | Self::NoSuch { next, .. }
            | Self::Policy { next, .. }
            | Self::Unconfirmed { next } => Some(next.clone()),
            Self::Import { error, .. } => Some(error.next().to_owned()),
            Self::NotEnrolled => Some("make one with `countersign enroll`".to_owned()),
            _ => None,
        }
    }

    /// The kind of failure, for JSON.
    pub(crate) fn code(&self) -> serde_json::Value {
        match self {
            Self::Client(ClientError::Failed(error)) => serde_json::json!(error.code),
            Self::Client(ClientError::NotRunning(_)) => "not-running".into(),
            Self::Usage { .. } => "bad-request".into(),
            Self::NotEnrolled => "not-enrolled".into(),
            Self::NoSuch { .. } => "no-match".into(),
            Self::Import {
                error: ImportError::WrongKey,
                ..
            } => serde_json::json!(ErrorCode::WrongSecret),
            _ => "failed".into(),
        }
    }
}
