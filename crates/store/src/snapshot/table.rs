//! What a table chunk says: keys, the changes that set them, and where their values are.

use crate::body;
use crate::bytes::Cursor;
use countersign_model::StoreKey;

const SAME_CHUNK: u8 = 0;
const NEXT_CHUNK: u8 = 1;
const LOST: u8 = 2;

/// A key's line in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Its value lies in this chunk.
    Value {
        key: StoreKey,
        sequence: u64,
        chunk: u64,
        start: u32,
        length: u32,
    },
    /// Its value was lost before.
    Lost { key: StoreKey, sequence: u64 },
}

/// A table chunk being written. It begins with the number of the chunk of values before its first one.
pub(crate) struct Writing {
    bytes: Vec<u8>,
    entries: u32,
}

impl Writing {
    pub(crate) fn after(chunk: u64) -> Self {
        Self {
            bytes: chunk.to_le_bytes().to_vec(),
            entries: 0,
        }
    }

    /// A value that lies behind the one before, or at the start of the next chunk.
    pub(crate) fn value(&mut self, key: &StoreKey, sequence: u64, length: u32, where_: Where) {
        let what = match where_ {
            Where::Behind => SAME_CHUNK,
            Where::NextChunk => NEXT_CHUNK,
        };
        body::push_key(&mut self.bytes, what, key);
        self.bytes.extend_from_slice(&sequence.to_le_bytes());
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.entries += 1;
    }

    pub(crate) fn lost(&mut self, key: &StoreKey, sequence: u64) {
        body::push_key(&mut self.bytes, LOST, key);
        self.bytes.extend_from_slice(&sequence.to_le_bytes());
        self.entries += 1;
    }

    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Its bytes and how many keys it has; nothing when it has none.
    pub(crate) fn finish(self) -> Option<(Vec<u8>, u32)> {
        (self.entries > 0).then_some((self.bytes, self.entries))
    }
}

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Behind,
    NextChunk,
}

pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<Line>> {
    let mut from = Cursor::new(bytes);
    let mut chunk = from.u64()?;
    let (mut lines, mut start) = (Vec::new(), 0_u32);
    while !from.is_empty() {
        let (what, key) = body::take_any_key(&mut from)?;
        let sequence = from.u64()?;
        if what == LOST {
            lines.push(Line::Lost { key, sequence });
            continue;
        }
        let length = from.u32()?;
        match what {
            NEXT_CHUNK => (chunk, start) = (chunk.checked_add(1)?, 0),
            SAME_CHUNK => {}
            _ => return None,
        }
        lines.push(Line::Value {
            key,
            sequence,
            chunk,
            start,
            length,
        });
        start = start.checked_add(length)?;
    }
    Some(lines)
}
