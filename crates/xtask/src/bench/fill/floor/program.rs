//! The least a program can do over plain zbus to fill one form.
//!
//! It waits for a window of one title as the agent does (the root window's `_NET_CLIENT_LIST`), finds the application of the
//! window's process, fetches its objects once, writes both texts and presses OK. No vault, no template, no guard, no check.

use std::error::Error;
use std::io::stdin;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window};
use x11rb::rust_connection::RustConnection;
use zbus::Connection;
use zbus::connection::Builder;
use zbus::zvariant::{OwnedObjectPath, Type};

type Address = (String, OwnedObjectPath);
/// An entry of `Cache.GetItems`: object, application, parent, index, children, interfaces, name, role, description, states.
type Item = (
    Address,
    Address,
    Address,
    i32,
    i32,
    Vec<String>,
    String,
    u32,
    String,
    Vec<u32>,
);

/// How soon a form that is not there yet is looked for again.
const AGAIN: std::time::Duration = std::time::Duration::from_millis(1);

/// A control: where, its role, its name.
type Found = (OwnedObjectPath, u32, String);

const PASSWORD: u32 = 40;
const BUTTON: u32 = 43;
const TEXT: u32 = 61;

/// Fills one form and ends. Title, user and password come on standard input, a line each; `ready` says that it waits.
pub fn run() -> Result<(), Box<dyn Error>> {
    let [title, user, password] = [line()?, line()?, line()?];
    let windows = Windows::open()?;
    let bus = async_io::block_on(accessibility_bus())?;
    println!("ready");
    let pid = windows.wait_for(&title)?;
    async_io::block_on(fill(&bus, pid, &user, &password))
}

fn line() -> std::io::Result<String> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches('\n').to_owned())
}

async fn accessibility_bus() -> zbus::Result<Connection> {
    let session = Connection::session().await?;
    let reply = session
        .call_method(
            Some("org.a11y.Bus"),
            "/org/a11y/bus",
            Some("org.a11y.Bus"),
            "GetAddress",
            &(),
        )
        .await?;
    let address: String = reply.body().deserialize()?;
    Builder::address(address.as_str())?.build().await
}

async fn fill(bus: &Connection, pid: u32, user: &str, password: &str) -> Result<(), Box<dyn Error>> {
    let (application, [first, second, button]) = loop {
        // Some toolkits come to the bus after their window.
        if let Some(form) = form(bus, pid).await? {
            break form;
        }
        async_io::Timer::after(AGAIN).await;
    };
    let _said: bool = call(bus, &application, &first, "EditableText", "SetTextContents", &(user)).await?;
    let _said: bool = call(
        bus,
        &application,
        &second,
        "EditableText",
        "SetTextContents",
        &(password),
    )
    .await?;
    let _said: bool = call(bus, &application, &button, "Action", "DoAction", &(0_i32)).await?;
    Ok(())
}

/// The application, and its two fields and its button, once they are there.
async fn form(bus: &Connection, pid: u32) -> zbus::Result<Option<(String, [String; 3])>> {
    let Some(application) = application(bus, pid).await? else {
        return Ok(None);
    };
    let items: zbus::Result<Vec<Item>> =
        call(bus, &application, "/org/a11y/atspi/cache", "Cache", "GetItems", &()).await;
    let editable = |item: &Item| item.5.iter().any(|name| name.ends_with(".EditableText"));
    let items = items.unwrap_or_default().into_iter();
    let mut found: Vec<Found> = items
        .filter(|item| item.7 != TEXT || editable(item))
        .map(|item| (item.0.1, item.7, item.6))
        .collect();
    let item = |found: &[Found], role: u32, name: &str| {
        let its = |(_, its, called): &&Found| *its == role && (name.is_empty() || called == name);
        found.iter().find(its).map(|(path, ..)| path.to_string())
    };
    if item(&found, PASSWORD, "").is_none() {
        found = walk(bus, &application).await?;
    }
    let controls = (
        item(&found, TEXT, ""),
        item(&found, PASSWORD, ""),
        item(&found, BUTTON, "OK"),
    );
    Ok(match controls {
        (Some(first), Some(second), Some(button)) => Some((application, [first, second, button])),
        _ => None,
    })
}

/// The objects of an application that caches none (Qt): level by level, each level asked at once.
async fn walk(bus: &Connection, application: &str) -> zbus::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut level = vec!["/org/a11y/atspi/accessible/root".to_owned()];
    while !level.is_empty() {
        let asked = level.iter().map(|path| async move {
            let children: Vec<Address> = call(bus, application, path, "Accessible", "GetChildren", &()).await?;
            let role: u32 = call(bus, application, path, "Accessible", "GetRole", &()).await?;
            let name = if role == BUTTON {
                name(bus, application, path).await?
            } else {
                String::new()
            };
            Ok::<_, zbus::Error>((children, role, name))
        });
        let answers = futures_util::future::try_join_all(asked).await?;
        let mut next = Vec::new();
        for (path, (children, role, name)) in level.into_iter().zip(answers) {
            let path = OwnedObjectPath::try_from(path)?;
            found.push((path, role, name));
            next.extend(children.into_iter().map(|(_, path)| path.to_string()));
        }
        level = next;
    }
    Ok(found)
}

async fn name(bus: &Connection, application: &str, path: &str) -> zbus::Result<String> {
    let (properties, accessible) = ("org.freedesktop.DBus.Properties", "org.a11y.atspi.Accessible");
    let body = (accessible, "Name");
    let reply = bus
        .call_method(Some(application), path, Some(properties), "Get", &body)
        .await?;
    let value: zbus::zvariant::OwnedValue = reply.body().deserialize()?;
    String::try_from(value).map_err(zbus::Error::from)
}

/// The bus name of the application that process `pid` is; the newest is looked at first.
async fn application(bus: &Connection, pid: u32) -> zbus::Result<Option<String>> {
    let root = "/org/a11y/atspi/accessible/root";
    let children: Vec<Address> = call(bus, "org.a11y.atspi.Registry", root, "Accessible", "GetChildren", &()).await?;
    for (name, _) in children.into_iter().rev() {
        let (daemon, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let method = "GetConnectionUnixProcessID";
        let reply = bus
            .call_method(Some(daemon), path, Some(daemon), method, &(name.as_str()))
            .await?;
        if reply.body().deserialize::<u32>()? == pid {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

async fn call<T: serde::de::DeserializeOwned + Type>(
    bus: &Connection,
    name: &str,
    path: &str,
    interface: &str,
    method: &str,
    body: &(impl serde::Serialize + Type),
) -> zbus::Result<T> {
    let interface = format!("org.a11y.atspi.{interface}");
    let reply = bus
        .call_method(Some(name), path, Some(interface.as_str()), method, body)
        .await?;
    reply.body().deserialize()
}

struct Windows {
    connection: RustConnection,
    root: Window,
    list: u32,
    name: u32,
}

impl Windows {
    fn open() -> Result<Self, Box<dyn Error>> {
        let (connection, number) = x11rb::connect(None)?;
        let root = connection.setup().roots.get(number).ok_or("no screen")?.root;
        let list = connection.intern_atom(false, b"_NET_CLIENT_LIST")?.reply()?.atom;
        let name = connection.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        connection.change_window_attributes(root, &events)?.check()?;
        Ok(Self {
            connection,
            root,
            list,
            name,
        })
    }

    fn wait_for(&self, title: &str) -> Result<u32, Box<dyn Error>> {
        loop {
            let Event::PropertyNotify(event) = self.connection.wait_for_event()? else {
                continue;
            };
            if event.atom != self.list {
                continue;
            }
            let list = self.property(self.root, self.list)?;
            let mut windows = list
                .chunks_exact(4)
                .filter_map(|id| Some(u32::from_ne_bytes(id.try_into().ok()?)));
            let newest = windows.next_back().unwrap_or(x11rb::NONE);
            if newest != x11rb::NONE && self.property(newest, self.name)? == title.as_bytes() {
                return self.owner(newest);
            }
        }
    }

    fn property(&self, window: Window, atom: u32) -> Result<Vec<u8>, Box<dyn Error>> {
        let cookie = self
            .connection
            .get_property(false, window, atom, AtomEnum::ANY, 0, 1024)?;
        Ok(cookie.reply()?.value)
    }

    fn owner(&self, window: Window) -> Result<u32, Box<dyn Error>> {
        let spec = ClientIdSpec {
            client: window,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        };
        let reply = self.connection.res_query_client_ids(&[spec])?.reply()?;
        let pid = reply.ids.first().and_then(|id| id.value.first()).copied();
        Ok(pid.ok_or("the X server does not know the window's process")?)
    }
}
