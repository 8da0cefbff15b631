use super::connection::Link;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{ConnectionExt as _, InputFocus, Window};

/// How far up or down the window tree is followed. Real trees are less than ten deep.
const DEPTH: usize = 64;

/// Whether keys go to `target` while `focus` has the input focus. The answer holds only under a server grab.
///
/// Toolkits put the focus on a helper inside their window, and without a window manager keys go to whatever is under the pointer.
pub(crate) fn leads_to(link: &Link, focus: Window, target: Window) -> Result<bool, ReplyError> {
    if focus == target {
        return Ok(target != x11rb::NONE);
    }
    if focus == u32::from(InputFocus::NONE) {
        return Ok(false);
    }
    if focus == u32::from(InputFocus::POINTER_ROOT) || focus == link.root {
        return is_under_pointer(link, target);
    }
    let mut inside = focus;
    for _ in 0..DEPTH {
        let parent = link.conn.query_tree(inside)?.reply()?.parent;
        if parent == target {
            return Ok(true);
        }
        if parent == x11rb::NONE || parent == link.root {
            return Ok(false);
        }
        inside = parent;
    }
    Ok(false)
}

/// Whether `target` is the window under the pointer, or around it.
pub(crate) fn is_under_pointer(link: &Link, target: Window) -> Result<bool, ReplyError> {
    let mut around = link.root;
    for _ in 0..DEPTH {
        let child = link.conn.query_pointer(around)?.reply()?.child;
        if child == target {
            return Ok(target != x11rb::NONE);
        }
        if child == x11rb::NONE {
            return Ok(false);
        }
        around = child;
    }
    Ok(false)
}
