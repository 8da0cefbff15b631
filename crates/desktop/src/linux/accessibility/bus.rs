//! The accessibility bus and single calls on it, with a time limit each.

use super::socket::reach;
use async_executor::Executor;
use async_io::Timer;
use futures_lite::future;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};
use zbus::{Address, Connection, Error};

/// How long one application may take to answer.
pub(super) const ANSWER: Duration = Duration::from_millis(500);
/// How long the session's own services may take: the first call starts the accessibility bus.
const START: Duration = Duration::from_secs(5);

pub(super) const ROOT: &str = "/org/a11y/atspi/accessible/root";
pub(super) const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
pub(super) const ACTION: &str = "org.a11y.atspi.Action";
pub(super) const APPLICATION: &str = "org.a11y.atspi.Application";
pub(super) const CACHE: &str = "org.a11y.atspi.Cache";
pub(super) const COLLECTION: &str = "org.a11y.atspi.Collection";
pub(super) const COMPONENT: &str = "org.a11y.atspi.Component";
pub(super) const EDITABLE: &str = "org.a11y.atspi.EditableText";
pub(super) const SELECTION: &str = "org.a11y.atspi.Selection";
pub(super) const TEXT: &str = "org.a11y.atspi.Text";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// An object as AT-SPI refers to it: bus name and path.
pub(super) type Reference = (String, OwnedObjectPath);

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallError {
    /// No answer in time.
    #[error("no answer within the time allowed")]
    Silent,
    /// The other side is not there any more.
    #[error("the application left the accessibility bus")]
    Gone,
    /// It has no such object, interface or method.
    #[error("it offers no such thing ({0})")]
    Absent(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        let Error::MethodError(name, text, _) = &error else {
            return match error {
                Error::InputOutput(_) => Self::Gone,
                other => Self::Failed(other.to_string()),
            };
        };
        let name = name.as_str();
        match name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or(name) {
            "ServiceUnknown" | "NameHasNoOwner" | "NoReply" | "Disconnected" => Self::Gone,
            "UnknownObject" | "UnknownInterface" | "UnknownMethod" | "UnknownProperty" | "InvalidArgs"
            | "NotSupported" => Self::Absent(name.to_owned()),
            _ => Self::Failed(text.clone().unwrap_or_else(|| name.to_owned())),
        }
    }
}

/// Ends `work` after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    future::or(work, async {
        Timer::after(limit).await;
        Err(CallError::Silent)
    })
    .await
}

/// A way to one application: its own socket where it offers one, else the shared bus.
#[derive(Clone, Debug)]
pub(super) struct Line {
    connection: Connection,
    destination: Option<OwnedUniqueName>,
}

impl Line {
    /// Over the shared bus.
    pub(super) fn shared(bus: &Connection, name: OwnedUniqueName) -> Self {
        Self {
            connection: bus.clone(),
            destination: Some(name),
        }
    }

    /// Over the application's own socket.
    pub(super) fn private(connection: Connection) -> Self {
        Self {
            connection,
            destination: None,
        }
    }

    /// Calls a method. The limit is the caller's ([`within`]), so that a batch needs one timer.
    pub(super) async fn call<B, T>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<T, CallError>
    where
        B: Serialize + DynamicType,
        T: DeserializeOwned + Type,
    {
        let destination = self.destination.as_ref().map(|name| name.as_str());
        let reply = self
            .connection
            .call_method(destination, path, Some(interface), method, body)
            .await?;
        Ok(reply.body().deserialize()?)
    }

    /// Reads a property.
    pub(super) async fn property<T>(&self, path: &str, interface: &str, name: &str) -> Result<T, CallError>
    where
        T: TryFrom<OwnedValue>,
    {
        let value: OwnedValue = self.call(path, PROPERTIES, "Get", &(interface, name)).await?;
        T::try_from(value).map_err(|_| CallError::Failed(format!("{name} has an unexpected type")))
    }
}

/// Connects to the accessibility bus and switches accessibility on for applications that start from now on.
pub(super) async fn connect(executor: &Arc<Executor<'static>>, session: Option<&str>) -> Result<Connection, CallError> {
    let session: Address = match session {
        Some(address) => address.parse()?,
        None => Address::session()?,
    };
    let session = within(START, reach(executor, &session)).await?;
    let bus = ("org.a11y.Bus", "/org/a11y/bus");
    let asking = async {
        let reply = session
            .call_method(Some(bus.0), bus.1, Some("org.a11y.Bus"), "GetAddress", &())
            .await?;
        Ok(reply.body().deserialize::<String>()?)
    };
    let address = within(START, asking).await?;
    let on = ("org.a11y.Status", "IsEnabled", zbus::zvariant::Value::from(true));
    let switching = async {
        session
            .call_method(Some(bus.0), bus.1, Some(PROPERTIES), "Set", &on)
            .await?;
        Ok(())
    };
    if let Err(error) = within(START, switching).await {
        tracing::warn!(%error, "accessibility could not be switched on; applications may not offer their controls");
    }
    within(START, reach(executor, &address.parse()?)).await
}
