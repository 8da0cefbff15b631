//! Pointing at a window, and frames around what is meant.

use super::connection::{Display, Link, as_error};
use super::listing::WatchSet;
use crate::pace;
use countersign_model::port::DesktopError;
use countersign_model::{Extents, WindowId};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, GrabStatus, Rectangle, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

/// The left button points; any other one gives up.
const LEFT: u8 = 1;
/// The cross of X's cursor font; its mask is the next glyph.
const CROSS: u16 = 34;
/// How long another program may hold the pointer before we say so, and how often it is asked for.
const HELD: Duration = Duration::from_secs(2);
const AGAIN: Duration = Duration::from_millis(10);
/// How far down the window tree is followed. Real trees are less than ten deep.
const DEPTH: usize = 64;
/// How thick a frame is, in pixels.
const FRAME: i32 = 3;
/// Red on every display with eight bits a colour.
const RED: u32 = 0x00e0_1b24;

/// The window the user clicks on, the pointer being a cross meanwhile. The click reaches no application.
pub(crate) fn pick(display: &Display, within: Duration) -> Result<Option<WindowId>, DesktopError> {
    let link = display.open()?;
    let cursor = cross(&link).map_err(as_error)?;
    // A button that is still down holds the pointer too, but not for long.
    let grabbed = pace::until(HELD, AGAIN, || match grab(&link, cursor) {
        Ok(GrabStatus::SUCCESS) => Some(Ok(())),
        Ok(_) => None,
        Err(error) => Some(Err(as_error(error))),
    });
    grabbed.unwrap_or_else(|| {
        let why = "another program holds the pointer; close its menu, then try again";
        Err(DesktopError::Display(why.to_owned()))
    })?;
    let deadline = pace::steady().after(within);
    // The grab ends with the connection.
    loop {
        while let Some(event) = link.conn.poll_for_event().map_err(as_error)? {
            if let Event::ButtonPress(press) = event {
                return match press.detail {
                    LEFT => under_pointer(&link).map_err(as_error),
                    _ => Ok(None),
                };
            }
        }
        let left = deadline.since(pace::steady());
        if left.is_zero() {
            return Ok(None);
        }
        sleep(&link, left)?;
    }
}

fn grab(link: &Link, cursor: u32) -> Result<GrabStatus, ReplyError> {
    let asked = link.conn.grab_pointer(
        false,
        link.root,
        EventMask::BUTTON_PRESS,
        GrabMode::ASYNC,
        GrabMode::ASYNC,
        x11rb::NONE,
        cursor,
        x11rb::CURRENT_TIME,
    );
    Ok(asked?.reply()?.status)
}

/// Until there is something to read, or the time is over.
fn sleep(link: &Link, time: Duration) -> Result<(), DesktopError> {
    let mut waiting = [PollFd::new(link.conn.stream(), PollFlags::IN)];
    let timeout = Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    };
    match poll(&mut waiting, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(errno) => Err(DesktopError::Display(errno.to_string())),
    }
}

fn cross(link: &Link) -> Result<u32, ReplyError> {
    let (font, cursor) = (id(link)?, id(link)?);
    link.conn.open_font(font, b"cursor")?;
    let most = u16::MAX;
    link.conn
        .create_glyph_cursor(cursor, font, font, CROSS, CROSS + 1, most, 0, 0, most, most, most)?
        .check()?;
    Ok(cursor)
}

fn id(link: &Link) -> Result<u32, ReplyError> {
    link.conn.generate_id().map_err(|error| match error {
        x11rb::errors::ReplyOrIdError::ConnectionError(error) => error.into(),
        x11rb::errors::ReplyOrIdError::X11Error(error) => error.into(),
        x11rb::errors::ReplyOrIdError::IdsExhausted => x11rb::errors::ConnectionError::UnknownError.into(),
    })
}

/// The application's window under the pointer: a window manager puts its own frame around it.
fn under_pointer(link: &Link) -> Result<Option<WindowId>, ReplyError> {
    let known = WatchSet::read(link)?;
    let mut around = link.root;
    for _ in 0..DEPTH {
        let child = link.conn.query_pointer(around)?.reply()?.child;
        if child == x11rb::NONE {
            return Ok(None);
        }
        if known.windows.contains(&child) {
            return Ok(Some(WindowId(child.into())));
        }
        around = child;
    }
    Ok(None)
}

/// Draws a frame around each place for a while. Frames take neither focus nor clicks inside them.
pub(crate) fn mark(display: &Display, places: &[Extents], time: Duration) -> Result<(), DesktopError> {
    let link = display.open()?;
    for place in places {
        for side in sides(*place) {
            draw(&link, side).map_err(as_error)?;
        }
    }
    link.conn.sync().map_err(as_error)?;
    pace::pause(time);
    Ok(())
}

fn draw(link: &Link, side: Rectangle) -> Result<Window, ReplyError> {
    let window = id(link)?;
    let look = CreateWindowAux::new().override_redirect(1).background_pixel(RED);
    let Rectangle { x, y, width, height } = side;
    let class = WindowClass::COPY_FROM_PARENT;
    link.conn
        .create_window(0, window, link.root, x, y, width, height, 0, class, 0, &look)?
        .check()?;
    link.conn.map_window(window)?.check()?;
    Ok(window)
}

/// The four sides of a frame just outside a place.
fn sides(place: Extents) -> [Rectangle; 4] {
    let Extents { x, y, width, height } = place;
    let rectangle = |x: i32, y: i32, width: i32, height: i32| Rectangle {
        x: i16::try_from(x).unwrap_or_default(),
        y: i16::try_from(y).unwrap_or_default(),
        width: u16::try_from(width.max(1)).unwrap_or(1),
        height: u16::try_from(height.max(1)).unwrap_or(1),
    };
    let (left, top, across) = (x - FRAME, y - FRAME, width + 2 * FRAME);
    [
        rectangle(left, top, across, FRAME),
        rectangle(left, y + height, across, FRAME),
        rectangle(left, y, FRAME, height),
        rectangle(x + width, y, FRAME, height),
    ]
}
