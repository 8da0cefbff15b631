use countersign_model::port::DesktopError;
use countersign_model::{Refusal, WindowId};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::res::{self, ConnectionExt as _};
use x11rb::protocol::xproto::Window;
use x11rb::rust_connection::RustConnection;

x11rb::atom_manager! {
    /// The atoms windows are described with.
    pub(crate) Atoms: AtomsCookie {
        _NET_CLIENT_LIST,
        _NET_ACTIVE_WINDOW,
        _NET_SUPPORTING_WM_CHECK,
        _NET_WM_NAME,
        _NET_WM_PID,
        _XEMBED_INFO,
        UTF8_STRING,
        COMPOUND_TEXT,
        WM_STATE,
        _COUNTERSIGN_BORROWED_KEYS,
    }
}

/// Which X display to use. Every part opens a connection of its own, so that none waits for another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Display {
    name: Option<String>,
}

impl Display {
    /// The display `DISPLAY` names.
    #[must_use]
    pub fn from_environment() -> Self {
        Self::default()
    }

    /// A display by name, such as `:7`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
        }
    }

    /// The name, if it is not the environment's.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn open(&self) -> Result<Link, DesktopError> {
        let no_display = |why: String| {
            let name = self.name.clone().unwrap_or_else(|| "DISPLAY".to_owned());
            DesktopError::NoDisplay(format!("{name}: {why}"))
        };
        let (conn, screen) = x11rb::connect(self.name()).map_err(|e| no_display(e.to_string()))?;
        let root = conn
            .setup()
            .roots
            .get(screen)
            .map(|screen| screen.root)
            .ok_or_else(|| no_display("it has no screen".to_owned()))?;
        let atoms = Atoms::new(&conn).map_err(as_error)?;
        conn.prefetch_extension_information(res::X11_EXTENSION_NAME)
            .map_err(as_error)?;
        let atoms = atoms.reply().map_err(as_error)?;
        let version = conn
            .res_query_version(1, 2)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        if (version.server_major, version.server_minor) < (1, 2) {
            return Err(DesktopError::Display(
                "it has no X-Resource 1.2, which tells processes apart".into(),
            ));
        }
        Ok(Link { conn, root, atoms })
    }
}

/// A connection with what every part of it needs.
#[derive(Debug)]
pub(crate) struct Link {
    pub conn: RustConnection,
    pub root: Window,
    pub atoms: Atoms,
}

/// The X number of a window.
pub(crate) fn number(id: WindowId) -> Window {
    // X numbers have 29 bits; anything else is no window of ours and 0 is no window at all.
    Window::try_from(id.0).unwrap_or(x11rb::NONE)
}

/// What the display says, in the port's words.
pub(crate) fn as_error(error: impl Into<ReplyOrIdError>) -> DesktopError {
    match error.into() {
        ReplyOrIdError::X11Error(e) if is_gone(&ReplyError::X11Error(e.clone())) => DesktopError::WindowGone,
        ReplyOrIdError::X11Error(e) => DesktopError::Display(format!("{:?}", e.error_kind)),
        ReplyOrIdError::ConnectionError(e) => DesktopError::Display(e.to_string()),
        ReplyOrIdError::IdsExhausted => DesktopError::Display("no more window numbers; log on again".into()),
    }
}

/// What the display says, as a refusal.
pub(crate) fn as_refusal(error: impl Into<ReplyOrIdError>) -> Refusal {
    match as_error(error) {
        DesktopError::WindowGone => Refusal::WindowGone,
        other => Refusal::Desktop(other.to_string()),
    }
}

/// Whether an error only means that a window or another resource is not there any more.
pub(crate) fn is_gone(error: &ReplyError) -> bool {
    use x11rb::protocol::ErrorKind;
    matches!(error, ReplyError::X11Error(e)
        if matches!(e.error_kind, ErrorKind::Window | ErrorKind::Drawable | ErrorKind::Match | ErrorKind::Value))
}

/// Whether the connection itself is lost.
pub(crate) fn is_lost(error: &ReplyError) -> Option<&ConnectionError> {
    match error {
        ReplyError::ConnectionError(e) => Some(e),
        ReplyError::X11Error(_) => None,
    }
}
