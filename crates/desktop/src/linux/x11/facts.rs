use super::connection::{Link, is_lost};
use countersign_identify as identity;
use countersign_model::port::DesktopError;
use countersign_model::{ParentWindow, Stance, WindowFacts, WindowId};
use x11rb::cookie::Cookie;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::res::{self, ClientIdMask, ClientIdSpec, QueryClientIdsReply};
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, GetPropertyReply, GetWindowAttributesReply, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// `WM_STATE` of an icon.
const ICONIC: u32 = 3;

/// The longest text read of a window, in units of four bytes.
const TEXT: u32 = 1024;

/// What the window manager says about a window (`WM_STATE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Managed {
    /// It has no `WM_STATE`: not (yet) a client.
    No,
    /// Withdrawn by its program.
    Withdrawn,
    /// A client, shown or iconified.
    Yes,
}

/// One look at a window.
#[derive(Debug)]
pub(crate) struct Seen {
    pub facts: WindowFacts,
    /// The window it belongs to.
    parent: Option<Window>,
    pub managed: Managed,
    pub viewable: bool,
    /// A menu, a tooltip, an input-only helper or an embedded plug: never a logon form of its own.
    pub beside: bool,
}

type Reply<'c, R> = Cookie<'c, RustConnection, R>;

/// The questions about a window, sent and not yet answered.
struct Asked<'c> {
    window: Window,
    attributes: Reply<'c, GetWindowAttributesReply>,
    state: Reply<'c, GetPropertyReply>,
    embedded: Reply<'c, GetPropertyReply>,
    title: Reply<'c, GetPropertyReply>,
    old_title: Reply<'c, GetPropertyReply>,
    class: Reply<'c, GetPropertyReply>,
    machine: Reply<'c, GetPropertyReply>,
    declared: Reply<'c, GetPropertyReply>,
    owner: Reply<'c, QueryClientIdsReply>,
    transient: Reply<'c, GetPropertyReply>,
}

/// Looks at windows, all of them in one round trip. A window that is gone is left out.
pub(crate) fn look(link: &Link, windows: &[Window]) -> Result<Vec<Seen>, ConnectionError> {
    let asked: Vec<_> = windows
        .iter()
        .map(|&window| ask(link, window))
        .collect::<Result<_, _>>()?;
    let mut seen = Vec::with_capacity(asked.len());
    for questions in asked {
        match answer(questions) {
            Ok(mut window) => {
                window.facts.stance.parent = window.parent.and_then(|parent| parent_of(link, parent));
                seen.push(window);
            }
            Err(error) => {
                if is_lost(&error).is_some() {
                    return Err(lost(error));
                }
            }
        }
    }
    Ok(seen)
}

/// What a dialog's main window is called. Only dialogs have one, so only they cost the round trip.
fn parent_of(link: &Link, parent: Window) -> Option<ParentWindow> {
    let property = |name: u32, kind: AtomEnum| link.conn.get_property(false, parent, name, kind, 0, TEXT);
    let title = property(link.atoms._NET_WM_NAME, AtomEnum::ANY).ok()?;
    let old_title = property(AtomEnum::WM_NAME.into(), AtomEnum::ANY).ok()?;
    let class = property(AtomEnum::WM_CLASS.into(), AtomEnum::STRING).ok()?;
    let (title, old_title, class) = (title.reply(), old_title.reply(), class.reply());
    let title = match text(&title.ok()?) {
        title if title.is_empty() => text(&old_title.ok()?),
        title => title,
    };
    let class = class.ok()?;
    let class = class
        .value
        .split(|&byte| byte == 0)
        .nth(1)
        .map(latin)
        .unwrap_or_default();
    Some(ParentWindow { title, class })
}

/// Looks at one window.
pub(crate) fn window_of(link: &Link, window: Window) -> Result<Seen, DesktopError> {
    let seen = look(link, &[window]).map_err(super::connection::as_error)?;
    seen.into_iter().next().ok_or(DesktopError::WindowGone)
}

fn lost(error: ReplyError) -> ConnectionError {
    match error {
        ReplyError::ConnectionError(e) => e,
        ReplyError::X11Error(_) => ConnectionError::UnknownError,
    }
}

fn ask(link: &Link, window: Window) -> Result<Asked<'_>, ConnectionError> {
    let property =
        |name: u32, kind: AtomEnum, length: u32| link.conn.get_property(false, window, name, kind, 0, length);
    Ok(Asked {
        window,
        attributes: link.conn.get_window_attributes(window)?,
        state: property(link.atoms.WM_STATE, AtomEnum::ANY, 2)?,
        embedded: property(link.atoms._XEMBED_INFO, AtomEnum::ANY, 0)?,
        title: property(link.atoms._NET_WM_NAME, AtomEnum::ANY, TEXT)?,
        old_title: property(AtomEnum::WM_NAME.into(), AtomEnum::ANY, TEXT)?,
        class: property(AtomEnum::WM_CLASS.into(), AtomEnum::STRING, TEXT)?,
        machine: property(AtomEnum::WM_CLIENT_MACHINE.into(), AtomEnum::ANY, TEXT)?,
        declared: property(link.atoms._NET_WM_PID, AtomEnum::CARDINAL, 1)?,
        owner: ask_owner(link, window)?,
        transient: property(AtomEnum::WM_TRANSIENT_FOR.into(), AtomEnum::ANY, 1)?,
    })
}

fn answer(asked: Asked<'_>) -> Result<Seen, ReplyError> {
    // Every reply is taken before any error is returned, so that none is left behind in the connection.
    let attributes = asked.attributes.reply();
    let state = asked.state.reply();
    let embedded = asked.embedded.reply();
    let title = asked.title.reply();
    let old_title = asked.old_title.reply();
    let class = asked.class.reply();
    let machine = asked.machine.reply();
    let declared = asked.declared.reply();
    let owner = asked.owner.reply();
    let transient = asked.transient.reply();

    let attributes = attributes?;
    let state = state?;
    let state = state.value32().and_then(|mut words| words.next());
    let managed = match state {
        None => Managed::No,
        Some(0) => Managed::Withdrawn,
        Some(_) => Managed::Yes,
    };
    let title = match text(&title?) {
        title if title.is_empty() => text(&old_title?),
        title => title,
    };
    let class = class?;
    let mut names = class.value.split(|&byte| byte == 0).map(latin);
    let instance = names.next().unwrap_or_default();
    let class = names.next().unwrap_or_default();
    let process = identity::of_window(pid_of(&owner?), number(&declared?), &text(&machine?));
    Ok(Seen {
        facts: WindowFacts {
            id: WindowId(asked.window.into()),
            process,
            title,
            class,
            instance,
            stance: Stance {
                visible: attributes.map_state != MapState::UNMAPPED,
                minimised: state == Some(ICONIC),
                parent: None,
            },
        },
        parent: transient
            .ok()
            .as_ref()
            .and_then(number)
            .filter(|parent| *parent != x11rb::NONE),
        managed,
        viewable: attributes.map_state != MapState::UNMAPPED,
        beside: attributes.override_redirect
            || attributes.class == WindowClass::INPUT_ONLY
            || (embedded?.type_ != x11rb::NONE && managed == Managed::No),
    })
}

/// Asks the display for the process behind a window's connection.
pub(crate) fn ask_owner(link: &Link, window: Window) -> Result<Reply<'_, QueryClientIdsReply>, ConnectionError> {
    let spec = ClientIdSpec {
        client: window,
        mask: ClientIdMask::LOCAL_CLIENT_PID,
    };
    res::query_client_ids(&link.conn, &[spec])
}

/// The process behind a window's connection, as the display itself knows it.
pub(crate) fn pid_of(reply: &QueryClientIdsReply) -> Option<u32> {
    reply
        .ids
        .iter()
        .filter(|id| id.spec.mask.contains(ClientIdMask::LOCAL_CLIENT_PID))
        .find_map(|id| id.value.first().copied())
        .filter(|&pid| pid != 0)
}

fn number(reply: &GetPropertyReply) -> Option<u32> {
    reply.value32().and_then(|mut words| words.next())
}

/// A text property. `STRING` is Latin-1, everything newer UTF-8.
fn text(reply: &GetPropertyReply) -> String {
    let value = reply.value.split(|&byte| byte == 0).next().unwrap_or_default();
    if reply.type_ == u32::from(AtomEnum::STRING) {
        return latin(value);
    }
    String::from_utf8_lossy(value).into_owned()
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}
