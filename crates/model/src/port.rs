//! The traits where adapters and machines meet.
//!
//! Each port has one contract suite that runs on an in-memory twin and on the real part.

mod repository;

pub use repository::{
    ConfigurationRepository, DirectoryRepository, Finding, Over, Publishing, RepositoryError, VaultRepository, Verdict,
    Write,
};

pub use crate::factor::{FactorError, FactorSource, SHORTEST_FACTOR};
use crate::{
    Carried, Change, ControlQuery, ControlTree, Extents, FieldValues, KeyStep, KeyTarget, LockOn, Monotonic, Plan,
    Refusal, SessionHearing, StoreKey, StoreKind, TerminalFacts, Timestamp, WindowEvent, WindowFacts, WindowId,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// Something that goes on until it is dropped.
pub trait Watch: Send {}

/// A clock. Only the agent has a real one; elsewhere time is a parameter.
pub trait Clock: Send + Sync {
    /// Wall-clock time.
    fn now(&self) -> Timestamp;
    /// The steady clock, the same one the desktop stamps its events with.
    fn steady(&self) -> Monotonic;
}

/// Why the desktop could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesktopError {
    /// There is no display: say which variable to set.
    #[error("no display: {0}; start Countersign from a graphical session or set DISPLAY")]
    NoDisplay(String),
    /// There is no accessibility bus; keys still work.
    #[error("no accessibility bus: {0}; install at-spi2-core and log on again")]
    NoAccessibility(String),
    /// The application is not on the accessibility bus (or not yet).
    #[error("the application does not offer its controls; use `method = \"keys\"`, or start it with accessibility on")]
    NotAccessible,
    /// The application does not answer in time.
    #[error("the application does not answer")]
    NotResponding,
    /// The window is gone.
    #[error("the window is gone")]
    WindowGone,
    /// It is not a terminal whose program can be seen.
    #[error("the terminal cannot be looked at: {0}")]
    NoTerminal(String),
    /// Anything else the display said.
    #[error("the display refused: {0}")]
    Display(String),
}

/// Which windows are there.
pub trait WindowSource: Send + Sync {
    /// The windows now on the screen.
    ///
    /// # Errors
    /// When the display is gone.
    fn snapshot(&self) -> Result<Vec<WindowFacts>, DesktopError>;

    /// Sends every change from now on, first an `Appeared` for every window already there. No polling: nothing is sent and nothing
    /// runs while nothing happens.
    ///
    /// # Errors
    /// When the display is gone.
    fn watch(&self, events: Sender<WindowEvent>) -> Result<Box<dyn Watch>, DesktopError>;
}

/// What is inside a window.
pub trait ControlAccess: Send + Sync {
    /// Reads the controls a query asks for, in bounded time. When a program that did not answer does, its window comes as
    /// [`WindowEvent::ControlsChanged`].
    ///
    /// # Errors
    /// See [`DesktopError`].
    fn read(&self, window: &WindowFacts, query: &ControlQuery) -> Result<ControlTree, DesktopError>;

    /// Reads the prompt of a terminal window, without reading its screen.
    ///
    /// # Errors
    /// [`DesktopError::NoTerminal`] when there is no pty below the window's process or its program may not be seen.
    fn terminal(&self, window: &WindowFacts) -> Result<TerminalFacts, DesktopError>;

    /// Makes changes inside this window come as [`WindowEvent::ControlsChanged`], for controls or for a terminal's contents.
    ///
    /// # Errors
    /// See [`DesktopError`].
    fn attend(&self, window: &WindowFacts, to: Attention) -> Result<(), DesktopError>;

    /// Ends [`ControlAccess::attend`]. A window that is gone needs no call.
    fn ignore(&self, window: WindowId);
}

/// What inside a window to attend to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attention {
    /// Controls that come, go or change state.
    Controls,
    /// A terminal's contents.
    Terminal,
}

/// What somebody who writes templates needs of the screen.
pub trait Showing: Send + Sync {
    /// The window the user points at with his next click, which reaches no application; `None` if he clicks with another button than the
    /// left one, on no window, or not in time.
    ///
    /// # Errors
    /// See [`DesktopError`].
    fn pick(&self, within: Duration) -> Result<Option<WindowId>, DesktopError>;

    /// Draws a frame around each place for so long, and returns when they are gone.
    ///
    /// # Errors
    /// See [`DesktopError`].
    fn mark(&self, places: &[Extents], time: Duration) -> Result<(), DesktopError>;
}

/// Lets a response be stopped from another thread.
#[derive(Debug, Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Stops the response at its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Carries plans out under the guards of the desktop.
pub trait Responder: Send + Sync {
    /// Does every step of `plan` in order, checking the window's identity and the step's target each time.
    fn respond(&self, plan: &Plan, values: &FieldValues, cancel: &Cancel) -> Carried;
}

/// Types under guard.
pub trait KeySender: Send + Sync {
    /// Types a burst, or types nothing at all: the target is checked and the burst sent with nothing in between.
    ///
    /// # Errors
    /// The [`Refusal`] that says why nothing was typed. After [`Refusal::FocusMoved`] in a long burst a part may have been typed,
    /// into the target only.
    fn send(&self, target: &KeyTarget<'_>, burst: &[KeyStep<'_>]) -> Result<(), Refusal>;
}

/// Hears when the session is locked, about to sleep or left alone, and says so as `SessionEvent`s, until it is dropped. Nothing polls:
/// it costs nothing while nothing happens.
pub trait SessionWatch: Send + Sync {
    /// What is wanted from now on; for the rest nothing is held. A source that was lost is looked for again.
    fn want(&self, lock_on: LockOn);

    /// What is heard now, and by what.
    fn hearing(&self) -> SessionHearing;
}

/// Why a store could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not acknowledged: the disk is full, read-only or failing. What was there before is still there.
    #[error("the change was not saved: {0}; free some space or check the disk, then do it again")]
    NotSaved(String),
    /// What is on disk is not what was written. The text says what is lost and what is still readable.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process has it open.
    #[error("the store is in use by another process ({0})")]
    InUse(String),
    /// It cannot be read or made.
    #[error("the store cannot be opened: {0}")]
    Unopened(String),
    /// A key or value is out of bounds.
    #[error("the store does not take {0}")]
    OutOfBounds(String),
}

/// A durable map from keys to values.
pub trait RecordStore: Send + Sync {
    /// A value.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the bytes on disk are not those that were committed.
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// Whether there is a value, without reading it: one that was lost is not there.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn holds(&self, key: &StoreKey) -> Result<bool, StoreError> {
        match self.get(key) {
            Err(StoreError::Damaged(_)) => Ok(false),
            found => found.map(|value| value.is_some()),
        }
    }

    /// The ids of every value of a kind, in order.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Makes every change, or none. When this returns `Ok`, the changes survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`]: nothing changed.
    fn commit(&self, batch: &[Change]) -> Result<(), StoreError>;
}
