//! The benchmarks' clock: the one place here that reads time and rests.

use countersign_model::{Civil, Timestamp};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, on the steady clock.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn now() -> Instant {
    Instant::now()
}

/// A rest of a given length: the thief's pace, and the time a person gives a window to settle.
#[expect(clippy::disallowed_methods, reason = "the pace is what is being measured against")]
pub fn rest(length: Duration) {
    std::thread::sleep(length);
}

/// Today, as `2026-11-21`, in UTC.
pub fn today() -> String {
    date(since_1970().as_secs() / 86_400)
}

/// The time since 1970-01-01 UTC.
#[expect(clippy::disallowed_methods, reason = "what is signed has a date")]
pub fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The civil date of a day counted from 1970-01-01.
fn date(day: u64) -> String {
    let Civil { year, month, day, .. } = Civil::of(Timestamp(day.saturating_mul(86_400_000)));
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_778), "2026-11-21");
    }
}
