//! A desktop with nothing in it, for targets that have no backend yet: it says so, and does nothing.

use crate::Session;
use countersign_model::port::{
    Attention, Cancel, ControlAccess, DesktopError, KeySender, Responder, Watch, WindowSource,
};
use countersign_model::{
    Carried, ControlQuery, ControlTree, FieldValues, KeyStep, KeyTarget, Outcome, Plan, Refusal, TerminalFacts,
    WindowEvent, WindowFacts, WindowId,
};
use std::sync::mpsc::Sender;

/// A desktop with nothing in it.
#[derive(Debug, Default)]
pub struct Desktop;

/// Connects to nothing.
///
/// # Errors
/// [`DesktopError::NoDisplay`] always: on this system nothing can be filled.
pub fn connect(_session: &Session) -> Result<Desktop, DesktopError> {
    Err(missing())
}

impl Desktop {
    /// Whether controls can be read and written.
    ///
    /// # Errors
    /// Always.
    pub fn accessibility(&self) -> Result<(), DesktopError> {
        Err(missing())
    }
}

fn missing() -> DesktopError {
    DesktopError::NoDisplay("this system's desktop is not supported yet".to_owned())
}

/// A watch of nothing.
struct Nothing;

impl Watch for Nothing {}

impl WindowSource for Desktop {
    fn snapshot(&self) -> Result<Vec<WindowFacts>, DesktopError> {
        Ok(Vec::new())
    }

    fn watch(&self, _events: Sender<WindowEvent>) -> Result<Box<dyn Watch>, DesktopError> {
        Ok(Box::new(Nothing))
    }
}

impl ControlAccess for Desktop {
    fn read(&self, _window: &WindowFacts, _query: &ControlQuery) -> Result<ControlTree, DesktopError> {
        Err(DesktopError::WindowGone)
    }

    fn terminal(&self, _window: &WindowFacts) -> Result<TerminalFacts, DesktopError> {
        Err(DesktopError::WindowGone)
    }

    fn attend(&self, _window: &WindowFacts, _to: Attention) -> Result<(), DesktopError> {
        Err(DesktopError::WindowGone)
    }

    fn ignore(&self, _window: WindowId) {}
}

impl Responder for Desktop {
    fn respond(&self, _plan: &Plan, _values: &FieldValues, _cancel: &Cancel) -> Carried {
        Carried {
            outcome: Outcome::Refused(Refusal::WindowGone),
            filled: None,
            submitted: None,
        }
    }
}

impl KeySender for Desktop {
    fn send(&self, _target: &KeyTarget<'_>, _burst: &[KeyStep<'_>]) -> Result<(), Refusal> {
        Err(Refusal::WindowGone)
    }
}
