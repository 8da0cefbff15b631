//! A window that hears every key it is sent.

use std::collections::HashMap;

use countersign_tests::{Deadline, Session};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::bench::BenchError;

/// A window with a connection of its own.
#[derive(Debug)]
pub struct Ear {
    connection: RustConnection,
    window: Window,
    characters: HashMap<u8, [char; 2]>,
    heard: String,
    focused: usize,
}

/// Whether a window manager looks after the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An ordinary window.
    Ordinary,
    /// One that the manager does not touch (override-redirect).
    Unmanaged,
}

impl Ear {
    /// Shows a window and returns when it is there.
    pub fn open(session: &Session, title: &str, kind: Kind) -> Result<Self, BenchError> {
        let (connection, number) = x11rb::connect(Some(session.display()))?;
        let screen = connection.setup().roots.get(number).cloned();
        let screen = screen.ok_or_else(|| BenchError::Display("it has no screen".to_owned()))?;
        let window = connection.generate_id()?;
        let events = EventMask::KEY_PRESS | EventMask::FOCUS_CHANGE | EventMask::STRUCTURE_NOTIFY;
        let look = CreateWindowAux::new()
            .event_mask(events)
            .background_pixel(screen.white_pixel)
            .override_redirect(u32::from(kind == Kind::Unmanaged));
        let (width, height, class) = (200, 100, WindowClass::INPUT_OUTPUT);
        connection
            .create_window(0, window, screen.root, 0, 0, width, height, 0, class, 0, &look)?
            .check()?;
        let class = format!("{title}\0{title}\0");
        for (property, text) in [(AtomEnum::WM_NAME, title), (AtomEnum::WM_CLASS, &class)] {
            let text = text.as_bytes();
            connection
                .change_property8(PropMode::REPLACE, window, property, AtomEnum::STRING, text)?
                .check()?;
        }
        let characters = characters(&connection)?;
        let shown = || {
            // Asked again and again: a manager that is just starting up loses what is asked of it.
            connection.map_window(window).ok()?.check().ok()?;
            let events = std::iter::from_fn(|| connection.poll_for_event().ok().flatten());
            events.into_iter().find(|event| matches!(event, Event::MapNotify(_)))
        };
        Deadline::seconds(10).wait_for("the window's showing", shown)?;
        Ok(Self {
            connection,
            window,
            characters,
            heard: String::new(),
            focused: 0,
        })
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Gives the keyboard to a window.
    pub fn focus(&self, window: Window) -> Result<(), BenchError> {
        // Not checked: the window may be gone, and the next one comes soon.
        self.connection
            .set_input_focus(InputFocus::POINTER_ROOT, window, x11rb::CURRENT_TIME)?
            .ignore_error();
        self.connection.flush()?;
        Ok(())
    }

    /// Takes in everything the server has sent by now.
    pub fn listen(&mut self) -> Result<(), BenchError> {
        // After this answer everything that came before it is here.
        self.connection.get_input_focus()?.reply()?;
        while let Some(event) = self.connection.poll_for_event()? {
            match event {
                Event::KeyPress(event) => {
                    let [plain, shifted] = self.characters.get(&event.detail).copied().unwrap_or(['\u{fffd}'; 2]);
                    // Bit 0 is Shift.
                    self.heard.push(if u16::from(event.state) & 1 == 0 {
                        plain
                    } else {
                        shifted
                    });
                }
                Event::FocusIn(_) => self.focused += 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// What was heard since the last time, and forgets it.
    pub fn take(&mut self) -> Result<String, BenchError> {
        self.listen()?;
        Ok(std::mem::take(&mut self.heard))
    }

    /// How often it got the keyboard.
    pub fn focused(&self) -> usize {
        self.focused
    }
}

/// What each key writes, without Shift and with it; keys that write nothing count as an unknown character.
fn characters(connection: &RustConnection) -> Result<HashMap<u8, [char; 2]>, BenchError> {
    let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
    let map = connection.get_keyboard_mapping(first, last - first + 1)?.reply()?;
    let rows = map.keysyms.chunks(usize::from(map.keysyms_per_keycode.max(1)));
    let character = |symbol: Option<&u32>| {
        // Symbols of Latin-1 are their characters.
        let code = symbol.copied().filter(|symbol| (0x20..0x100).contains(symbol));
        code.and_then(char::from_u32).unwrap_or('\u{fffd}')
    };
    Ok((first..=last)
        .zip(rows)
        .map(|(code, row)| (code, [character(row.first()), character(row.get(1))]))
        .collect())
}
