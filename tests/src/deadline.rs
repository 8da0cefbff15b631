//! Waiting with an end: the one place where the laboratory reads a clock and pauses.

use std::time::{Duration, Instant};

use crate::{LabError, Result};

const PAUSE: Duration = Duration::from_millis(5);

/// A point in time until which something may take.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    end: Instant,
    allowed: Duration,
}

#[expect(clippy::disallowed_methods, reason = "the laboratory's clock")]
fn now() -> Instant {
    Instant::now()
}

/// The moment, for measuring how long something took.
#[must_use]
pub fn moment() -> Instant {
    now()
}

impl Deadline {
    /// A deadline so many seconds ahead.
    #[must_use]
    pub fn seconds(seconds: u64) -> Self {
        Self::after(Duration::from_secs(seconds))
    }

    /// A deadline so far ahead.
    #[must_use]
    pub fn after(allowed: Duration) -> Self {
        Self {
            end: now() + allowed,
            allowed,
        }
    }

    /// What is left; zero when it is over.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(now())
    }

    /// True when no time is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// A moment's rest between two looks at something that offers no event.
    #[expect(
        clippy::disallowed_methods,
        reason = "looking at files and foreign windows that offer no event, with a deadline"
    )]
    pub fn pause(&self) {
        std::thread::sleep(PAUSE.min(self.left()));
    }

    /// Looks until `look` finds something; `None` when the time is over.
    pub fn find<T>(&self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        loop {
            if let Some(found) = look() {
                return Some(found);
            }
            if self.is_over() {
                return None;
            }
            self.pause();
        }
    }

    /// Like [`Deadline::find`], with an error that says what was waited for.
    pub fn wait_for<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> Result<T> {
        self.find(look).ok_or_else(|| self.late(what, ""))
    }

    /// The error for something that came too late.
    #[must_use]
    pub fn late(&self, what: &str, hint: &str) -> LabError {
        LabError::Late {
            what: what.to_owned(),
            seconds: self.allowed.as_secs(),
            hint: hint.to_owned(),
        }
    }
}
