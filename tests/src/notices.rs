//! A notification service that a test speaks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_lite::future;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, connection, interface};

use crate::{Deadline, Result, Session};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const READY: u64 = 20;

/// Something that was put up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub number: u32,
    /// The number it was to replace; 0: none.
    pub replaces: u32,
    /// Its title.
    pub title: String,
    /// What is below.
    pub body: String,
    /// Names and labels of its actions, in turn.
    pub actions: Vec<String>,
    /// Whether it goes by.
    pub transient: bool,
}

/// A notification service. Dropping it takes it off the bus.
#[derive(Debug)]
pub struct Notices {
    bus: Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
}

struct Service(Arc<Mutex<Vec<Shown>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_server_information(&self) -> (String, String, String, String) {
        ("the test's".into(), "laboratory".into(), "1".into(), "1.2".into())
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned(), "actions".to_owned()]
    }

    #[expect(clippy::too_many_arguments, reason = "the interface's own")]
    fn notify(
        &self,
        _application: &str,
        replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let mut shown = locked(&self.0);
        let next = shown.iter().map(|one| one.number).max().unwrap_or_default() + 1;
        let number = if replaces == 0 { next } else { replaces };
        let transient = hints.get("transient").and_then(|value| bool::try_from(value).ok());
        shown.push(Shown {
            number,
            replaces,
            title,
            body,
            actions,
            transient: transient.unwrap_or_default(),
        });
        number
    }

    fn close_notification(&self, _number: u32) {}
}

fn locked(shown: &Mutex<Vec<Shown>>) -> MutexGuard<'_, Vec<Shown>> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notices {
    /// Shows notifications from now on.
    pub fn start(session: &Session) -> Result<Self> {
        let shown = Arc::default();
        let service = Service(Arc::clone(&shown));
        let bus = future::block_on(async {
            connection::Builder::address(session.bus())?
                .serve_at(PATH, service)?
                .name(NAME)?
                .build()
                .await
        })?;
        Ok(Self { bus, shown })
    }

    /// Everything that was put up, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Shown> {
        locked(&self.shown).clone()
    }

    /// Waits for one of this title.
    pub fn wait_for(&self, title: &str) -> Result<Shown> {
        let deadline = Deadline::seconds(READY);
        let found = deadline.find(|| self.all().into_iter().rfind(|one| one.title == title));
        found.ok_or_else(|| {
            deadline.late(
                &format!("the notification \"{title}\""),
                &format!("; there is {:?}", self.all()),
            )
        })
    }

    /// A click on one.
    pub fn click(&self, shown: &Shown) -> Result<()> {
        let action = shown.actions.first().cloned().unwrap_or_default();
        let body = (shown.number, action);
        Ok(future::block_on(self.bus.emit_signal(
            None::<&str>,
            PATH,
            NAME,
            "ActionInvoked",
            &body,
        ))?)
    }
}
