//! Wrong passwords are slowed down, never locked out for good.

use countersign_model::Monotonic;
use std::time::Duration;

/// Tries that cost nothing but the key derivation itself.
const FREE: u32 = 3;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);

/// Counts wrong secrets and says how long to wait: 1, 2, 4 … 60 seconds after the third.
#[derive(Debug, Default)]
pub struct Throttle {
    wrong: u32,
    until: Option<Monotonic>,
}

impl Throttle {
    /// How long to wait before the next try, if at all.
    #[must_use]
    pub fn wait(&self, now: Monotonic) -> Option<Duration> {
        self.until.filter(|until| *until > now).map(|until| until.since(now))
    }

    /// A try was wrong.
    pub fn wrong(&mut self, now: Monotonic) {
        self.wrong = self.wrong.saturating_add(1);
        if let Some(over) = self.wrong.checked_sub(FREE) {
            let wait = Duration::from_secs(1 << over.min(6)).min(LONGEST);
            self.until = Some(now.after(wait));
        }
    }

    /// A try was right.
    pub fn right(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_and_never_stops() {
        let mut throttle = Throttle::default();
        let mut now = Monotonic(0);
        let mut waits = Vec::new();
        for _ in 0..12 {
            throttle.wrong(now);
            let wait = throttle.wait(now).unwrap_or_default();
            waits.push(wait.as_secs());
            now = now.after(wait);
            assert_eq!(throttle.wait(now), None);
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        throttle.right();
        throttle.wrong(now);
        assert_eq!(throttle.wait(now), None);
    }

    #[test]
    fn a_thousand_wrong_ones_are_slowed_and_the_right_one_opens_when_its_wait_is_over() {
        let mut throttle = Throttle::default();
        let (mut now, mut before, mut total) = (Monotonic(0), Duration::ZERO, Duration::ZERO);
        for nth in 1..=1000 {
            assert_eq!(throttle.wait(now), None, "try {nth} is taken");
            throttle.wrong(now);
            let wait = throttle.wait(now).unwrap_or_default();
            assert!(wait >= before && wait <= LONGEST, "{nth}: {wait:?} after {before:?}");
            // All of it has to be waited for, and not a moment more.
            if wait > Duration::ZERO {
                let almost = now.after(wait.saturating_sub(Duration::from_millis(1)));
                assert!(throttle.wait(almost).is_some(), "{nth}");
            }
            now = now.after(wait);
            (before, total) = (wait, total.saturating_add(wait));
        }
        assert_eq!(before, LONGEST);
        // 992 waits of the longest after 1, 2, 4 … 32 seconds: sixteen and a half hours for a thousand guesses.
        assert_eq!(total, Duration::from_secs(63 + 992 * 60));
        assert_eq!(throttle.wait(now), None);
        throttle.right();
        for free in 1..FREE {
            throttle.wrong(now);
            assert_eq!(throttle.wait(now), None, "{free} after a right one");
        }
    }

    #[test]
    fn so_many_wrong_ones_that_counting_ends_are_held_back_as_long_and_no_longer() {
        let mut throttle = Throttle {
            wrong: u32::MAX - 1,
            until: None,
        };
        for _ in 0..3 {
            throttle.wrong(Monotonic(5));
            assert_eq!(throttle.wait(Monotonic(5)), Some(LONGEST));
        }
    }
}
