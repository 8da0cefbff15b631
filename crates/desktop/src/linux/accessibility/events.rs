//! Events: who comes and goes on the bus, and what changes inside the windows attended to.

use super::bus::{ACCESSIBLE, ANSWER, CallError, Line, ROOT, within};
use super::peers::{Application, Peers};
use crate::linux::sinks::Sinks;
use crate::pace::steady;
use async_executor::{Executor, Task};
use async_io::Timer;
use countersign_model::{WindowEvent, WindowId};
use futures_lite::{Stream, StreamExt, future, stream};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{Structure, Value};
use zbus::{Connection, MatchRule, Message, MessageStream};

pub(super) const OBJECT: &str = "org.a11y.atspi.Event.Object";
const WINDOW: &str = "org.a11y.atspi.Event.Window";
const REGISTRY: (&str, &str, &str) = (
    "org.a11y.atspi.Registry",
    "/org/a11y/atspi/registry",
    "org.a11y.atspi.Registry",
);
/// What is listened to, for one application.
const EVENTS: [&str; 9] = [
    "object:children-changed",
    // GTK 4 names a page after it has shown it.
    "object:property-change:accessible-name",
    // Chromium tells of its own dialogs only that something in them has the focus now.
    "object:state-changed:focused",
    "object:state-changed:showing",
    "object:state-changed:visible",
    "object:state-changed:enabled",
    "object:state-changed:sensitive",
    "window:create",
    "window:destroy",
];
/// The states whose changes matter; an application may send others because somebody else listens.
const STATES: [&str; 5] = ["showing", "visible", "enabled", "sensitive", "editable"];
/// Of this one only that it came: it goes when another window is looked at, which changes nothing.
const FOCUSED: &str = "focused";
const NAME: &str = "accessible-name";
/// Changes that come closer together than this are one.
const TOGETHER: Duration = Duration::from_millis(30);
/// Where they go on and on, they are told this often all the same.
const MEANWHILE: Duration = Duration::from_millis(100);
/// An application that has gone on for so long is restless. To hear all of it costs more than to glance at it now and then.
const RESTLESS: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_millis(500);
/// How long a program that does not answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Glances until it is listened to again.
const GLANCES: u32 = 8;

/// Follows who comes and goes, until the bus ends.
pub(super) async fn follow(
    bus: &Connection,
    peers: &Arc<Peers>,
    attendance: &Arc<Attendance>,
) -> Result<(Task<()>, Task<()>), CallError> {
    let owners = rule()
        .sender("org.freedesktop.DBus")?
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?
        .build();
    let registered = rule()
        .sender(REGISTRY.0)?
        .interface(OBJECT)?
        .member("ChildrenChanged")?
        .path(ROOT)?
        .build();
    let mut owners = within(ANSWER, listen(bus, owners)).await?;
    let mut registered = within(ANSWER, listen(bus, registered)).await?;
    let executor = peers.executor();
    let (coming, registering, attended) = (Arc::clone(peers), Arc::clone(peers), Arc::clone(attendance));
    let owners = executor.spawn(async move {
        while let Some(Ok(message)) = owners.next().await {
            owner_changed(&coming, &attended, &message);
        }
        coming.lost();
    });
    let registered = executor.spawn(async move {
        while let Some(Ok(_)) = registered.next().await {
            registering.ask_again();
        }
    });
    Ok((owners, registered))
}

fn owner_changed(peers: &Arc<Peers>, attendance: &Attendance, message: &Message) {
    let Ok((name, _, now)) = message.body().deserialize::<(String, String, String)>() else {
        return;
    };
    let Ok(name) = OwnedUniqueName::try_from(name) else {
        return;
    };
    if now.is_empty() {
        peers.left(&name);
        attendance.left(&name);
    } else {
        peers.came(name);
    }
}

/// Who is attended to.
#[derive(Debug)]
pub(super) struct Attendance {
    bus: Connection,
    executor: Arc<Executor<'static>>,
    sinks: Sinks,
    listening: Mutex<HashMap<OwnedUniqueName, Listening>>,
    /// Windows of programs that do not answer.
    silent: Mutex<HashMap<OwnedUniqueName, Vec<WindowId>>>,
}

#[derive(Debug)]
struct Listening {
    windows: Vec<WindowId>,
    _task: Task<()>,
}

impl Attendance {
    pub(super) fn new(bus: Connection, executor: Arc<Executor<'static>>, sinks: Sinks) -> Self {
        Self {
            bus,
            executor,
            sinks,
            listening: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// Asks a program that has not answered once more, and waits as long as that takes: then its windows are worth another look.
    pub(super) fn tell_once_it_answers(self: &Arc<Self>, window: WindowId, application: &Arc<Application>) {
        let mut silent = self.silent();
        if let Some(windows) = silent.get_mut(&application.name) {
            if !windows.contains(&window) {
                windows.push(window);
            }
            return;
        }
        silent.insert(application.name.clone(), vec![window]);
        let (attendance, application) = (Arc::clone(self), Arc::clone(application));
        let asking = async move {
            let role = application.line.call::<_, u32>(ROOT, ACCESSIBLE, "GetRole", &());
            let answered = within(PATIENCE, role).await;
            let windows = attendance.silent().remove(&application.name).unwrap_or_default();
            if answered.is_ok() {
                for window in windows {
                    attendance.sinks.send(&WindowEvent::ControlsChanged(window));
                }
            }
        };
        self.executor.spawn(asking).detach();
    }

    /// Attends to a window. What changed before listening began is told as one change, so that nothing is missed.
    pub(super) fn attend(self: &Arc<Self>, window: WindowId, application: &Application) {
        let mut listening = self.listening();
        if let Some(listening) = listening.get_mut(&application.name) {
            if !listening.windows.contains(&window) {
                listening.windows.push(window);
            }
            return;
        }
        let attendance = Arc::clone(self);
        let name = application.name.clone();
        let task = self.executor.spawn(async move {
            if let Err(error) = attendance.hear(&name).await {
                tracing::debug!(%name, %error, "its changes cannot be listened to");
            }
        });
        let windows = vec![window];
        listening.insert(application.name.clone(), Listening { windows, _task: task });
    }

    /// Ends [`Attendance::attend`].
    pub(super) fn ignore(self: &Arc<Self>, window: WindowId) {
        let mut ended = 0;
        self.listening().retain(|_, listening| {
            listening.windows.retain(|known| *known != window);
            let keep = !listening.windows.is_empty();
            if !keep {
                ended += 1;
            }
            keep
        });
        for _ in 0..ended {
            let attendance = Arc::clone(self);
            self.executor
                .spawn(async move { attendance.register(Registering::NoMore).await })
                .detach();
        }
    }

    /// The application left the bus.
    pub(super) fn left(&self, name: &OwnedUniqueName) {
        self.listening().remove(name);
    }

    async fn hear(&self, name: &OwnedUniqueName) -> Result<(), CallError> {
        let mut changes = self.changes(name).await?;
        let registering = async {
            self.register(Registering::For(name)).await;
            // Once the application answers over the bus, it has heard what is to be sent.
            let line = Line::shared(&self.bus, name.clone());
            let _answered = within(ANSWER, line.call::<_, u32>(ROOT, ACCESSIBLE, "GetRole", &())).await;
        };
        // Where somebody else listens to it already it speaks at once, and what nobody takes holds up everything on this bus.
        let taking = async {
            while changes.next().await.is_some() {}
            future::pending().await
        };
        future::or(registering, taking).await;
        loop {
            self.tell(name);
            if self.tell_while_quiet(name, &mut changes).await.is_none() {
                return Ok(());
            }
            drop(changes);
            for _ in 0..GLANCES {
                Timer::after(GLANCE).await;
                self.tell(name);
            }
            changes = self.changes(name).await?;
        }
    }

    async fn changes(&self, name: &OwnedUniqueName) -> Result<impl Stream + Unpin + use<>, CallError> {
        let from =
            |interface: &'static str| Ok::<_, CallError>(rule().sender(name.clone())?.interface(interface)?.build());
        let objects = within(ANSWER, listen(&self.bus, from(OBJECT)?)).await?;
        let windows = within(ANSWER, listen(&self.bus, from(WINDOW)?)).await?;
        Ok(stream::or(objects, windows).filter(|message| message.as_ref().is_ok_and(matters)))
    }

    /// Tells what changes until it never stops changing. `None`: the bus ended.
    async fn tell_while_quiet(&self, name: &OwnedUniqueName, changes: &mut (impl Stream + Unpin)) -> Option<Restless> {
        loop {
            changes.next().await?;
            let began = steady();
            let mut told = began;
            // The first change is told at once, what follows closely is told together.
            self.tell(name);
            let mut more = false;
            while soon(changes).await? {
                more = true;
                // Others are served, too, however much comes.
                future::yield_now().await;
                let now = steady();
                if now.since(began) >= RESTLESS {
                    return Some(Restless);
                }
                if now.since(told) >= MEANWHILE {
                    (told, more) = (now, false);
                    self.tell(name);
                }
            }
            if more {
                self.tell(name);
            }
        }
    }

    async fn register(&self, registering: Registering<'_>) {
        for event in EVENTS {
            if let Err(error) = register(&self.bus, event, registering).await {
                tracing::debug!(event, %error, ?registering, "the registry");
            }
        }
    }

    fn tell(&self, name: &OwnedUniqueName) {
        let windows = self.listening().get(name).map(|listening| listening.windows.clone());
        for window in windows.unwrap_or_default() {
            self.sinks.send(&WindowEvent::ControlsChanged(window));
        }
    }

    fn silent(&self) -> MutexGuard<'_, HashMap<OwnedUniqueName, Vec<WindowId>>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listening(&self) -> MutexGuard<'_, HashMap<OwnedUniqueName, Listening>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An application whose controls change all the time.
#[derive(Clone, Copy, Debug)]
struct Restless;

/// What the registry is told of an event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Registering<'a> {
    /// Somebody listens to this application.
    For(&'a OwnedUniqueName),
    /// Nobody of ours listens any more, to any application: the registry knows no less.
    NoMore,
}

/// Tells the registry, which tells the applications what to speak of.
pub(super) async fn register(bus: &Connection, event: &str, registering: Registering<'_>) -> Result<(), CallError> {
    let (registry, path, interface) = REGISTRY;
    let telling = async {
        let told = match registering {
            Registering::For(name) => {
                let body = (event, Vec::<String>::new(), name.as_str());
                bus.call_method(Some(registry), path, Some(interface), "RegisterEvent", &body)
                    .await
            }
            Registering::NoMore => {
                bus.call_method(Some(registry), path, Some(interface), "DeregisterEvent", &(event))
                    .await
            }
        };
        Ok(told.map(drop)?)
    };
    within(ANSWER, telling).await
}

pub(super) fn rule() -> zbus::match_rule::Builder<'static> {
    MatchRule::builder().msg_type(Type::Signal)
}

pub(super) async fn listen(bus: &Connection, rule: MatchRule<'static>) -> Result<MessageStream, CallError> {
    Ok(MessageStream::for_match_rule(rule, bus, None).await?)
}

async fn soon(changes: &mut (impl Stream + Unpin)) -> Option<bool> {
    future::or(async { changes.next().await.map(|_| true) }, async {
        Timer::after(TOGETHER).await;
        Some(false)
    })
    .await
}

fn matters(message: &Message) -> bool {
    let header = message.header();
    if header.interface().is_some_and(|interface| interface.as_str() == WINDOW) {
        return true;
    }
    match header.member().map(|member| member.as_str()) {
        Some("ChildrenChanged") => true,
        // The state's name is the first thing in the body, whatever follows it.
        Some("StateChanged") => {
            state_of(message).is_some_and(|(state, on)| STATES.contains(&state.as_str()) || on && state == FOCUSED)
        }
        Some("PropertyChange") => state_of(message).is_some_and(|(property, _)| property == NAME),
        _ => false,
    }
}

/// The state that changed, and whether it is on now. A signal's body is the state's name, two numbers, any data, and then what the
/// toolkit's version adds: properties or the application.
pub(super) fn state_of(message: &Message) -> Option<(String, bool)> {
    let body = message.body();
    let structure: Structure<'_> = body.deserialize().ok()?;
    match structure.fields() {
        [Value::Str(text), Value::I32(first), ..] => Some((text.as_str().to_owned(), *first != 0)),
        _ => None,
    }
}
