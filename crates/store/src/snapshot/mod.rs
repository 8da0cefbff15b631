//! A snapshot: everything the store held after some change, in one file. An export is the same under another magic number.
//!
//! Values lie in sealed chunks in the order of their keys; behind them lie table chunks that say which value is where. Opening
//! checks the MAC of every chunk and opens the table only; a chunk of values is opened when one of them is read.

mod build;
mod scan;
mod table;

pub(crate) use build::Builder;
pub(crate) use scan::{Scanned, scan};

use crate::bytes::Cursor;
use crate::keys::{Keys, MAC, Shelf};
use crate::segment::StoreId;

/// The length of a snapshot's header.
pub(crate) const HEADER: usize = 192;

const FORMAT: u32 = 1;

/// What such a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Snapshot,
    Export,
}

impl Purpose {
    fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Snapshot => b"CSsnap1\0",
            Self::Export => b"CSexpt1\0",
        }
    }
}

/// What a snapshot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) purpose: Purpose,
    pub(crate) store: StoreId,
    /// Its number, which is that of the first segment after it; 0 for an export.
    pub(crate) number: u32,
    /// The last change in it.
    pub(crate) upto: u64,
    /// That change's MAC.
    pub(crate) upto_mac: [u8; MAC],
    /// Changes up to it that were lost without a name.
    pub(crate) unknown: u64,
}

impl Stamp {
    fn shelf(&self) -> Shelf {
        Shelf {
            number: self.number,
            upto: self.upto,
        }
    }
}

/// A snapshot's header, which is there twice: at its beginning and at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) stamp: Stamp,
    /// How many chunks hold values.
    pub(crate) value_chunks: u32,
    /// How many chunks behind them hold the table.
    pub(crate) table_chunks: u32,
    /// How many keys the table has.
    pub(crate) entries: u32,
    /// The MAC of the last chunk; zeros for none.
    pub(crate) last: [u8; MAC],
    /// The length of the whole file.
    pub(crate) length: u64,
}

fn encode(keys: &Keys, header: &Header) -> Vec<u8> {
    let stamp = &header.stamp;
    let mut out = Vec::with_capacity(HEADER);
    out.extend_from_slice(stamp.purpose.magic());
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&stamp.number.to_le_bytes());
    out.extend_from_slice(&stamp.store);
    out.extend_from_slice(&stamp.upto.to_le_bytes());
    out.extend_from_slice(&stamp.upto_mac);
    out.extend_from_slice(&stamp.unknown.to_le_bytes());
    out.extend_from_slice(&header.value_chunks.to_le_bytes());
    out.extend_from_slice(&header.table_chunks.to_le_bytes());
    out.extend_from_slice(&header.entries.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&header.length.to_le_bytes());
    out.extend_from_slice(&header.last);
    out.resize(HEADER - MAC, 0);
    let mac = keys.mac(stamp.purpose.magic(), &[&out]);
    out.extend_from_slice(&mac);
    out
}

fn decode(keys: &Keys, purpose: Purpose, bytes: &[u8]) -> Option<Header> {
    let (said, mac) = bytes.get(..HEADER)?.split_at_checked(HEADER - MAC)?;
    let mut from = Cursor::new(said);
    if &from.array::<8>()? != purpose.magic() || !keys.verify(purpose.magic(), &[said], mac) {
        return None;
    }
    if from.u32()? != FORMAT {
        return None;
    }
    let number = from.u32()?;
    let stamp = Stamp {
        purpose,
        number,
        store: from.array()?,
        upto: from.u64()?,
        upto_mac: from.array()?,
        unknown: from.u64()?,
    };
    let (value_chunks, table_chunks, entries) = (from.u32()?, from.u32()?, from.u32()?);
    from.u32()?;
    Some(Header {
        stamp,
        value_chunks,
        table_chunks,
        entries,
        length: from.u64()?,
        last: from.array()?,
    })
}

/// The name of a snapshot.
pub(crate) fn name(number: u32) -> String {
    format!("snapshot.{number}")
}

/// The number of the snapshot with this name.
pub(crate) fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("snapshot.")?;
    let number = digits.parse().ok()?;
    (self::name(number) == name && number > 0).then_some(number)
}

/// Reads a table chunk's plain bytes, for the fuzzer.
#[cfg(feature = "fuzzing")]
pub(crate) fn read_table(bytes: &[u8]) {
    let _ = table::decode(bytes);
}
