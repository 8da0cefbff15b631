//! A panel that a test speaks for: it takes icons (StatusNotifierWatcher), reads them and their menus, and clicks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_lite::future;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::message::Header;
use zbus::zvariant::{DynamicType, OwnedValue, Type, Value};
use zbus::{Connection, connection, interface};

use crate::{Deadline, LabError, Result, Session};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const ITEM_PATH: &str = "/StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const CALL: Duration = Duration::from_secs(5);
const READY: u64 = 20;

/// A panel. Dropping it takes it off the bus.
#[derive(Debug)]
pub struct Panel {
    bus: Connection,
    items: Arc<Mutex<Vec<String>>>,
}

/// One entry of an icon's menu, and those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, until the menu changes.
    pub id: i32,
    /// What it says; empty for a line between entries.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Whether it is there.
    pub visible: bool,
    /// Those below it.
    pub below: Vec<Entry>,
}

/// A picture of an icon: width, height, and four bytes a pixel (alpha, red, green, blue).
pub type Picture = (i32, i32, Vec<u8>);
type Properties = HashMap<String, OwnedValue>;
type Layout = (i32, Properties, Vec<OwnedValue>);

struct Watcher(Arc<Mutex<Vec<String>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, #[zbus(header)] header: Header<'_>, service: &str) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let name = if service.starts_with('/') {
            sender
        } else {
            service.to_owned()
        };
        locked(&self.0).push(name);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        locked(&self.0).clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

fn locked(items: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    items.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Panel {
    /// Takes icons from now on.
    pub fn start(session: &Session) -> Result<Self> {
        let items = Arc::default();
        let watcher = Watcher(Arc::clone(&items));
        let bus = in_time(async {
            connection::Builder::address(session.bus())?
                .serve_at("/StatusNotifierWatcher", watcher)?
                .name(WATCHER)?
                .build()
                .await
        })?;
        Ok(Self { bus, items })
    }

    /// The icon that was registered last, once there is one.
    pub fn icon(&self) -> Result<Icon<'_>> {
        let name = Deadline::seconds(READY).wait_for("an icon", || locked(&self.items).last().cloned())?;
        Ok(Icon { panel: self, name })
    }

    /// How many icons were registered.
    #[must_use]
    pub fn registered(&self) -> usize {
        locked(&self.items).len()
    }

    fn ask<B, T>(&self, to: &str, (path, interface, method): (&str, &str, &str), body: &B) -> Result<T>
    where
        B: Serialize + DynamicType,
        T: DeserializeOwned + Type,
    {
        let reply = in_time(self.bus.call_method(Some(to), path, Some(interface), method, body))?;
        Ok(reply.body().deserialize()?)
    }
}

/// An icon on the panel.
#[derive(Debug, Clone)]
pub struct Icon<'a> {
    panel: &'a Panel,
    name: String,
}

impl Icon<'_> {
    fn property<T: TryFrom<OwnedValue>>(&self, name: &str) -> Result<T> {
        let place = (ITEM_PATH, "org.freedesktop.DBus.Properties", "Get");
        let value: OwnedValue = self.panel.ask(&self.name, place, &(ITEM, name))?;
        T::try_from(value).map_err(|_| other_type(name))
    }

    /// `Active`, `NeedsAttention` or `Passive`.
    pub fn status(&self) -> Result<String> {
        self.property("Status")
    }

    /// The tooltip: its title, and what is below it.
    pub fn tip(&self) -> Result<(String, String)> {
        let place = (ITEM_PATH, "org.freedesktop.DBus.Properties", "Get");
        let value: OwnedValue = self.panel.ask(&self.name, place, &(ITEM, "ToolTip"))?;
        let whole = value.downcast_ref::<zbus::zvariant::Structure<'_>>();
        let whole = whole.map_err(|_| other_type("ToolTip"))?;
        let text = |at: usize| match whole.fields().get(at) {
            Some(Value::Str(text)) => Ok(text.as_str().to_owned()),
            _ => Err(other_type("ToolTip")),
        };
        Ok((text(2)?, text(3)?))
    }

    /// Waits until the tooltip's title is this one.
    pub fn wait_for_tip(&self, title: &str) -> Result<String> {
        let deadline = Deadline::seconds(READY);
        let mut seen = String::new();
        loop {
            let (now, below) = self.tip()?;
            if now == title {
                return Ok(below);
            }
            seen = if now.is_empty() { seen } else { now };
            if deadline.is_over() {
                return Err(deadline.late(
                    &format!("the tooltip \"{title}\""),
                    &format!("; it says \"{seen}\": {below}"),
                ));
            }
            deadline.pause();
        }
    }

    /// Its pictures.
    pub fn pictures(&self) -> Result<Vec<Picture>> {
        let place = (ITEM_PATH, "org.freedesktop.DBus.Properties", "Get");
        let value: OwnedValue = self.panel.ask(&self.name, place, &(ITEM, "IconPixmap"))?;
        Vec::<Picture>::try_from(value).map_err(|_| other_type("IconPixmap"))
    }

    /// A left click.
    pub fn click(&self) -> Result<()> {
        self.panel
            .ask(&self.name, (ITEM_PATH, ITEM, "Activate"), &(0_i32, 0_i32))
    }

    /// A middle click.
    pub fn middle_click(&self) -> Result<()> {
        self.panel
            .ask(&self.name, (ITEM_PATH, ITEM, "SecondaryActivate"), &(0_i32, 0_i32))
    }

    fn menu_path(&self) -> Result<String> {
        let path: zbus::zvariant::OwnedObjectPath = self.property("Menu")?;
        Ok(path.to_string())
    }

    /// Opens its menu, as a panel does before it shows one.
    pub fn menu(&self) -> Result<Vec<Entry>> {
        let path = self.menu_path()?;
        let _changes: bool = self.panel.ask(&self.name, (&path, MENU, "AboutToShow"), &0_i32)?;
        let everything: Vec<&str> = Vec::new();
        let (_, layout): (u32, Layout) =
            self.panel
                .ask(&self.name, (&path, MENU, "GetLayout"), &(0_i32, -1_i32, everything))?;
        Ok(entry(layout)?.below)
    }

    /// What its menu says, of what is there; entries below another are `A > B`.
    pub fn labels(&self) -> Result<Vec<String>> {
        let mut labels = Vec::new();
        for one in self.menu()?.iter().filter(|one| one.visible && !one.label.is_empty()) {
            labels.push(one.label.clone());
            let below = one.below.iter().filter(|below| below.visible);
            labels.extend(below.map(|below| format!("{} > {}", one.label, below.label)));
        }
        Ok(labels)
    }

    /// Chooses the entry whose label begins so.
    pub fn choose(&self, label: &str) -> Result<()> {
        let menu = self.menu()?;
        let all = menu.iter().flat_map(|one| std::iter::once(one).chain(&one.below));
        let mut fitting = all.filter(|one| one.visible && one.enabled && one.label.starts_with(label));
        let chosen = fitting.next().ok_or_else(|| LabError::Tool {
            program: "the menu".to_owned(),
            message: format!("no entry \"{label}\" can be chosen in {menu:?}"),
        })?;
        let path = self.menu_path()?;
        let event = (chosen.id, "clicked", Value::from(0_i32), 0_u32);
        self.panel.ask(&self.name, (&path, MENU, "Event"), &event)
    }
}

fn entry((id, properties, below): Layout) -> Result<Entry> {
    let text = |name: &str| {
        properties
            .get(name)
            .and_then(|value| String::try_from(value.clone()).ok())
    };
    let switch = |name: &str| properties.get(name).and_then(|value| bool::try_from(value).ok());
    let below = below.into_iter().map(|value| {
        let layout = Layout::try_from(value).map_err(|_| other_type("a menu's entry"))?;
        entry(layout)
    });
    Ok(Entry {
        id,
        label: text("label").unwrap_or_default(),
        enabled: switch("enabled").unwrap_or(true),
        visible: switch("visible").unwrap_or(true),
        below: below.collect::<Result<_>>()?,
    })
}

fn other_type(what: &str) -> LabError {
    LabError::Tool {
        program: "the tray icon".to_owned(),
        message: format!("{what} has another type"),
    }
}

fn in_time<T>(call: impl Future<Output = zbus::Result<T>>) -> Result<T> {
    future::block_on(future::or(async { Ok(call.await?) }, async {
        async_io::Timer::after(CALL).await;
        Err(LabError::BusSilent)
    }))
}
