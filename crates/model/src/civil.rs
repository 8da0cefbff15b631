use crate::Timestamp;

/// A moment in UTC as calendars have it, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year, from 1970.
    pub year: u64,
    /// The month, from 1.
    pub month: u64,
    /// The day of the month, from 1.
    pub day: u64,
    /// The hour, to 23.
    pub hour: u64,
    /// The minute, to 59.
    pub minute: u64,
    /// The second, to 59.
    pub second: u64,
}

/// Days from 0000-03-01 to 1970-01-01. Years that begin in March put the leap day last; eras of 400 years all have the same length.
const SHIFT: u64 = 719_468;
const ERA: u64 = 146_097;

impl Civil {
    /// The second a moment lies in.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        let seconds = moment.0 / 1_000;
        let shifted = seconds / 86_400 + SHIFT;
        let (era, of_era) = (shifted / ERA, shifted % ERA);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            hour: seconds / 3_600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }

    /// When the second begins; `None` when it is in no calendar since 1970, or after the year 9999. Days are not checked against
    /// their month.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        let good = (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (hour < 24 && minute < 60 && second < 60);
        if !good {
            return None;
        }
        let year = year - u64::from(month <= 2);
        let from_march = (month + 9) % 12;
        let year_of_era = year % 400;
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        let days = (year / 400 * ERA + of_era).checked_sub(SHIFT)?;
        Some(Timestamp(1_000 * (days * 86_400 + hour * 3_600 + minute * 60 + second)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_calendars_agree() {
        let told = |seconds: u64| {
            let Civil {
                year,
                month,
                day,
                hour,
                minute,
                second,
            } = Civil::of(Timestamp(seconds * 1_000));
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        };
        assert_eq!(told(0), "1970-01-01 00:00:00");
        assert_eq!(told(951_827_696), "2000-02-29 12:34:56");
        assert_eq!(told(1_795_303_651), "2026-11-21 23:27:31");
        for seconds in (0..8_000_000_000).step_by(86_399 * 7) {
            let moment = Timestamp(seconds * 1_000);
            assert_eq!(Civil::of(moment).timestamp(), Some(moment));
        }
        let civil = Civil::of(Timestamp(0));
        for bad in [
            Civil { year: 1969, ..civil },
            Civil { year: 10_000, ..civil },
            Civil { month: 0, ..civil },
            Civil { month: 13, ..civil },
            Civil { day: 32, ..civil },
            Civil { hour: 24, ..civil },
        ] {
            assert_eq!(bad.timestamp(), None);
        }
    }
}
