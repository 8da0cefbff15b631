//! One contestant's store and what it must hold.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::folder::empty;
use crate::bench::engines::{Engine, Fault, Which, Write};
use crate::bench::random::Chance;
use crate::bench::{BenchError, clock};

/// The bytes of a record.
pub const RECORD: usize = 300;
/// How many records are loaded in a commit.
const LOAD: u32 = 1_000;

/// A store, and the version each record has.
pub struct Contestant {
    /// Whose.
    pub which: Which,
    /// Where.
    pub folder: PathBuf,
    engine: Option<Box<dyn Engine>>,
    versions: Vec<u32>,
}

impl Contestant {
    /// A new store with so many records, all of version 0.
    pub fn load(which: Which, scratch: &Path, records: u32) -> Result<Self, BenchError> {
        let folder = scratch.join(format!("{which:?}"));
        empty(&folder)?;
        let mut engine = which.open(&folder).map_err(wrong(which))?;
        for first in (0..records).step_by(LOAD as usize) {
            let some = first..records.min(first + LOAD);
            let batch = some.map(|record| write(record, 0)).collect();
            engine.commit(batch).map_err(wrong(which))?;
        }
        let versions = (0..records).map(|_| 0).collect();
        Ok(Self {
            which,
            folder,
            engine: Some(engine),
            versions,
        })
    }

    fn engine(&mut self) -> Result<&mut Box<dyn Engine>, BenchError> {
        let which = self.which;
        self.engine.as_mut().ok_or_else(|| said(which, "it is not open"))
    }

    /// Overwrites one record durably and returns how long that took.
    pub fn overwrite(&mut self, record: u32) -> Result<Duration, BenchError> {
        let which = self.which;
        let version = self.version(record) + 1;
        let batch = vec![write(record, version)];
        let engine = self.engine()?;
        let start = clock::now();
        engine.commit(batch).map_err(wrong(which))?;
        let took = start.elapsed();
        if let Some(known) = self.versions.get_mut(record as usize) {
            *known = version;
        }
        Ok(took)
    }

    fn version(&self, record: u32) -> u32 {
        self.versions.get(record as usize).copied().unwrap_or_default()
    }

    /// Reads one record, compares it, and returns how long both took.
    pub fn read(&mut self, record: u32) -> Result<Duration, BenchError> {
        let which = self.which;
        let wanted = value(record, self.version(record));
        let id = id(record);
        let engine = self.engine()?;
        let start = clock::now();
        let found = engine.get(&id).map_err(wrong(which))?;
        let same = found.as_ref() == Some(&wanted);
        let took = start.elapsed();
        if same {
            return Ok(took);
        }
        Err(said(which, &format!("record {record} is not what was written last")))
    }

    /// Compares every record, and that there are no others.
    pub fn compare_all(&mut self) -> Result<(), BenchError> {
        let which = self.which;
        let records = u32::try_from(self.versions.len()).unwrap_or(u32::MAX);
        for record in 0..records {
            self.read(record)?;
        }
        let ids = self.engine()?.ids().map_err(wrong(which))?.len();
        if ids == self.versions.len() {
            return Ok(());
        }
        Err(said(which, &format!("{ids} records instead of {records}")))
    }

    /// Closes it.
    pub fn close(&mut self) -> Result<(), BenchError> {
        let closed = self.engine.take().map(Engine::close);
        closed.unwrap_or(Ok(())).map_err(wrong(self.which))
    }

    /// Opens it, in another folder if it was copied there, reads one record, and returns how long both took.
    pub fn open(&mut self, folder: &Path, record: u32) -> Result<Duration, BenchError> {
        let start = clock::now();
        self.engine = Some(self.which.open(folder).map_err(wrong(self.which))?);
        let opened = start.elapsed();
        Ok(opened + self.read(record)?)
    }
}

fn write(record: u32, version: u32) -> Write {
    Write {
        id: id(record),
        value: Some(value(record, version)),
    }
}

/// Record ids are random, as ours are.
fn id(record: u32) -> Vec<u8> {
    Chance::of(&[record.into()]).bytes(16)
}

fn value(record: u32, version: u32) -> Vec<u8> {
    Chance::of(&[record.into(), version.into()]).bytes(RECORD)
}

fn wrong(which: Which) -> impl Fn(Fault) -> BenchError {
    move |fault| said(which, &fault.0)
}

fn said(which: Which, why: &str) -> BenchError {
    BenchError::Wrong {
        who: which.name(),
        why: why.to_owned(),
    }
}
