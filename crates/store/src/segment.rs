//! One file of the log: a header that says where in the chain it starts, then frames.

use crate::body::{self, Outline};
use crate::bytes::Cursor;
use crate::frame::{self, Kind, Links};
use crate::keys::{Keys, MAC, Place};
use crate::survey;

/// The length of a segment's header.
pub(crate) const HEADER: usize = 128;

const MAGIC: &[u8; 8] = b"CSlog1\0\0";
const DOMAIN: &[u8; 8] = b"CSlog1\0\0";
const FORMAT: u32 = 1;

/// What all files of one store have in common.
pub(crate) type StoreId = [u8; 16];

/// A segment's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) store: StoreId,
    pub(crate) number: u32,
    /// The last frame before this segment. Frames of earlier segments with higher numbers were never acknowledged.
    pub(crate) after: u64,
    pub(crate) after_mac: [u8; MAC],
}

/// The name of a segment.
pub(crate) fn name(number: u32) -> String {
    format!("log.{number}")
}

/// The number of the segment with this name.
pub(crate) fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("log.")?;
    let number = digits.parse().ok()?;
    (self::name(number) == name).then_some(number)
}

pub(crate) fn encode(keys: &Keys, header: &Header) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&header.number.to_le_bytes());
    out.extend_from_slice(&header.store);
    out.extend_from_slice(&header.after.to_le_bytes());
    out.extend_from_slice(&header.after_mac);
    out.resize(HEADER - MAC, 0);
    let mac = keys.mac(DOMAIN, &[&out]);
    out.extend_from_slice(&mac);
    out
}

pub(crate) fn decode(keys: &Keys, bytes: &[u8]) -> Option<Header> {
    let (said, mac) = bytes.get(..HEADER)?.split_at_checked(HEADER - MAC)?;
    if !keys.verify(DOMAIN, &[said], mac) {
        return None;
    }
    let mut from = Cursor::new(said);
    if &from.array::<8>()? != MAGIC || from.u32()? != FORMAT {
        return None;
    }
    let number = from.u32()?;
    Some(Header {
        number,
        store: from.array()?,
        after: from.u64()?,
        after_mac: from.array()?,
    })
}

/// A frame found in a segment: what its body says, without the values.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) links: Links,
    pub(crate) mac: [u8; MAC],
    pub(crate) segment: u32,
    pub(crate) offset: u64,
    /// Its length without padding.
    pub(crate) length: u64,
    pub(crate) outline: Outline,
}

impl Found {
    /// Where the next frame may begin.
    pub(crate) fn end(&self) -> u64 {
        (self.offset + self.length).next_multiple_of(frame::ALIGN as u64)
    }

    pub(crate) fn place(&self) -> survey::Place {
        survey::Place {
            sequence: self.links.sequence,
            segment: self.segment,
            offset: self.offset,
            length: self.length,
            end: self.end(),
        }
    }
}

/// Everything that can be read of a segment.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) header: Option<Header>,
    pub(crate) frames: Vec<Found>,
    /// Where the last byte that is not zero ends.
    pub(crate) filled: u64,
    /// The file's length.
    pub(crate) length: u64,
}

impl Scan {
    /// Whether anything in it was written with this key.
    pub(crate) fn is_authentic(&self) -> bool {
        self.header.is_some() || !self.frames.is_empty()
    }

    pub(crate) fn shape(&self, number: u32) -> survey::Shape {
        survey::Shape {
            number,
            header: self.header,
            length: self.length,
            filled: self.filled,
        }
    }
}

/// Reads every authentic frame of a segment, whatever lies between them.
pub(crate) fn scan(keys: &Keys, number: u32, bytes: &[u8]) -> Scan {
    let mut found = Scan {
        header: decode(keys, bytes),
        length: bytes.len() as u64,
        filled: bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at as u64 + 1),
        ..Scan::default()
    };
    found.header = found.header.filter(|header| header.number == number);
    let mut at = HEADER;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let opened = frame::decode(keys, Kind::Change, rest).and_then(|frame| {
            let plain = keys.open(Place::Frame(frame.links.sequence), frame.sealed)?;
            Some((body::outline(&plain)?, frame))
        });
        if let Some((outline, frame)) = opened {
            found.frames.push(Found {
                links: frame.links,
                mac: frame.mac,
                segment: number,
                offset: at as u64,
                length: frame.length as u64,
                outline,
            });
            at += frame.length.next_multiple_of(frame::ALIGN);
        } else {
            at += frame::ALIGN;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_secret::Key;

    #[test]
    fn names_and_headers_survive() {
        assert_eq!(number(&name(12)), Some(12));
        assert_eq!(number("log.012"), None);
        assert_eq!(number("log.new"), None);
        let keys = Keys::derive(&Key::from_fill(|b| b.fill(3)));
        let header = Header {
            store: [1; 16],
            number: 2,
            after: 40,
            after_mac: [5; MAC],
        };
        let bytes = encode(&keys, &header);
        assert_eq!(bytes.len(), HEADER);
        assert_eq!(decode(&keys, &bytes), Some(header));
        let other = Keys::derive(&Key::from_fill(|b| b.fill(4)));
        assert_eq!(decode(&other, &bytes), None);
    }
}
