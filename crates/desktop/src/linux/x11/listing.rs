//! The windows a display lists.

use super::connection::Link;
use super::facts::Seen;
use countersign_model::WindowFacts;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, GetPropertyReply, Window};

/// The windows a display lists, and whether a window manager does the listing.
#[derive(Debug)]
pub(super) struct WatchSet {
    pub windows: Vec<Window>,
    pub managed: bool,
    /// The window manager's own window, for as long as it runs.
    pub manager: Option<Window>,
}

impl WatchSet {
    /// The window manager's list, else the root's children.
    pub(super) fn read(link: &Link) -> Result<Self, ConnectionError> {
        let property = |name: Atom| {
            link.conn
                .get_property(false, link.root, name, AtomEnum::WINDOW, 0, 0x1_0000)
        };
        let list = property(link.atoms._NET_CLIENT_LIST)?;
        let check = property(link.atoms._NET_SUPPORTING_WM_CHECK)?;
        let list = list.reply().ok();
        let check = check.reply().ok().as_ref().and_then(first);
        let manager = match check {
            Some(window) if alive(link, window)? => Some(window),
            _ => None,
        };
        let managed = manager.is_some();
        let windows = match list {
            Some(list) if managed => list.value32().map(Iterator::collect).unwrap_or_default(),
            _ => match link.conn.query_tree(link.root)?.reply() {
                Ok(tree) => tree.children,
                Err(_) => Vec::new(),
            },
        };
        Ok(Self {
            windows,
            managed,
            manager,
        })
    }

    /// Whether a window that is listed is one a user sees as a window.
    pub(super) fn holds(&self, seen: &Seen) -> bool {
        !seen.beside && !is_ours(&seen.facts) && (self.managed || seen.viewable)
    }
}

/// A window manager that was killed leaves its mark on the root, but not the window the mark names.
fn alive(link: &Link, check: Window) -> Result<bool, ConnectionError> {
    let mark = link.conn.get_property(
        false,
        check,
        link.atoms._NET_SUPPORTING_WM_CHECK,
        AtomEnum::WINDOW,
        0,
        1,
    )?;
    Ok(mark.reply().ok().as_ref().and_then(first) == Some(check))
}

/// The first word of a property.
pub(super) fn first(reply: &GetPropertyReply) -> Option<u32> {
    reply.value32().and_then(|mut words| words.next())
}

/// Whether a window is of this process.
pub(super) fn is_ours(facts: &WindowFacts) -> bool {
    matches!(&facts.process, Ok(process) if process.lineage.pid == std::process::id())
}
