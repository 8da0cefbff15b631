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
}
