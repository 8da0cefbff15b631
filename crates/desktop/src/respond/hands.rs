//! What the interpreter works with: small traits that each platform fills in.

use countersign_model::port::Cancel;
use countersign_model::{Awaited, ControlToken, Extents, Monotonic, Refusal, WindowFacts};
use countersign_secret::Password;
use std::time::Duration;

/// Why a control did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The application's window is gone.
    WindowGone,
    /// The control is gone.
    Gone,
    /// It does not take text.
    NotEditable,
    /// It holds something else than what was written.
    NotKept,
    /// It cannot be pressed or switched.
    NotPressed,
    /// It did not take the focus.
    NotFocused,
    /// It has no such item, or several.
    NoItem,
    /// The application does not answer.
    NotResponding,
    /// Anything else.
    Failed(String),
}

impl Problem {
    /// This problem, met before anything was written.
    #[must_use]
    pub fn before(self) -> Trouble {
        Trouble {
            problem: self,
            reached: Reached::Nothing,
        }
    }

    /// This problem, met after something was written.
    #[must_use]
    pub fn after(self) -> Trouble {
        Trouble {
            problem: self,
            reached: Reached::Perhaps,
        }
    }
}

/// Whether a value may have reached the control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It has not.
    Nothing,
    /// It may have.
    Perhaps,
}

/// A problem, and whether a value got out before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What went wrong.
    pub problem: Problem,
    /// Whether the value may have reached the control.
    pub reached: Reached,
}

impl Trouble {
    /// Why the plan stops, said of this control.
    #[must_use]
    pub fn refusal(self, control: String) -> Refusal {
        match self.problem {
            Problem::WindowGone => Refusal::WindowGone,
            Problem::Gone | Problem::NoItem => Refusal::ControlGone(control),
            Problem::NotEditable => Refusal::NotEditable(control),
            Problem::NotKept => Refusal::NotKept(control),
            Problem::NotPressed => Refusal::NotPressed(control),
            Problem::NotFocused => Refusal::FieldNotFocused,
            Problem::NotResponding => Refusal::NotResponding,
            Problem::Failed(why) => Refusal::Desktop(why),
        }
    }
}

/// What a check box or toggle is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Acts on controls. Every call answers in bounded time.
pub trait Controls: Send + Sync {
    /// Writes values, at once where it can, and checks that they were kept. Says how many were written: all, or those before the
    /// first control that takes no text now, at least one.
    ///
    /// # Errors
    /// Which value, and see [`Problem`].
    fn set(&self, window: &WindowFacts, values: &[(&ControlToken, &Password)]) -> Result<usize, (usize, Trouble)>;

    /// Empties a text control.
    ///
    /// # Errors
    /// See [`Problem`].
    fn clear(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble>;

    /// Invokes the control's own action.
    ///
    /// # Errors
    /// See [`Problem`].
    fn press(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble>;

    /// Gives the focus, and waits until the control has it.
    ///
    /// # Errors
    /// See [`Problem`].
    fn focus(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble>;

    /// Switches a check box or toggle.
    ///
    /// # Errors
    /// See [`Problem`].
    fn switch(&self, window: &WindowFacts, control: &ControlToken, to: Switch) -> Result<(), Trouble>;

    /// Chooses an item by its exact name.
    ///
    /// # Errors
    /// See [`Problem`].
    fn select(&self, window: &WindowFacts, control: &ControlToken, item: &str) -> Result<(), Trouble>;

    /// Whether the control has the focus, or gets it within `patience`.
    ///
    /// # Errors
    /// See [`Problem`].
    fn gets_focus(&self, window: &WindowFacts, control: &ControlToken, patience: Duration) -> Result<bool, Trouble>;

    /// How many characters the control holds; `None` when it does not tell.
    ///
    /// # Errors
    /// See [`Problem`].
    fn length(&self, window: &WindowFacts, control: &ControlToken) -> Result<Option<usize>, Trouble>;

    /// Where the control is on the screen.
    ///
    /// # Errors
    /// See [`Problem`].
    fn place(&self, window: &WindowFacts, control: &ControlToken) -> Result<Extents, Trouble>;

    /// Whether what is waited for holds in the window now.
    ///
    /// # Errors
    /// See [`Problem`].
    fn holds(&self, window: &WindowFacts, awaited: &Awaited) -> Result<bool, Trouble>;
}

/// Answers whether a window still is what it was.
pub trait Guard: Send + Sync {
    /// Whether the window is there and belongs to the same process, start time and executable.
    ///
    /// # Errors
    /// [`Refusal::WindowGone`] or [`Refusal::IdentityChanged`].
    fn still(&self, window: &WindowFacts) -> Result<(), Refusal>;

    /// Waits a moment until the window has the input focus: one that has just appeared may not have it yet.
    ///
    /// # Errors
    /// [`Refusal::FocusMoved`] when another window keeps it.
    fn in_front(&self, window: &WindowFacts) -> Result<(), Refusal>;
}

/// Clicks with the pointer.
pub trait Pointer: Send + Sync {
    /// Clicks into the middle of a place, if it belongs to the window then.
    ///
    /// # Errors
    /// The [`Refusal`] that says why there was no click.
    fn click(&self, window: &WindowFacts, at: Extents) -> Result<(), Refusal>;

    /// Where the window is on the screen.
    ///
    /// # Errors
    /// [`Refusal::WindowGone`].
    fn place(&self, window: &WindowFacts) -> Result<Extents, Refusal>;
}

/// Time, as the interpreter needs it.
pub trait Pace: Send + Sync {
    /// The steady clock.
    fn now(&self) -> Monotonic;
    /// Waits, unless it is cancelled.
    fn wait(&self, by: Duration, cancel: &Cancel);
}
