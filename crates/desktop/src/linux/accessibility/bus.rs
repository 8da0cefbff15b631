//! The accessibility bus and single calls on it, with a time limit each.

use crate::linux::bus::reach;
pub(super) use crate::linux::bus::{CallError, within};
use async_executor::Executor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};
use zbus::{Address, Connection};

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

/// A way to one application: its own socket once that is open, else the shared bus.
#[derive(Clone, Debug)]
pub(super) struct Line {
    bus: Connection,
    name: OwnedUniqueName,
    own: Arc<OnceLock<Connection>>,
}

impl Line {
    /// Over the shared bus.
    pub(super) fn shared(bus: &Connection, name: OwnedUniqueName) -> Self {
        Self {
            bus: bus.clone(),
            name,
            own: Arc::default(),
        }
    }

    /// From now on over the application's own socket.
    pub(super) fn go_over(&self, own: Connection) {
        // A second one is of no more use than the first.
        let _open_already = self.own.set(own);
    }

    /// Calls a method. The limit is the caller's ([`within`]), so that a batch needs one timer.
    pub(super) async fn call<B, T>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<T, CallError>
    where
        B: Serialize + DynamicType,
        T: DeserializeOwned + Type,
    {
        let (connection, destination) = match self.own.get() {
            Some(own) => (own, None),
            None => (&self.bus, Some(self.name.as_str())),
        };
        let reply = connection
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
