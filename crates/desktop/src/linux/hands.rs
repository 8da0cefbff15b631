//! What the interpreter works with on Linux.

use super::Desktop;
use super::accessibility::Accessibility;
use crate::pace;
use crate::respond::{Controls, Guard, Pace, Pointer, Problem, Switch, Trouble};
use countersign_model::port::{Cancel, ControlAccess as _, DesktopError};
use countersign_model::{Awaited, ControlToken, Extents, Monotonic, Refusal, WindowFacts};
use countersign_rules::{holds, selector_query};
use countersign_secret::Password;
use std::sync::Arc;
use std::time::Duration;

/// How long a window may take to get the input focus after it appeared.
const IN_FRONT: Duration = Duration::from_millis(500);
/// How soon a wait notices that it was cancelled.
const NOTICE: Duration = Duration::from_millis(20);

impl Desktop {
    fn hands(&self) -> Result<Arc<Accessibility>, Trouble> {
        self.controls()
            .map_err(|error| Problem::Failed(error.to_string()).before())
    }
}

impl Controls for Desktop {
    fn set(&self, window: &WindowFacts, values: &[(&ControlToken, &Password)]) -> Result<usize, (usize, Trouble)> {
        self.hands().map_err(|trouble| (0, trouble))?.set(window, values)
    }

    fn clear(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.hands()?.clear(window, control)
    }

    fn press(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.hands()?.press(window, control)
    }

    fn focus(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.hands()?.focus(window, control)
    }

    fn switch(&self, window: &WindowFacts, control: &ControlToken, to: Switch) -> Result<(), Trouble> {
        self.hands()?.switch(window, control, to)
    }

    fn select(&self, window: &WindowFacts, control: &ControlToken, item: &str) -> Result<(), Trouble> {
        self.hands()?.select(window, control, item)
    }

    fn gets_focus(&self, window: &WindowFacts, control: &ControlToken, patience: Duration) -> Result<bool, Trouble> {
        self.hands()?.gets_focus(window, control, patience)
    }

    fn length(&self, window: &WindowFacts, control: &ControlToken) -> Result<Option<usize>, Trouble> {
        self.hands()?.length(window, control)
    }

    fn place(&self, window: &WindowFacts, control: &ControlToken) -> Result<Extents, Trouble> {
        self.hands()?.place(window, control)
    }

    fn holds(&self, window: &WindowFacts, awaited: &Awaited) -> Result<bool, Trouble> {
        match self.read(window, &selector_query(&awaited.control)) {
            Ok(tree) => Ok(holds(awaited, &tree)),
            Err(DesktopError::NotAccessible) => Ok(false),
            Err(DesktopError::WindowGone) => Err(Problem::WindowGone.before()),
            Err(DesktopError::NotResponding) => Err(Problem::NotResponding.before()),
            Err(error) => Err(Problem::Failed(error.to_string()).before()),
        }
    }
}

impl Guard for Desktop {
    fn still(&self, window: &WindowFacts) -> Result<(), Refusal> {
        self.windows.still(window)
    }

    fn in_front(&self, window: &WindowFacts) -> Result<(), Refusal> {
        self.typist.await_focus(window, IN_FRONT)
    }
}

impl Pointer for Desktop {
    fn click(&self, window: &WindowFacts, at: Extents) -> Result<(), Refusal> {
        let pointer = self.pointer().map_err(|error| Refusal::Desktop(error.to_string()))?;
        let middle = |from: i32, length: i32| from.saturating_add(length / 2);
        pointer.click_at(window, middle(at.x, at.width), middle(at.y, at.height))
    }

    fn place(&self, window: &WindowFacts) -> Result<Extents, Refusal> {
        self.windows.place(window.id)
    }
}

impl Pace for Desktop {
    fn now(&self) -> Monotonic {
        pace::steady()
    }

    fn wait(&self, by: Duration, cancel: &Cancel) {
        let until = pace::steady().after(by);
        while !cancel.is_cancelled() {
            let left = until.since(pace::steady());
            if left.is_zero() {
                return;
            }
            pace::pause(left.min(NOTICE));
        }
    }
}
