//! The desktop behind the ports of the model.

use super::accessibility::Room;
use super::sinks::Sink;
use super::{Desktop, terminal, x11};
use crate::respond::{Controls as _, Interpreter};
use countersign_model::port::{
    Attention, Cancel, ControlAccess, DesktopError, KeySender, Responder, Showing, Watch, WindowSource,
};
use countersign_model::{
    Carried, ControlQuery, ControlTree, Extents, FieldValues, KeyStep, KeyTarget, Plan, Refusal, TerminalFacts,
    WindowEvent, WindowFacts, WindowId,
};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How long the field must be asked again before keys go to it: a busy program says that the focus has come before it answers
/// that it is there.
const SETTLING: Duration = Duration::from_secs(1);

impl WindowSource for Desktop {
    fn snapshot(&self) -> Result<Vec<WindowFacts>, DesktopError> {
        self.windows.snapshot()
    }

    fn watch(&self, events: Sender<WindowEvent>) -> Result<Box<dyn Watch>, DesktopError> {
        let windows = self.windows.watch(events.clone())?;
        Ok(Box::new(Watching {
            _windows: windows,
            _controls: self.sinks.add(events),
        }))
    }
}

/// Stops the watch when dropped.
struct Watching {
    _windows: Box<dyn Watch>,
    _controls: Sink,
}

impl Watch for Watching {}

impl ControlAccess for Desktop {
    fn read(&self, window: &WindowFacts, query: &ControlQuery) -> Result<ControlTree, DesktopError> {
        let room = self.windows.place(window.id).map_or(Room::ForFew, Room::in_window);
        self.controls()?.read(window, room, query)
    }

    fn terminal(&self, window: &WindowFacts) -> Result<TerminalFacts, DesktopError> {
        terminal::facts(window)
    }

    fn attend(&self, window: &WindowFacts, to: Attention) -> Result<(), DesktopError> {
        match to {
            Attention::Controls => self.controls()?.attend(window),
            Attention::Terminal => {
                self.windows.watch_terminal(window.id);
                Ok(())
            }
        }
    }

    fn ignore(&self, window: WindowId) {
        self.windows.unwatch_terminal(window);
        if let Ok(controls) = self.controls() {
            controls.ignore(window);
        }
    }
}

impl Showing for Desktop {
    fn pick(&self, within: Duration) -> Result<Option<WindowId>, DesktopError> {
        x11::pick(&self.display, within)
    }

    fn mark(&self, places: &[Extents], time: Duration) -> Result<(), DesktopError> {
        x11::mark(&self.display, places, time)
    }
}

impl Responder for Desktop {
    fn respond(&self, plan: &Plan, values: &FieldValues, cancel: &Cancel) -> Carried {
        let interpreter = Interpreter {
            controls: self,
            keys: self,
            pointer: self,
            guard: self,
            pace: self,
        };
        interpreter.respond(plan, values, cancel)
    }
}

impl KeySender for Desktop {
    fn send(&self, target: &KeyTarget<'_>, burst: &[KeyStep<'_>]) -> Result<(), Refusal> {
        let focused = || match target.control {
            None => Ok(()),
            Some(control) => match self.gets_focus(target.window, control, SETTLING) {
                Ok(true) => Ok(()),
                Ok(false) => Err(Refusal::FieldNotFocused),
                Err(trouble) => Err(trouble.refusal("the focused field".to_owned())),
            },
        };
        self.typist.send_when(target, burst, &focused)
    }
}
