//! The head file: two slots that say how far the log had come, written in turn.
//!
//! The head is written after the log is on the disk and is itself synced only at a clean stop: it may lag behind the log, and never
//! runs ahead of it. A log that ends before the head has lost something.

use crate::bytes::Cursor;
use crate::files::{Access, Files, LogFile};
use crate::keys::{Keys, MAC};
use crate::segment::StoreId;
use std::io;

/// The file's name.
pub(crate) const NAME: &str = "head";

const SLOT: usize = 4096;
const USED: usize = 128;
const MAGIC: &[u8; 8] = b"CShead1\0";
const DOMAIN: &[u8; 8] = b"CShead1\0";

/// How far the log had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) store: StoreId,
    /// The last acknowledged frame.
    pub(crate) sequence: u64,
    pub(crate) mac: [u8; MAC],
    pub(crate) stop: Stop,
}

/// Whether the store was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It was open when this was written.
    Running = 0,
    /// It was closed and nothing was written since.
    Clean = 1,
}

fn encode(keys: &Keys, head: &Head) -> Vec<u8> {
    let mut out = Vec::with_capacity(USED);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&head.store);
    out.extend_from_slice(&head.sequence.to_le_bytes());
    out.extend_from_slice(&head.mac);
    out.push(head.stop as u8);
    out.resize(USED - MAC, 0);
    let mac = keys.mac(DOMAIN, &[&out]);
    out.extend_from_slice(&mac);
    out
}

fn decode(keys: &Keys, slot: &[u8]) -> Option<Head> {
    let (said, mac) = slot.get(..USED)?.split_at_checked(USED - MAC)?;
    if !keys.verify(DOMAIN, &[said], mac) {
        return None;
    }
    let mut from = Cursor::new(said);
    if &from.array::<8>()? != MAGIC {
        return None;
    }
    let (store, sequence, mac) = (from.array()?, from.u64()?, from.array()?);
    let stop = match from.u8()? {
        0 => Stop::Running,
        1 => Stop::Clean,
        _ => return None,
    };
    Some(Head {
        store,
        sequence,
        mac,
        stop,
    })
}

/// Both slots with the same contents.
pub(crate) fn both(keys: &Keys, head: &Head) -> Vec<u8> {
    let mut out = encode(keys, head);
    out.resize(SLOT, 0);
    out.extend_from_slice(&encode(keys, head));
    out.resize(2 * SLOT, 0);
    out
}

/// What the head file says.
#[derive(Debug)]
pub(crate) struct Read {
    /// The newest readable slot.
    pub(crate) head: Option<Head>,
    /// How many of the two slots were not readable.
    pub(crate) damaged: u8,
}

pub(crate) fn read(keys: &Keys, files: &dyn Files) -> io::Result<Option<Read>> {
    let bytes = match files.open(NAME, Access::Read) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?.read_all()?,
    };
    Ok(Some(parse(keys, &bytes)))
}

/// What the bytes of a head file say.
pub(crate) fn parse(keys: &Keys, bytes: &[u8]) -> Read {
    let slots = [bytes.get(..SLOT), bytes.get(SLOT..)].map(|slot| decode(keys, slot?));
    let damaged = slots.iter().map(|slot| u8::from(slot.is_none())).sum();
    let head = slots
        .into_iter()
        .flatten()
        .max_by_key(|head| (head.sequence, head.stop == Stop::Running));
    Read { head, damaged }
}

/// Writes the slots in turn.
pub(crate) struct HeadFile {
    file: Box<dyn LogFile>,
    next: u64,
}

impl HeadFile {
    pub(crate) fn new(file: Box<dyn LogFile>) -> Self {
        Self { file, next: 0 }
    }

    /// Writes one slot. The other one keeps what it says until the next time.
    pub(crate) fn advance(&mut self, keys: &Keys, head: &Head) -> io::Result<()> {
        self.file.write_at(self.next * SLOT as u64, &encode(keys, head))?;
        self.next = 1 - self.next;
        Ok(())
    }

    /// Writes both slots and makes them survive a power cut.
    pub(crate) fn settle(&self, keys: &Keys, head: &Head) -> io::Result<()> {
        self.file.write_at(0, &both(keys, head))?;
        self.file.sync()
    }
}
