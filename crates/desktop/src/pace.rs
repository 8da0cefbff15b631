//! The one place of the desktop that reads the steady clock or waits.

use countersign_model::Monotonic;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The steady clock (`CLOCK_MONOTONIC`) that every desktop event is stamped with. The agent's clock reads it too, so that both compare.
#[must_use]
pub fn steady() -> Monotonic {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let micros = u64::try_from(now.tv_nsec).unwrap_or_default() / 1000;
    Monotonic(seconds.saturating_mul(1_000_000).saturating_add(micros))
}

/// Waits. For the few pauses that other programs need and announce with no event.
#[expect(
    clippy::disallowed_methods,
    reason = "the desktop's one pause; everything else waits for events"
)]
pub fn pause(by: Duration) {
    std::thread::sleep(by);
}

/// Asks every `step` until there is an answer or `within` is over. For questions that no event answers; never used while idle.
pub fn until<T>(within: Duration, step: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = steady().after(within);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if steady() >= deadline {
            return None;
        }
        pause(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_forward_and_a_question_ends() {
        let before = steady();
        let mut asked = 0;
        assert_eq!(
            until(Duration::from_millis(5), Duration::from_millis(1), || {
                asked += 1;
                None::<()>
            }),
            None
        );
        assert!(asked >= 2);
        assert!(steady().since(before) >= Duration::from_millis(5));
        assert_eq!(until(Duration::ZERO, Duration::ZERO, || Some(7)), Some(7));
    }
}
