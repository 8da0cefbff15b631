use countersign_model::port::Clock;
use countersign_model::{Monotonic, Timestamp};
use countersign_signon::Now;
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clocks. The steady one is the desktop's, so that its stamps and ours compare.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the agent's one reading of the wall clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn steady(&self) -> Monotonic {
        countersign_desktop::pace::steady()
    }
}

impl SystemClock {
    /// Both clocks at once.
    #[must_use]
    pub fn both(self) -> Now {
        Now {
            steady: self.steady(),
            wall: self.now(),
        }
    }
}
