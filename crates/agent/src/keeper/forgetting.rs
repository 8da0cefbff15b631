//! The clock that things are forgotten by. It follows the wall clock but never jumps with it: a clock that is a year ahead for a while
//! makes nothing older than it is.

use super::Keeper;
use super::aside::kept_since;
use countersign_model::port::{Clock, RecordStore};
use countersign_model::{Change, StoreKey, StoreKind, Timestamp};

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;
/// The most it goes on from one look to the next.
const STEP: u64 = 7 * DAY;
/// How far behind a device begins: the first clock it sees may be the wrong one.
const BEHIND: u64 = 400 * DAY;

/// What the wall clock said at the last look, and what this one said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    wall: Timestamp,
    slow: Timestamp,
}

impl Seen {
    fn first(wall: Timestamp) -> Self {
        Self {
            wall,
            slow: Timestamp(wall.0.saturating_sub(BEHIND)),
        }
    }

    /// Twice as fast as the wall clock until it has caught up, a week at most, and never ahead of it.
    fn next(self, wall: Timestamp) -> Self {
        let passed = wall.0.saturating_sub(self.wall.0);
        let step = passed.saturating_mul(2).min(STEP);
        Self {
            wall,
            slow: Timestamp(self.slow.0.saturating_add(step).min(wall.0)),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (wall, slow) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            wall: Timestamp(u64::from_le_bytes(*wall)),
            slow: Timestamp(u64::from_le_bytes(slow.try_into().ok()?)),
        })
    }

    fn to_bytes(self) -> Vec<u8> {
        [self.wall.0.to_le_bytes(), self.slow.0.to_le_bytes()].concat()
    }
}

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"forgetting".to_vec(),
    }
}

/// Until when something has to be set aside to be removed now.
fn forgets_before(device: &dyn RecordStore, wall: Timestamp) -> Timestamp {
    let before = device.get(&key()).ok().flatten();
    let before = before.and_then(|bytes| Seen::from_bytes(&bytes));
    let seen = before.map_or_else(|| Seen::first(wall), |before| before.next(wall));
    // Looks in quick succession count as one, and are not worth writing.
    if before.is_none_or(|before| before.wall.0.abs_diff(wall.0) >= HOUR)
        && let Err(error) = device.commit(&[Change::Put(key(), seen.to_bytes())])
    {
        tracing::debug!("{error}");
        // What cannot be remembered must not go on with every look.
        return Timestamp(0);
    }
    kept_since(seen.slow)
}

impl Keeper {
    /// Until when a vault has to be set aside to be removed now: 90 days ago by a clock that does not jump.
    pub(crate) fn forgets_before(&self) -> Timestamp {
        forgets_before(&*self.device, self.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn days(count: u64) -> Timestamp {
        Timestamp(NOW.0 + count * DAY)
    }

    /// After a year of daily use it has caught up.
    fn settled() -> Seen {
        (1..=400).fold(Seen::first(NOW), |seen, day| seen.next(days(day)))
    }

    #[test]
    fn it_catches_up_and_then_goes_with_the_wall_clock() {
        assert_eq!(Seen::first(NOW).slow, Timestamp(NOW.0 - 400 * DAY));
        let seen = settled();
        assert_eq!(seen.slow, days(400));
        assert_eq!(seen.next(days(401)).slow, days(401));
        assert_eq!(Seen::from_bytes(&seen.to_bytes()), Some(seen));
        assert_eq!(Seen::from_bytes(b"short"), None);
    }

    #[test]
    fn a_clock_a_year_ahead_or_back_makes_nothing_old() {
        let seen = settled();
        // Ahead for a day, looked at every hour, then right again.
        let ahead = (0..24).fold(seen, |seen, hour| seen.next(Timestamp(days(765).0 + hour * HOUR)));
        assert!(ahead.slow < days(410), "{ahead:?}");
        let right = ahead.next(days(401));
        assert_eq!(right.slow, days(401));
        // Back, and right again: it is a week late at most and catches up.
        let back = seen.next(days(35));
        assert_eq!(back.slow, days(35));
        let right = back.next(days(401));
        assert!(right.slow <= days(42), "{right:?}");
    }
}
