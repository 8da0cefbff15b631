//! Writing a snapshot or an export, in pieces.

use super::table::{Where, Writing};
use super::{HEADER, Header, Stamp, encode};
use crate::files::LogFile;
use crate::frame::{self, Kind, Links};
use crate::keys::{Keys, MAC, Place};
use countersign_model::StoreKey;
use std::io;

/// How many bytes of values share a chunk.
const CHUNK: usize = 4 << 10;
/// How long a table chunk gets.
const TABLE: usize = 32 << 10;
/// How much is written at a time.
const WRITE: usize = 256 << 10;

/// A snapshot being written. Keys must come in order.
pub(crate) struct Builder<'a> {
    keys: &'a Keys,
    stamp: Stamp,
    file: &'a dyn LogFile,
    /// Frames not yet written, and where they go.
    out: Vec<u8>,
    at: u64,
    /// Chunks made so far, and the MAC of the last.
    chunks: u64,
    previous: [u8; MAC],
    /// The values of the chunk being made, if there is one.
    values: Option<Vec<u8>>,
    table: Writing,
    tables: Vec<Vec<u8>>,
    entries: u32,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(keys: &'a Keys, stamp: Stamp, file: &'a dyn LogFile) -> Self {
        Self {
            keys,
            stamp,
            file,
            out: Vec::new(),
            at: HEADER as u64,
            chunks: 0,
            previous: [0; MAC],
            values: None,
            table: Writing::after(0),
            tables: Vec::new(),
            entries: 0,
        }
    }

    pub(crate) fn value(&mut self, key: &StoreKey, sequence: u64, value: &[u8]) -> io::Result<()> {
        self.end_table_if_full()?;
        if self
            .values
            .as_ref()
            .is_some_and(|values| values.len() + value.len() > CHUNK)
        {
            self.end_chunk()?;
        }
        let place = if self.values.is_some() {
            Where::Behind
        } else {
            Where::NextChunk
        };
        let length = u32::try_from(value.len()).map_err(io::Error::other)?;
        self.table.value(key, sequence, length, place);
        self.values.get_or_insert_default().extend_from_slice(value);
        Ok(())
    }

    pub(crate) fn lost(&mut self, key: &StoreKey, sequence: u64) -> io::Result<()> {
        self.end_table_if_full()?;
        self.table.lost(key, sequence);
        Ok(())
    }

    /// Writes the rest, makes the file survive a power cut, and returns its length.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        self.end_chunk()?;
        self.end_table();
        let count = |number: usize| u32::try_from(number).map_err(io::Error::other);
        let value_chunks = u32::try_from(self.chunks).map_err(io::Error::other)?;
        let tables = std::mem::take(&mut self.tables);
        let table_chunks = count(tables.len())?;
        for table in tables {
            self.put_down(&table)?;
        }
        let length = self.at + self.out.len() as u64 + HEADER as u64;
        let header = Header {
            stamp: self.stamp,
            value_chunks,
            table_chunks,
            entries: self.entries,
            last: self.previous,
            length,
        };
        let header = encode(self.keys, &header);
        self.out.extend_from_slice(&header);
        self.write()?;
        self.file.write_at(0, &header)?;
        self.file.sync()?;
        Ok(length)
    }

    fn end_chunk(&mut self) -> io::Result<()> {
        match self.values.take() {
            Some(values) => self.put_down(&values),
            None => Ok(()),
        }
    }

    /// A table chunk ends together with a chunk of values, so that each can be read without the others.
    fn end_table_if_full(&mut self) -> io::Result<()> {
        if self.table.length() >= TABLE {
            self.end_chunk()?;
            self.end_table();
        }
        Ok(())
    }

    fn end_table(&mut self) {
        let table = std::mem::replace(&mut self.table, Writing::after(self.chunks));
        if let Some((bytes, entries)) = table.finish() {
            self.tables.push(bytes);
            self.entries += entries;
        }
    }

    fn put_down(&mut self, plain: &[u8]) -> io::Result<()> {
        let number = self.chunks + 1;
        let sealed = self
            .keys
            .seal(Place::Chunk(self.stamp.shelf(), number), plain)
            .ok_or_else(|| io::Error::other("the system has no random source"))?;
        let links = Links {
            sequence: number,
            batch_first: number,
            batch_frames: 1,
            previous: self.previous,
        };
        self.previous = frame::encode(self.keys, Kind::Chunk, &links, &sealed, &mut self.out);
        self.chunks = number;
        if self.out.len() >= WRITE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_at(self.at, &self.out)?;
        self.at += self.out.len() as u64;
        self.out.clear();
        Ok(())
    }
}
