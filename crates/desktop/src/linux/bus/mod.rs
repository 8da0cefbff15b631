//! Message buses: connecting to them without blocking, and calls with a time limit each.

mod bell;
mod socket;

pub(crate) use bell::Bell;
pub(crate) use socket::{dial, open, reach};

use async_io::Timer;
use futures_lite::future;
use std::time::Duration;
use zbus::Error;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// No answer in time.
    #[error("no answer within the time allowed")]
    Silent,
    /// The other side is not there any more.
    #[error("the other side left the bus")]
    Gone,
    /// It has no such object, interface or method.
    #[error("it offers no such thing ({0})")]
    Absent(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        let Error::MethodError(name, text, _) = &error else {
            return match error {
                Error::InputOutput(_) => Self::Gone,
                other => Self::Failed(other.to_string()),
            };
        };
        let name = name.as_str();
        match name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or(name) {
            "ServiceUnknown" | "NameHasNoOwner" | "NoReply" | "Disconnected" => Self::Gone,
            "UnknownObject" | "UnknownInterface" | "UnknownMethod" | "UnknownProperty" | "InvalidArgs"
            | "NotSupported" => Self::Absent(name.to_owned()),
            _ => Self::Failed(text.clone().unwrap_or_else(|| name.to_owned())),
        }
    }
}

/// Ends `work` after `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    future::or(work, async {
        Timer::after(limit).await;
        Err(CallError::Silent)
    })
    .await
}
