//! What really happened: every write with what it follows, kept apart from all that is tested.

use countersign_model::{RecordId, RecordVersion};
use std::collections::{BTreeMap, BTreeSet};

/// The values of username, password, a further field and the pending change, and of which write each says it is.
pub(crate) type Fields = [(u64, u64); 4];

/// One write of a whole logon, or its deletion.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) record: RecordId,
    /// The write it follows; `None` for a new logon.
    pub(crate) parent: Option<u64>,
    /// `None` deletes.
    pub(crate) fields: Option<Fields>,
    /// When, by the rules of time.
    pub(crate) changed: u64,
    /// Whether the user was told that it is done.
    pub(crate) acknowledged: bool,
    /// Every copy was destroyed by a disaster: nobody can have it.
    pub(crate) excused: bool,
}

/// All writes, by number from 1.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    writes: BTreeMap<u64, Write>,
    /// Which write a version holds.
    versions: BTreeMap<RecordVersion, u64>,
    /// Changes of the vault header, from 1, and whether the user was told that they are done.
    changes: Vec<bool>,
}

impl Ledger {
    /// The number of the next write.
    pub(crate) fn next(&self) -> u64 {
        self.writes.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    pub(crate) fn enter(&mut self, unit: u64, write: Write, version: RecordVersion) {
        self.writes.insert(unit, write);
        self.versions.insert(version, unit);
    }

    pub(crate) fn acknowledge(&mut self, unit: u64) {
        if let Some(write) = self.writes.get_mut(&unit) {
            write.acknowledged = true;
        }
    }

    /// The same write, sealed again.
    pub(crate) fn again(&mut self, version: RecordVersion, unit: u64) {
        self.versions.insert(version, unit);
    }

    /// A new change of the vault header.
    pub(crate) fn wish(&mut self) -> u64 {
        self.changes.push(false);
        self.changes.len() as u64
    }

    pub(crate) fn acknowledge_change(&mut self, change: u64) {
        let at = usize::try_from(change).ok().and_then(|change| change.checked_sub(1));
        if let Some(told) = at.and_then(|at| self.changes.get_mut(at)) {
            *told = true;
        }
    }

    /// The changes of the vault header that the user was told of.
    pub(crate) fn changes(&self) -> impl Iterator<Item = u64> {
        (1..)
            .zip(&self.changes)
            .filter(|(_, told)| **told)
            .map(|(change, _)| change)
    }

    pub(crate) fn write(&self, unit: u64) -> Option<&Write> {
        self.writes.get(&unit)
    }

    pub(crate) fn unit_of(&self, version: &RecordVersion) -> Option<u64> {
        self.versions.get(version).copied()
    }

    pub(crate) fn versions(&self) -> impl Iterator<Item = (RecordVersion, u64)> {
        self.versions.iter().map(|(version, unit)| (*version, *unit))
    }

    pub(crate) fn writes(&self) -> impl Iterator<Item = (u64, &Write)> {
        self.writes.iter().map(|(unit, write)| (*unit, write))
    }

    pub(crate) fn records(&self) -> BTreeSet<RecordId> {
        self.writes.values().map(|write| write.record).collect()
    }

    /// This write and everything it follows.
    pub(crate) fn past(&self, unit: u64) -> BTreeSet<u64> {
        let mut past = BTreeSet::new();
        let mut next = Some(unit);
        while let Some(unit) = next.filter(|unit| past.insert(*unit)) {
            next = self.writes.get(&unit).and_then(|write| write.parent);
        }
        past
    }

    /// Nobody can have what has no copy.
    pub(crate) fn excuse_all_but(&mut self, copies: &BTreeSet<u64>) -> u64 {
        let mut excused = 0;
        for (unit, write) in &mut self.writes {
            if !copies.contains(unit) && !write.excused {
                write.excused = true;
                excused += u64::from(write.acknowledged);
            }
        }
        excused
    }
}
