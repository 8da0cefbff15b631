use crate::check::RecordCheck;
use crate::cursor::Cursor;
use crate::layout::{decode, inbox_key};
use crate::merge::{Incoming, Shelf};
use crate::plan::{Held, SyncStep, plan};
use crate::report::{Fault, Report};
use crate::sent::Sending;
use countersign_model::port::{RecordStore, RepositoryError, StoreError, VaultRepository};
use countersign_model::{Change, RecordId, RecordVersion, StoreKind, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// How many versions wait in the inbox at most: whoever floods the repository does not flood this disk.
const MOST_WAITING: usize = 10_000;
/// How many bytes are gathered before they are committed.
const ENOUGH: usize = 1 << 20;
/// How many changes are gathered before they are committed.
const MANY: usize = 128;

/// The two ends of an exchange.
#[derive(Clone, Copy)]
pub struct Ends<'a> {
    /// This device's store, open while the vault is locked.
    pub device: &'a dyn RecordStore,
    /// The repository.
    pub repository: &'a dyn VaultRepository,
    /// Whose records.
    pub user: &'a UserId,
}

/// Fetches new versions into the inbox while the vault is locked. Nothing is judged and nothing is written to the repository.
///
/// # Errors
/// Only those of the device store; what was fetched before is kept.
pub fn fetch(ends: Ends<'_>) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let held = Cursor::Held.read(ends.device)?;
    if let Some(listed) = list(ends, &mut report)? {
        pull_all(ends, &held, &listed, &mut report)?;
        Cursor::Listed.write(ends.device, &listed.iter().copied().collect())?;
    }
    report.waiting = missing(&held, &Cursor::Listed.read(ends.device)?);
    Ok(report)
}

/// A whole exchange with the vault open: merges what was fetched, fetches what is new, merges that, and pushes what is missing there.
///
/// # Errors
/// Only those of the two stores. Everything committed before stays; the next exchange goes on from there.
pub fn exchange(ends: Ends<'_>, vault: &dyn RecordStore, check: &dyn RecordCheck) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let sending = check.own().map(|own| Sending::of(ends.device, own)).transpose()?;
    let inbox: Vec<_> = ends
        .device
        .ids(StoreKind::Inbox)?
        .iter()
        .filter_map(|id| decode(id))
        .collect();
    let is_genuine = |version: &RecordVersion, sealed: Option<Vec<u8>>| {
        sealed.is_some_and(|sealed| check.check(version, &sealed).is_ok())
    };
    report.set_back = sending.and_then(|sending| {
        sending.foreign(&inbox, |version| {
            is_genuine(version, ends.device.get(&inbox_key(version)).ok().flatten())
        })
    });
    if report.set_back.is_some() {
        return Ok(report);
    }
    let mut shelf = Shelf::read(vault, check, &mut report.faults)?;
    merge_inbox(ends.device, vault, check, &mut shelf, &mut report)?;
    if let Some(listed) = list(ends, &mut report)? {
        report.set_back = sending.and_then(|sending| {
            sending.foreign(&listed, |version| {
                is_genuine(version, ends.repository.pull(ends.user, version).ok())
            })
        });
        if report.set_back.is_some() {
            return Ok(report);
        }
        pull_all(ends, &shelf.versions().collect(), &listed, &mut report)?;
        report.faults.retain(|fault| !matches!(fault, Fault::Refused { .. }));
        merge_inbox(ends.device, vault, check, &mut shelf, &mut report)?;
        let mut there: Held = listed.iter().copied().collect();
        if let Some(sending) = sending {
            sending.will_send(ends.device, &shelf.versions().collect::<Vec<_>>())?;
        }
        push_all(ends, vault, &shelf, &mut there, &mut report)?;
        Cursor::Listed.write(ends.device, &there)?;
    }
    let held: Held = shelf.versions().collect();
    Cursor::Held.write(ends.device, &held)?;
    report.waiting = missing(&held, &Cursor::Listed.read(ends.device)?);
    Ok(report)
}

fn missing(held: &Held, there: &Held) -> u32 {
    let missing = held.versions().filter(|version| !there.covers(version)).count();
    u32::try_from(missing).unwrap_or(u32::MAX)
}

/// The repository's list, and a fault for everything it had and has no more.
fn list(ends: Ends<'_>, report: &mut Report) -> Result<Option<Vec<RecordVersion>>, StoreError> {
    let listed = match ends.repository.list(ends.user) {
        Ok(listed) => listed,
        Err(error) => {
            report.reached = Err(error);
            return Ok(None);
        }
    };
    let there: Held = listed.iter().copied().collect();
    let before = Cursor::Listed.read(ends.device)?;
    report.faults.extend(
        before
            .versions()
            .filter(|version| !there.covers(version))
            .map(Fault::WentBack),
    );
    Ok(Some(listed))
}

/// Fetches every listed version that is neither held nor in the inbox.
fn pull_all(ends: Ends<'_>, held: &Held, listed: &[RecordVersion], report: &mut Report) -> Result<(), StoreError> {
    // A version in the inbox speaks for itself only: a bad one must not hide the good ones below it.
    let mut waiting: BTreeSet<_> = ends
        .device
        .ids(StoreKind::Inbox)?
        .iter()
        .filter_map(|id| decode(id))
        .collect();
    let (mut batch, mut size) = (Vec::new(), 0);
    for step in plan(held, listed) {
        let SyncStep::Pull(version) = step else { continue };
        if !waiting.insert(version) {
            continue;
        }
        if waiting.len() > MOST_WAITING {
            report.faults.push(Fault::TooMany(MOST_WAITING));
            break;
        }
        match ends.repository.pull(ends.user, &version) {
            Ok(sealed) => {
                size += sealed.len();
                batch.push(Change::Put(inbox_key(&version), sealed));
                report.pulled += 1;
            }
            // Replaced by a newer one since it was listed.
            Err(RepositoryError::Missing(_)) => {}
            Err(error @ RepositoryError::Unreachable { .. }) => {
                report.reached = Err(error);
                break;
            }
            Err(error) => report.faults.push(Fault::Repository(error)),
        }
        if size > ENOUGH || batch.len() >= MANY {
            ends.device.commit(&batch)?;
            batch.clear();
            size = 0;
        }
    }
    if batch.is_empty() {
        Ok(())
    } else {
        ends.device.commit(&batch)
    }
}

/// Checks what is in the inbox and takes it into the vault store. What is refused stays where it is.
fn merge_inbox(
    device: &dyn RecordStore,
    vault: &dyn RecordStore,
    check: &dyn RecordCheck,
    shelf: &mut Shelf,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut records: BTreeMap<RecordId, Vec<RecordVersion>> = BTreeMap::new();
    for version in device.ids(StoreKind::Inbox)?.iter().filter_map(|id| decode(id)) {
        records.entry(version.record).or_default().push(version);
    }
    let mut pending = Pending::default();
    for (record, versions) in records {
        let held: Held = shelf.versions().filter(|version| version.record == record).collect();
        let mut incoming = Vec::new();
        for version in versions {
            let key = inbox_key(&version);
            // Here already, from an exchange that was interrupted, or superseded by its own device.
            if held.covers(&version) {
                pending.done.push(Change::Remove(key));
                continue;
            }
            let sealed = match device.get(&key) {
                Ok(sealed) => sealed.unwrap_or_default(),
                Err(StoreError::Damaged(why)) => {
                    // Gone from the inbox, it is fetched again.
                    report.faults.push(Fault::Unreadable { record, why });
                    pending.done.push(Change::Remove(key));
                    continue;
                }
                Err(other) => return Err(other),
            };
            match check.check_incoming(&version, &sealed) {
                Ok(checked) => {
                    incoming.push(Incoming { checked, sealed });
                    pending.done.push(Change::Remove(key));
                }
                Err(why) => report.faults.push(Fault::Refused { version, why }),
            }
        }
        if !incoming.is_empty() {
            let (changes, changed) = shelf.take_in(vault, check, record, incoming, &mut report.faults)?;
            pending.add(changes);
            if changed {
                report.changed.push(record);
            }
        }
        if pending.size > ENOUGH || pending.done.len() >= MANY {
            pending.settle(device, vault)?;
        }
    }
    pending.settle(device, vault)
}

#[derive(Default)]
struct Pending {
    changes: Vec<Change>,
    size: usize,
    /// What leaves the inbox once the changes are safe.
    done: Vec<Change>,
}

impl Pending {
    fn add(&mut self, changes: Vec<Change>) {
        for change in &changes {
            if let Change::Put(_, value) = change {
                self.size += value.len();
            }
        }
        self.changes.extend(changes);
    }

    /// First into the vault store, then out of the inbox: a crash in between merges once more, which changes nothing.
    fn settle(&mut self, device: &dyn RecordStore, vault: &dyn RecordStore) -> Result<(), StoreError> {
        if !self.changes.is_empty() {
            vault.commit(&self.changes)?;
        }
        if !self.done.is_empty() {
            device.commit(&self.done)?;
        }
        *self = Self::default();
        Ok(())
    }
}

fn push_all(
    ends: Ends<'_>,
    vault: &dyn RecordStore,
    shelf: &Shelf,
    there: &mut Held,
    report: &mut Report,
) -> Result<(), StoreError> {
    let listed: Vec<_> = there.versions().collect();
    for step in plan(&shelf.versions().collect(), &listed) {
        let SyncStep::Push(version) = step else { continue };
        let sealed = match vault.get(&shelf.key(&version)) {
            Ok(Some(sealed)) => sealed,
            Ok(None) => continue,
            Err(StoreError::Damaged(why)) => {
                report.faults.push(Fault::Unreadable {
                    record: version.record,
                    why,
                });
                continue;
            }
            Err(other) => return Err(other),
        };
        match ends.repository.push(ends.user, &version, &sealed) {
            Ok(()) => {
                report.pushed += 1;
                there.add(version);
            }
            Err(error @ RepositoryError::Unreachable { .. }) => {
                report.reached = Err(error);
                break;
            }
            Err(error) => report.faults.push(Fault::Repository(error)),
        }
    }
    Ok(())
}
