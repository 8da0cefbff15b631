use super::keymap::{KEYBOARD, Stroke};
use crate::linux::terminal;
use crate::linux::x11::{Link, as_refusal, ask_owner, leads_to, number, pid_of};
use countersign_identify as identity;
use countersign_model::{KeyTarget, Refusal, WindowFacts};
use x11rb::connection::Connection as _;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xkb::{self, GetStateReply};
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, GrabStatus, Window};

/// The server, held still: no other program's request runs until this is dropped.
pub(crate) struct Grab<'a>(&'a Link);

impl<'a> Grab<'a> {
    pub(crate) fn hold(link: &'a Link) -> Result<Self, ConnectionError> {
        link.conn.grab_server()?.ignore_error();
        Ok(Self(link))
    }
}

impl Drop for Grab<'_> {
    fn drop(&mut self) {
        // When the connection is lost the server lets go by itself.
        if let Ok(sent) = self.0.conn.ungrab_server() {
            sent.ignore_error();
        }
        let _ = self.0.conn.flush();
    }
}

/// Why nothing can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It may pass in a moment: a key that is held, a menu that is open.
    Passing(Refusal),
    /// It stands.
    Standing(Refusal),
}

impl From<Refusal> for Hindrance {
    fn from(refusal: Refusal) -> Self {
        Self::Standing(refusal)
    }
}

/// What the keyboard was like when the target was found in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    pub group: u8,
    /// Modifiers that are locked (Caps Lock, Num Lock).
    pub locked: u8,
}

/// Checks the target and the keyboard, in one round trip where the focus is the window itself. Holds only under a [`Grab`].
///
/// `hidden` is a window of ours that is not on the screen.
pub(super) fn check(link: &Link, hidden: Window, target: &KeyTarget<'_>, keys: &[Stroke]) -> Result<Ready, Hindrance> {
    let window = number(target.window.id);
    let lost = |error: ConnectionError| as_refusal(error);
    let focus = link.conn.get_input_focus().map_err(lost)?;
    let owner = ask_owner(link, window).map_err(lost)?;
    let state = xkb::get_state(&link.conn, KEYBOARD).map_err(lost)?;
    let down = link.conn.query_keymap().map_err(lost)?;
    // Never granted, because the window is hidden; but the answer says whether somebody else holds the keyboard: a menu, a screen
    // lock. The keys would go there, whoever has the focus.
    let grabbed = link
        .conn
        .grab_keyboard(false, hidden, x11rb::CURRENT_TIME, GrabMode::ASYNC, GrabMode::ASYNC)
        .map_err(lost)?;
    let (focus, owner, state, down) = (focus.reply(), owner.reply(), state.reply(), down.reply());
    let grabbed = grabbed.reply();

    let owner = owner.map_or(None, |reply| pid_of(&reply));
    same_program(owner, target.window)?;
    let focus = focus.map_err(as_refusal)?.focus;
    if !leads_to(link, focus, window).map_err(as_refusal)? {
        return Err(Refusal::FocusMoved.into());
    }
    let state = state.map_err(as_refusal)?;
    let down = down.map_err(as_refusal)?.keys;
    if modifiers_held(&state) || keys.iter().any(|stroke| is_down(&down, stroke.keycode)) {
        return Err(Hindrance::Passing(Refusal::ModifierHeld));
    }
    // Asked after the modifiers: a hotkey's grab lasts until it is released, and then the key is what is in the way.
    match grabbed.map_err(as_refusal)?.status {
        GrabStatus::NOT_VIEWABLE => {}
        GrabStatus::SUCCESS => link
            .conn
            .ungrab_keyboard(x11rb::CURRENT_TIME)
            .map_err(lost)?
            .ignore_error(),
        _ => return Err(Hindrance::Passing(Refusal::FocusMoved)),
    }
    if let Some(prompt) = target.terminal {
        terminal::still(target.window, prompt)?;
    }
    let locked = u8::try_from(u16::from(state.locked_mods)).unwrap_or_default();
    let group = u8::from(state.group);
    Ok(Ready { group, locked })
}

/// Whether the window's connection is still of the process it was identified with, and that process is still what it was.
pub(crate) fn same_program(owner: Option<u32>, window: &WindowFacts) -> Result<(), Refusal> {
    let Ok(process) = &window.process else {
        return Err(Refusal::IdentityChanged);
    };
    match owner {
        None => Err(Refusal::WindowGone),
        Some(pid) if pid != process.lineage.pid => Err(Refusal::IdentityChanged),
        Some(_) => identity::still(process),
    }
}

/// Modifiers that are pressed or latched. Locked ones can be put aside; a finger cannot.
fn modifiers_held(state: &GetStateReply) -> bool {
    u16::from(state.base_mods) | u16::from(state.latched_mods) != 0
}

fn is_down(keys: &[u8; 32], keycode: u8) -> bool {
    keys.get(usize::from(keycode / 8))
        .is_some_and(|byte| byte & (1 << (keycode % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use super::is_down;

    #[test]
    fn keys_that_are_down_are_found() {
        let mut keys = [0u8; 32];
        keys[4] = 0b10;
        assert!(is_down(&keys, 33));
        assert!(!is_down(&keys, 34));
    }
}
