//! How long this machine may go without the directory: offline everything works, up to the days the organisation allows.

use crate::engine::Engine;
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind, Timestamp};
use countersign_signon::VaultState;
use countersign_wire::{ErrorCode, ErrorReply, LockCause};

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"reached".to_vec(),
    }
}

/// When the repository was last reached, as it is kept.
pub(super) fn last_reached(device: &dyn RecordStore) -> Option<Timestamp> {
    let bytes = device.get(&key()).ok().flatten()?;
    Some(Timestamp(u64::from_le_bytes(bytes.try_into().ok()?)))
}

/// Whether so many days have gone by; no days: there is no limit. A clock that went back does not count against anybody.
fn is_over(last: Timestamp, now: Timestamp, days: u64) -> bool {
    days > 0 && now.0.saturating_sub(last.0) >= days.saturating_mul(DAY)
}

impl Engine {
    /// The repository has answered. It is written down once an hour at most.
    pub(super) fn note_reached(&mut self, now: Timestamp) {
        let known = self.syncing.reached.map_or(0, |last| last.0);
        if now.0.abs_diff(known) < HOUR {
            return;
        }
        self.syncing.reached = Some(now);
        let change = Change::Put(key(), now.0.to_le_bytes().to_vec());
        if let Err(error) = self.keeper.device_store().commit(&[change]) {
            tracing::warn!("when the directory was reached last is not kept: {error}");
        }
    }

    /// Why the vault stays closed on a machine that has not reached the directory for too long.
    pub(crate) fn offline_too_long(&self) -> Option<ErrorReply> {
        let days = self.configuration.settings().number("offline.max_days");
        let now = self.clock.both().wall;
        let last = self.syncing.reached.filter(|last| is_over(*last, now, days))?;
        let gone = now.0.saturating_sub(last.0) / DAY;
        Some(
            ErrorReply::new(
                ErrorCode::Refused,
                format!(
                    "this machine has not reached the directory for {gone} days and your organisation allows {days}"
                ),
            )
            .next("connect to the organisation's network, run `countersign refresh`, then unlock again"),
        )
    }

    /// Locks the vault when the directory has been out of reach for too long, and sees to it that this is looked at again in time.
    pub(super) fn look_at_offline(&mut self) {
        if self.offline_too_long().is_some() && self.keeper.state() == VaultState::Unlocked {
            self.lock(LockCause::Offline);
        }
        let days = self.configuration.settings().number("offline.max_days");
        if let Some(last) = self.syncing.reached.filter(|_| days > 0) {
            let now = self.clock.both();
            let due = last
                .0
                .saturating_add(days.saturating_mul(DAY))
                .saturating_sub(now.wall.0);
            if due > 0 {
                self.wake_at(now.steady.after(std::time::Duration::from_millis(due)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_only_where_there_is_a_limit() {
        let last = Timestamp(100 * DAY);
        assert!(!is_over(last, Timestamp(500 * DAY), 0));
        assert!(!is_over(last, Timestamp(107 * DAY - 1), 7));
        assert!(is_over(last, Timestamp(107 * DAY), 7));
        assert!(!is_over(last, Timestamp(0), 7));
    }
}
