//! logind (or elogind) on the system bus: session locks, sleep, and the idle hint.

use super::hearing::Logind as State;
use super::{ANSWER, Shared};
use crate::linux::bus::{CallError, reach, within};
use crate::pace::steady;
use async_executor::Executor;
use async_io::Timer;
use countersign_model::{Delay, Monotonic, SessionEvent};
use futures_lite::{StreamExt, future};
use futures_util::stream::SelectAll;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::Arc;
use zbus::zvariant::{DynamicType, OwnedFd, OwnedObjectPath, OwnedValue, Type};
use zbus::{Address, Connection, MatchRule, Message, MessageStream, message};

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const USER: &str = "org.freedesktop.login1.User";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const BUS: &str = "org.freedesktop.DBus";

/// Listens until the thread ends. What is not there is looked for again when settings are read again.
pub(super) async fn listen(shared: Arc<Shared>, executor: Arc<Executor<'static>>, address: Option<String>) {
    loop {
        let rings = shared.wanted.rings();
        if !shared.lock_on().is_never() {
            let ended = match Listener::begin(&shared, &executor, address.as_deref()).await {
                Ok(listener) => listener.listen().await,
                Err(why) => Ended::Lost(why),
            };
            match ended {
                Ended::Anew => continue,
                Ended::Lost(why) => shared.heard().logind = Err(why),
            }
        }
        shared.wanted.after(rings).await;
    }
}

/// Why listening ended.
enum Ended {
    /// Another session, or another logind: begin anew.
    Anew,
    /// It is gone; why.
    Lost(String),
}

/// What woke the listener.
enum Woken {
    Message(Message),
    Wanted,
    IdleDue,
    BusEnded,
}

struct Listener {
    shared: Arc<Shared>,
    logind: Line,
    signals: SelectAll<MessageStream>,
    session: Option<(String, OwnedObjectPath)>,
    /// Held while the machine is awake: it does not sleep before this is closed.
    inhibitor: Option<OwnedFd>,
    refused: Option<String>,
    presence: Presence,
    /// Since when the session says that it is idle, and whether that was told.
    idle: Option<(Monotonic, Told)>,
}

/// How logind and the machine are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Awake,
    /// About to sleep, or asleep.
    Asleep,
    /// logind ended; its name's next owner is waited for.
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

impl Listener {
    async fn begin(
        shared: &Arc<Shared>,
        executor: &Arc<Executor<'static>>,
        address: Option<&str>,
    ) -> Result<Self, String> {
        let address = match address {
            Some(address) => address.parse(),
            None => Address::system(),
        };
        let address = address.map_err(|error| format!("there is no system bus ({error})"))?;
        let bus = within(ANSWER, reach(executor, &address))
            .await
            .map_err(|error| format!("there is no system bus ({error})"))?;
        let logind = Line(bus);
        let absent = |error: CallError| match error {
            CallError::Gone | CallError::Absent(_) => "there is no logind on the system bus".to_owned(),
            other => format!("logind does not answer ({other})"),
        };
        let session = logind.session().await.map_err(absent)?;
        let mut signals = SelectAll::new();
        for rule in rules(session.as_ref()).map_err(|error| error.to_string())? {
            let stream = within(ANSWER, async {
                Ok(MessageStream::for_match_rule(rule, &logind.0, None).await?)
            });
            signals.push(stream.await.map_err(absent)?);
        }
        Ok(Self {
            shared: Arc::clone(shared),
            logind,
            signals,
            session,
            inhibitor: None,
            refused: None,
            presence: Presence::Awake,
            idle: None,
        })
    }

    async fn listen(mut self) -> Ended {
        loop {
            let rings = self.shared.wanted.rings();
            self.hold().await;
            self.shared.heard().logind = match self.presence {
                Presence::Ended => Err("logind has ended".to_owned()),
                Presence::Awake | Presence::Asleep => Ok(State {
                    session: self.session.as_ref().map(|(id, _)| id.clone()),
                    refused: self.refused.clone(),
                }),
            };
            match self.woken(rings).await {
                Woken::Message(message) => {
                    if let Some(ended) = self.take(&message).await {
                        return ended;
                    }
                }
                Woken::Wanted if self.shared.lock_on().is_never() => return Ended::Lost("it is not wanted".to_owned()),
                Woken::Wanted => self.refused = None,
                Woken::IdleDue => {
                    if let Some((_, told)) = &mut self.idle {
                        *told = Told::Yes;
                        self.shared.say(SessionEvent::Idle);
                    }
                }
                Woken::BusEnded => return Ended::Lost("the system bus ended the connection".to_owned()),
            }
        }
    }

    /// Holds what delays the machine's sleep while that is wanted, and nothing else.
    async fn hold(&mut self) {
        if self.presence != Presence::Awake || !self.shared.lock_on().suspend {
            self.inhibitor = None;
        } else if self.inhibitor.is_none() && self.refused.is_none() {
            let what = (
                "sleep",
                "Countersign",
                "locks the vault before the machine sleeps",
                "delay",
            );
            match self.logind.ask(PATH, MANAGER, "Inhibit", &what).await {
                Ok(inhibitor) => self.inhibitor = Some(inhibitor),
                Err(error) => self.refused = Some(error.to_string()),
            }
        }
    }

    async fn woken(&mut self, rings: u64) -> Woken {
        let due = match (self.idle, self.shared.lock_on().idle) {
            (Some((since, Told::No)), Some(after)) => Some(since.after(after)),
            _ => None,
        };
        // Set only while the session says that it is idle, and only until then.
        let timer = due.map_or_else(Timer::never, |due| Timer::after(due.since(steady())));
        let signals = &mut self.signals;
        let message = async {
            match signals.next().await {
                Some(Ok(message)) => Woken::Message(message),
                Some(Err(_)) | None => Woken::BusEnded,
            }
        };
        let wanted = async {
            self.shared.wanted.after(rings).await;
            Woken::Wanted
        };
        let idle = async {
            timer.await;
            Woken::IdleDue
        };
        future::or(message, future::or(wanted, idle)).await
    }

    async fn take(&mut self, signal: &Message) -> Option<Ended> {
        let header = signal.header();
        let interface = header.interface().map_or("", |name| name.as_str());
        let member = header.member().map_or("", |name| name.as_str());
        let wanted = self.shared.lock_on();
        match (interface, member) {
            (MANAGER, "PrepareForSleep") => match signal.body().deserialize() {
                Ok(true) => {
                    self.presence = Presence::Asleep;
                    let delay = self.inhibitor.take().map_or_else(Delay::none, Delay::by);
                    if wanted.suspend {
                        self.shared.say(SessionEvent::Suspending(delay));
                    }
                }
                _ => {
                    self.presence = Presence::Awake;
                    self.refused = None;
                }
            },
            (SESSION, "Lock") => self.locked(),
            (PROPERTIES, "PropertiesChanged") => self.changed(signal).await,
            (MANAGER, "SessionRemoved") => {
                self.locked();
                return Some(Ended::Anew);
            }
            (MANAGER, "SessionNew") => return Some(Ended::Anew),
            (BUS, "NameOwnerChanged") => {
                let now = signal.body().deserialize::<(String, String, String)>();
                if now.is_ok_and(|(_, _, now)| now.is_empty()) {
                    self.presence = Presence::Ended;
                } else {
                    return Some(Ended::Anew);
                }
            }
            _ => {}
        }
        None
    }

    fn locked(&self) {
        if self.shared.lock_on().session_lock {
            self.shared.say(SessionEvent::Locked);
        }
    }

    /// A change is told with the new value, or without it.
    async fn changed(&mut self, signal: &Message) {
        let body = signal.body();
        let Ok((interface, now, stale)) = body.deserialize::<(String, HashMap<String, OwnedValue>, Vec<String>)>()
        else {
            return;
        };
        if interface != SESSION {
            return;
        }
        if self.value(&now, &stale, "LockedHint").await == Some(true) {
            self.locked();
        }
        match self.value(&now, &stale, "IdleHint").await {
            Some(true) => {
                let since = match now.get("IdleSinceHintMonotonic") {
                    Some(since) => u64::try_from(since).ok(),
                    None => self.property("IdleSinceHintMonotonic").await,
                };
                let since = since.filter(|&since| since > 0).map_or_else(steady, Monotonic);
                self.idle = Some((since, Told::No));
            }
            Some(false) => self.idle = None,
            None => {}
        }
    }

    async fn value(&self, now: &HashMap<String, OwnedValue>, stale: &[String], name: &str) -> Option<bool> {
        match now.get(name) {
            Some(value) => bool::try_from(value).ok(),
            None if stale.iter().any(|stale| stale == name) => self.property(name).await,
            None => None,
        }
    }

    async fn property<T: TryFrom<OwnedValue>>(&self, name: &str) -> Option<T> {
        let (_, path) = self.session.as_ref()?;
        self.logind.property(path.as_str(), SESSION, name).await.ok()
    }
}

/// What is listened to: nothing that other people's sessions cause.
fn rules(session: Option<&(String, OwnedObjectPath)>) -> Result<Vec<MatchRule<'_>>, zbus::Error> {
    let rule = || MatchRule::builder().msg_type(message::Type::Signal);
    let manager = || rule().sender(NAME)?.path(PATH)?.interface(MANAGER);
    let owner = rule()
        .sender(BUS)?
        .interface(BUS)?
        .member("NameOwnerChanged")?
        .arg(0, NAME)?;
    let mut rules = vec![owner.build(), manager()?.member("PrepareForSleep")?.build()];
    match session {
        Some((id, path)) => {
            rules.push(
                rule()
                    .sender(NAME)?
                    .path(path)?
                    .interface(SESSION)?
                    .member("Lock")?
                    .build(),
            );
            let changes = rule().sender(NAME)?.path(path)?.interface(PROPERTIES)?;
            rules.push(changes.member("PropertiesChanged")?.build());
            rules.push(manager()?.member("SessionRemoved")?.arg(0, id.as_str())?.build());
        }
        None => rules.push(manager()?.member("SessionNew")?.build()),
    }
    Ok(rules)
}

/// Calls on logind.
struct Line(Connection);

impl Line {
    async fn ask<B, T>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<T, CallError>
    where
        B: Serialize + DynamicType,
        T: DeserializeOwned + Type,
    {
        within(ANSWER, async {
            let reply = self
                .0
                .call_method(Some(NAME), path, Some(interface), method, body)
                .await?;
            Ok(reply.body().deserialize()?)
        })
        .await
    }

    async fn property<T: TryFrom<OwnedValue>>(&self, path: &str, interface: &str, name: &str) -> Result<T, CallError> {
        let value: OwnedValue = self.ask(path, PROPERTIES, "Get", &(interface, name)).await?;
        T::try_from(value).map_err(|_| CallError::Failed(format!("{name} has an unexpected type")))
    }

    /// The session this agent belongs to: the one named in its environment, the one its process is in, or, for an agent that the user's
    /// service manager started, the user's graphical one.
    async fn session(&self) -> Result<Option<(String, OwnedObjectPath)>, CallError> {
        let uid = rustix::process::getuid().as_raw();
        let display = async {
            let user: OwnedObjectPath = self.ask(PATH, MANAGER, "GetUser", &uid).await?;
            let display: OwnedValue = self.property(user.as_str(), USER, "Display").await?;
            let display = <(String, OwnedObjectPath)>::try_from(display);
            display.map_err(|_| CallError::Failed("Display has an unexpected type".to_owned()))
        };
        if let Ok(id) = std::env::var("XDG_SESSION_ID")
            && let Ok(path) = self.ask(PATH, MANAGER, "GetSession", &id).await
            && let Some(session) = self.of(uid, path).await
        {
            return Ok(Some(session));
        }
        if let Ok(path) = self.ask(PATH, MANAGER, "GetSessionByPID", &std::process::id()).await
            && let Some(session) = self.of(uid, path).await
        {
            return Ok(Some(session));
        }
        match display.await {
            Ok((_, path)) => Ok(self.of(uid, path).await),
            // It is there, and says that the user has no session.
            Err(CallError::Failed(why) | CallError::Absent(why)) => {
                tracing::debug!("logind knows no session of user {uid}: {why}");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A session with its name, if it is there and this user's.
    async fn of(&self, uid: u32, path: OwnedObjectPath) -> Option<(String, OwnedObjectPath)> {
        let owner: OwnedValue = self.property(path.as_str(), SESSION, "User").await.ok()?;
        let (owner, _) = <(u32, OwnedObjectPath)>::try_from(owner).ok()?;
        let id: String = self.property(path.as_str(), SESSION, "Id").await.ok()?;
        (owner == uid).then_some((id, path))
    }
}
