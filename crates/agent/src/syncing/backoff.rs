//! When a repository that does not answer is asked again.

use countersign_model::Monotonic;
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);

/// Waits longer after each attempt in vain: 5, 10, 20 … 300 seconds. While the repository answers, nothing is due.
#[derive(Debug, Default)]
pub(crate) struct BackOff {
    vain: u32,
    due: Option<Monotonic>,
}

impl BackOff {
    /// It did not answer. Returns when to ask again.
    pub(crate) fn failed(&mut self, now: Monotonic) -> Monotonic {
        let wait = FIRST.saturating_mul(1 << self.vain.min(6)).min(LONGEST);
        self.vain = self.vain.saturating_add(1);
        let due = now.after(wait);
        self.due = Some(due);
        due
    }

    /// It answered.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// When it is time.
    pub(crate) fn due(&self) -> Option<Monotonic> {
        self.due
    }

    /// Whether it is time to ask again; true once.
    pub(crate) fn is_due(&mut self, now: Monotonic) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            self.due = None;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_each_time_and_forgets_when_there_is_an_answer() {
        let mut back_off = BackOff::default();
        let mut now = Monotonic(0);
        assert!(!back_off.is_due(now));
        let mut waits = Vec::new();
        for _ in 0..8 {
            let due = back_off.failed(now);
            waits.push(due.since(now).as_secs());
            assert!(!back_off.is_due(now));
            now = due;
            assert!(back_off.is_due(now));
            assert!(!back_off.is_due(now));
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
        back_off.answered();
        assert_eq!(back_off.failed(now).since(now).as_secs(), 5);
    }
}
