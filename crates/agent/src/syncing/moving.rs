//! The machine has come to another network: the directory may be reached now.

use super::Scope;
use crate::engine::Engine;
use countersign_model::Monotonic;
use std::time::Duration;

/// How long addresses are gathered: a network brings several, and names are resolved a moment after the last.
const SETTLES: Duration = Duration::from_secs(2);

impl Engine {
    /// Looks at the directory in a moment, if the settings want that.
    pub(crate) fn address_acquired(&mut self) {
        if self.configuration.settings().switch("sync.on_address_change") {
            let due = self.clock.both().steady.after(SETTLES);
            self.syncing.moved = Some(due);
            self.wake_at(due);
        }
    }

    /// Looks at the directory if an address came a moment ago.
    pub(crate) fn look_after_moving(&mut self) {
        let now = self.clock.both().steady;
        let is_due = |due: &mut Monotonic| *due <= now;
        if self.syncing.moved.take_if(is_due).is_some() {
            tracing::info!("the machine has a new address: the repository is asked for what is new");
            self.exchange(Scope::Everything);
        }
    }
}
