//! A desktop's portal for shortcuts that a test speaks for: it is asked for keys, gives them or not, and presses them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_lite::future;
use zbus::message::Header;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, connection, interface};

use crate::{Deadline, LabError, Result, Session};

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
const READY: u64 = 20;

/// What the user says when he is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// He takes this key, whatever was wanted.
    Takes(&'static str),
    /// He does not want it.
    Declines,
    /// He has not said anything yet.
    Thinks,
}

/// A portal. Dropping it takes it off the bus.
#[derive(Debug)]
pub struct Portal {
    bus: Connection,
    wanted: Arc<Mutex<Vec<Wanted>>>,
}

/// A key that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The shortcut's name within the application.
    pub name: String,
    /// What it does, for people.
    pub description: String,
    /// The key.
    pub key: String,
    session: OwnedObjectPath,
    by: OwnedUniqueName,
}

struct Shortcuts(User, Arc<Mutex<Vec<Wanted>>>);

type Options = HashMap<String, OwnedValue>;

#[interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl Shortcuts {
    async fn create_session(
        &self,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        let session = path(&header, "session", &text(&options, "session_handle_token"))?;
        let results = HashMap::from([("session_handle", Value::from(session.as_str()))]);
        respond(&options, &header, bus, (0, results)).await
    }

    async fn bind_shortcuts(
        &self,
        session: OwnedObjectPath,
        shortcuts: Vec<(String, Options)>,
        _parent: &str,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        let by = header.sender().map(|name| name.to_owned().into());
        let by: OwnedUniqueName = by.ok_or_else(|| zbus::fdo::Error::Failed("nobody asked".to_owned()))?;
        let wanted = shortcuts.iter().map(|(name, about)| Wanted {
            name: name.clone(),
            description: text(about, "description"),
            key: text(about, "preferred_trigger"),
            session: session.clone(),
            by: by.clone(),
        });
        locked(&self.1).extend(wanted);
        let response = match self.0 {
            User::Takes(key) => (0, given(shortcuts.iter().map(|(name, _)| name.as_str()), key)),
            User::Declines => (1, HashMap::new()),
            User::Thinks => return path(&header, "request", &text(&options, "handle_token")),
        };
        respond(&options, &header, bus, response).await
    }
}

/// What the portal answers when these shortcuts got a key.
fn given<'a>(names: impl Iterator<Item = &'a str>, key: &'a str) -> HashMap<&'static str, Value<'a>> {
    let about = HashMap::from([("trigger_description", Value::from(key))]);
    let bound: Vec<_> = names.map(|name| (name, about.clone())).collect();
    HashMap::from([("shortcuts", Value::from(bound))])
}

fn text(options: &Options, name: &str) -> String {
    let text = options.get(name).and_then(|value| <&str>::try_from(value).ok());
    text.unwrap_or_default().to_owned()
}

fn path(header: &Header<'_>, kind: &str, token: &str) -> zbus::fdo::Result<OwnedObjectPath> {
    let sender = header.sender().map(|name| name.as_str());
    let path = path_of(sender.unwrap_or_default(), kind, token);
    OwnedObjectPath::try_from(path).map_err(|error| zbus::fdo::Error::Failed(error.to_string()))
}

fn path_of(sender: &str, kind: &str, token: &str) -> String {
    let sender = sender.trim_start_matches(':').replace('.', "_");
    format!("{PATH}/{kind}/{sender}/{token}")
}

async fn respond(
    options: &Options,
    header: &Header<'_>,
    bus: &Connection,
    response: (u32, HashMap<&str, Value<'_>>),
) -> zbus::fdo::Result<OwnedObjectPath> {
    let request = path(header, "request", &text(options, "handle_token"))?;
    let to = header.sender().cloned();
    bus.emit_signal(to, &request, "org.freedesktop.portal.Request", "Response", &response)
        .await?;
    Ok(request)
}

fn locked(wanted: &Mutex<Vec<Wanted>>) -> MutexGuard<'_, Vec<Wanted>> {
    wanted.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Portal {
    /// Answers from now on, as this user does.
    pub fn start(session: &Session, user: User) -> Result<Self> {
        let wanted = Arc::default();
        let shortcuts = Shortcuts(user, Arc::clone(&wanted));
        let bus = future::block_on(async {
            connection::Builder::address(session.bus())?
                .serve_at(PATH, shortcuts)?
                .name(NAME)?
                .build()
                .await
        })?;
        Ok(Self { bus, wanted })
    }

    /// The key that was asked for last, once one is.
    pub fn wanted(&self) -> Result<Wanted> {
        Deadline::seconds(READY).wait_for("a wish for a key", || locked(&self.wanted).last().cloned())
    }

    /// Presses it.
    pub fn press(&self, wanted: &Wanted) -> Result<()> {
        press(&self.bus, None, wanted)
    }
}

fn press(bus: &Connection, to: Option<&str>, wanted: &Wanted) -> Result<()> {
    let session: ObjectPath<'_> = wanted.session.as_ref();
    let body = (session, wanted.name.as_str(), 0_u64, HashMap::<&str, Value<'_>>::new());
    let pressed = bus.emit_signal(to, PATH, SHORTCUTS, "Activated", &body);
    future::block_on(pressed).map_err(LabError::from)
}

/// Another program of the session, which is no portal and sends its signals straight to whoever asked for a key.
#[derive(Debug)]
pub struct Impostor(Connection);

impl Impostor {
    /// Takes a seat on the session's bus.
    pub fn start(session: &Session) -> Result<Self> {
        let bus = future::block_on(async { connection::Builder::address(session.bus())?.build().await })?;
        Ok(Self(bus))
    }

    /// Presses a key as if it were the portal.
    pub fn press(&self, wanted: &Wanted) -> Result<()> {
        press(&self.0, Some(&wanted.by), wanted)
    }

    /// Answers the wish for a key as if it were the portal.
    pub fn give(&self, wanted: &Wanted, key: &str) -> Result<()> {
        let request = path_of(&wanted.by, "request", "countersign_bind");
        let body = (0_u32, given([wanted.name.as_str()].into_iter(), key));
        let told = self.0.emit_signal(
            Some(wanted.by.as_str()),
            request,
            "org.freedesktop.portal.Request",
            "Response",
            &body,
        );
        future::block_on(told).map_err(LabError::from)
    }
}
