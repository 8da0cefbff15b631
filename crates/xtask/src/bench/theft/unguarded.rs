//! A typist without a guard, as most tools are: it sends the keys to whoever has the keyboard.

use std::collections::HashMap;

use countersign_tests::Session;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::bench::BenchError;

/// The typist.
#[derive(Debug)]
pub struct Unguarded {
    connection: RustConnection,
    keys: HashMap<u32, u8>,
}

impl Unguarded {
    /// Connects to the session's display.
    pub fn open(session: &Session) -> Result<Self, BenchError> {
        let (connection, _) = x11rb::connect(Some(session.display()))?;
        let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
        let map = connection.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let rows = map.keysyms.chunks(usize::from(map.keysyms_per_keycode.max(1)));
        let keys = (first..=last)
            .zip(rows)
            .filter_map(|(code, row)| Some((*row.first()?, code)))
            .collect();
        Ok(Self { connection, keys })
    }

    /// Types small letters, one key at a time.
    pub fn type_text(&self, text: &str) -> Result<(), BenchError> {
        for character in text.chars() {
            let Some(&code) = self.keys.get(&u32::from(character)) else {
                continue;
            };
            for event in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
                self.connection
                    .xtest_fake_input(event, code, 0, x11rb::NONE, 0, 0, 0)?
                    .ignore_error();
            }
            self.connection.get_input_focus()?.reply()?;
        }
        Ok(())
    }
}
