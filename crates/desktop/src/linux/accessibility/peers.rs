//! Which applications are on the accessibility bus, by process. Kept up to date by events, so that a look-up costs nothing.

use super::bus::{ANSWER, APPLICATION, CallError, Line, ROOT, within};
use super::roles::Sight;
use super::search::{self, Stock};
use super::shared::Shared;
use crate::linux::bus::{Bell, dial, open};
use async_executor::Executor;
use countersign_model::Extents;
use futures_lite::future;
use futures_util::future::join;
use rustix::net::sockopt::socket_peercred;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zbus::Connection;
use zbus::connection::Builder;
use zbus::names::OwnedUniqueName;

/// How long a program that just came may take until its main loop answers. Nobody waits for this.
const SETTLE: Duration = Duration::from_secs(20);
/// How long the first question waits; each one after it twice as long. A program asked before it listens never answers that one.
const FIRST: Duration = Duration::from_millis(100);
/// Objects of an application, with all its windows, that are many to be told of at once.
const MUCH: usize = 300;
/// Windows looked into at once that are still few: each is searched by itself.
const FEW: usize = 4;
/// A window of so many pixels has room for many.
const AMPLE: i32 = 400 * 400;
const DAEMON: (&str, &str, &str) = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");

/// How much may be in a window, as far as its size tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// A dialog's worth.
    ForFew,
    /// Perhaps thousands of controls.
    ForMany,
}

impl Room {
    /// In a window of this size.
    pub(crate) fn in_window(place: Extents) -> Self {
        if place.width.saturating_mul(place.height) > AMPLE {
            Self::ForMany
        } else {
            Self::ForFew
        }
    }
}

/// An application that offers its controls.
#[derive(Debug)]
pub(super) struct Application {
    /// Its unique name on the bus.
    pub(super) name: OwnedUniqueName,
    /// Its process, as the bus daemon says.
    pub(super) pid: u32,
    /// What its toolkit calls itself.
    pub(super) toolkit: String,
    /// Its toolkit's version, empty if it does not say.
    pub(super) version: String,
    /// The way to it.
    pub(super) line: Line,
    /// Everything in it at once, for all its windows that are looked at together.
    pub(super) stock: Shared<Stock, CallError>,
    /// How much that was when it was last asked for.
    pub(super) size: AtomicUsize,
    /// The names of its frames, by path, as they were when they were last asked for.
    pub(super) frames: Mutex<HashMap<String, String>>,
    /// How many of its windows are being looked into.
    lookers: AtomicUsize,
    /// Where its own socket is, once it was asked.
    address: futures_util::lock::Mutex<Option<String>>,
    /// Whether that is open, or found to be of no use.
    own: futures_util::lock::Mutex<bool>,
    executor: Arc<Executor<'static>>,
}

/// One of those who look into an application. Dropping it ends the look.
pub(super) struct Looker<'a>(&'a AtomicUsize);

impl Drop for Looker<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Application {
    /// Whether its toolkit may search by itself. Qt5 does not, and says so at the cost of a round trip.
    pub(super) fn offers_collection(&self) -> bool {
        !(self.toolkit == "Qt" && self.version.starts_with("5."))
    }

    /// Begins to look into one of its windows.
    pub(super) fn look(&self) -> Looker<'_> {
        self.lookers.fetch_add(1, Ordering::Relaxed);
        Looker(&self.lookers)
    }

    /// Whether its toolkit searches a window faster than it gives out everything it has: GTK3 does once that is much, and not wanted for
    /// many windows at once. GTK4, which has a cache, too, does not search.
    pub(super) fn is_better_searched(&self, room: Room) -> bool {
        let size = self.size.load(Ordering::Relaxed);
        let is_much = size > MUCH || size == 0 && room == Room::ForMany;
        self.toolkit == "gtk" && is_much && self.lookers.load(Ordering::Relaxed) <= FEW
    }

    /// Asks for the address of its own socket; empty if it has none. GTK 3 has a cache from then on. To get there it makes an accessible
    /// object of every widget and speaks of each of them: 3,000 take it 270 ms, and 20 where a search has made them before, which nobody
    /// hears. The limit is the caller's ([`within`]).
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) async fn address(&self) -> Result<String, CallError> {
        let mut known = self.address.lock().await;
        if let Some(address) = &*known {
            return Ok(address.clone());
        }
        let asking = self
            .line
            .call::<_, String>(ROOT, APPLICATION, "GetApplicationBusAddress", &());
        let address = match asking.await {
            Err(CallError::Absent(_) | CallError::Failed(_)) => String::new(),
            answered => answered?,
        };
        *known = Some(address.clone());
        Ok(address)
    }

    /// Opens its own socket, if it has one: what goes over that, nobody else on the bus hears. The limit is the caller's ([`within`]).
    ///
    /// # Errors
    /// When it does not answer. One that has no such socket is reached over the shared bus.
    pub(super) async fn open_own_line(&self) -> Result<(), CallError> {
        let mut is_open = self.own.lock().await;
        if *is_open {
            return Ok(());
        }
        let address = self.address().await?;
        if !address.is_empty() {
            match self.own_socket(&address).await {
                Ok(own) => self.line.go_over(own),
                Err(CallError::Silent) => return Err(CallError::Silent),
                Err(error) => {
                    tracing::debug!(name = %self.name, %error, "its own socket is of no use; going over the shared bus");
                }
            }
        }
        *is_open = true;
        Ok(())
    }

    /// Connects to its own socket, if the process behind the socket is the one the bus daemon named.
    async fn own_socket(&self, address: &str) -> Result<Connection, CallError> {
        let failed = |error: rustix::io::Errno| CallError::Failed(error.to_string());
        let stream = dial(&address.parse()?)?;
        let peer = socket_peercred(&stream).map_err(failed)?;
        if u32::try_from(peer.pid.as_raw_nonzero().get()) != Ok(self.pid) {
            return Err(CallError::Failed("another process listens on it".to_owned()));
        }
        let builder = Builder::async_io_unix_stream(stream).p2p();
        open(&self.executor, builder).await
    }

    /// Opens its own socket ahead of the first look; in GTK 3, once everything in its windows was made.
    async fn prepare(&self) -> Result<(), CallError> {
        if self.toolkit == "gtk" {
            search::visit(self, FEW).await?;
        }
        self.open_own_line().await
    }

    /// How its toolkit says that a control is on the screen.
    pub(super) fn sight(&self) -> Sight {
        if self.toolkit == "GTK" {
            Sight::Visible
        } else {
            Sight::Showing
        }
    }

    /// Whether its toolkit ever fills in ids and classes. GTK2, GTK3 and Qt5 do not; asking them only costs time.
    pub(super) fn has_ids(&self) -> bool {
        self.toolkit != "gtk" && !(self.toolkit == "Qt" && self.version.starts_with("5."))
    }
}

#[derive(Clone, Debug)]
enum Standing {
    /// It was asked and has not answered yet.
    Asked,
    /// It did not answer as an application does: another client of the bus, or asked too early.
    Other,
    Application(Arc<Application>),
}

#[derive(Debug)]
struct Peer {
    pid: u32,
    standing: Standing,
}

/// What is known of a process.
#[derive(Debug)]
pub(super) enum Found {
    /// It offers its controls.
    Application(Arc<Application>),
    /// It is on the bus, and does not answer, or not yet.
    Unanswered,
    /// It is not on the bus.
    Absent,
}

/// The table.
#[derive(Debug)]
pub(super) struct Peers {
    bus: Connection,
    executor: Arc<Executor<'static>>,
    table: Mutex<HashMap<OwnedUniqueName, Peer>>,
    /// Rings when the table changes.
    pub(super) bell: Bell,
    /// Rings when those who have not answered are to be asked again.
    poke: Bell,
}

impl Peers {
    pub(super) fn new(bus: Connection, executor: Arc<Executor<'static>>) -> Self {
        Self {
            bus,
            executor,
            table: Mutex::default(),
            bell: Bell::default(),
            poke: Bell::default(),
        }
    }

    /// Where its tasks run.
    pub(super) fn executor(&self) -> &Arc<Executor<'static>> {
        &self.executor
    }

    /// Whether the bus itself ended.
    pub(super) fn ended(&self) -> bool {
        self.bus.is_closed()
    }

    /// The bus itself ended.
    pub(super) fn lost(&self) {
        tracing::warn!("the accessibility bus ended; it is tried again when a form needs it");
        self.table().clear();
        self.bell.ring();
    }

    /// Asks everyone who is there already, all at once.
    pub(super) async fn fill(self: &Arc<Self>) -> Result<(), CallError> {
        let asking = async {
            let (name, path, interface) = DAEMON;
            let reply = self
                .bus
                .call_method(Some(name), path, Some(interface), "ListNames", &())
                .await?;
            Ok(reply.body().deserialize::<Vec<String>>()?)
        };
        for name in within(ANSWER, asking).await? {
            if let Ok(name) = OwnedUniqueName::try_from(name) {
                self.came(name);
            }
        }
        Ok(())
    }

    /// Somebody connected to the bus, or registered as an application.
    pub(super) fn came(self: &Arc<Self>, name: OwnedUniqueName) {
        if self.bus.unique_name() == Some(&name) {
            return;
        }
        let peers = Arc::clone(self);
        self.executor
            .spawn(async move {
                if let Err(error) = peers.meet(name.clone()).await {
                    tracing::trace!(%name, %error, "not an application");
                }
            })
            .detach();
    }

    /// Somebody left the bus.
    pub(super) fn left(&self, name: &OwnedUniqueName) {
        self.table().remove(name);
        self.bell.ring();
    }

    /// What is known of a process.
    pub(super) fn find(self: &Arc<Self>, pid: u32) -> Found {
        let mut found = Found::Absent;
        let mut again = Vec::new();
        for (name, peer) in self.table().iter().filter(|(_, peer)| peer.pid == pid) {
            match &peer.standing {
                Standing::Application(application) => return Found::Application(Arc::clone(application)),
                Standing::Asked => found = Found::Unanswered,
                Standing::Other => {
                    found = Found::Unanswered;
                    again.push(name.clone());
                }
            }
        }
        again.into_iter().for_each(|name| self.came(name));
        found
    }

    /// The application of this name, if it belongs to the process.
    pub(super) fn named(&self, name: &str, pid: u32) -> Option<Arc<Application>> {
        self.table().iter().find_map(|(known, peer)| match &peer.standing {
            Standing::Application(application) if known.as_str() == name && peer.pid == pid => {
                Some(Arc::clone(application))
            }
            _ => None,
        })
    }

    /// An application registered: whoever did not answer as one may have been asked too early.
    pub(super) fn ask_again(self: &Arc<Self>) {
        let others: Vec<_> = self
            .table()
            .iter()
            .filter(|(_, peer)| matches!(peer.standing, Standing::Other))
            .map(|(name, _)| name.clone())
            .collect();
        others.into_iter().for_each(|name| self.came(name));
    }

    async fn meet(self: &Arc<Self>, name: OwnedUniqueName) -> Result<(), CallError> {
        let known = self.table().get(&name).map(|peer| (peer.pid, peer.standing.clone()));
        let pid = match known {
            Some((_, Standing::Asked | Standing::Application(_))) => return Ok(()),
            Some((pid, Standing::Other)) => pid,
            None => within(ANSWER, self.process(&name)).await?,
        };
        let standing = Standing::Asked;
        self.table().insert(name.clone(), Peer { pid, standing });
        let met = self.introduce_until_heard(&name, pid).await;
        if let Ok(application) = &met {
            let application = Arc::clone(application);
            let preparing = async move {
                if let Err(error) = within(SETTLE, application.prepare()).await {
                    tracing::debug!(name = %application.name, %error, "its own socket is not open yet");
                }
            };
            self.executor.spawn(preparing).detach();
        }
        let standing = match &met {
            Ok(application) => Some(Standing::Application(Arc::clone(application))),
            Err(CallError::Gone) => None,
            Err(_) => Some(Standing::Other),
        };
        match (self.table().get_mut(&name), standing) {
            (Some(peer), Some(standing)) => peer.standing = standing,
            (Some(_), None) => self.left(&name),
            (None, _) => {}
        }
        self.bell.ring();
        met.map(drop)
    }

    async fn introduce_until_heard(&self, name: &OwnedUniqueName, pid: u32) -> Result<Arc<Application>, CallError> {
        let mut patience = FIRST;
        loop {
            let pokes = self.poke.rings();
            let asking = future::or(self.introduce(name, pid), async {
                self.poke.after(pokes).await;
                Err(CallError::Silent)
            });
            match within(patience, asking).await {
                Err(CallError::Silent) if patience < SETTLE => patience = patience.saturating_mul(2),
                met => return met,
            }
        }
    }

    /// Somebody waits for an application that has not answered yet: ask those again.
    pub(super) fn hurry(&self) {
        self.poke.ring();
    }

    async fn process(&self, name: &OwnedUniqueName) -> Result<u32, CallError> {
        let (daemon, path, interface) = DAEMON;
        let method = "GetConnectionUnixProcessID";
        let reply = self
            .bus
            .call_method(Some(daemon), path, Some(interface), method, &(name.as_str()))
            .await?;
        Ok(reply.body().deserialize()?)
    }

    async fn introduce(&self, name: &OwnedUniqueName, pid: u32) -> Result<Arc<Application>, CallError> {
        let line = Line::shared(&self.bus, name.clone());
        let (toolkit, version) = join(
            line.property::<String>(ROOT, APPLICATION, "ToolkitName"),
            line.property::<String>(ROOT, APPLICATION, "Version"),
        )
        .await;
        Ok(Arc::new(Application {
            name: name.clone(),
            pid,
            toolkit: toolkit?,
            version: version.unwrap_or_default(),
            line,
            stock: Shared::default(),
            size: AtomicUsize::default(),
            frames: Mutex::default(),
            lookers: AtomicUsize::default(),
            address: futures_util::lock::Mutex::default(),
            own: futures_util::lock::Mutex::default(),
            executor: Arc::clone(&self.executor),
        }))
    }

    fn table(&self) -> MutexGuard<'_, HashMap<OwnedUniqueName, Peer>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
