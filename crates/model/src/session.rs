//! What the user's session says of itself: that it is locked, about to sleep, left alone.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// When the vault is to be locked without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LockOn {
    /// When the session is locked or ends.
    pub session_lock: bool,
    /// Before the machine sleeps.
    pub suspend: bool,
    /// When nobody has touched keyboard or pointer for this long.
    pub idle: Option<Duration>,
}

impl LockOn {
    /// Whether nothing is wanted at all.
    #[must_use]
    pub fn is_never(self) -> bool {
        self == Self::default()
    }
}

/// What a session reports.
#[derive(Debug)]
pub enum SessionEvent {
    /// It was locked, or it has ended.
    Locked,
    /// The machine is about to sleep, and waits until the delay is dropped: some seconds at most.
    Suspending(Delay),
    /// Nobody has touched keyboard or pointer for as long as was asked for.
    Idle,
    /// The machine has a network address it did not have before.
    AddressAcquired,
}

/// Keeps the machine awake until it is dropped.
pub struct Delay(Option<Box<dyn Send>>);

impl Delay {
    /// One that lets the machine sleep when `held` is dropped.
    #[must_use]
    pub fn by(held: impl Send + 'static) -> Self {
        Self(Some(Box::new(held)))
    }

    /// None: the machine does not wait.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }
}

impl fmt::Debug for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Delay(held)" } else { "Delay(none)" })
    }
}

/// Whether and by what one of the reasons to lock is heard of.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hearing {
    /// It is switched off.
    Off,
    /// It is heard of.
    By {
        /// By what, in plain words.
        sources: Vec<String>,
        /// What is missing all the same.
        lacks: Option<String>,
    },
    /// It is switched on, and nothing tells of it.
    Missing {
        /// Why.
        why: String,
        /// What to do.
        next: String,
    },
}

/// What is heard of a session.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionHearing {
    /// That it is locked.
    pub session_lock: Hearing,
    /// That the machine is about to sleep.
    pub suspend: Hearing,
    /// That it is left alone.
    pub idle: Hearing,
}
