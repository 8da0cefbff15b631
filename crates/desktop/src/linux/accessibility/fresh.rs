//! What was read a moment ago, so that a fill right after a look need not look again.

use crate::pace::steady;
use countersign_model::{ControlToken, ControlTree, Monotonic, Role, States};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long what was read holds.
const FRESH: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Fresh(Mutex<Read>);

#[derive(Debug, Default)]
struct Read {
    at: Monotonic,
    controls: HashMap<ControlToken, (Role, States)>,
}

impl Fresh {
    /// Remembers a tree that was just read.
    pub(super) fn note(&self, tree: &ControlTree) {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = steady();
        if now.since(read.at) >= FRESH {
            read.controls.clear();
        }
        read.at = now;
        let controls = tree.controls.iter();
        read.controls
            .extend(controls.map(|control| (control.token.clone(), (control.role, control.states))));
    }

    /// What a control was, if that was read a moment ago.
    pub(super) fn recall(&self, control: &ControlToken) -> Option<(Role, States)> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.controls
            .get(control)
            .copied()
            .filter(|_| steady().since(read.at) < FRESH)
    }
}
