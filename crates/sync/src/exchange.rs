use crate::check::RecordCheck;
use crate::cursor::Cursor;
use crate::layout::{decode, inbox_key};
use crate::merge::{Incoming, Shelf};
use crate::overtaken::look_below;
use crate::plan::{Held, SyncStep, plan};
use crate::report::{Fault, Report};
use crate::sent::Sending;
use countersign_model::port::{RecordStore, RepositoryError, StoreError, VaultRepository};
use countersign_model::{Change, RecordId, RecordVersion, StoreKind, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// How many versions wait in the inbox at most: whoever floods the repository does not flood this disk.
const MOST_WAITING: usize = 10_000;
/// How many bytes are gathered before they are committed.
pub(crate) const ENOUGH: usize = 1 << 20;
/// How many changes are gathered before they are committed.
pub(crate) const MANY: usize = 128;

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
    if let Some(list) = list(ends, &mut report)? {
        pull_all(ends, &held, list, &mut report)?;
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
    let mut shelf = Shelf::read(vault, check, &mut report.faults)?;
    // What this device wrote it has, or had before its store was damaged.
    let held_before = Cursor::Held.read(ends.device)?;
    let mut held: Held = shelf.versions().collect();
    let had = held.with(&held_before);
    report.set_back = sending.and_then(|sending| {
        sending.foreign(inbox.iter().copied(), &had, |version| {
            is_genuine(version, ends.device.get(&inbox_key(version)).ok().flatten())
        })
    });
    if report.set_back.is_some() {
        report.faults.extend(said_to_be_gone(ends.device)?);
        return Ok(report);
    }
    if !inbox.is_empty() {
        merge_inbox(ends.device, vault, check, &mut shelf, &mut report)?;
        held = shelf.versions().collect();
    }
    if let Some(list) = list(ends, &mut report)? {
        report.set_back = sending.and_then(|sending| {
            sending.foreign(list.there.versions(), &had, |version| {
                is_genuine(version, ends.repository.pull(ends.user, version).ok())
            })
        });
        if report.set_back.is_some() {
            list.remember(ends.device)?;
            return Ok(report);
        }
        let mut there = pull_all(ends, &held, list, &mut report)?;
        if report.pulled > 0 {
            report.faults.retain(|fault| !matches!(fault, Fault::Refused { .. }));
            merge_inbox(ends.device, vault, check, &mut shelf, &mut report)?;
            held = shelf.versions().collect();
        }
        if let Some(sending) = sending {
            sending.will_send(ends.device, &held)?;
        }
        let withheld = look_below(ends, vault, check, &shelf, (&held, &there), &mut report)?;
        if report.reached.is_ok()
            && push_all(ends, vault, &shelf, (&held, &mut there, &withheld), &mut report)? == Pushed::Some
        {
            ends.device.commit(&[Cursor::Listed.put(&there)])?;
        }
        report.waiting = missing(&held, &there);
    } else {
        report.waiting = missing(&held, &Cursor::Listed.read(ends.device)?);
    }
    if held != held_before {
        ends.device.commit(&[Cursor::Held.put(&held)])?;
    }
    Ok(report)
}

fn missing(held: &Held, there: &Held) -> u32 {
    let missing = held.versions().filter(|version| !there.covers(version)).count();
    u32::try_from(missing).unwrap_or(u32::MAX)
}

/// The repository's list, and what is to be remembered of it before anything else is done.
struct Listing {
    there: Held,
    news: Vec<Change>,
}

impl Listing {
    fn remember(self, device: &dyn RecordStore) -> Result<(), StoreError> {
        match self.news.is_empty() {
            true => Ok(()),
            false => device.commit(&self.news),
        }
    }
}

fn said_to_be_gone(device: &dyn RecordStore) -> Result<Vec<Fault>, StoreError> {
    let gone = Cursor::WentBack.read(device)?;
    Ok(gone.versions().map(Fault::WentBack).collect())
}

/// The repository's list, and a fault for everything it had and has no more: it stays a fault until somebody was told, since what is
/// missing there is put back in a moment.
fn list(ends: Ends<'_>, report: &mut Report) -> Result<Option<Listing>, StoreError> {
    let versions = match ends.repository.list(ends.user) {
        Ok(versions) => versions,
        Err(error) => {
            report.reached = Err(error);
            report.faults.extend(said_to_be_gone(ends.device)?);
            return Ok(None);
        }
    };
    let there: Held = versions.iter().copied().collect();
    let before = Cursor::Listed.read(ends.device)?;
    let mut gone = Cursor::WentBack.read(ends.device)?;
    let mut news = Vec::new();
    if there != before {
        let missing: Vec<_> = before.versions().filter(|version| !there.covers(version)).collect();
        if !missing.is_empty() {
            missing.into_iter().for_each(|version| gone.add(version));
            news.push(Cursor::WentBack.put(&gone));
        }
        news.push(Cursor::Listed.put(&there));
    }
    report.faults.extend(gone.versions().map(Fault::WentBack));
    Ok(Some(Listing { there, news }))
}

/// Fetches every listed version that is neither held nor in the inbox, and returns what is listed.
fn pull_all(ends: Ends<'_>, held: &Held, list: Listing, report: &mut Report) -> Result<Held, StoreError> {
    // A version in the inbox speaks for itself only: a bad one must not hide the good ones below it.
    let mut waiting: BTreeSet<_> = ends
        .device
        .ids(StoreKind::Inbox)?
        .iter()
        .filter_map(|id| decode(id))
        .collect();
    let (mut batch, mut size) = (list.news, 0);
    for step in plan(held, &list.there) {
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
    if !batch.is_empty() {
        ends.device.commit(&batch)?;
    }
    Ok(list.there)
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
        let mut incoming = Vec::new();
        for version in versions {
            let key = inbox_key(&version);
            // Here already, from an exchange that was interrupted, or superseded by its own device.
            if shelf.covers(&version) {
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

/// Whether anything was written to the repository.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pushed {
    Some,
    Nothing,
}

fn push_all(
    ends: Ends<'_>,
    vault: &dyn RecordStore,
    shelf: &Shelf,
    (held, there, withheld): (&Held, &mut Held, &BTreeSet<RecordVersion>),
    report: &mut Report,
) -> Result<Pushed, StoreError> {
    let mut pushed = Pushed::Nothing;
    for step in plan(held, there) {
        let SyncStep::Push(version) = step else { continue };
        if withheld.contains(&version) {
            continue;
        }
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
                pushed = Pushed::Some;
                there.add(version);
            }
            Err(error @ RepositoryError::Unreachable { .. }) => {
                report.reached = Err(error);
                break;
            }
            Err(error) => report.faults.push(Fault::Repository(error)),
        }
    }
    Ok(pushed)
}
