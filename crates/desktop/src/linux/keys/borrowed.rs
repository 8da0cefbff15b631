//! Keys without a symbol, lent to characters the layout does not have, and given back.
//!
//! A list of what is borrowed stands on the root window: it ends with the display, as the borrowing does, and outlives a crash of ours,
//! so that the next start gives back what a dead process kept.

use super::keymap::{Keymap, Stroke};
use crate::linux::keys::guard::Grab;
use crate::linux::x11::Link;
use crate::pace;
use countersign_model::Monotonic;
use std::collections::HashSet;
use std::time::Duration;
use x11rb::errors::{ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, Window, WindowClass};
use x11rb::wrapper::ConnectionExt as _;

/// How long a lent key stays after its last use: programs look a key up when they get round to it, and one that is just starting on a
/// busy machine needs more than a quarter of a second.
pub(super) const STAY: Duration = Duration::from_secs(1);

/// What this process has borrowed.
#[derive(Debug)]
pub(super) struct Borrowed {
    owner: Owner,
    lent: Vec<Lent>,
}

#[derive(Debug)]
struct Lent {
    keycode: u8,
    symbol: u32,
    before: Vec<u32>,
    used: Monotonic,
}

/// Who borrowed: a window that is there as long as its connection. Its number may be used again, so it bears a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    window: Window,
    token: u32,
}

/// One mark of the list on the root window.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    owner: Owner,
    keycode: u8,
    before: Vec<u32>,
}

impl Borrowed {
    /// Makes the owner's mark and gives back what dead processes kept.
    pub(super) fn open(link: &Link) -> Result<Self, ReplyOrIdError> {
        use x11rb::connection::Connection as _;
        let window = link.conn.generate_id()?;
        // Enough to tell one process from the next that gets the same number.
        let token = pace::steady().0.to_le_bytes();
        let token = u32::from_le_bytes([token[0], token[1], token[2], token[3]]) ^ std::process::id().rotate_left(16);
        let aux = CreateWindowAux::new().override_redirect(1);
        link.conn
            .create_window(0, window, link.root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?
            .check()?;
        let name = link.atoms._COUNTERSIGN_BORROWED_KEYS;
        link.conn
            .change_property32(PropMode::REPLACE, window, name, AtomEnum::CARDINAL, &[token])?
            .check()?;
        let borrowed = Self {
            owner: Owner { window, token },
            lent: Vec::new(),
        };
        let marks = read_marks(link)?;
        if !marks.is_empty() {
            let _still = Grab::hold(link)?;
            borrowed.write(link, &read_marks(link)?)?;
        }
        Ok(borrowed)
    }

    /// The window that stands for this process. It is never shown.
    pub(super) fn hidden(&self) -> Window {
        self.owner.window
    }

    /// The key that is lent to a symbol.
    pub(super) fn key_of(&self, symbol: u32) -> Option<Stroke> {
        let lent = self.lent.iter().find(|lent| lent.symbol == symbol)?;
        Some(Stroke {
            keycode: lent.keycode,
            held: 0,
        })
    }

    /// These keys were just used: those that are lent stay for a while.
    pub(super) fn touch(&mut self, strokes: &[Stroke]) {
        let now = pace::steady();
        for lent in &mut self.lent {
            if strokes.iter().any(|stroke| stroke.keycode == lent.keycode) {
                lent.used = now;
            }
        }
    }

    /// Lends keys to as many of the symbols as there are keys for, in order. Returns how many.
    pub(super) fn lend(&mut self, link: &Link, map: &Keymap, symbols: &[u32]) -> Result<usize, ReplyError> {
        let taken: HashSet<u8> = self.lent.iter().map(|lent| lent.keycode).collect();
        // From the top: the highest codes are the least likely to be a real key of some keyboard.
        let free: Vec<u8> = map
            .spare
            .iter()
            .rev()
            .chain(map.lendable.iter().rev())
            .copied()
            .filter(|keycode| !taken.contains(keycode))
            .take(symbols.len())
            .collect();
        if free.is_empty() {
            return Ok(0);
        }
        let now = pace::steady();
        let before = rows(link, &free)?;
        let lent = free.iter().zip(before).zip(symbols);
        let lent: Vec<Lent> = lent
            .map(|((&keycode, before), &symbol)| Lent {
                keycode,
                symbol,
                before,
                used: now,
            })
            .collect();
        let count = lent.len();
        let _still = Grab::hold(link)?;
        let changes: Vec<(u8, Vec<u32>)> = lent.iter().map(|key| (key.keycode, vec![key.symbol; 2])).collect();
        self.lent.extend(lent);
        // The mark first: a crash in between restores keys that were never changed, which does no harm.
        self.write(link, &read_marks(link)?)?;
        for (keycode, symbols) in changes {
            change(link, keycode, &symbols)?;
        }
        Ok(count)
    }

    /// When the next key may be given back.
    pub(super) fn due(&self) -> Option<Monotonic> {
        self.lent.iter().map(|lent| lent.used.after(STAY)).min()
    }

    /// Gives back every key that was not used for a while.
    pub(super) fn give_back(&mut self, link: &Link) -> Result<(), ReplyError> {
        let now = pace::steady();
        let (due, kept): (Vec<Lent>, Vec<Lent>) = std::mem::take(&mut self.lent)
            .into_iter()
            .partition(|lent| lent.used.after(STAY) <= now);
        self.lent = kept;
        if due.is_empty() {
            return Ok(());
        }
        let _still = Grab::hold(link)?;
        for key in &due {
            change(link, key.keycode, &key.before)?;
        }
        self.write(link, &read_marks(link)?)
    }

    /// Writes the list anew: others' marks as they are, ours as they should be, the dead ones' settled. Under a grab.
    fn write(&self, link: &Link, marks: &[Mark]) -> Result<(), ReplyError> {
        let mut keep = Vec::new();
        for mark in marks.iter().filter(|mark| mark.owner != self.owner) {
            if is_alive(link, mark.owner)? {
                keep.push(mark.clone());
            } else {
                change(link, mark.keycode, &mark.before)?;
            }
        }
        keep.extend(self.lent.iter().map(|lent| Mark {
            owner: self.owner,
            keycode: lent.keycode,
            before: lent.before.clone(),
        }));
        let name = link.atoms._COUNTERSIGN_BORROWED_KEYS;
        if keep.is_empty() {
            link.conn.delete_property(link.root, name)?.ignore_error();
        } else {
            link.conn
                .change_property32(PropMode::REPLACE, link.root, name, AtomEnum::CARDINAL, &encode(&keep))?
                .ignore_error();
        }
        Ok(())
    }
}

fn is_alive(link: &Link, owner: Owner) -> Result<bool, ReplyError> {
    let name = link.atoms._COUNTERSIGN_BORROWED_KEYS;
    let token = link
        .conn
        .get_property(false, owner.window, name, AtomEnum::CARDINAL, 0, 1)?
        .reply();
    match token {
        Ok(token) => Ok(token.value32().and_then(|mut words| words.next()) == Some(owner.token)),
        Err(ReplyError::X11Error(_)) => Ok(false),
        Err(lost) => Err(lost),
    }
}

fn change(link: &Link, keycode: u8, symbols: &[u32]) -> Result<(), ReplyError> {
    let none = [x11rb::NO_SYMBOL];
    let symbols = if symbols.is_empty() { &none } else { symbols };
    let width = u8::try_from(symbols.len()).unwrap_or(1);
    link.conn
        .change_keyboard_mapping(1, keycode, width, symbols)?
        .ignore_error();
    Ok(())
}

/// The core symbols of keys, without the empty end.
fn rows(link: &Link, keycodes: &[u8]) -> Result<Vec<Vec<u32>>, ReplyError> {
    let asked: Vec<_> = keycodes
        .iter()
        .map(|&keycode| link.conn.get_keyboard_mapping(keycode, 1))
        .collect::<Result<_, _>>()?;
    asked
        .into_iter()
        .map(|cookie| {
            let mut row = cookie.reply()?.keysyms;
            while row.last() == Some(&x11rb::NO_SYMBOL) {
                row.pop();
            }
            Ok(row)
        })
        .collect()
}

fn read_marks(link: &Link) -> Result<Vec<Mark>, ReplyError> {
    let name = link.atoms._COUNTERSIGN_BORROWED_KEYS;
    let reply = link
        .conn
        .get_property(false, link.root, name, AtomEnum::CARDINAL, 0, 0x1000)?
        .reply()?;
    let words: Vec<u32> = reply.value32().map(Iterator::collect).unwrap_or_default();
    Ok(decode(&words))
}

/// Owner, token, key, number of symbols, symbols; again and again.
fn encode(marks: &[Mark]) -> Vec<u32> {
    let mut words = Vec::new();
    for mark in marks {
        words.push(mark.owner.window);
        words.push(mark.owner.token);
        words.push(mark.keycode.into());
        words.push(u32::try_from(mark.before.len()).unwrap_or_default());
        words.extend_from_slice(&mark.before);
    }
    words
}

/// Anybody may write on the root: what makes no sense is left.
fn decode(mut words: &[u32]) -> Vec<Mark> {
    let mut marks = Vec::new();
    while let [window, token, keycode, count, rest @ ..] = words {
        let (Ok(keycode), Ok(count)) = (u8::try_from(*keycode), usize::try_from(*count)) else {
            break;
        };
        let (Some(before), Some(next)) = (rest.get(..count), rest.get(count..)) else {
            break;
        };
        if keycode < 8 {
            break;
        }
        marks.push(Mark {
            owner: Owner {
                window: *window,
                token: *token,
            },
            keycode,
            before: before.to_vec(),
        });
        words = next;
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_written_and_nonsense_ends_the_list() {
        let mark = |window, keycode, before: &[u32]| Mark {
            owner: Owner { window, token: 3 },
            keycode,
            before: before.to_vec(),
        };
        let marks = vec![mark(7, 250, &[]), mark(9, 200, &[0x1008_ff11, 0])];
        let mut words = encode(&marks);
        assert_eq!(decode(&words), marks);
        words.extend([9, 3, 300, 0, 9, 3, 200, 0]);
        assert_eq!(decode(&words), marks);
        assert_eq!(decode(&[1, 3, 200, u32::MAX]), []);
    }
}
