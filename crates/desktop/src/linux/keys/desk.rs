//! Text and named keys, brought to the target in bursts.

use super::borrowed::Borrowed;
use super::burst;
use super::guard::{self, Grab, Hindrance};
use super::keymap::{KEYBOARD, Keymap, Stroke};
use super::names;
use crate::linux::x11::{Link, as_refusal};
use crate::pace;
use countersign_model::{KeyPress, KeyTarget, Refusal};
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xkb;
use x11rb::wrapper::ConnectionExt as _;

/// The most strokes that go out on one check.
const BURST: usize = 20;
/// How long a user may take to release a key.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a key that is held is looked at meanwhile.
const STEP: Duration = Duration::from_millis(8);
/// How long the focus may be elsewhere before anything is typed: what takes it may give it back at once.
const RETURN: Duration = Duration::from_millis(100);
/// How often it is looked for meanwhile.
const GLIMPSE: Duration = Duration::from_millis(3);
/// How often a burst is begun again when the keyboard map changes under it.
const ATTEMPTS: usize = 4;

/// What one who types has before him.
#[derive(Debug)]
pub(super) struct Desk {
    pub link: Link,
    pub map: Option<Keymap>,
    pub borrowed: Borrowed,
    /// Whether a thread is there that gives keys back.
    pub returning: bool,
}

/// One element to type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit<'a> {
    Character(char),
    Press(&'a KeyPress),
}

impl Desk {
    /// Types everything, or stops at the first burst that may not go out.
    pub(super) fn type_all(
        &mut self,
        target: &KeyTarget<'_>,
        units: &[Unit<'_>],
        field_ok: &dyn Fn() -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if units.is_empty() {
            return Ok(());
        }
        // Nothing of the text shows anywhere, not even in the keyboard map, before the target was found in order once.
        when_back(RETURN, || field_ok().and_then(|()| self.checked(target, &[])))?;
        let mut rest = units;
        let mut begun = true;
        while !rest.is_empty() {
            let ready = self.lend(rest)?;
            let (now, later) = rest.split_at(ready.min(rest.len()));
            for chunk in bursts(now) {
                let mut asked = std::mem::take(&mut begun);
                let patience = if asked { RETURN } else { Duration::ZERO };
                when_back(patience, || {
                    if !std::mem::take(&mut asked) {
                        field_ok()?;
                    }
                    self.burst(target, chunk)
                })?;
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

    /// Gives back the keys that were not used for a while.
    pub(super) fn return_due(&mut self) -> Result<(), ReplyError> {
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

/// Begins again while the focus is elsewhere, for so long.
fn when_back<T>(patience: Duration, mut attempt: impl FnMut() -> Result<T, Refusal>) -> Result<T, Refusal> {
    pace::until(patience, GLIMPSE, || match attempt() {
        Err(Refusal::FocusMoved) => None,
        done => Some(done),
    })
    .unwrap_or(Err(Refusal::FocusMoved))
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
