//! What is on the screen, seen from outside.

use x11rb::connection::Connection;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt, PropMode, Window};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::{Deadline, LabError, Result};

/// A connection to the session's X server that only looks.
#[derive(Debug)]
pub struct Screen {
    connection: RustConnection,
    root: Window,
    size: (u16, u16),
    display: String,
}

/// One managed window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The window's id.
    pub id: Window,
    /// `_NET_WM_NAME`, else `WM_NAME`.
    pub title: String,
    /// `WM_CLASS`: instance and class.
    pub class: (String, String),
    /// The process, by XRes, else `_NET_WM_PID`.
    pub pid: Option<u32>,
}

impl Screen {
    /// Connects to `display`.
    pub fn open(display: &str) -> Result<Self> {
        let error = |reason: String| LabError::Display {
            display: display.to_owned(),
            reason,
        };
        let (connection, number) = x11rb::connect(Some(display)).map_err(|reason| error(reason.to_string()))?;
        let (root, size) = connection
            .setup()
            .roots
            .get(number)
            .map(|screen| (screen.root, (screen.width_in_pixels, screen.height_in_pixels)))
            .ok_or_else(|| error("it has no such screen".to_owned()))?;
        Ok(Self {
            connection,
            root,
            size,
            display: display.to_owned(),
        })
    }

    /// The connection.
    #[must_use]
    pub fn connection(&self) -> &RustConnection {
        &self.connection
    }

    /// The root window.
    #[must_use]
    pub fn root(&self) -> Window {
        self.root
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    pub(crate) fn error(&self, reason: impl ToString) -> LabError {
        LabError::Display {
            display: self.display.clone(),
            reason: reason.to_string(),
        }
    }

    /// True when a window manager has taken over.
    #[must_use]
    pub fn has_manager(&self) -> bool {
        self.property(self.root, "_NET_SUPPORTING_WM_CHECK").is_some()
    }

    /// Every managed window, oldest first.
    #[must_use]
    pub fn windows(&self) -> Vec<Seen> {
        let list = self.property(self.root, "_NET_CLIENT_LIST").unwrap_or_default();
        numbers(&list).map(|id| self.window(id)).collect()
    }

    /// The window that has the keyboard, as the window manager says.
    #[must_use]
    pub fn active(&self) -> Option<Window> {
        numbers(&self.property(self.root, "_NET_ACTIVE_WINDOW")?)
            .next()
            .filter(|&id| id != 0)
    }

    /// What is known of one window.
    #[must_use]
    pub fn window(&self, id: Window) -> Seen {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let title = self
            .property(id, "_NET_WM_NAME")
            .or_else(|| self.property(id, "WM_NAME"));
        let class = self.property(id, "WM_CLASS").map(text).unwrap_or_default();
        let mut parts = class.split('\0').map(str::to_owned);
        Seen {
            id,
            title: title.map(text).unwrap_or_default(),
            class: (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()),
            pid: self.owner(id).or_else(|| {
                self.property(id, "_NET_WM_PID")
                    .and_then(|bytes| numbers(&bytes).next())
            }),
        }
    }

    /// Waits for a managed window of the process `pid`.
    pub fn wait_for_window_of(&self, pid: u32, deadline: Deadline) -> Result<Seen> {
        let what = format!("a window of process {pid}");
        self.wait_for_window(&what, deadline, |seen| seen.pid == Some(pid))
    }

    /// Waits for a managed window for which `wanted` holds.
    pub fn wait_for_window(&self, what: &str, deadline: Deadline, wanted: impl Fn(&Seen) -> bool) -> Result<Seen> {
        deadline
            .find(|| self.windows().into_iter().find(&wanted))
            .ok_or_else(|| {
                let there: Vec<_> = self.windows().into_iter().map(|seen| seen.title).collect();
                deadline.late(what, &format!("; the windows are {there:?}"))
            })
    }

    /// Waits until no managed window satisfies `unwanted`.
    pub fn wait_for_gone(&self, what: &str, deadline: Deadline, unwanted: impl Fn(&Seen) -> bool) -> Result<()> {
        deadline.wait_for(what, || (!self.windows().iter().any(&unwanted)).then_some(()))
    }

    /// A text on the root window.
    #[must_use]
    pub fn text_property(&self, name: &str) -> Option<String> {
        self.property(self.root, name)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Sets or removes a text on the root window.
    pub fn set_text_property(&self, name: &str, text: Option<&str>) -> Result<()> {
        let Some(atom) = self.atom(name) else { return Ok(()) };
        let sent = match text {
            Some(text) => {
                self.connection
                    .change_property8(PropMode::REPLACE, self.root, atom, AtomEnum::STRING, text.as_bytes())
            }
            None => self.connection.delete_property(self.root, atom),
        };
        sent.map_err(|error| self.error(error))?
            .check()
            .map_err(|error| self.error(error))
    }

    fn owner(&self, id: Window) -> Option<u32> {
        let spec = ClientIdSpec {
            client: id,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        };
        let reply = self.connection.res_query_client_ids(&[spec]).ok()?.reply().ok()?;
        reply.ids.first()?.value.first().copied()
    }

    fn atom(&self, name: &str) -> Option<Atom> {
        Some(
            self.connection
                .intern_atom(false, name.as_bytes())
                .ok()?
                .reply()
                .ok()?
                .atom,
        )
    }

    fn property(&self, window: Window, name: &str) -> Option<Vec<u8>> {
        let atom = self.atom(name)?;
        let cookie = self
            .connection
            .get_property(false, window, atom, AtomEnum::ANY, 0, 4096)
            .ok()?;
        let reply = cookie.reply().ok()?;
        (reply.type_ != x11rb::NONE).then_some(reply.value)
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes
        .chunks_exact(4)
        .filter_map(|chunk| chunk.try_into().ok().map(u32::from_ne_bytes))
}
