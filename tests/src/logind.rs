//! A logind that a test speaks for: python3-dbusmock's on a system bus of the session's own; and screen savers on its session bus.

use std::time::Duration;

use futures_lite::future;
use serde::Serialize;
use zbus::Connection;
use zbus::zvariant::{DynamicType, Type, Value};

use crate::process::output;
use crate::{Deadline, LabError, Process, Result, Session};

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const MOCK: &str = "org.freedesktop.DBus.Mock";
/// The name of the session that the user is in.
pub const ID: &str = "c7";
const CALL: Duration = Duration::from_secs(5);
const READY: u64 = 20;

/// A system bus with a logind on it, and one session of the ordinary user.
#[derive(Debug)]
pub struct Logind {
    address: String,
    uid: u32,
    bus: Connection,
    // In the order in which they must end.
    _mock: Process,
    _daemon: Process,
}

impl Logind {
    /// Starts both and makes the session.
    pub fn start(session: &Session) -> Result<Self> {
        let socket = session.runtime().join("system-bus");
        let address = format!("unix:path={}", socket.display());
        let mut command = session.command("dbus-daemon");
        command
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address={address}"));
        let daemon = Process::start("dbus-daemon", &mut command, &session.log("system-bus"))?;
        let deadline = Deadline::seconds(READY);
        deadline.wait_for("the system bus", || {
            std::os::unix::net::UnixStream::connect(&socket).ok()
        })?;
        let mut command = session.command("/usr/bin/python3");
        command
            .args(["-m", "dbusmock", "--system", "--template", "logind"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &address);
        let mut mock = Process::start("dbusmock", &mut command, &session.log("logind"))?;
        let bus = connect(&address)?;
        let owned = || {
            ask::<_, bool>(
                &bus,
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "NameHasOwner",
                &NAME,
            )
        };
        while !owned()? {
            mock.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("logind", &mock.said()));
            }
            deadline.pause();
        }
        let id = output(session.command("id").arg("-u"))?;
        let uid = id.trim().parse().map_err(|_| LabError::Tool {
            program: "id".to_owned(),
            message: id.clone(),
        })?;
        let logind = Self {
            address,
            uid,
            bus,
            _mock: mock,
            _daemon: daemon,
        };
        let wanted = (ID, "seat0", uid, "demo", true);
        let _path: String = logind.mock(PATH, "AddSession", &wanted)?;
        // What the template leaves out: a user by his number, and which session is his graphical one.
        let user = (
            MANAGER,
            "GetUser",
            "u",
            "o",
            format!("ret = '{PATH}/user/' + str(args[0])"),
        );
        logind.mock::<_, ()>(PATH, "AddMethod", &user)?;
        let path = zbus::zvariant::ObjectPath::try_from(session_path()).map_err(zbus::Error::from)?;
        let display = ("org.freedesktop.login1.User", "Display", Value::from((ID, path)));
        let user = format!("{PATH}/user/{uid}");
        ask::<_, ()>(
            &logind.bus,
            NAME,
            &user,
            "org.freedesktop.DBus.Properties",
            "Set",
            &display,
        )?;
        Ok(logind)
    }

    /// The bus's address, for `DBUS_SYSTEM_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The user the session belongs to.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The session is told to lock itself, as by `loginctl lock-session`.
    pub fn ask_to_lock(&self) -> Result<()> {
        ask(&self.bus, NAME, &session_path(), SESSION, "Lock", &())
    }

    /// The session says that it is locked.
    pub fn is_locked(&self, locked: bool) -> Result<()> {
        ask(&self.bus, NAME, &session_path(), SESSION, "SetLockedHint", &locked)
    }

    /// The session says that it is idle since this moment of the monotonic clock, in microseconds; none: that it is not.
    pub fn is_idle(&self, since: Option<u64>) -> Result<()> {
        let changed = [
            ("IdleHint", Value::from(since.is_some())),
            ("IdleSinceHintMonotonic", Value::from(since.unwrap_or_default())),
        ];
        self.update(&session_path(), SESSION, &changed)
    }

    /// The machine is about to sleep, or is awake again.
    pub fn sleeps(&self, begins: bool) -> Result<()> {
        self.signal(PATH, MANAGER, "PrepareForSleep", "b", &[Value::from(begins)])
    }

    /// The user's session ends.
    pub fn session_ends(&self) -> Result<()> {
        let path = zbus::zvariant::ObjectPath::try_from(session_path()).map_err(zbus::Error::from)?;
        self.signal(
            PATH,
            MANAGER,
            "SessionRemoved",
            "so",
            &[Value::from(ID), Value::from(path)],
        )
    }

    /// Who delays the machine's sleep: what, who and how.
    pub fn inhibitors(&self) -> Result<Vec<(String, String, String)>> {
        type Listed = Vec<(String, String, String, String, u32, u32)>;
        let listed: Listed = ask(&self.bus, NAME, PATH, MANAGER, "ListInhibitors", &())?;
        Ok(listed
            .into_iter()
            .map(|(what, who, _, how, ..)| (what, who, how))
            .collect())
    }

    fn update(&self, path: &str, interface: &str, changed: &[(&str, Value<'_>)]) -> Result<()> {
        let changed: std::collections::HashMap<_, _> = changed.iter().map(|(name, value)| (*name, value)).collect();
        self.mock(path, "UpdateProperties", &(interface, changed))
    }

    fn signal(&self, path: &str, interface: &str, name: &str, signature: &str, values: &[Value<'_>]) -> Result<()> {
        self.mock(path, "EmitSignal", &(interface, name, signature, values))
    }

    fn mock<B, T>(&self, path: &str, method: &str, body: &B) -> Result<T>
    where
        B: Serialize + DynamicType,
        T: serde::de::DeserializeOwned + Type,
    {
        ask(&self.bus, NAME, path, MOCK, method, body)
    }
}

fn session_path() -> String {
    format!("{PATH}/session/{ID}")
}

/// A screen saver on the session bus. Dropping it takes it off the bus.
#[derive(Debug)]
pub struct ScreenSaver {
    bus: Connection,
    name: &'static str,
}

impl ScreenSaver {
    /// Takes the name, such as `org.gnome.ScreenSaver`.
    pub fn start(session: &Session, name: &'static str) -> Result<Self> {
        let bus = connect(session.bus())?;
        in_time(bus.request_name(name))?;
        Ok(Self { bus, name })
    }

    /// Says that it locks the screen, or no longer.
    pub fn is_active(&self, active: bool) -> Result<()> {
        let path = format!("/{}", self.name.replace('.', "/"));
        in_time(
            self.bus
                .emit_signal(None::<&str>, path.as_str(), self.name, "ActiveChanged", &active),
        )
    }
}

fn connect(address: &str) -> Result<Connection> {
    in_time(async { zbus::connection::Builder::address(address)?.build().await })
}

fn ask<B, T>(bus: &Connection, name: &str, path: &str, interface: &str, method: &str, body: &B) -> Result<T>
where
    B: Serialize + DynamicType,
    T: serde::de::DeserializeOwned + Type,
{
    let reply = in_time(bus.call_method(Some(name), path, Some(interface), method, body))?;
    Ok(reply.body().deserialize()?)
}

fn in_time<T>(call: impl Future<Output = zbus::Result<T>>) -> Result<T> {
    future::block_on(future::or(async { Ok(call.await?) }, async {
        async_io::Timer::after(CALL).await;
        Err(LabError::BusSilent)
    }))
}
