use serde::{Deserialize, Serialize};

/// What kind of failure a reply tells of. Each has its exit code on the command line.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// It did not work.
    Failed,
    /// The agent has too much to do: try again.
    Busy,
    /// Client and agent do not speak the same protocol: one of them is older.
    Protocol,
    /// The request makes no sense as it is: an unknown field, a template that is not there.
    BadRequest,
    /// The vault is locked.
    Locked,
    /// There is no vault on this machine yet.
    NotEnrolled,
    /// There is one already.
    AlreadyEnrolled,
    /// A wrong password or passphrase answer.
    WrongSecret,
    /// Too soon after a wrong one.
    TooSoon,
    /// No window, logon or form is there that fits.
    NoMatch,
    /// The repository or directory cannot be reached.
    Unreachable,
    /// Policy or a guard forbids it.
    Refused,
    /// Stored data are not what was written.
    Integrity,
}

impl ErrorCode {
    /// The exit code of the command line.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed | Self::Busy | Self::Protocol | Self::AlreadyEnrolled => 1,
            Self::BadRequest => 2,
            Self::Locked | Self::NotEnrolled | Self::WrongSecret | Self::TooSoon => 4,
            Self::NoMatch => 5,
            Self::Unreachable => 6,
            Self::Refused => 7,
            Self::Integrity => 8,
        }
    }
}

/// A failure: what happened and what to do next.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ErrorReply {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do next, in a sentence.
    pub next: Option<String>,
    /// With [`ErrorCode::TooSoon`] and [`ErrorCode::WrongSecret`]: no attempt is taken before so many milliseconds have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ErrorReply {
    /// A failure with a sentence.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            next: None,
            retry_after_ms: None,
        }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The same with the time until an attempt is taken again, rounded up: who waits so long is not too soon.
    #[must_use]
    pub fn retry_after(mut self, time: std::time::Duration) -> Self {
        self.retry_after_ms = u64::try_from(time.as_micros().div_ceil(1_000)).ok();
        self
    }
}
