//! One frame, of the log or of a snapshot: header, sealed body, MAC, padding to 64 bytes.

use crate::bytes::Cursor;
use crate::keys::{Keys, MAC};

/// Frames start at multiples of this, so that a reader finds the next one behind damage.
pub(crate) const ALIGN: usize = 64;
/// The bytes before the body.
pub(crate) const HEADER: usize = 64;
/// The longest sealed body.
pub(crate) const MAX_SEALED: usize = 6 << 20;

/// What frames are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A change in the log.
    Change,
    /// A piece of a snapshot or an export.
    Chunk,
}

impl Kind {
    fn magic(self) -> &'static [u8; 4] {
        match self {
            Self::Change => b"CSf1",
            Self::Chunk => b"CSc1",
        }
    }

    fn domain(self) -> &'static [u8; 8] {
        match self {
            Self::Change => b"CSframe1",
            Self::Chunk => b"CSchunk1",
        }
    }
}

/// Where a frame stands in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    /// Its number, from 1.
    pub(crate) sequence: u64,
    /// The number of its batch's first frame.
    pub(crate) batch_first: u64,
    /// How many frames the batch has.
    pub(crate) batch_frames: u32,
    /// The MAC of the frame before, or of the store's beginning.
    pub(crate) previous: [u8; MAC],
}

impl Links {
    /// The number of the batch's last frame.
    pub(crate) fn batch_last(&self) -> u64 {
        self.batch_first
            .saturating_add(u64::from(self.batch_frames))
            .saturating_sub(1)
    }
}

/// A frame whose MAC was right.
#[derive(Clone, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) links: Links,
    pub(crate) sealed: &'a [u8],
    pub(crate) mac: [u8; MAC],
    /// Its length without padding.
    pub(crate) length: usize,
}

/// The length of a frame with a sealed body of this length, without padding.
pub(crate) fn used(sealed: usize) -> usize {
    HEADER + sealed + MAC
}

/// Writes a frame to the end of `out` and returns its MAC.
pub(crate) fn encode(keys: &Keys, kind: Kind, links: &Links, sealed: &[u8], out: &mut Vec<u8>) -> [u8; MAC] {
    let start = out.len();
    out.extend_from_slice(kind.magic());
    // The CRC, once there is what it is of.
    out.extend_from_slice(&[0; 4]);
    let from = out.len();
    out.extend_from_slice(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&links.batch_frames.to_le_bytes());
    out.extend_from_slice(&links.sequence.to_le_bytes());
    out.extend_from_slice(&links.batch_first.to_le_bytes());
    out.extend_from_slice(&links.previous);
    out.extend_from_slice(sealed);
    let checked = out.get(from..).unwrap_or_default();
    let (crc, mac) = (crc32fast::hash(checked), keys.mac(kind.domain(), &[checked]));
    if let Some(place) = out.get_mut(start + 4..from) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
    out.extend_from_slice(&mac);
    out.resize(start + used(sealed.len()).next_multiple_of(ALIGN), 0);
    mac
}

/// Reads the frame at the start of `bytes`, if there is a whole and authentic one.
pub(crate) fn decode<'a>(keys: &Keys, kind: Kind, bytes: &'a [u8]) -> Option<Frame<'a>> {
    let mut from = Cursor::new(bytes);
    if &from.array::<4>()? != kind.magic() {
        return None;
    }
    let crc = from.u32()?;
    let sealed_length = usize::try_from(from.u32()?)
        .ok()
        .filter(|length| *length <= MAX_SEALED)?;
    let batch_frames = from.u32()?;
    let sequence = from.u64()?;
    let batch_first = from.u64()?;
    let previous = from.array()?;
    let sealed = from.take(sealed_length)?;
    let mac = from.array()?;
    let checked = bytes.get(8..HEADER + sealed_length)?;
    if crc32fast::hash(checked) != crc || !keys.verify(kind.domain(), &[checked], &mac) {
        return None;
    }
    let links = Links {
        sequence,
        batch_first,
        batch_frames,
        previous,
    };
    let whole = batch_frames > 0 && batch_first > 0 && (batch_first..=links.batch_last()).contains(&sequence);
    whole.then_some(Frame {
        links,
        sealed,
        mac,
        length: used(sealed_length),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_secret::Key;

    #[test]
    fn a_frame_is_read_back_and_no_flipped_or_cut_one_is() {
        let keys = Keys::derive(&Key::from_fill(|b| b.fill(3)));
        let links = Links {
            sequence: 7,
            batch_first: 6,
            batch_frames: 2,
            previous: [9; MAC],
        };
        let mut bytes = Vec::new();
        let mac = encode(&keys, Kind::Change, &links, b"sealed", &mut bytes);
        assert_eq!(bytes.len() % ALIGN, 0);
        let frame = decode(&keys, Kind::Change, &bytes).unwrap();
        assert_eq!(
            (frame.links, frame.sealed, frame.mac),
            (links, b"sealed".as_slice(), mac)
        );
        assert!(decode(&keys, Kind::Chunk, &bytes).is_none());
        for at in 0..used(6) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assert!(decode(&keys, Kind::Change, &flipped).is_none(), "byte {at}");
            assert!(decode(&keys, Kind::Change, &bytes[..at]).is_none(), "cut at {at}");
        }
    }
}
