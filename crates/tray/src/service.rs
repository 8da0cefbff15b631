//! The desktop's notification service.

use async_io::Timer;
use futures_lite::future;
use std::collections::HashMap;
use std::time::Duration;
use zbus::connection::Builder;
use zbus::zvariant::Value;
use zbus::{Connection, Error};

pub(crate) const NAME: &str = "org.freedesktop.Notifications";
/// The name of the launcher's entry and of the icon.
pub(crate) const APPLICATION: &str = "org.countersign.Countersign";
pub(crate) const PATH: &str = "/org/freedesktop/Notifications";
/// How long the bus and the service may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Why there are no notifications.
#[derive(Debug, PartialEq, Eq)]
pub enum NoService {
    /// Nothing on this desktop shows any.
    Absent,
    /// The session bus, or the service, cannot be used; why.
    Failed(String),
}

impl From<Error> for NoService {
    fn from(error: Error) -> Self {
        match &error {
            Error::MethodError(name, ..)
                if [".ServiceUnknown", ".UnknownMethod", ".UnknownInterface"]
                    .iter()
                    .any(|end| name.as_str().ends_with(end)) =>
            {
                Self::Absent
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// The name of what shows notifications on this desktop. Asks the session bus and waits for it, five seconds at most.
///
/// # Errors
/// See [`NoService`].
pub fn notification_service() -> Result<String, NoService> {
    async_io::block_on(async {
        let bus = connect().await?;
        driven(&bus, async {
            let reply = called(&bus, "GetServerInformation", &()).await?;
            let (name, ..): (String, String, String, String) = reply.body().deserialize()?;
            Ok(name)
        })
        .await
    })
}

/// Connects to the session bus. Its messages are carried by [`driven`], not by a thread of its own.
pub(crate) async fn connect() -> Result<Connection, NoService> {
    let open = async { Ok(Builder::session()?.internal_executor(false).build().await?) };
    in_time(open).await
}

/// Does something with a bus while its messages are carried.
pub(crate) async fn driven<T>(bus: &Connection, work: impl Future<Output = T>) -> T {
    let carry = async {
        loop {
            bus.executor().tick().await;
        }
    };
    future::or(work, carry).await
}

pub(crate) async fn called<B>(bus: &Connection, method: &str, body: &B) -> Result<zbus::Message, NoService>
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    in_time(async { Ok(bus.call_method(Some(NAME), PATH, Some(NAME), method, body).await?) }).await
}

/// A notification as the service takes it.
pub(crate) struct Shown<'a> {
    pub replaces: u32,
    pub title: &'a str,
    pub body: String,
    pub action: Option<&'a str>,
    pub passing: Passing,
}

/// Whether it stays in the desktop's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// It goes by.
    Transient,
    /// It stays until it is read.
    Kept,
}

/// Puts one up. Returns its number.
pub(crate) async fn put_up(bus: &Connection, shown: &Shown<'_>) -> Result<u32, NoService> {
    let urgency: u8 = match shown.passing {
        Passing::Transient => 0,
        Passing::Kept => 1,
    };
    let hints: HashMap<&str, Value<'_>> = [
        ("desktop-entry", Value::from(APPLICATION)),
        ("urgency", Value::from(urgency)),
        ("transient", Value::from(shown.passing == Passing::Transient)),
    ]
    .into();
    // A click on the notification itself does it.
    let actions: Vec<&str> = shown.action.map_or_else(Vec::new, |action| vec!["default", action]);
    let as_the_desktop_likes = -1_i32;
    let body = (
        "Countersign",
        shown.replaces,
        APPLICATION,
        shown.title,
        shown.body.as_str(),
        actions,
        hints,
        as_the_desktop_likes,
    );
    let reply = called(bus, "Notify", &body).await?;
    Ok(reply.body().deserialize::<u32>()?)
}

/// Whether the service takes the body for markup.
pub(crate) async fn reads_markup(bus: &Connection) -> Result<bool, NoService> {
    let reply = called(bus, "GetCapabilities", &()).await?;
    let all: Vec<String> = reply.body().deserialize()?;
    Ok(all.iter().any(|one| one == "body-markup"))
}

pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T, NoService>>) -> Result<T, NoService> {
    future::or(work, async {
        Timer::after(ANSWER).await;
        Err(NoService::Failed("it did not answer within five seconds".to_owned()))
    })
    .await
}
