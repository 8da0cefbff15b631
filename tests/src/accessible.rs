//! What an application offers to assistive technology, seen by an observer who does not share the agent's code.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use futures_lite::future;
use zbus::Connection;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};

use crate::process::output;
use crate::{Deadline, LabError, Result, Session};

const CALL: Duration = Duration::from_secs(2);
const NODES: usize = 4_000;
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";

/// An object's address: bus name and path.
pub type Address = (String, OwnedObjectPath);

/// A connection to the session's accessibility bus.
#[derive(Debug)]
pub struct Bus {
    connection: Connection,
}

/// One object of an application's tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it is.
    pub address: Address,
    /// Depth below the application.
    pub depth: usize,
    /// AT-SPI's role number (40 is password text, 79 entry, 43 push button).
    pub role: u32,
    /// The toolkit's word for the role.
    pub role_name: String,
    /// Accessible name.
    pub name: String,
    /// The name of what LABELLED_BY points to.
    pub label: String,
    /// States that hold, by AT-SPI's names.
    pub states: Vec<&'static str>,
    /// Interfaces, without their common prefix.
    pub interfaces: Vec<String>,
    /// Names of the actions.
    pub actions: Vec<String>,
    /// `id`, `class` and whatever else the toolkit says.
    pub attributes: HashMap<String, String>,
    /// The text's length, when it has a text.
    pub characters: Option<i32>,
    /// The text, unless it is a password field.
    pub text: Option<String>,
}

impl Node {
    /// True when the state holds.
    #[must_use]
    pub fn is(&self, state: &str) -> bool {
        self.states.contains(&state)
    }
}

impl Bus {
    /// Connects to the accessibility bus of `session`.
    pub fn of(session: &Session) -> Result<Self> {
        let mut ask = session.command("dbus-send");
        ask.args([
            "--session",
            "--print-reply=literal",
            "--reply-timeout=20000",
            "--dest=org.a11y.Bus",
        ]);
        let address = output(ask.args(["/org/a11y/bus", "org.a11y.Bus.GetAddress"]))?;
        let connecting = async { zbus::connection::Builder::address(address.trim())?.build().await };
        Ok(Self {
            connection: in_time(connecting)?,
        })
    }

    /// Waits until the registry answers.
    pub fn wait_for_registry(&self, deadline: Deadline) -> Result<()> {
        deadline.wait_for("the accessibility registry", || {
            self.children(&registry()?).ok().map(drop)
        })
    }

    /// The application of process `pid`, once it is there.
    pub fn wait_for_application(&self, pid: u32, deadline: Deadline) -> Result<Address> {
        let what = format!("process {pid} on the accessibility bus");
        deadline.wait_for(&what, || {
            self.applications()
                .ok()?
                .into_iter()
                .find(|(_, owner)| *owner == pid)
                .map(|(address, _)| address)
        })
    }

    /// Waits for an object of process `pid` that satisfies `wanted`.
    pub fn wait_for_node(
        &self,
        pid: u32,
        what: &str,
        deadline: Deadline,
        wanted: impl Fn(&Node) -> bool,
    ) -> Result<Node> {
        let application = self.wait_for_application(pid, deadline)?;
        deadline.wait_for(what, || self.tree(&application).ok()?.into_iter().find(&wanted))
    }

    /// Every application, with the process that owns it.
    pub fn applications(&self) -> Result<Vec<(Address, u32)>> {
        let Some(registry) = registry() else {
            return Ok(Vec::new());
        };
        let owner = |address: &Address| {
            let bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
            self.call::<u32>(bus, "GetConnectionUnixProcessID", &(address.0.as_str()))
        };
        let children = self.children(&registry)?;
        Ok(children
            .into_iter()
            .filter_map(|address| owner(&address).ok().map(|pid| (address, pid)))
            .collect())
    }

    /// An application's whole tree, depth first.
    pub fn tree(&self, application: &Address) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        let mut open = vec![(application.clone(), 0)];
        while let Some((address, depth)) = open.pop() {
            if nodes.len() >= NODES {
                break;
            }
            let Ok(node) = self.node(&address, depth) else { continue };
            let children = if node.is("manages-descendants") {
                Vec::new()
            } else {
                self.children(&address)
                    .ok()
                    .filter(|children| !children.is_empty())
                    .or_else(|| self.embedded(&node))
                    .unwrap_or_default()
            };
            nodes.push(node);
            open.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
        }
        Ok(nodes)
    }

    /// The tree as text, one object a line: role, name, label, states, interfaces.
    pub fn describe(&self, application: &Address) -> Result<String> {
        let mut text = String::new();
        for node in self.tree(application)? {
            let indent = "  ".repeat(node.depth);
            let _infallible = writeln!(
                text,
                "{indent}role={} ({}) name={:?} label={:?} characters={:?} text={:?} states={:?} interfaces={:?} actions={:?} attributes={:?}",
                node.role,
                node.role_name,
                node.name,
                node.label,
                node.characters,
                node.text,
                node.states,
                node.interfaces,
                node.actions,
                node.attributes
            );
        }
        Ok(text)
    }

    /// Replaces an editable text.
    pub fn set_text(&self, node: &Node, text: &str) -> Result<bool> {
        self.call(
            at(&node.address, "org.a11y.atspi.EditableText"),
            "SetTextContents",
            &(text),
        )
    }

    /// Does the first action: presses a button.
    pub fn press(&self, node: &Node) -> Result<bool> {
        self.call(at(&node.address, "org.a11y.atspi.Action"), "DoAction", &(0_i32))
    }

    /// Gives an object the keyboard.
    pub fn focus(&self, node: &Node) -> Result<bool> {
        self.call(at(&node.address, "org.a11y.atspi.Component"), "GrabFocus", &())
    }

    fn children(&self, address: &Address) -> Result<Vec<Address>> {
        self.call(at(address, ACCESSIBLE), "GetChildren", &())
    }

    /// What another process shows in it: at-spi2-atk tells that by its place alone, and leaves it out of all children.
    fn embedded(&self, node: &Node) -> Option<Vec<Address>> {
        const FILLER: u32 = 20;
        let count: i32 = self.property(&node.address, ACCESSIBLE, "ChildCount")?;
        let is_embedding = node.role == FILLER && count == 1;
        let child = || self.call(at(&node.address, ACCESSIBLE), "GetChildAtIndex", &(0_i32));
        is_embedding.then(child)?.ok().map(|child| vec![child])
    }

    fn node(&self, address: &Address, depth: usize) -> Result<Node> {
        let role: u32 = self.call(at(address, ACCESSIBLE), "GetRole", &())?;
        let interfaces: Vec<String> = self
            .call(at(address, ACCESSIBLE), "GetInterfaces", &())
            .unwrap_or_default();
        let has = |name: &str| interfaces.iter().any(|interface| interface.ends_with(name));
        let bits: Vec<u32> = self.call(at(address, ACCESSIBLE), "GetState", &()).unwrap_or_default();
        let characters = has(".Text")
            .then(|| self.property(address, "org.a11y.atspi.Text", "CharacterCount"))
            .flatten();
        let readable = characters.filter(|_| role != 40);
        let text = readable.and_then(|count: i32| {
            self.call(at(address, "org.a11y.atspi.Text"), "GetText", &(0_i32, count))
                .ok()
        });
        let attributes: HashMap<String, String> = self
            .call(at(address, ACCESSIBLE), "GetAttributes", &())
            .unwrap_or_default();
        // It leaves the question for an object's actions without any answer.
        let is_silent = attributes.get("toolkit").is_some_and(|toolkit| toolkit == "WebKitGTK");
        Ok(Node {
            address: address.clone(),
            depth,
            role,
            role_name: self
                .call(at(address, ACCESSIBLE), "GetRoleName", &())
                .unwrap_or_default(),
            name: self.property(address, ACCESSIBLE, "Name").unwrap_or_default(),
            label: self.label(address).unwrap_or_default(),
            states: states(&bits),
            actions: if has(".Action") && !is_silent {
                self.actions(address)
            } else {
                Vec::new()
            },
            attributes,
            interfaces: interfaces
                .into_iter()
                .map(|name| name.replace("org.a11y.atspi.", ""))
                .collect(),
            characters,
            text,
        })
    }

    fn label(&self, address: &Address) -> Option<String> {
        // Relation type 2 is LABELLED_BY.
        let relations: Vec<(u32, Vec<Address>)> = self.call(at(address, ACCESSIBLE), "GetRelationSet", &()).ok()?;
        let target = relations
            .into_iter()
            .find(|(kind, _)| *kind == 2)?
            .1
            .into_iter()
            .next()?;
        self.property(&target, ACCESSIBLE, "Name")
    }

    fn actions(&self, address: &Address) -> Vec<String> {
        let actions: Result<Vec<(String, String, String)>> =
            self.call(at(address, "org.a11y.atspi.Action"), "GetActions", &());
        actions
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _, _)| name)
            .collect()
    }

    fn property<T: TryFrom<OwnedValue>>(&self, address: &Address, interface: &str, name: &str) -> Option<T> {
        let properties = at(address, "org.freedesktop.DBus.Properties");
        let value: OwnedValue = self.call(properties, "Get", &(interface, name)).ok()?;
        T::try_from(value).ok()
    }

    fn call<T>(
        &self,
        (name, path, interface): (&str, &str, &str),
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Result<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        in_time(async {
            let reply = self
                .connection
                .call_method(Some(name), path, Some(interface), method, body)
                .await?;
            reply.body().deserialize::<T>()
        })
    }
}

fn at<'a>(address: &'a Address, interface: &'a str) -> (&'a str, &'a str, &'a str) {
    (&address.0, address.1.as_str(), interface)
}

fn registry() -> Option<Address> {
    Some(("org.a11y.atspi.Registry".to_owned(), ROOT.try_into().ok()?))
}

fn in_time<T>(work: impl Future<Output = zbus::Result<T>>) -> Result<T> {
    async_io::block_on(future::or(async { work.await.map_err(LabError::from) }, async {
        async_io::Timer::after(CALL).await;
        Err(LabError::BusSilent)
    }))
}

/// AT-SPI's state numbers, as far as a logon form shows them.
const STATES: [(usize, &str); 22] = [
    (1, "active"),
    (4, "checked"),
    (6, "defunct"),
    (7, "editable"),
    (8, "enabled"),
    (9, "expandable"),
    (11, "focusable"),
    (12, "focused"),
    (16, "modal"),
    (17, "multi-line"),
    (20, "pressed"),
    (22, "resizable"),
    (23, "selectable"),
    (24, "sensitive"),
    (25, "showing"),
    (26, "single-line"),
    (28, "transient"),
    (30, "visible"),
    (31, "manages-descendants"),
    (33, "required"),
    (39, "is-default"),
    (43, "read-only"),
];

fn states(bits: &[u32]) -> Vec<&'static str> {
    let set = |number: usize| {
        bits.get(number / 32)
            .is_some_and(|word| word & (1 << (number % 32)) != 0)
    };
    STATES
        .into_iter()
        .filter(|(number, _)| set(*number))
        .map(|(_, name)| name)
        .collect()
}
