//! Linux: X11 for windows and keys, the accessibility bus for controls, `/proc` for identity, logind and screen savers for the session.

mod accessibility;
mod bus;
mod hands;
pub mod keys;
pub mod pointer;
mod ports;
mod session;
mod sinks;
pub mod terminal;
pub mod x11;

use crate::Session;
use crate::pace::steady;
use accessibility::Accessibility;
use countersign_model::Monotonic;
use countersign_model::port::DesktopError;
use keys::X11Typist;
use pointer::X11Pointer;
pub use session::watch_session;
use sinks::Sinks;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use x11::{Display, X11Windows};

/// How long after a failure the accessibility bus is not tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// The desktop: its windows, their controls, the keyboard and the pointer.
pub struct Desktop {
    display: Display,
    windows: X11Windows,
    typist: X11Typist,
    pointer: OnceLock<Result<X11Pointer, DesktopError>>,
    bus: Option<String>,
    accessibility: Mutex<Access>,
    sinks: Sinks,
}

enum Access {
    Connected(Arc<Accessibility>),
    Failed { why: DesktopError, at: Monotonic },
}

/// Connects to a desktop session: its display, and its accessibility bus where there is one.
///
/// # Errors
/// [`DesktopError::NoDisplay`] when there is no display. A missing accessibility bus is no error here: keys still work, and
/// [`Desktop::accessibility`] says what is missing.
pub fn connect(session: &Session) -> Result<Desktop, DesktopError> {
    let display = match &session.display {
        Some(name) => Display::named(name),
        None => Display::from_environment(),
    };
    let windows = X11Windows::open(&display)?;
    let typist = X11Typist::open(&display)?;
    let sinks = Sinks::default();
    let bus = session.bus.clone();
    let accessibility = Mutex::new(Access::connect(bus.as_deref(), &sinks));
    Ok(Desktop {
        display,
        windows,
        typist,
        pointer: OnceLock::new(),
        bus,
        accessibility,
        sinks,
    })
}

impl Access {
    fn connect(bus: Option<&str>, sinks: &Sinks) -> Self {
        match Accessibility::connect(bus, sinks.clone()) {
            Ok(connected) => Self::Connected(Arc::new(connected)),
            Err(why) => {
                tracing::warn!("{why}");
                Self::Failed { why, at: steady() }
            }
        }
    }
}

impl Desktop {
    /// Whether controls can be read and written.
    ///
    /// # Errors
    /// [`DesktopError::NoAccessibility`] says what to do.
    pub fn accessibility(&self) -> Result<(), DesktopError> {
        self.controls().map(drop)
    }

    /// The accessibility bus, connected again if it ended or came later.
    fn controls(&self) -> Result<Arc<Accessibility>, DesktopError> {
        let mut access = self.accessibility.lock().unwrap_or_else(PoisonError::into_inner);
        let due = match &*access {
            Access::Connected(connected) => connected.ended(),
            Access::Failed { at, .. } => steady().since(*at) >= AGAIN,
        };
        if due {
            *access = Access::connect(self.bus.as_deref(), &self.sinks);
        }
        match &*access {
            Access::Connected(connected) => Ok(Arc::clone(connected)),
            Access::Failed { why, .. } => Err(why.clone()),
        }
    }

    /// The pointer, first connected when something is to be clicked.
    fn pointer(&self) -> Result<&X11Pointer, DesktopError> {
        let pointer = self.pointer.get_or_init(|| X11Pointer::open(&self.display));
        pointer.as_ref().map_err(Clone::clone)
    }
}
