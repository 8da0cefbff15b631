//! What a frame says: its changes, and an echo of the frame before it.
//!
//! The echo names the keys the frame before changed. When that frame is damaged, what is lost with it is known by name.

use crate::bytes::Cursor;
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

impl From<&Change> for Touched {
    fn from(change: &Change) -> Self {
        match change {
            Change::Put(key, _) => Self::Put(key.clone()),
            Change::Remove(key) => Self::Removed(key.clone()),
        }
    }
}

/// A frame's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// What the frame before changed; `None` when that was not known to the writer either.
    pub(crate) echo: Option<Vec<Touched>>,
    pub(crate) changes: Vec<Change>,
}

pub(crate) fn encode(echo: Option<&[Touched]>, changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::new();
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

pub(crate) fn decode(bytes: &[u8]) -> Option<Body> {
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
    let mut changes = Vec::new();
    for _ in 0..from.u32()? {
        let (what, key) = take_key(&mut from)?;
        changes.push(if what == PUT {
            let length = usize::try_from(from.u32()?).ok()?;
            Change::Put(key, from.take(length)?.to_vec())
        } else {
            Change::Remove(key)
        });
    }
    from.is_empty().then_some(Body { echo, changes })
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
        assert_eq!(
            decode(&bytes),
            Some(Body {
                echo: Some(echo),
                changes
            })
        );
        assert_eq!(
            decode(&encode(None, &[])),
            Some(Body {
                echo: None,
                changes: Vec::new()
            })
        );
        assert!((0..bytes.len()).all(|length| decode(&bytes[..length]).is_none()));
    }
}
