//! The one outside observer: it sees windows map, texts change and the form speak, and stamps each moment.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use countersign_tests::process::output;
use countersign_tests::{LabError, Session};
use futures_lite::StreamExt as _;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window};
use x11rb::rust_connection::RustConnection;
use zbus::{MatchRule, MessageStream};

use crate::bench::{BenchError, clock};

/// Something that was seen, and when.
#[derive(Debug)]
pub struct Sighting {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Sight,
}

/// What can be seen.
#[derive(Debug)]
pub enum Sight {
    /// A window of a process was mapped.
    Mapped {
        /// The process.
        pid: u32,
        /// The window.
        window: Window,
    },
    /// A window, or something inside it, got the keyboard.
    Focused {
        /// The window.
        window: Window,
    },
    /// The text of an object grew, or shrank, by so many characters.
    TextChanged {
        /// Bus name and path.
        object: (String, String),
        /// Characters more, or fewer.
        by: i64,
    },
    /// The form wrote a line to its standard output.
    Said(String),
    /// The form closed its standard output.
    Closed,
}

/// The observer. It watches from its making until the session ends.
#[derive(Debug)]
pub struct Observer {
    sender: Sender<Sighting>,
    sightings: Receiver<Sighting>,
}

impl Observer {
    /// Begins to watch a session.
    pub fn of(session: &Session) -> Result<Self, BenchError> {
        let observer = Self::of_windows(session)?;
        watch_texts(session, observer.sender())?;
        Ok(observer)
    }

    /// The same, but for the texts: an application that nobody listens to is left to itself.
    pub fn of_windows(session: &Session) -> Result<Self, BenchError> {
        let (sender, sightings) = channel();
        watch_windows(session, sender.clone())?;
        Ok(Self { sender, sightings })
    }

    /// Where others report what they saw.
    pub fn sender(&self) -> Sender<Sighting> {
        self.sender.clone()
    }

    /// The next sighting, or `None` when nothing was seen for so long.
    pub fn next(&self, patience: Duration) -> Option<Sighting> {
        self.sightings.recv_timeout(patience).ok()
    }
}

/// Reports a sighting as of now.
pub fn report(to: &Sender<Sighting>, what: Sight) {
    let _nobody_watches_any_more = to.send(Sighting { at: clock::now(), what });
}

fn watch_windows(session: &Session, to: Sender<Sighting>) -> Result<(), BenchError> {
    let (connection, number) = x11rb::connect(Some(session.display()))?;
    let root = connection
        .setup()
        .roots
        .get(number)
        .map_or(x11rb::NONE, |screen| screen.root);
    let events = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    connection.change_window_attributes(root, &events)?.check()?;
    thread::spawn(move || {
        let mut screen = Watch {
            connection,
            root,
            framed: HashMap::new(),
        };
        while let Ok(event) = screen.connection.wait_for_event() {
            screen.see(&event, clock::now(), &to);
        }
    });
    Ok(())
}

struct Watch {
    connection: RustConnection,
    root: Window,
    // A window manager puts windows into frames: the frame is what is mapped on the root.
    framed: HashMap<Window, Window>,
}

impl Watch {
    fn see(&mut self, event: &Event, at: Instant, to: &Sender<Sighting>) {
        match event {
            Event::CreateNotify(event) => self.ask_for_focus(event.window),
            Event::ReparentNotify(event) if event.parent != self.root => {
                self.framed.insert(event.parent, event.window);
            }
            Event::DestroyNotify(event) => {
                self.framed.remove(&event.window);
            }
            Event::MapNotify(event) if event.event == self.root => {
                let window = self.framed.get(&event.window).copied().unwrap_or(event.window);
                // After the moment was taken: these are questions.
                let Some(pid) = self.owner(window) else { return };
                let _nobody = to.send(Sighting {
                    at,
                    what: Sight::Mapped { pid, window },
                });
                if self.has_focus(window) {
                    report(to, Sight::Focused { window });
                }
            }
            Event::FocusIn(event) => {
                let _nobody = to.send(Sighting {
                    at,
                    what: Sight::Focused { window: event.event },
                });
            }
            _ => {}
        }
    }

    fn ask_for_focus(&self, window: Window) {
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::FOCUS_CHANGE);
        if let Ok(cookie) = self.connection.change_window_attributes(window, &events) {
            cookie.ignore_error();
        }
        let _broken_connections_end_the_thread = self.connection.flush();
    }

    fn owner(&self, window: Window) -> Option<u32> {
        let spec = ClientIdSpec {
            client: window,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        };
        let reply = self.connection.res_query_client_ids(&[spec]).ok()?.reply().ok()?;
        reply.ids.first()?.value.first().copied()
    }

    /// Whether the window, or a window in it, has the keyboard already: it may have got it before it could be asked.
    fn has_focus(&self, window: Window) -> bool {
        let focus = || Some(self.connection.get_input_focus().ok()?.reply().ok()?.focus);
        let Some(focus) = focus() else { return false };
        let parent = |of: &Window| Some(self.connection.query_tree(*of).ok()?.reply().ok()?.parent);
        std::iter::successors(Some(focus), parent)
            .take(5)
            .any(|above| above == window)
    }
}

fn watch_texts(session: &Session, to: Sender<Sighting>) -> Result<(), BenchError> {
    let address = address(session)?;
    let mut stream = async_io::block_on(async {
        let bus = zbus::connection::Builder::address(address.as_str())?.build().await?;
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .interface("org.a11y.atspi.Event.Object")?
            .member("TextChanged")?
            .build();
        let stream = MessageStream::for_match_rule(rule, &bus, Some(1_024)).await?;
        // Toolkits speak only of what somebody has registered for.
        let (registry, path) = ("org.a11y.atspi.Registry", "/org/a11y/atspi/registry");
        for event in ["object:text-changed:insert", "object:text-changed:delete"] {
            bus.call_method(Some(registry), path, Some(registry), "RegisterEvent", &(event))
                .await?;
        }
        Ok::<_, zbus::Error>(stream)
    })?;
    thread::spawn(move || {
        while let Some(message) = async_io::block_on(stream.next()) {
            let Some(what) = message.ok().as_ref().and_then(text_changed) else {
                continue;
            };
            report(&to, what);
        }
    });
    Ok(())
}

fn text_changed(message: &zbus::Message) -> Option<Sight> {
    let header = message.header();
    let object = (header.sender()?.to_string(), header.path()?.to_string());
    let body = message.body();
    let fields = body.deserialize::<zbus::zvariant::Structure<'_>>().ok()?;
    let [kind, _start, length, ..] = fields.fields() else {
        return None;
    };
    let length = i64::from(i32::try_from(length.try_clone().ok()?).ok()?);
    let kind: &str = kind.downcast_ref().ok()?;
    let by = if kind.starts_with("insert") { length } else { -length };
    Some(Sight::TextChanged { object, by })
}

/// The address of the session's accessibility bus, asked for as the session's user.
fn address(session: &Session) -> Result<String, LabError> {
    let mut ask = session.command("dbus-send");
    ask.args(["--session", "--print-reply=literal", "--dest=org.a11y.Bus"]);
    let answer = output(ask.args(["/org/a11y/bus", "org.a11y.Bus.GetAddress"]))?;
    Ok(answer.trim().to_owned())
}
