use super::keymap::{KEYBOARD, Keymap, Stroke};
use crate::linux::x11::Link;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xkb;
use x11rb::protocol::xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT, ModMask};
use x11rb::protocol::xtest::ConnectionExt as _;

/// Every real modifier.
const ALL: u8 = 0xff;

/// Sends strokes. Modifiers are pressed as a finger would, held over neighbours that need the same, and released at the end.
/// Keys are released as late as fast fingers do, after the ones that follow: text appears when a key is pressed, and programs that
/// are slow with each event show it sooner.
///
/// Locks (Caps, Num) are off meanwhile and put back; the caller holds the server grab, so nobody types in between.
pub(super) fn send(link: &Link, map: &Keymap, strokes: &[Stroke], locked: u8) -> Result<(), ConnectionError> {
    if locked != 0 {
        lock(link, 0)?;
    }
    let mut held = 0;
    let mut down = Vec::with_capacity(strokes.len());
    for stroke in strokes {
        if stroke.held != held {
            hold(link, map, held, stroke.held)?;
            held = stroke.held;
        }
        if let Some(place) = down.iter().position(|keycode| *keycode == stroke.keycode) {
            down.remove(place);
            key(link, KEY_RELEASE_EVENT, stroke.keycode)?;
        }
        key(link, KEY_PRESS_EVENT, stroke.keycode)?;
        down.push(stroke.keycode);
    }
    for keycode in down {
        key(link, KEY_RELEASE_EVENT, keycode)?;
    }
    hold(link, map, held, 0)?;
    if locked != 0 {
        lock(link, locked)?;
    }
    Ok(())
}

fn hold(link: &Link, map: &Keymap, now: u8, next: u8) -> Result<(), ConnectionError> {
    for keycode in map.keys_of(now & !next).into_iter().rev() {
        key(link, KEY_RELEASE_EVENT, keycode)?;
    }
    for keycode in map.keys_of(next & !now) {
        key(link, KEY_PRESS_EVENT, keycode)?;
    }
    Ok(())
}

fn key(link: &Link, kind: u8, keycode: u8) -> Result<(), ConnectionError> {
    link.conn
        .xtest_fake_input(kind, keycode, x11rb::CURRENT_TIME, x11rb::NONE, 0, 0, 0)?
        .ignore_error();
    Ok(())
}

/// Sets the locked modifiers to just these.
fn lock(link: &Link, mods: u8) -> Result<(), ConnectionError> {
    let mask = |mods: u8| ModMask::from(u16::from(mods));
    xkb::latch_lock_state(
        &link.conn,
        KEYBOARD,
        mask(ALL),
        mask(mods),
        false,
        xkb::Group::M1,
        mask(0),
        false,
        0,
    )?
    .ignore_error();
    Ok(())
}
