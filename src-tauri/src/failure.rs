//! Why something was not done, as pages are told.

use countersign_wire::{ClientError, ErrorCode, ErrorReply, PlaceError};
use serde::Serialize;

/// A failure: its kind, what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    code: Code,
    message: String,
    next: Option<String>,
    retry_after_ms: Option<u64>,
}

/// The kind: the agent's, or one of the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Code {
    Agent(ErrorCode),
    Way(Way),
}

/// What is wrong on the way to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// No agent runs.
    NotRunning,
    /// It is of another version.
    OtherVersion,
    /// The connection failed.
    Connection,
    /// The page asked for something it may not, or cannot be asked for.
    Page,
}

impl Failure {
    pub(crate) fn on_the_way(way: Way, message: impl ToString, next: &str) -> Self {
        Self {
            code: Code::Way(way),
            message: message.to_string(),
            next: Some(next.to_owned()),
            retry_after_ms: None,
        }
    }
}

impl From<ErrorReply> for Failure {
    fn from(error: ErrorReply) -> Self {
        Self {
            code: match error.code {
                ErrorCode::Protocol => Code::Way(Way::OtherVersion),
                code => Code::Agent(code),
            },
            message: error.message,
            next: error.next,
            retry_after_ms: error.retry_after_ms,
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Failed(error) => error.into(),
            ClientError::NotRunning(_) => Self::on_the_way(Way::NotRunning, error, "start it"),
            ClientError::Answer => Self::on_the_way(
                Way::OtherVersion,
                error,
                "restart the agent, so that both are of one version",
            ),
            ClientError::Folder(_) | ClientError::Peer(_) | ClientError::Frame(_) => Self::on_the_way(
                Way::Connection,
                error,
                "try again; `countersign doctor` looks for the cause",
            ),
        }
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        Self::on_the_way(Way::NotRunning, error, "log on to a desktop session")
    }
}
