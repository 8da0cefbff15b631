use super::connection::{Display, Link, as_error, as_refusal, number};
use super::facts::{ask_owner, look, pid_of, window_of};
use super::hand::{Command, Hand};
use super::listing::WatchSet;
use super::watcher::Watcher;
use crate::linux::keys::same_program;
use countersign_model::port::{DesktopError, Watch, WindowSource};
use countersign_model::{Extents, Refusal, WindowEvent, WindowFacts, WindowId};
use std::collections::BTreeSet;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use x11rb::protocol::xproto::ConnectionExt as _;

/// The windows of an X display.
#[derive(Debug)]
pub struct X11Windows {
    display: Display,
    link: Link,
    shared: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    hands: Vec<Weak<Hand>>,
    terminals: BTreeSet<WindowId>,
}

impl X11Windows {
    /// Connects to a display.
    ///
    /// # Errors
    /// [`DesktopError::NoDisplay`] when there is none.
    pub fn open(display: &Display) -> Result<Self, DesktopError> {
        Ok(Self {
            display: display.clone(),
            link: display.open()?,
            shared: Mutex::default(),
        })
    }

    /// One window as it is now.
    ///
    /// # Errors
    /// [`DesktopError::WindowGone`] when it is not there.
    pub fn window(&self, id: WindowId) -> Result<WindowFacts, DesktopError> {
        Ok(window_of(&self.link, number(id))?.facts)
    }

    /// Whether a window is still there and belongs to the process it was identified with.
    ///
    /// # Errors
    /// [`Refusal::WindowGone`] or [`Refusal::IdentityChanged`].
    pub fn still(&self, window: &WindowFacts) -> Result<(), Refusal> {
        let id = number(window.id);
        // The owner alone would do for a window that was closed while its program runs on.
        let there = self.link.conn.get_geometry(id).map_err(as_refusal)?;
        let owner = ask_owner(&self.link, id).map_err(as_refusal)?;
        let (there, owner) = (there.reply(), owner.reply());
        there.map_err(as_refusal)?;
        same_program(owner.map_or(None, |reply| pid_of(&reply)), window)
    }

    /// Where a window's contents are on the screen.
    ///
    /// # Errors
    /// [`Refusal::WindowGone`].
    pub fn place(&self, window: WindowId) -> Result<Extents, Refusal> {
        let (id, link) = (number(window), &self.link);
        let size = link.conn.get_geometry(id).map_err(as_refusal)?;
        let origin = link
            .conn
            .translate_coordinates(id, link.root, 0, 0)
            .map_err(as_refusal)?;
        let (size, origin) = (size.reply(), origin.reply());
        let (size, origin) = (size.map_err(as_refusal)?, origin.map_err(as_refusal)?);
        Ok(Extents {
            x: i32::from(origin.dst_x),
            y: i32::from(origin.dst_y),
            width: i32::from(size.width),
            height: i32::from(size.height),
        })
    }

    /// Makes changes of a terminal's contents come as [`WindowEvent::ControlsChanged`] on every watch of this source, told by the
    /// display (DAMAGE) and never by polling.
    pub fn watch_terminal(&self, window: WindowId) {
        self.tell(window, Command::Attend(number(window)));
    }

    /// Ends [`X11Windows::watch_terminal`]. A window that is gone needs no call.
    pub fn unwatch_terminal(&self, window: WindowId) {
        self.tell(window, Command::Ignore(number(window)));
    }

    fn tell(&self, window: WindowId, command: Command) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        match command {
            Command::Attend(_) => shared.terminals.insert(window),
            Command::Ignore(_) | Command::Stop => shared.terminals.remove(&window),
        };
        shared.hands.retain(|hand| match hand.upgrade() {
            Some(hand) => hand.tell(command),
            None => false,
        });
    }
}

impl WindowSource for X11Windows {
    fn snapshot(&self) -> Result<Vec<WindowFacts>, DesktopError> {
        let set = WatchSet::read(&self.link).map_err(as_error)?;
        let seen = look(&self.link, &set.windows).map_err(as_error)?;
        Ok(seen
            .into_iter()
            .filter(|seen| set.holds(seen))
            .map(|seen| seen.facts)
            .collect())
    }

    fn watch(&self, events: Sender<WindowEvent>) -> Result<Box<dyn Watch>, DesktopError> {
        let hand = Watcher::start(self.display.open()?, events)?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        for &window in &shared.terminals {
            hand.tell(Command::Attend(number(window)));
        }
        shared.hands.push(Arc::downgrade(&hand));
        Ok(Box::new(Watching(hand)))
    }
}

/// Stops the watch when dropped.
struct Watching(Arc<Hand>);

impl Watch for Watching {}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.stop();
    }
}
