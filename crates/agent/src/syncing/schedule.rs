//! When the directory is asked without anybody asking for it.

use countersign_model::Monotonic;
use std::time::Duration;

/// The next routine look.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    due: Option<Monotonic>,
}

impl Schedule {
    /// An exchange has ended, or the setting is another one: the next look is due an interval later, moved by up to a fifth so that a
    /// building full of machines does not ask at once. `chance` is any number. None is due when the interval is zero.
    pub(crate) fn after(&mut self, now: Monotonic, every: Duration, chance: u32) -> Option<Monotonic> {
        self.due = (!every.is_zero()).then(|| {
            let fifth = every / 5;
            let moved = fifth.mul_f64(2.0 * f64::from(chance) / f64::from(u32::MAX));
            now.after(every - fifth + moved)
        });
        self.due
    }

    /// When it is time.
    pub(crate) fn due(&self) -> Option<Monotonic> {
        self.due
    }

    /// Whether it is time; true once.
    pub(crate) fn is_due(&mut self, now: Monotonic) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_an_interval_apart_give_or_take_a_fifth() {
        let hour = Duration::from_secs(3600);
        let mut schedule = Schedule::default();
        let due = |schedule: &mut Schedule, chance| schedule.after(Monotonic(0), hour, chance).unwrap();
        assert_eq!(due(&mut schedule, 0).since(Monotonic(0)).as_secs(), 2880);
        assert_eq!(due(&mut schedule, u32::MAX).since(Monotonic(0)).as_secs(), 4320);
        let at = due(&mut schedule, u32::MAX / 2);
        assert!(!schedule.is_due(Monotonic(0)) && schedule.is_due(at) && !schedule.is_due(at));
        assert_eq!(schedule.after(at, Duration::ZERO, 7), None);
    }
}
