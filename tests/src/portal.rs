//! A desktop's portal for shortcuts that a test speaks for: it is asked for keys, gives them or not, and presses them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_lite::future;
use zbus::message::Header;
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
        let wanted = shortcuts.iter().map(|(name, about)| Wanted {
            name: name.clone(),
            description: text(about, "description"),
            key: text(about, "preferred_trigger"),
            session: session.clone(),
        });
        locked(&self.1).extend(wanted);
        let response = match self.0 {
            User::Takes(key) => {
                let about = HashMap::from([("trigger_description", Value::from(key))]);
                let bound: Vec<_> = shortcuts
                    .iter()
                    .map(|(name, _)| (name.as_str(), about.clone()))
                    .collect();
                (0, HashMap::from([("shortcuts", Value::from(bound))]))
            }
            User::Declines => (1, HashMap::new()),
        };
        respond(&options, &header, bus, response).await
    }
}

fn text(options: &Options, name: &str) -> String {
    let text = options.get(name).and_then(|value| <&str>::try_from(value).ok());
    text.unwrap_or_default().to_owned()
}

fn path(header: &Header<'_>, kind: &str, token: &str) -> zbus::fdo::Result<OwnedObjectPath> {
    let sender = header
        .sender()
        .map(|name| name.trim_start_matches(':').replace('.', "_"));
    let path = format!("{PATH}/{kind}/{}/{token}", sender.unwrap_or_default());
    OwnedObjectPath::try_from(path).map_err(|error| zbus::fdo::Error::Failed(error.to_string()))
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
        let session: ObjectPath<'_> = wanted.session.as_ref();
        let body = (session, wanted.name.as_str(), 0_u64, HashMap::<&str, Value<'_>>::new());
        let pressed = self.bus.emit_signal(None::<&str>, PATH, SHORTCUTS, "Activated", &body);
        future::block_on(pressed).map_err(LabError::from)
    }
}
