//! Windows of programs that do not answer yet: busy ones, ones that have just started, ones that hang.

use super::{Machine, Turn};
use crate::Effect;
use crate::window::Watched;
use countersign_model::{Monotonic, WindowId};
use std::time::Duration;

/// When one is looked at again for the first time; each time after it the wait is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// How often: the last look comes about a minute after the first. A program that comes back later says so by what changes in it.
const LOOKS: u32 = 7;

/// How a program has kept silent.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    looks: u32,
    due: Option<Monotonic>,
}

impl Watched {
    /// The program did not answer: it is looked at again, ever later.
    pub(super) fn look_later(&mut self, turn: &mut Turn) {
        let silence = &mut self.silence;
        if silence.looks >= LOOKS {
            silence.due = None;
            return;
        }
        let due = turn.now.steady.after(FIRST * (1 << silence.looks));
        silence.looks += 1;
        silence.due = Some(due);
        turn.effects.push(Effect::WakeAt(due));
    }

    /// The program answered.
    pub(super) fn spoke(&mut self) {
        self.silence = Silence::default();
    }
}

impl Machine {
    /// Looks at those whose time has come. Attention begins anew: it may have found nobody to attend to.
    pub(super) fn look_at_silent(&mut self, turn: &mut Turn) {
        let now = turn.now.steady;
        let is_due = |window: &Watched| window.silence.due.is_some_and(|due| due <= now);
        let mut due: Vec<WindowId> = self
            .windows
            .iter()
            .filter(|(_, window)| is_due(window))
            .map(|(id, _)| *id)
            .collect();
        due.sort_unstable();
        for id in due {
            if let Some(window) = self.windows.get_mut(&id) {
                window.silence.due = None;
                window.attended = false;
            }
            self.look(id, turn);
        }
    }
}
