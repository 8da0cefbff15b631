//! Reading what can be read of a snapshot or an export.

use super::table::{self, Line};
use super::{HEADER, Header, Purpose, decode};
use crate::frame::{self, Frame, Kind};
use crate::keys::{Keys, Place};
use crate::manifest::{Entry, FileId, Held, Part, Spot};
use countersign_model::StoreKey;
use std::collections::BTreeMap;

/// What can be read of a snapshot.
pub(crate) struct Scanned {
    pub(crate) header: Header,
    /// Its keys. Values in a chunk that is damaged are lost.
    pub(crate) entries: Vec<(StoreKey, Entry)>,
    /// Keys whose values lie in damaged chunks, with the changes that set them: an older generation may have them.
    pub(crate) damaged: Vec<(StoreKey, u64)>,
    /// Keys that the table had and that are not known any more.
    pub(crate) unnamed: u64,
    /// Whether a byte that means something is not as it was written; the entries may be whole all the same.
    pub(crate) flaw: Option<String>,
    /// The chunks that were read.
    pub(crate) chunks: u64,
}

/// Reads the snapshot or export in `bytes`: every chunk's MAC is checked, the table is opened. `None`: nothing can be read.
pub(crate) fn scan(keys: &Keys, purpose: Purpose, number: u32, bytes: &[u8]) -> Option<Scanned> {
    let fits = |header: &Header| header.stamp.number == number;
    let end = bytes.len().checked_sub(HEADER)?;
    let first = decode(keys, purpose, bytes).filter(fits);
    let second = decode(keys, purpose, bytes.get(end..)?).filter(fits);
    let header = first.or(second)?;
    let mut flaw = None;
    if first != second || header.length != bytes.len() as u64 {
        flaw = Some("one of its two headers is damaged or it has another length".to_owned());
    }
    let chunks = chunks(keys, &header, bytes);
    let wanted = u64::from(header.value_chunks) + u64::from(header.table_chunks);
    let found = chunks.len() as u64;
    if found < wanted {
        flaw = Some(format!("{} of its {wanted} pieces cannot be read", wanted - found));
    }
    let mut scanned = Scanned {
        header,
        entries: Vec::new(),
        damaged: Vec::new(),
        unnamed: 0,
        flaw,
        chunks: found,
    };
    for number in u64::from(header.value_chunks) + 1..=wanted {
        let lines = chunks.get(&number).and_then(|(_, frame)| {
            let plain = keys.open(Place::Chunk(header.stamp.shelf(), number), frame.sealed)?;
            table::decode(&plain)
        });
        for line in lines.unwrap_or_default() {
            scanned.take(line, &chunks);
        }
    }
    scanned.unnamed = u64::from(header.entries).saturating_sub(scanned.entries.len() as u64);
    Some(scanned)
}

impl Scanned {
    fn take(&mut self, line: Line, chunks: &Chunks<'_>) {
        let (key, entry) = match line {
            Line::Lost { key, sequence } => (key, Entry::Lost { sequence }),
            Line::Value {
                key,
                sequence,
                chunk,
                start,
                length,
            } => match chunks.get(&chunk) {
                Some((offset, frame)) => {
                    let spot = Spot {
                        file: FileId::Snapshot(self.header.stamp.number),
                        offset: *offset,
                        length: frame.length as u64,
                    };
                    let part = Part::Bytes { chunk, start, length };
                    (key, Entry::Held(Held { sequence, spot, part }))
                }
                None => {
                    self.damaged.push((key.clone(), sequence));
                    (key, Entry::Lost { sequence })
                }
            },
        };
        self.entries.push((key, entry));
    }
}

type Chunks<'a> = BTreeMap<u64, (u64, Frame<'a>)>;

/// Every authentic chunk that stands where it belongs, by number.
fn chunks<'a>(keys: &Keys, header: &Header, bytes: &'a [u8]) -> Chunks<'a> {
    let mut found: Vec<(u64, Frame<'a>)> = Vec::new();
    let mut at = HEADER;
    let end = bytes.len().saturating_sub(HEADER);
    while let Some(rest) = bytes.get(at..end).filter(|rest| !rest.is_empty()) {
        if let Some(frame) = frame::decode(keys, Kind::Chunk, rest) {
            let next = frame.length.next_multiple_of(frame::ALIGN);
            found.push((at as u64, frame));
            at += next;
        } else {
            at += frame::ALIGN;
        }
    }
    // A chunk counts if the one behind it names its MAC, or the header does; the numbers of others may be those of an older file.
    let count = u64::from(header.value_chunks) + u64::from(header.table_chunks);
    let mut wanted = (count, Some(header.last));
    let mut chunks = Chunks::new();
    for (offset, frame) in found.into_iter().rev() {
        let number = frame.links.sequence;
        if number > wanted.0 {
            continue;
        }
        let follows = if number == wanted.0 { wanted.1 } else { None };
        if follows.is_none_or(|mac| mac == frame.mac) {
            wanted = (number.saturating_sub(1), Some(frame.links.previous));
            chunks.insert(number, (offset, frame));
        }
    }
    chunks
}
