//! Which version of a record counts, and what becomes of the others.

use crate::check::{Checked, RecordCheck};
use crate::layout::{history_key, history_of, record_key};
use crate::report::Fault;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, DeviceId, RecordId, RecordVersion, StoreKind};
use std::collections::BTreeMap;

/// How many superseded versions of a record are kept of each device, besides its newest.
const KEPT: usize = 10;

/// The version that counts, of the newest of each device.
///
/// A version that another one directly follows is out; of the rest the one changed last counts, then the higher counter, then the
/// higher device id.
#[must_use]
pub fn choose(versions: &[Checked]) -> Option<&Checked> {
    let mut newest: BTreeMap<DeviceId, &Checked> = BTreeMap::new();
    for version in versions {
        let known = newest.entry(version.version.device).or_insert(version);
        if version.version.counter > known.version.counter {
            *known = version;
        }
    }
    let followed = |one: &Checked| {
        newest
            .values()
            .any(|other| other.parent == one.commitment && other.version != one.version)
    };
    let rank = |one: &&&Checked| (one.changed, one.version.counter, one.version.device);
    newest.values().filter(|one| !followed(one)).max_by_key(rank).copied()
}

/// What the vault store holds, by record.
pub(crate) struct Shelf {
    /// The versions that count.
    pub(crate) current: BTreeMap<RecordId, Checked>,
    history: BTreeMap<RecordId, Vec<RecordVersion>>,
}

/// A version that came in.
pub(crate) struct Incoming {
    pub(crate) checked: Checked,
    pub(crate) sealed: Vec<u8>,
}

impl Shelf {
    /// Looks at every record. What cannot be read counts as not there, so that it comes back from the repository.
    pub(crate) fn read(
        vault: &dyn RecordStore,
        check: &dyn RecordCheck,
        faults: &mut Vec<Fault>,
    ) -> Result<Self, StoreError> {
        let mut shelf = Self {
            current: BTreeMap::new(),
            history: BTreeMap::new(),
        };
        for id in vault.ids(StoreKind::Record)? {
            if let Some(version) = history_of(&id) {
                shelf.history.entry(version.record).or_default().push(version);
            } else if let Ok(record) = <[u8; 16]>::try_from(id.as_slice()).map(RecordId) {
                match read(
                    vault,
                    &record_key(record),
                    |sealed| check.identify(record, sealed),
                    record,
                )? {
                    Ok(Some((checked, _))) => {
                        shelf.current.insert(record, checked);
                    }
                    Ok(None) => {}
                    Err(fault) => faults.push(fault),
                }
            }
        }
        Ok(shelf)
    }

    /// Every version that is here.
    pub(crate) fn versions(&self) -> impl Iterator<Item = RecordVersion> + '_ {
        self.current
            .values()
            .map(|checked| checked.version)
            .chain(self.history.values().flatten().copied())
    }

    /// Whether this version, or a newer one of the same record and device, is here.
    pub(crate) fn covers(&self, version: &RecordVersion) -> bool {
        let is_newer = |held: &RecordVersion| held.device == version.device && held.counter >= version.counter;
        let current = self.current.get(&version.record);
        let past = self.history.get(&version.record);
        current.is_some_and(|current| is_newer(&current.version)) || past.into_iter().flatten().any(is_newer)
    }

    /// Whether exactly this version is here.
    pub(crate) fn has(&self, version: &RecordVersion) -> bool {
        let past = self.history.get(&version.record);
        let current = self.current.get(&version.record);
        current.is_some_and(|current| current.version == *version) || past.is_some_and(|past| past.contains(version))
    }

    /// Where a version's bytes are.
    pub(crate) fn key(&self, version: &RecordVersion) -> countersign_model::StoreKey {
        match self.current.get(&version.record) {
            Some(current) if current.version == *version => record_key(version.record),
            _ => history_key(version),
        }
    }

    /// The changes that put new versions of one record where they belong. Returns whether another version counts now.
    pub(crate) fn take_in(
        &mut self,
        vault: &dyn RecordStore,
        check: &dyn RecordCheck,
        record: RecordId,
        incoming: Vec<Incoming>,
        faults: &mut Vec<Fault>,
    ) -> Result<(Vec<Change>, bool), StoreError> {
        let here = self.current.get(&record).copied();
        let past = self.history.entry(record).or_default();
        let mut known: Vec<Checked> = here.into_iter().collect();
        for version in newest(past) {
            match read(
                vault,
                &history_key(&version),
                |sealed| check.check(&version, sealed),
                record,
            )? {
                Ok(Some((checked, _))) => known.push(checked),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        known.extend(incoming.iter().map(|incoming| incoming.checked));
        let Some(chosen) = choose(&known).copied() else {
            return Ok((Vec::new(), false));
        };
        let changed = here.is_none_or(|here| here.version != chosen.version);
        let mut changes = Vec::new();
        if changed {
            if let Some(here) = here {
                // It was read a moment ago; if that fails now, nothing is changed.
                let sealed = vault.get(&record_key(record))?.unwrap_or_default();
                changes.push(Change::Put(history_key(&here.version), sealed));
                past.push(here.version);
            }
            if past.contains(&chosen.version) {
                let sealed = vault.get(&history_key(&chosen.version))?.unwrap_or_default();
                changes.push(Change::Put(record_key(record), sealed));
                changes.push(Change::Remove(history_key(&chosen.version)));
                past.retain(|version| *version != chosen.version);
            }
        }
        for Incoming { checked, sealed } in incoming {
            if checked.version == chosen.version {
                if changed {
                    changes.push(Change::Put(record_key(record), sealed));
                }
            } else if !past.contains(&checked.version) {
                changes.push(Change::Put(history_key(&checked.version), sealed));
                past.push(checked.version);
            }
        }
        for version in surplus(past, chosen.version) {
            changes.push(Change::Remove(history_key(&version)));
            past.retain(|kept| *kept != version);
        }
        self.current.insert(record, chosen);
        Ok((changes, changed))
    }
}

type Looked = Result<Option<(Checked, Vec<u8>)>, Fault>;

/// Reads and checks one value: a fault of the value is a [`Fault`], one of the store an error.
fn read(
    vault: &dyn RecordStore,
    key: &countersign_model::StoreKey,
    look: impl Fn(&[u8]) -> Result<Checked, crate::check::Refused>,
    record: RecordId,
) -> Result<Looked, StoreError> {
    let sealed = match vault.get(key) {
        Ok(Some(sealed)) => sealed,
        Ok(None) => return Ok(Ok(None)),
        Err(StoreError::Damaged(why)) => return Ok(Err(Fault::Unreadable { record, why })),
        Err(other) => return Err(other),
    };
    Ok(match look(&sealed) {
        Ok(checked) => Ok(Some((checked, sealed))),
        Err(refused) => Err(Fault::Unreadable {
            record,
            why: refused.to_string(),
        }),
    })
}

/// The newest version of each device.
fn newest(versions: &[RecordVersion]) -> Vec<RecordVersion> {
    versions
        .iter()
        .copied()
        .collect::<crate::plan::Held>()
        .versions()
        .collect()
}

/// Superseded versions beyond those that are kept. The newest of a device is never among them; numbers of different devices say nothing
/// about each other.
pub(crate) fn surplus(past: &[RecordVersion], chosen: RecordVersion) -> Vec<RecordVersion> {
    let mut devices: BTreeMap<DeviceId, Vec<RecordVersion>> = BTreeMap::new();
    for version in past.iter().chain([&chosen]) {
        devices.entry(version.device).or_default().push(*version);
    }
    let old = devices.into_values().flat_map(|mut versions| {
        versions.sort_by_key(|version| std::cmp::Reverse(version.counter));
        versions.into_iter().skip(KEPT + 1)
    });
    old.filter(|version| *version != chosen).collect()
}
