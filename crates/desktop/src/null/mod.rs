//! A desktop with nothing in it, for targets that have no backend yet: it says so, and does nothing.

use crate::Session;
use countersign_model::port::{
    Attention, Cancel, ControlAccess, DesktopError, KeySender, Responder, SessionWatch, Showing, Watch, WindowSource,
};
use countersign_model::{
    Carried, ControlQuery, ControlTree, Extents, FieldValues, Hearing, KeyStep, KeyTarget, LockOn, Outcome, Plan,
    Refusal, SessionEvent, SessionHearing, TerminalFacts, WindowEvent, WindowFacts, WindowId,
};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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

impl Showing for Desktop {
    fn pick(&self, _within: Duration) -> Result<Option<WindowId>, DesktopError> {
        Err(missing())
    }

    fn mark(&self, _places: &[Extents], _time: Duration) -> Result<(), DesktopError> {
        Err(missing())
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

/// A session that nothing is heard of.
#[derive(Debug, Default)]
pub struct Unheard(Mutex<LockOn>);

/// Watches a session that nothing is heard of: it says so, and reports nothing.
#[must_use]
pub fn watch_session(_session: &Session, lock_on: LockOn, _events: Sender<SessionEvent>) -> Box<dyn SessionWatch> {
    Box::new(Unheard(Mutex::new(lock_on)))
}

impl SessionWatch for Unheard {
    fn want(&self, lock_on: LockOn) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = lock_on;
    }

    fn hearing(&self) -> SessionHearing {
        let wanted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hearing = |wanted: bool| match wanted {
            false => Hearing::Off,
            true => Hearing::Missing {
                why: "this system's session is not listened to yet".to_owned(),
                next: "lock the vault with `countersign lock` when you leave".to_owned(),
            },
        };
        SessionHearing {
            session_lock: hearing(wanted.session_lock),
            suspend: hearing(wanted.suspend),
            idle: hearing(wanted.idle.is_some()),
        }
    }
}

/// Whether a process still runs: not known here.
#[must_use]
pub fn runs(_: countersign_model::Lineage) -> bool {
    false
}

/// The package that a program was installed with: not known here.
#[must_use]
pub fn package_of(_: &std::path::Path) -> Option<String> {
    None
}

/// The version of a package.
#[must_use]
pub fn version_of(_: &str) -> Option<String> {
    None
}
