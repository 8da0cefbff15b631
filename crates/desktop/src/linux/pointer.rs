//! Clicks with the pointer.

use crate::linux::keys::{Grab, same_program};
use crate::linux::x11::{Display, Link, as_error, as_refusal, ask_owner, is_under_pointer, number, pid_of};
use crate::pace;
use countersign_model::port::DesktopError;
use countersign_model::{Refusal, WindowFacts};
use enigo::{Coordinate, Enigo, Mouse as _, Settings};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::cookie::Cookie;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, CreateWindowAux, EventMask, GrabMode,
    GrabPointerReply, GrabStatus, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// The left button.
const LEFT: u8 = 1;
/// How long the pointer may take to arrive.
const ARRIVAL: Duration = Duration::from_millis(250);

/// Moves the pointer and clicks, only where the target window is.
pub struct X11Pointer {
    link: Link,
    /// A window of ours that is never shown.
    hidden: Window,
    mover: Mutex<Enigo>,
}

impl X11Pointer {
    /// Connects to a display.
    ///
    /// # Errors
    /// [`DesktopError::NoDisplay`], or [`DesktopError::Display`] when it lets nobody move the pointer.
    pub fn open(display: &Display) -> Result<Self, DesktopError> {
        let link = display.open()?;
        link.conn
            .xtest_get_version(2, 2)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        let settings = Settings {
            linux_delay: 0,
            x11_display: display.name().map(str::to_owned),
            ..Settings::default()
        };
        let mover = Enigo::new(&settings).map_err(|error| DesktopError::Display(error.to_string()))?;
        let hidden = link.conn.generate_id().map_err(as_error)?;
        let aux = CreateWindowAux::new().override_redirect(1);
        link.conn
            .create_window(0, hidden, link.root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)
            .map_err(as_error)?
            .check()
            .map_err(as_error)?;
        Ok(Self {
            link,
            hidden,
            mover: Mutex::new(mover),
        })
    }

    /// Clicks the left button at a place of the screen, if the window is what is there. The pointer stays where it clicked.
    ///
    /// # Errors
    /// [`Refusal::FocusMoved`] when another window covers the place or the user moves the pointer away; nothing is clicked then.
    pub fn click_at(&self, window: &WindowFacts, x: i32, y: i32) -> Result<(), Refusal> {
        self.mover
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .move_mouse(x, y, Coordinate::Abs)
            .map_err(|error| Refusal::Desktop(error.to_string()))?;
        // The move went out on another connection: it may still be on its way.
        pace::until(ARRIVAL, Duration::from_millis(1), || {
            match self.click_here(window, x, y) {
                Ok(Place::Elsewhere) => None,
                Ok(Place::Here) => Some(Ok(())),
                Err(refusal) => Some(Err(refusal)),
            }
        })
        .unwrap_or(Err(Refusal::FocusMoved))
    }

    /// One attempt under the grab: pointer, window and process checked, then the click, with nothing in between.
    fn click_here(&self, window: &WindowFacts, x: i32, y: i32) -> Result<Place, Refusal> {
        let link = &self.link;
        let target = number(window.id);
        let _still = Grab::hold(link).map_err(as_refusal)?;
        let pointer = link.conn.query_pointer(link.root).map_err(as_refusal)?;
        let owner = ask_owner(link, target).map_err(as_refusal)?;
        let grabbed = grab_probe(link, self.hidden).map_err(as_refusal)?;
        let (pointer, owner, grabbed) = (pointer.reply(), owner.reply(), grabbed.reply());
        let pointer = pointer.map_err(as_refusal)?;
        if (i32::from(pointer.root_x), i32::from(pointer.root_y)) != (x, y) {
            return Ok(Place::Elsewhere);
        }
        same_program(owner.map_or(None, |reply| pid_of(&reply)), window)?;
        if !is_under_pointer(link, target).map_err(as_refusal)? {
            return Err(Refusal::FocusMoved);
        }
        // A menu that is open gets every click, wherever the pointer is.
        match grabbed.map_err(as_refusal)?.status {
            GrabStatus::NOT_VIEWABLE => {}
            GrabStatus::SUCCESS => {
                let sent = link.conn.ungrab_pointer(x11rb::CURRENT_TIME).map_err(as_refusal)?;
                sent.ignore_error();
            }
            _ => return Ok(Place::Elsewhere),
        }
        for event in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            link.conn
                .xtest_fake_input(event, LEFT, x11rb::CURRENT_TIME, x11rb::NONE, 0, 0, 0)
                .map_err(as_refusal)?
                .ignore_error();
        }
        link.conn.flush().map_err(as_refusal)?;
        Ok(Place::Here)
    }
}

/// Asks for the pointer on a window that is not on the screen: never granted, but the answer says whether somebody else has it.
fn grab_probe(link: &Link, hidden: Window) -> Result<Cookie<'_, RustConnection, GrabPointerReply>, ConnectionError> {
    link.conn.grab_pointer(
        false,
        hidden,
        EventMask::default(),
        GrabMode::ASYNC,
        GrabMode::ASYNC,
        x11rb::NONE,
        x11rb::NONE,
        x11rb::CURRENT_TIME,
    )
}

enum Place {
    Here,
    Elsewhere,
}
