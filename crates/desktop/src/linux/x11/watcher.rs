//! The reader: one thread that sleeps on the display's socket and says what happened to windows.

use super::connection::{Link, as_error};
use super::damage::Contents;
use super::facts::{Managed, Seen, look};
use super::hand::{Command, Hand, Inbox};
use super::listing::{WatchSet, first, is_ours};
use crate::pace;
use countersign_model::port::DesktopError;
use countersign_model::{Monotonic, WindowEvent, WindowFacts, WindowId};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use x11rb::connection::Connection as _;
use x11rb::errors::ConnectionError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window};

/// Which of the root's properties are to be read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stale {
    list: bool,
    active: bool,
}

pub(super) struct Watcher {
    link: Link,
    events: Sender<WindowEvent>,
    inbox: Inbox,
    /// The windows that were reported, as they were reported.
    known: HashMap<Window, WindowFacts>,
    mapped: HashMap<Window, Monotonic>,
    reparented: HashSet<Window>,
    listed: HashSet<Window>,
    unsure: BTreeSet<Window>,
    stale: Stale,
    managed: bool,
    manager: Option<Window>,
    active: Option<Window>,
    contents: Contents,
}

/// Why the reader ends.
enum End {
    Stopped,
    Lost(ConnectionError),
}

impl From<ConnectionError> for End {
    fn from(error: ConnectionError) -> Self {
        Self::Lost(error)
    }
}

impl Watcher {
    pub(super) fn start(link: Link, events: Sender<WindowEvent>) -> Result<Arc<Hand>, DesktopError> {
        let root_events = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::PROPERTY_CHANGE;
        link.conn
            .change_window_attributes(link.root, &ChangeWindowAttributesAux::new().event_mask(root_events))
            .map_err(as_error)?;
        let contents = Contents::open(&link)?;
        let begin = move |inbox| {
            let watcher = Self {
                link,
                events,
                inbox,
                known: HashMap::new(),
                mapped: HashMap::new(),
                reparented: HashSet::new(),
                listed: HashSet::new(),
                unsure: BTreeSet::new(),
                stale: Stale {
                    list: true,
                    active: true,
                },
                managed: false,
                manager: None,
                active: None,
                contents,
            };
            watcher.run();
        };
        Hand::start(begin).map_err(|error| DesktopError::Display(error.to_string()))
    }

    fn run(mut self) {
        if let Err(End::Lost(error)) = self.read() {
            let why = format!(
                "the display ended the connection ({error}); Countersign starts watching again with the next session"
            );
            self.say(WindowEvent::Lost(why));
        }
    }

    fn read(&mut self) -> Result<(), End> {
        loop {
            while let Some(event) = self.link.conn.poll_for_event()? {
                self.take(event)?;
            }
            while let Some(command) = self.inbox.next() {
                match command {
                    Command::Attend(window) => self.contents.watch(&self.link, window)?,
                    Command::Ignore(window) => self.contents.ignore(&self.link, window)?,
                    Command::Stop => return Err(End::Stopped),
                }
            }
            for window in self.contents.due(&self.link)? {
                self.say(WindowEvent::ControlsChanged(WindowId(window.into())));
            }
            self.refresh()?;
            self.link.conn.flush()?;
            match self.link.conn.poll_for_event()? {
                // Answers may have brought events along that no socket will announce again.
                Some(event) => self.take(event)?,
                None => {
                    let nap = self.contents.sleep();
                    self.inbox
                        .sleep(self.link.conn.stream(), nap)
                        .map_err(ConnectionError::from)?;
                }
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), ConnectionError> {
        match event {
            Event::CreateNotify(e) if e.parent == self.link.root && !e.override_redirect => self.select(e.window)?,
            Event::MapNotify(e) if !e.override_redirect => {
                self.mapped.entry(e.window).or_insert_with(pace::steady);
                self.unsure.insert(e.window);
            }
            Event::ReparentNotify(e) if !e.override_redirect => {
                if e.parent == self.link.root {
                    self.reparented.remove(&e.window);
                } else if self.reparented.insert(e.window) {
                    self.unsure.insert(e.window);
                }
            }
            Event::UnmapNotify(e) => {
                self.mapped.remove(&e.window);
                if self.managed {
                    // Iconified, on another desktop, or withdrawn: its state says which.
                    if self.known.contains_key(&e.window) {
                        self.unsure.insert(e.window);
                    }
                } else {
                    self.gone(e.window);
                }
            }
            Event::DestroyNotify(e) => {
                self.stale.list |= self.manager == Some(e.window);
                self.forget(e.window);
                self.contents.ignore(&self.link, e.window)?;
            }
            Event::PropertyNotify(e) => self.property(e.window, e.atom),
            Event::DamageNotify(e) if self.contents.changed(e.drawable) => {
                self.say(WindowEvent::ControlsChanged(WindowId(e.drawable.into())));
            }
            _ => {}
        }
        Ok(())
    }

    fn property(&mut self, window: Window, atom: Atom) {
        let atoms = &self.link.atoms;
        if window == self.link.root {
            self.stale.list |= atom == atoms._NET_CLIENT_LIST || atom == atoms._NET_SUPPORTING_WM_CHECK;
            self.stale.active |= atom == atoms._NET_ACTIVE_WINDOW;
            return;
        }
        let matters = [
            atoms.WM_STATE,
            atoms._NET_WM_NAME,
            atoms._NET_WM_PID,
            AtomEnum::WM_NAME.into(),
            AtomEnum::WM_CLASS.into(),
            AtomEnum::WM_CLIENT_MACHINE.into(),
            AtomEnum::WM_TRANSIENT_FOR.into(),
        ];
        let on_screen = self.known.contains_key(&window) || self.mapped.contains_key(&window);
        if matters.contains(&atom) && (on_screen || atom == atoms.WM_STATE) {
            self.unsure.insert(window);
        }
    }

    /// Asks to be told of a window's own changes.
    fn select(&self, window: Window) -> Result<(), ConnectionError> {
        let own = EventMask::STRUCTURE_NOTIFY | EventMask::PROPERTY_CHANGE;
        self.link
            .conn
            .change_window_attributes(window, &ChangeWindowAttributesAux::new().event_mask(own))?
            .ignore_error();
        Ok(())
    }

    /// Reads again what events made stale.
    fn refresh(&mut self) -> Result<(), ConnectionError> {
        if !self.unsure.is_empty() {
            self.judge()?;
        }
        if std::mem::take(&mut self.stale.list) {
            self.relist()?;
            self.judge()?;
        }
        if std::mem::take(&mut self.stale.active) {
            self.reactivate()?;
        }
        Ok(())
    }

    fn relist(&mut self) -> Result<(), ConnectionError> {
        let set = WatchSet::read(&self.link)?;
        self.managed = set.managed;
        if self.manager != set.manager {
            self.manager = set.manager;
            if let Some(manager) = set.manager {
                self.select(manager)?;
            }
        }
        let now: HashSet<Window> = set.windows.into_iter().collect();
        if set.managed {
            // The list lags behind: a window that left it may be on the screen again already.
            let left = self.listed.difference(&now);
            self.unsure
                .extend(left.filter(|window| self.known.contains_key(window)));
        }
        for &window in now.difference(&self.listed) {
            if !self.known.contains_key(&window) {
                self.select(window)?;
                self.unsure.insert(window);
            }
        }
        self.listed = now;
        Ok(())
    }

    fn judge(&mut self) -> Result<(), ConnectionError> {
        let windows: Vec<Window> = std::mem::take(&mut self.unsure).into_iter().collect();
        let mut missing: HashSet<Window> = windows.iter().copied().collect();
        for seen in look(&self.link, &windows)? {
            let window = super::connection::number(seen.facts.id);
            missing.remove(&window);
            self.report(window, seen);
        }
        for window in missing {
            self.forget(window);
        }
        Ok(())
    }

    fn report(&mut self, window: Window, seen: Seen) {
        if let Some(known) = self.known.get_mut(&window) {
            if seen.managed != Managed::Yes && !seen.viewable {
                self.gone(window);
            } else if *known != seen.facts {
                known.clone_from(&seen.facts);
                self.say(WindowEvent::Changed(seen.facts));
            }
            return;
        }
        if !self.is_window(window, &seen) {
            return;
        }
        let at = self.mapped.get(&window).copied().unwrap_or_else(pace::steady);
        self.known.insert(window, seen.facts.clone());
        self.say(WindowEvent::Appeared { window: seen.facts, at });
    }

    /// Whether it is a window a user would call one. A window manager shows that it took a window by a frame around it, by its state
    /// or by its list, whichever comes first; without one every child of the root is a window.
    fn is_window(&self, window: Window, seen: &Seen) -> bool {
        if seen.beside || is_ours(&seen.facts) {
            return false;
        }
        let listed = self.listed.contains(&window);
        if self.managed {
            let mapped = self.mapped.contains_key(&window);
            // The list alone proves nothing: it lags behind a window that was taken down.
            return (seen.managed == Managed::Yes && (listed || mapped))
                || (seen.viewable && (listed || (mapped && self.reparented.contains(&window))));
        }
        seen.viewable && (listed || self.mapped.contains_key(&window))
    }

    fn reactivate(&mut self) -> Result<(), ConnectionError> {
        let name = self.link.atoms._NET_ACTIVE_WINDOW;
        let reply = self
            .link
            .conn
            .get_property(false, self.link.root, name, AtomEnum::WINDOW, 0, 1)?
            .reply();
        let active = reply
            .ok()
            .as_ref()
            .and_then(first)
            .filter(|&window| window != x11rb::NONE);
        if active != self.active {
            self.active = active;
            self.say(WindowEvent::Activated(active.map(|window| WindowId(window.into()))));
        }
        Ok(())
    }

    fn forget(&mut self, window: Window) {
        self.mapped.remove(&window);
        self.reparented.remove(&window);
        self.listed.remove(&window);
        self.unsure.remove(&window);
        self.gone(window);
    }

    fn gone(&mut self, window: Window) {
        if self.known.remove(&window).is_none() {
            return;
        }
        self.say(WindowEvent::Gone(WindowId(window.into())));
        // Some window managers leave the name of the last window on the root.
        if self.active == Some(window) {
            self.active = None;
            self.say(WindowEvent::Activated(None));
        }
    }

    /// A receiver that is gone means that nobody listens; the handle is dropped soon.
    fn say(&self, event: WindowEvent) {
        let _ = self.events.send(event);
    }
}
