//! The benchmarks' clock: the one place here that reads time and rests.

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
    // Years that begin in March put the leap day last; eras of 400 years all have the same length.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
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
