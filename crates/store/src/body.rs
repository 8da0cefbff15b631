//! What a frame says: its changes, and an echo of the frame before it.
//!
//! The echo names the keys the frame before changed. When that frame is damaged, what is lost with it is known by name.

use crate::bytes::Cursor;
use crate::writer::size_of;
use countersign_model::{Change, StoreKey, StoreKind};

const PUT: u8 = 1;
const REMOVE: u8 = 2;
const UNKNOWN: u8 = 0;
const KNOWN: u8 = 1;

/// A changed key without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    Put(StoreKey),
    Removed(StoreKey),
}

impl Touched {
    fn key(&self) -> &StoreKey {
        match self {
            Self::Put(key) | Self::Removed(key) => key,
        }
    }
}

impl From<&Change> for Touched {
    fn from(change: &Change) -> Self {
        match change {
            Change::Put(key, _) => Self::Put(key.clone()),
            Change::Remove(key) => Self::Removed(key.clone()),
        }
    }
}

/// A frame's contents without the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// What the frame before changed; `None` when that was not known to the writer either.
    pub(crate) echo: Option<Vec<Touched>>,
    pub(crate) touched: Vec<Touched>,
}

pub(crate) fn encode(echo: Option<&[Touched]>, changes: &[Change]) -> Vec<u8> {
    let echoed = echo
        .unwrap_or_default()
        .iter()
        .map(|touched| touched.key().id.len() + 4);
    let needed = changes.iter().map(size_of).sum::<usize>() + echoed.sum::<usize>() + 16;
    let mut out = Vec::with_capacity(needed);
    match echo {
        None => out.push(UNKNOWN),
        Some(echo) => {
            out.push(KNOWN);
            push_count(&mut out, echo.len());
            for touched in echo {
                match touched {
                    Touched::Put(key) => push_key(&mut out, PUT, key),
                    Touched::Removed(key) => push_key(&mut out, REMOVE, key),
                }
            }
        }
    }
    push_count(&mut out, changes.len());
    for change in changes {
        match change {
            Change::Put(key, value) => {
                push_key(&mut out, PUT, key);
                push_count(&mut out, value.len());
                out.extend_from_slice(value);
            }
            Change::Remove(key) => push_key(&mut out, REMOVE, key),
        }
    }
    out
}

/// Reads a body; `None`: it is none.
pub(crate) fn outline(bytes: &[u8]) -> Option<Outline> {
    let mut touched = Vec::new();
    let echo = each(bytes, |key, value| {
        touched.push(match value {
            Some(_) => Touched::Put(key),
            None => Touched::Removed(key),
        });
    })?;
    Some(Outline { echo, touched })
}

/// The key and the value that a body's change with this index sets.
pub(crate) fn set_by(bytes: &[u8], index: u32) -> Option<(StoreKey, Vec<u8>)> {
    let (mut at, mut found) = (0, None);
    each(bytes, |key, value| {
        if at == index {
            found = value.map(|value| (key, value.to_vec()));
        }
        at += 1;
    })?;
    found
}

/// Hands over each change of a body: its key, and its value if it sets one. Returns the echo; `None`: it is no body.
fn each(bytes: &[u8], mut change: impl FnMut(StoreKey, Option<&[u8]>)) -> Option<Option<Vec<Touched>>> {
    let mut from = Cursor::new(bytes);
    let echo = match from.u8()? {
        UNKNOWN => None,
        KNOWN => {
            let mut echo = Vec::new();
            for _ in 0..from.u32()? {
                let (what, key) = take_key(&mut from)?;
                echo.push(if what == PUT {
                    Touched::Put(key)
                } else {
                    Touched::Removed(key)
                });
            }
            Some(echo)
        }
        _ => return None,
    };
    for _ in 0..from.u32()? {
        let (what, key) = take_key(&mut from)?;
        if what == PUT {
            let length = usize::try_from(from.u32()?).ok()?;
            change(key, Some(from.take(length)?));
        } else {
            change(key, None);
        }
    }
    from.is_empty().then_some(echo)
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    // Bounded by the store's limits long before it is truncated here.
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

pub(crate) fn push_key(out: &mut Vec<u8>, what: u8, key: &StoreKey) {
    out.extend_from_slice(&[what, key.kind as u8]);
    out.extend_from_slice(&u16::try_from(key.id.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(&key.id);
}

fn take_key(from: &mut Cursor<'_>) -> Option<(u8, StoreKey)> {
    take_any_key(from).filter(|(what, _)| matches!(*what, PUT | REMOVE))
}

/// A key behind a byte that says what becomes of it.
pub(crate) fn take_any_key(from: &mut Cursor<'_>) -> Option<(u8, StoreKey)> {
    let what = from.u8()?;
    let kind = kind(from.u8()?)?;
    let length = usize::from(from.u16()?);
    Some((
        what,
        StoreKey {
            kind,
            id: from.take(length)?.to_vec(),
        },
    ))
}

fn kind(number: u8) -> Option<StoreKind> {
    use StoreKind::{Catalogue, Config, Cursor, Device, Head, Header, Inbox, Mark, Object, Record, Slots};
    [
        Record, Head, Header, Slots, Config, Cursor, Inbox, Device, Object, Catalogue, Mark,
    ]
    .into_iter()
    .find(|kind| *kind as u8 == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_survive_their_bytes_and_nothing_shorter_is_one() {
        let key = |id: &[u8]| StoreKey {
            kind: StoreKind::Config,
            id: id.to_vec(),
        };
        let changes = vec![Change::Put(key(b"a"), vec![1, 2, 3]), Change::Remove(key(b"b"))];
        let echo = vec![Touched::Removed(key(b"c")), Touched::Put(key(b"d"))];
        let bytes = encode(Some(&echo), &changes);
        let outline = super::outline(&bytes).unwrap();
        assert_eq!(outline.echo.as_ref(), Some(&echo));
        assert_eq!(outline.touched, changes.iter().map(Touched::from).collect::<Vec<_>>());
        assert_eq!(set_by(&bytes, 0), Some((key(b"a"), vec![1, 2, 3])));
        assert_eq!((set_by(&bytes, 1), set_by(&bytes, 2)), (None, None));
        let nothing = Outline {
            echo: None,
            touched: Vec::new(),
        };
        assert_eq!(super::outline(&encode(None, &[])), Some(nothing));
        assert!((0..bytes.len()).all(|length| super::outline(&bytes[..length]).is_none()));
    }
}
