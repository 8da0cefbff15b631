//! A key of the desktop's that asks for a fill wherever the user is: the portal GlobalShortcuts (xdg-desktop-portal, version 1 of
//! `org.freedesktop.portal.GlobalShortcuts`). The desktop asks its user, keeps the key and says which one it is; nothing here reads keys.

use crate::language::Language;
use crate::service::{APPLICATION, NoService, connect, driven, in_time};
use crate::standing::TrayChoice;
use futures_channel::oneshot;
use futures_lite::{StreamExt, future};
use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Error, MatchRule, MessageStream, message};

const BUS: &str = "org.freedesktop.DBus";
const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";
const REGISTRY: &str = "org.freedesktop.host.portal.Registry";
/// The shortcut's name within ours.
const FILL: &str = "fill";

/// How a shortcut stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The desktop has not answered yet; it may be asking its user.
    Asking,
    /// This key, as the desktop writes it. It may be another one than was asked for.
    Key(String),
    /// The desktop or its user does not give one; why.
    Refused(String),
}

/// A shortcut that is asked for, or bound. Dropped, the desktop takes it back.
#[derive(Debug)]
pub struct Shortcut {
    bound: Arc<Mutex<Bound>>,
    _end: oneshot::Sender<()>,
}

impl Shortcut {
    /// Asks the desktop for a key: `wanted` as the shortcuts specification of freedesktop.org writes it (`CTRL+ALT+f`). Each time it is
    /// pressed, [`TrayChoice::Fill`] goes to `choices`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn ask(language: Language, wanted: String, choices: Sender<TrayChoice>) -> std::io::Result<Self> {
        let bound = Arc::new(Mutex::new(Bound::Asking));
        let (end, ended) = oneshot::channel();
        let told = Arc::clone(&bound);
        std::thread::Builder::new().name("shortcut".to_owned()).spawn(move || {
            let asked = Asked {
                description: language.words().menu.fill,
                wanted,
                bound: told,
                choices,
            };
            let over = async {
                let _dropped = ended.await;
            };
            async_io::block_on(future::or(asked.serve(), over));
        })?;
        Ok(Self { bound, _end: end })
    }

    /// How it stands.
    #[must_use]
    pub fn bound(&self) -> Bound {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The thread that listens for the key.
struct Asked {
    description: &'static str,
    wanted: String,
    bound: Arc<Mutex<Bound>>,
    choices: Sender<TrayChoice>,
}

impl Asked {
    /// Asks again whenever another portal takes the place of one that ended; for as long as there is a bus.
    async fn serve(self) {
        let mut last = None;
        loop {
            let why = match self.follow(&mut last).await {
                Ok(()) => "the desktop took it back".to_owned(),
                Err(NoService::Absent) => "this desktop has no portal for shortcuts".to_owned(),
                Err(NoService::Failed(why)) => why,
            };
            tracing::info!("no shortcut: {why}");
            self.tell(Bound::Refused(why));
            if another_portal(last.as_ref()).await.is_err() {
                return;
            }
            self.tell(Bound::Asking);
        }
    }

    fn tell(&self, bound: Bound) {
        *self.bound.lock().unwrap_or_else(PoisonError::into_inner) = bound;
    }

    /// Until the portal or the bus ends. `last` is the portal that was asked.
    async fn follow(&self, last: &mut Option<OwnedUniqueName>) -> Result<(), NoService> {
        let bus = connect().await?;
        driven(&bus.clone(), async {
            // Older portals know applications by their unit alone. One that does not run yet is started by this.
            let application = (APPLICATION, HashMap::<&str, Value<'_>>::new());
            let _unknown_method = call(&bus, NAME, (REGISTRY, "Register"), &application).await;
            let mut owners = owners(&bus).await?;
            let portal = Portal::find(&bus).await?;
            *last = Some(portal.name.clone());
            let gone = async {
                owners.next().await;
                Ok(())
            };
            future::or(self.listen(&portal), gone).await
        })
        .await
    }

    /// Asks a portal for the key and listens for it, until the portal takes it back.
    async fn listen(&self, portal: &Portal<'_>) -> Result<(), NoService> {
        let session = self.session(portal).await?;
        let mut activated = portal.signals(SHORTCUTS, "Activated", PATH).await?;
        let mut closed = portal.signals(SESSION, "Closed", session.as_str()).await?;
        let key = self.bind(portal, &session).await?;
        tracing::info!("the desktop gives the shortcut {key}");
        self.tell(Bound::Key(key));
        loop {
            let pressed = async { activated.next().await.and_then(Result::ok) };
            let over = async {
                closed.next().await;
                None
            };
            let Some(signal) = future::or(pressed, over).await else {
                return Ok(());
            };
            let pressed = signal
                .body()
                .deserialize::<(OwnedObjectPath, String, u64, HashMap<String, OwnedValue>)>();
            if pressed.is_ok_and(|(of, name, ..)| of == session && name == FILL)
                && self.choices.send(TrayChoice::Fill).is_err()
            {
                return Ok(());
            }
        }
    }

    async fn session(&self, portal: &Portal<'_>) -> Result<OwnedObjectPath, NoService> {
        let options: HashMap<&str, Value<'_>> = HashMap::from([
            ("handle_token", Value::from("countersign_session")),
            ("session_handle_token", Value::from("countersign")),
        ]);
        let made = portal
            .answered("countersign_session", "CreateSession", &(options,))
            .await?;
        let handle: Option<String> = made
            .get("session_handle")
            .and_then(|handle| handle.try_clone().ok()?.try_into().ok());
        let handle = handle.and_then(|handle| OwnedObjectPath::try_from(handle).ok());
        handle.ok_or_else(|| NoService::Failed("the portal made no session".to_owned()))
    }

    /// The key it was bound to.
    async fn bind(&self, portal: &Portal<'_>, session: &ObjectPath<'_>) -> Result<String, NoService> {
        let about: HashMap<&str, Value<'_>> = HashMap::from([
            ("description", Value::from(self.description)),
            ("preferred_trigger", Value::from(self.wanted.as_str())),
        ]);
        let options: HashMap<&str, Value<'_>> = HashMap::from([("handle_token", Value::from("countersign_bind"))]);
        let body = (session, vec![(FILL, about)], "", options);
        let made = portal.answered("countersign_bind", "BindShortcuts", &body).await?;
        let bound: Vec<(String, HashMap<String, OwnedValue>)> = made
            .get("shortcuts")
            .and_then(|shortcuts| shortcuts.try_clone().ok()?.try_into().ok())
            .unwrap_or_default();
        let key = bound.into_iter().find(|(name, _)| name == FILL).map(|(_, about)| {
            let key = about.get("trigger_description");
            key.and_then(|key| <&str>::try_from(key).ok().map(str::to_owned))
        });
        match key {
            // Some portals do not say which.
            Some(key) => Ok(key.unwrap_or_else(|| self.wanted.clone())),
            None => Err(NoService::Failed("the desktop gave the key to nobody".to_owned())),
        }
    }
}

/// Waits until there is another portal than the last one.
async fn another_portal(last: Option<&OwnedUniqueName>) -> Result<(), NoService> {
    let bus = connect().await?;
    driven(&bus.clone(), async {
        let mut owners = owners(&bus).await?;
        if Portal::find(&bus).await.is_ok_and(|portal| Some(&portal.name) != last) {
            return Ok(());
        }
        while let Some(change) = owners.next().await {
            let change = change.map_err(NoService::from)?;
            let (_, _, new): (String, String, String) = change.body().deserialize()?;
            if !new.is_empty() {
                return Ok(());
            }
        }
        Err(NoService::Failed("the session bus has ended".to_owned()))
    })
    .await
}

/// Hears when the portal comes and goes.
async fn owners(bus: &Connection) -> Result<MessageStream, NoService> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(BUS)?
        .member("NameOwnerChanged")?
        .add_arg(NAME)?
        .build();
    Ok(MessageStream::for_match_rule(rule, bus, None).await?)
}

/// The portal that runs now, by the name that the bus alone gives: under another's well-known name any peer could send us signals.
struct Portal<'a> {
    bus: &'a Connection,
    name: OwnedUniqueName,
}

impl<'a> Portal<'a> {
    async fn find(bus: &'a Connection) -> Result<Self, NoService> {
        let asked = in_time(async {
            let place = "/org/freedesktop/DBus";
            let reply = bus
                .call_method(Some(BUS), place, Some(BUS), "GetNameOwner", &(NAME,))
                .await;
            match reply {
                Err(Error::MethodError(name, ..)) if name.as_str().ends_with(".NameHasNoOwner") => {
                    Err(NoService::Absent)
                }
                reply => Ok(reply?.body().deserialize()?),
            }
        });
        Ok(Self {
            bus,
            name: asked.await?,
        })
    }

    /// Calls a method whose answer comes by a signal of a request of its own, which may take as long as its user thinks about it.
    async fn answered<B>(&self, token: &str, method: &str, body: &B) -> Result<HashMap<String, OwnedValue>, NoService>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let own = self.bus.unique_name();
        let own = own.map(|name| name.trim_start_matches(':').replace('.', "_"));
        let path = format!("{PATH}/request/{}/{token}", own.unwrap_or_default());
        let mut responses = self.signals(REQUEST, "Response", &path).await?;
        call(self.bus, self.name.as_str(), (SHORTCUTS, method), body).await?;
        let response = responses.next().await.and_then(Result::ok);
        let response = response.ok_or_else(|| NoService::Failed("the session bus has ended".to_owned()))?;
        match response.body().deserialize::<(u32, HashMap<String, OwnedValue>)>()? {
            (0, results) => Ok(results),
            (1, _) => Err(NoService::Failed("its user did not agree".to_owned())),
            _ => Err(NoService::Failed("the desktop ended the question".to_owned())),
        }
    }

    async fn signals(&self, interface: &str, member: &str, path: &str) -> Result<MessageStream, NoService> {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(self.name.as_str())?
            .interface(interface)?
            .member(member)?
            .path(path)?
            .build();
        Ok(MessageStream::for_match_rule(rule, self.bus, None).await?)
    }
}

async fn call<B>(
    bus: &Connection,
    to: &str,
    (interface, method): (&str, &str),
    body: &B,
) -> Result<message::Message, NoService>
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    in_time(async { Ok(bus.call_method(Some(to), PATH, Some(interface), method, body).await?) }).await
}
