use super::borrowed::Borrowed;
use super::burst;
use super::guard::{self, Grab, Hindrance};
use super::keymap::{KEYBOARD, Keymap, Stroke};
use super::names;
use crate::linux::x11::{Display, Link, as_error, as_refusal};
use crate::pace;
use countersign_model::port::{DesktopError, KeySender};
use countersign_model::{KeyPress, KeyStep, KeyTarget, Refusal, WindowFacts};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{self, EventType, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::wrapper::ConnectionExt as _;

/// The most strokes that go out on one check.
const BURST: usize = 20;
/// How long a user may take to release a key.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a key that is held is looked at meanwhile.
const STEP: Duration = Duration::from_millis(8);
/// How often a burst is begun again when the keyboard map changes under it.
const ATTEMPTS: usize = 4;

/// Types by XTEST, under guard.
#[derive(Debug)]
pub struct X11Typist {
    desk: Arc<Mutex<Desk>>,
    returning: Mutex<Option<JoinHandle<()>>>,
}

/// What one who types has before him.
#[derive(Debug)]
struct Desk {
    link: Link,
    map: Option<Keymap>,
    borrowed: Borrowed,
    /// Whether a thread is there that gives keys back.
    returning: bool,
}

/// One element to type.
#[derive(Clone, Copy, Debug)]
enum Unit<'a> {
    Character(char),
    Press(&'a KeyPress),
}

impl X11Typist {
    /// Connects to a display. Keys that a crashed predecessor had borrowed are given back.
    ///
    /// # Errors
    /// [`DesktopError::NoDisplay`], or [`DesktopError::Display`] when it lacks XTEST or XKB.
    pub fn open(display: &Display) -> Result<Self, DesktopError> {
        let link = display.open()?;
        link.conn
            .xtest_get_version(2, 2)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        xkb::use_extension(&link.conn, 1, 0)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        let changes = EventType::MAP_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY;
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        xkb::select_events(
            &link.conn,
            KEYBOARD,
            EventType::default(),
            changes,
            parts,
            parts,
            &SelectEventsAux::new(),
        )
        .map_err(as_error)?
        .check()
        .map_err(as_error)?;
        let borrowed = Borrowed::open(&link).map_err(as_error)?;
        Ok(Self {
            desk: Arc::new(Mutex::new(Desk {
                link,
                map: None,
                borrowed,
                returning: false,
            })),
            returning: Mutex::new(None),
        })
    }

    /// Like [`KeySender::send`], asking `field_ok` before every burst whether the right field still has the focus. It is asked
    /// outside the grab, because a program that answers on the accessibility bus may need the display for its answer.
    ///
    /// # Errors
    /// What `field_ok` says, or see [`KeySender::send`].
    pub fn send_when(
        &self,
        target: &KeyTarget<'_>,
        burst: &[KeyStep<'_>],
        field_ok: &dyn Fn() -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let units: Vec<Unit<'_>> = burst
            .iter()
            .flat_map(|step| -> Box<dyn Iterator<Item = Unit<'_>>> {
                match step {
                    KeyStep::Text(text) => Box::new(text.chars().map(Unit::Character)),
                    KeyStep::Press(press) => Box::new(std::iter::once(Unit::Press(press))),
                }
            })
            .collect();
        let mut desk = self.desk();
        let sent = desk.type_all(target, &units, field_ok);
        if desk.borrowed.due().is_some() && !desk.returning {
            desk.returning = true;
            drop(desk);
            self.return_later();
        }
        sent
    }

    /// Waits until a window has the input focus, for windows that have just appeared.
    ///
    /// # Errors
    /// [`Refusal::FocusMoved`] when it has not within the time.
    pub fn await_focus(&self, window: &WindowFacts, within: Duration) -> Result<(), Refusal> {
        let answer = pace::until(within, Duration::from_millis(2), || {
            let desk = self.desk();
            let target = crate::linux::x11::number(window.id);
            let focus = desk
                .link
                .conn
                .get_input_focus()
                .map_err(ReplyError::from)
                .and_then(|asked| asked.reply());
            match focus.and_then(|reply| crate::linux::x11::leads_to(&desk.link, reply.focus, target)) {
                Ok(true) => Some(Ok(())),
                Ok(false) | Err(ReplyError::X11Error(_)) => None,
                Err(lost) => Some(Err(as_refusal(lost))),
            }
        });
        answer.unwrap_or(Err(Refusal::FocusMoved))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread that gives borrowed keys back in a while and then ends: while nothing is borrowed nothing runs.
    fn return_later(&self) {
        let desk = Arc::clone(&self.desk);
        let thread = std::thread::Builder::new()
            .name("borrowed-keys".to_owned())
            .spawn(move || {
                loop {
                    let due = {
                        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
                        match desk.borrowed.due() {
                            Some(due) => due,
                            None => {
                                desk.returning = false;
                                return;
                            }
                        }
                    };
                    pace::pause(due.since(pace::steady()) + Duration::from_millis(1));
                    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(error) = desk.return_due() {
                        tracing::warn!("borrowed keys were not given back: {error}");
                        desk.returning = false;
                        return;
                    }
                }
            });
        match thread {
            Ok(thread) => {
                // An earlier one has ended by now: only one runs at a time.
                *self.returning.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
            }
            Err(error) => tracing::warn!("borrowed keys stay until the next start: {error}"),
        }
    }
}

impl KeySender for X11Typist {
    fn send(&self, target: &KeyTarget<'_>, burst: &[KeyStep<'_>]) -> Result<(), Refusal> {
        self.send_when(target, burst, &|| Ok(()))
    }
}

impl Drop for X11Typist {
    fn drop(&mut self) {
        let thread = self.returning.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the thread that gives borrowed keys back ended in a panic");
        }
    }
}

impl Desk {
    fn type_all(
        &mut self,
        target: &KeyTarget<'_>,
        units: &[Unit<'_>],
        field_ok: &dyn Fn() -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if units.is_empty() {
            return Ok(());
        }
        // Nothing of the text shows anywhere, not even in the keyboard map, before the target was found in order once.
        field_ok()?;
        self.checked(target, &[])?;
        let mut rest = units;
        let mut begun = true;
        while !rest.is_empty() {
            let ready = self.lend(rest)?;
            let (now, later) = rest.split_at(ready.min(rest.len()));
            for chunk in bursts(now) {
                if !std::mem::take(&mut begun) {
                    field_ok()?;
                }
                self.burst(target, chunk)?;
            }
            rest = later;
        }
        // The keys are out only when the server has seen them.
        self.link.conn.sync().map_err(as_refusal)
    }

    /// Checks without a grab, to refuse early.
    fn checked(&mut self, target: &KeyTarget<'_>, keys: &[Stroke]) -> Result<(), Refusal> {
        patiently(|| guard::check(&self.link, self.borrowed.hidden(), target, keys)).map(|_| ())
    }

    /// Makes sure that there is a key for as many of the units as possible, from the first on. Returns how many.
    fn lend(&mut self, units: &[Unit<'_>]) -> Result<usize, Refusal> {
        self.refresh_map()?;
        let mut wanted = Vec::new();
        for unit in units {
            let Unit::Character(character) = unit else {
                continue;
            };
            let symbol = names::symbol(*character).ok_or_else(untypable)?;
            let known = self.map.as_ref().is_some_and(|map| map.character(*character).is_some());
            if !known && self.borrowed.key_of(symbol).is_none() && !wanted.contains(&symbol) {
                wanted.push(symbol);
            }
        }
        if wanted.is_empty() {
            return Ok(units.len());
        }
        let lent = match &self.map {
            Some(map) => self.borrowed.lend(&self.link, map, &wanted).map_err(as_refusal)?,
            None => 0,
        };
        self.link.conn.sync().map_err(as_refusal)?;
        self.refresh_map()?;
        if lent == wanted.len() {
            return Ok(units.len());
        }
        if lent == 0 {
            // Every spare key is in use: the ones used first are free again in a moment.
            let Some(due) = self.borrowed.due() else {
                return Err(untypable());
            };
            pace::pause(due.since(pace::steady()));
            self.return_due().map_err(as_refusal)?;
            return Ok(0);
        }
        let missing = wanted.get(lent).copied();
        let ready = units.iter().position(|unit| match unit {
            Unit::Character(character) => names::symbol(*character) == missing,
            Unit::Press(_) => false,
        });
        Ok(ready.unwrap_or(units.len()))
    }

    /// One burst: the server held, the target checked, the keys sent, the server let go.
    fn burst(&mut self, target: &KeyTarget<'_>, units: &[Unit<'_>]) -> Result<(), Refusal> {
        for _ in 0..ATTEMPTS {
            self.refresh_map()?;
            let Some(map) = self.map.as_ref() else {
                continue;
            };
            let strokes: Vec<Stroke> = units
                .iter()
                .map(|unit| stroke(map, &self.borrowed, *unit))
                .collect::<Result<_, _>>()?;
            let sent = patiently(|| {
                let _still = Grab::hold(&self.link).map_err(as_refusal)?;
                let ready = guard::check(&self.link, self.borrowed.hidden(), target, &strokes)?;
                if ready.group != map.group || map_changed(&self.link)? {
                    return Ok(false);
                }
                burst::send(&self.link, map, &strokes, ready.locked).map_err(as_refusal)?;
                Ok(true)
            })?;
            if sent {
                self.borrowed.touch(&strokes);
                return Ok(());
            }
            self.map = None;
        }
        Err(Refusal::Desktop("the keyboard layout changes all the time".to_owned()))
    }

    /// Reads the keyboard map if it changed or the user switched to another layout.
    fn refresh_map(&mut self) -> Result<(), Refusal> {
        for _ in 0..ATTEMPTS {
            let state = xkb::get_state(&self.link.conn, KEYBOARD).map_err(as_refusal)?;
            let group = u8::from(state.reply().map_err(as_refusal)?.group);
            let stale = map_changed(&self.link)?;
            if !stale && self.map.as_ref().is_some_and(|map| map.group == group) {
                return Ok(());
            }
            self.map = Some(Keymap::read(&self.link, group).map_err(as_refusal)?);
        }
        Ok(())
    }

    fn return_due(&mut self) -> Result<(), ReplyError> {
        self.borrowed.give_back(&self.link)?;
        self.link.conn.sync()
    }
}

/// The events that came with the answers so far: whether one says that the map is another now.
fn map_changed(link: &Link) -> Result<bool, Refusal> {
    let mut changed = false;
    while let Some(event) = link.conn.poll_for_event().map_err(as_refusal)? {
        changed |= matches!(
            event,
            Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) | Event::MappingNotify(_)
        );
    }
    Ok(changed)
}

/// Begins again while something is in the way that may pass, for as long as a user may reasonably take to release a key.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Hindrance>) -> Result<T, Refusal> {
    let mut why = Refusal::ModifierHeld;
    pace::until(PATIENCE, STEP, || match attempt() {
        Ok(done) => Some(Ok(done)),
        Err(Hindrance::Standing(refusal)) => Some(Err(refusal)),
        Err(Hindrance::Passing(refusal)) => {
            why = refusal;
            None
        }
    })
    .unwrap_or(Err(why))
}

/// Text in bursts; a named key is a burst of its own, because what it does may move the focus.
fn bursts<'u, 'a>(units: &'u [Unit<'a>]) -> impl Iterator<Item = &'u [Unit<'a>]> {
    units
        .chunk_by(|one, next| matches!((one, next), (Unit::Character(_), Unit::Character(_))))
        .flat_map(|run| run.chunks(BURST))
}

fn stroke(map: &Keymap, borrowed: &Borrowed, unit: Unit<'_>) -> Result<Stroke, Refusal> {
    match unit {
        Unit::Character(character) => map
            .character(character)
            .or_else(|| borrowed.key_of(names::symbol(character)?))
            .ok_or_else(untypable),
        Unit::Press(press) => {
            let no_key = || Refusal::Desktop(format!("this keyboard has no key {}", press.key));
            let symbol = names::keysym(&press.key).ok_or_else(no_key)?;
            let mut stroke = map.symbol(symbol).ok_or_else(no_key)?;
            for modifier in &press.modifiers {
                let (mask, _) = map.modifier(names::holders(*modifier)).ok_or_else(no_key)?;
                stroke.held |= mask;
            }
            Ok(stroke)
        }
    }
}

fn untypable() -> Refusal {
    Refusal::Untypable("text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_key_is_a_burst_of_its_own() {
        let tab = KeyPress {
            modifiers: vec![],
            key: "Tab".into(),
        };
        let mut units: Vec<Unit<'_>> = vec![Unit::Character('a'); 25];
        units.push(Unit::Press(&tab));
        units.push(Unit::Press(&tab));
        units.extend([Unit::Character('b'); 3]);
        let lengths: Vec<usize> = bursts(&units).map(<[Unit<'_>]>::len).collect();
        assert_eq!(lengths, [20, 5, 1, 1, 3]);
    }
}
