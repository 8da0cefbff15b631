//! The traits where adapters and machines meet.
//!
//! Each port has one contract suite that runs on an in-memory twin and on the real part.

pub use crate::factor::{FactorError, FactorSource, SHORTEST_FACTOR};
use crate::{
    Carried, Change, ConfigObject, ControlQuery, ControlTree, DeviceId, FieldValues, HeaderVersion, KeyStep, KeyTarget,
    LockOn, Monotonic, Plan, RecordVersion, Refusal, RepositoryEvent, SessionHearing, StoreKey, StoreKind,
    TerminalFacts, Timestamp, UserId, WindowEvent, WindowFacts, WindowId,
};
use countersign_secret::Key;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

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
    /// Reads the controls a query asks for, in bounded time.
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

/// Why a repository could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryError {
    /// It cannot be reached now. Offline is a normal state: try again later.
    #[error("the repository {place} cannot be reached: {why}")]
    Unreachable {
        /// Which repository.
        place: String,
        /// Why.
        why: String,
    },
    /// It may not be read or written by this user.
    #[error("the repository {place} may not be used: {why}")]
    Denied {
        /// What was asked for.
        place: String,
        /// Why.
        why: String,
    },
    /// What was asked for is not there.
    #[error("{0} is not in the repository")]
    Missing(String),
    /// Somebody else wrote first: read again, then decide.
    #[error("{0} was changed by another device in the meantime")]
    Conflict(String),
    /// It is too large or misplaced to be what it says it is.
    #[error("{place} is not as it should be: {why}")]
    Invalid {
        /// Which object.
        place: String,
        /// Why.
        why: String,
    },
}

/// The organisation's directory, or a folder that stands for it.
pub trait DirectoryRepository: Send + Sync {
    /// Every configuration object this user may read.
    ///
    /// # Errors
    /// See [`RepositoryError`]. Single unreadable objects are left out and named in the second part.
    fn configuration(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError>;

    /// The lists the organisation's root has signed, from number `from` on, oldest first: the newest 64 at most.
    ///
    /// # Errors
    /// See [`RepositoryError`]. A repository without lists has none.
    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError>;

    /// Publishes the list of a number, once.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when that number is taken: somebody else published in the meantime.
    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError>;

    /// The newest version of each record by each device.
    ///
    /// # Errors
    /// See [`RepositoryError`]. A user without records has an empty list.
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError>;

    /// The sealed bytes of a version.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] when it is not there.
    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError>;

    /// Writes a version. A version that is there with the same bytes is success; with others a [`RepositoryError::Conflict`].
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError>;

    /// The newest vault header and its number.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError>;

    /// Writes the next vault header, only if `replaces` is still the newest (`None`: there is none yet).
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when it is not.
    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError>;

    /// The requests of machines that wait to be let in, by the ids they gave themselves: 16 at most. Anybody who can write here can
    /// have made them.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError>;

    /// Leaves a machine's request.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when there is another one under that id.
    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError>;

    /// Takes a request away again; one that is not there is no fault.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError>;

    /// The key the directory keeps for the user's slots. Only the user may read it, and whoever administers the directory.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError>;

    /// Puts the user's slot key there, once.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when there is one: another device was faster.
    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError>;

    /// Takes the user's slot key away. None there is success.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError>;

    /// What the directory knows the user by and never changes: his SID or GUID. 1 to 4096 bytes.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError>;

    /// Moves a user's records and requests aside, into an archive of this moment: a new vault begins. Headers stay, they go on counting.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn set_aside(&self, user: &UserId, at: Timestamp) -> Result<(), RepositoryError>;

    /// Removes what was set aside before a moment.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn forget_aside(&self, user: &UserId, before: Timestamp) -> Result<(), RepositoryError>;

    /// Reports changes until dropped.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn watch(&self, user: &UserId, events: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError>;
}
