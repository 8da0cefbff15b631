//! One device: what it keeps, and what its agent does with it.

use crate::chance::Chance;
use crate::directory::Directory;
use crate::disk::{Disk, Fuse, Values};
use crate::ledger::{Fields, Ledger, Write};
use crate::mutant::Mutant;
use crate::seal::{Checking, Looked, Sealer, ToSeal};
use crate::server::{Seen, Server};
use crate::tally::Tally;
use crate::violation::Violation;
use countersign_model::port::RecordStore;
use countersign_model::{Change, RecordId, RecordVersion, StoreKey, StoreKind, Timestamp, UserId};
use countersign_sync::{
    Ends, Fault, Held, Report, TakeOver, exchange, fetch, highest_counter, history_key, history_of, next_counter,
    record_key, remembered, replace, take_over, time_of_change, told,
};
use countersign_vault::Commitment;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A device and its agent.
pub(crate) struct Agent {
    pub(crate) number: usize,
    pub(crate) device: Disk,
    pub(crate) vault: Disk,
    pub(crate) fuse: Arc<Fuse>,
    /// How far its clock is off, ms.
    pub(crate) skew: i64,
    /// The replicas it reaches.
    pub(crate) reaches: BTreeSet<usize>,
    pub(crate) knows: Knowledge,
    pub(crate) image: Option<Image>,
    /// The highest number it has used, as the process remembers.
    used: Option<u64>,
    mutant: Option<Mutant>,
}

/// What the agent must remember of the repository, by the ledger's account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knowledge {
    /// The newest versions it saw listed or was told were written.
    listed: BTreeMap<(RecordId, countersign_model::DeviceId), u64>,
    /// What was gone and has not been said to the user.
    unsaid: BTreeSet<RecordVersion>,
}

/// A backup of a whole device.
#[derive(Clone)]
pub(crate) struct Image {
    device: Values,
    vault: Values,
    knows: Knowledge,
    skew: i64,
}

/// How an exchange ended.
pub(crate) enum Ended {
    /// The process died.
    Died,
    /// The disk was full.
    Unsaved,
    Reported(Box<Report>),
}

/// How an exchange is to go.
pub(crate) struct Outing<'a> {
    pub(crate) directory: &'a Mutex<Directory>,
    pub(crate) sealers: &'a [Arc<dyn Sealer>],
    /// The first sealer nobody has been yet.
    pub(crate) unused: &'a mut usize,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) tally: &'a mut Tally,
    pub(crate) reachable: Vec<usize>,
    pub(crate) trouble: u64,
    pub(crate) chance: Chance,
    pub(crate) locked: Locked,
}

/// Whether the vault is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locked {
    Yes,
    No,
}

/// What the user does to a logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Add,
    Username(u64),
    Password(u64),
    Delete,
    /// Nothing: the first fill seals the logon anew, with its program.
    Fill,
}

fn identity_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"identity".to_vec(),
    }
}

impl Agent {
    pub(crate) fn new(number: usize, identity: usize, skew: i64, mutant: Option<Mutant>) -> Self {
        let fuse = Arc::new(Fuse::default());
        let agent = Self {
            number,
            device: Disk::new(&fuse, mutant),
            vault: Disk::new(&fuse, mutant),
            fuse,
            skew,
            reaches: BTreeSet::new(),
            knows: Knowledge::default(),
            image: None,
            used: None,
            mutant,
        };
        let _fresh = agent.device.commit(&[agent.named(identity)]);
        agent
    }

    fn named(&self, identity: usize) -> Change {
        Change::Put(identity_key(), (identity as u64).to_le_bytes().to_vec())
    }

    /// Which sealer this device is now.
    pub(crate) fn sealer<'a>(&self, sealers: &'a [Arc<dyn Sealer>]) -> Result<&'a dyn Sealer, Violation> {
        let kept = self.device.get(&identity_key()).ok().flatten().unwrap_or_default();
        let index = kept.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let index = index.and_then(|index| usize::try_from(index).ok());
        let sealer = index.and_then(|index| sealers.get(index));
        sealer
            .map(|sealer| &**sealer)
            .ok_or_else(|| self.broken("it has no id"))
    }

    pub(crate) fn broken(&self, what: impl ToString) -> Violation {
        Violation::Broken {
            agent: self.number,
            what: what.to_string(),
        }
    }

    pub(crate) fn take_image(&mut self) {
        self.image = Some(Image {
            device: self.device.image(),
            vault: self.vault.image(),
            knows: self.knows.clone(),
            skew: self.skew,
        });
    }

    /// Puts an image of this device, or of another, on it.
    pub(crate) fn restore(&mut self, image: Image) {
        self.device.restore(image.device);
        self.vault.restore(image.vault);
        self.knows = image.knows;
        self.skew = image.skew;
        self.used = None;
    }

    /// The time by this device's clock.
    pub(crate) fn clock(&self, now: u64) -> Timestamp {
        Timestamp(now.saturating_add_signed(self.skew))
    }

    /// The process dies; what was committed stays.
    pub(crate) fn die(&mut self) {
        self.used = None;
        self.device.die();
        self.vault.die();
        self.fuse.replace();
    }

    /// The version of a record that counts here.
    pub(crate) fn head(&self, sealer: &dyn Sealer, record: RecordId) -> Result<Option<Looked>, Violation> {
        let sealed = self
            .vault
            .get(&record_key(record))
            .map_err(|error| self.broken(error))?;
        let look = |sealed: Vec<u8>| sealer.look(record, &sealed).map_err(|error| self.broken(error));
        sealed.map(look).transpose()
    }

    /// The write that counts here for a record, held against the ledger: no version may mix writes.
    pub(crate) fn unit(
        &self,
        ledger: &Ledger,
        sealer: &dyn Sealer,
        record: RecordId,
    ) -> Result<Option<(u64, Looked)>, Violation> {
        let Some(looked) = self.head(sealer, record)? else {
            return Ok(None);
        };
        Ok(Some((self.identify(ledger, &looked)?, looked)))
    }

    /// Which write a version holds.
    pub(crate) fn identify(&self, ledger: &Ledger, looked: &Looked) -> Result<u64, Violation> {
        let version = looked.checked.version;
        let unit = match &looked.fields {
            Some([(unit, _), ..]) => *unit,
            None => ledger
                .unit_of(&version)
                .ok_or_else(|| self.broken(format!("nobody wrote {version:?}")))?,
        };
        let written = ledger.write(unit).filter(|write| write.record == version.record);
        if written.is_some_and(|write| write.fields == looked.fields) {
            return Ok(unit);
        }
        Err(Violation::Mixed {
            agent: self.number,
            record: name(version.record),
            found: format!("{:?}", looked.fields),
        })
    }

    /// Does what the user wants done to a logon, and returns the write if he was told that it is done.
    pub(crate) fn edit(
        &mut self,
        ledger: &mut Ledger,
        sealer: &dyn Sealer,
        (record, edit): (RecordId, Edit),
        now: u64,
        chance: &mut Chance,
    ) -> Result<Option<u64>, Violation> {
        let check = Checking {
            sealer,
            mutant: self.mutant,
        };
        let before = self.unit(ledger, sealer, record)?;
        let unit = ledger.next();
        let fields = match (&before, edit) {
            (None, Edit::Add) => Some([unit; 4].map(|unit| (unit, unit))),
            (Some((_, looked)), edit) => match (looked.fields, edit) {
                (Some(_), Edit::Delete) => None,
                (Some(fields), edit) => Some(edited(fields, unit, edit)),
                (None, _) => return Ok(None),
            },
            (None, _) => return Ok(None),
        };
        let version = RecordVersion {
            record,
            device: sealer.device(),
            counter: self.next_counter(&check, chance)?,
        };
        let (parent, at) = match &before {
            None => (Commitment::NONE, self.clock(now)),
            Some((_, looked)) if self.mutant == Some(Mutant::TrustsClocks) => {
                (looked.checked.commitment, self.clock(now))
            }
            Some((_, looked)) => (
                looked.checked.commitment,
                time_of_change(self.clock(now), looked.checked.changed),
            ),
        };
        let sealed = match (&before, edit) {
            (Some((same, looked)), Edit::Fill) => {
                let current = self
                    .vault
                    .get(&record_key(record))
                    .map_err(|error| self.broken(error))?;
                ledger.again(version, *same);
                sealer.seal_again(&looked.checked.version, &current.unwrap_or_default(), version.counter)
            }
            _ => {
                let write = Write {
                    record,
                    parent: before.as_ref().map(|(unit, _)| *unit),
                    fields,
                    changed: at.0,
                    acknowledged: false,
                    excused: false,
                };
                ledger.enter(unit, write, version);
                sealer.seal(&ToSeal {
                    record,
                    counter: version.counter,
                    parent,
                    changed: at.0,
                    fields,
                })
            }
        };
        let sealed = sealed.map_err(|error| self.broken(error))?;
        let changes = replace(&self.vault, &check, &version, sealed).map_err(|error| self.broken(error))?;
        let committed = self.vault.commit(&changes);
        // It may die after the commit, before it says so.
        if committed.is_err() || !self.fuse.step() || edit == Edit::Fill {
            return Ok(None);
        }
        ledger.acknowledge(unit);
        Ok(Some(unit))
    }

    fn next_counter(&mut self, check: &Checking<'_>, chance: &mut Chance) -> Result<u64, Violation> {
        let own = check.sealer.device();
        let highest = match self.used {
            Some(used) => used,
            None => {
                let here = highest_counter(&self.vault, check, own).map_err(|error| self.broken(error))?;
                let remembered = remembered(&self.device).map_err(|error| self.broken(error))?;
                let remembered = remembered.into_iter().filter(|version| version.device == own);
                remembered.map(|version| version.counter).max().unwrap_or(0).max(here)
            }
        };
        let next = match self.mutant {
            Some(Mutant::CountsByOne) => highest + 1,
            _ => next_counter(highest, random(chance)),
        };
        self.used = Some(next);
        Ok(next)
    }

    /// A whole exchange, as the agent makes it: again at once under another id when the device was set back.
    pub(crate) fn sync(&mut self, outing: Outing<'_>) -> Result<Ended, Violation> {
        let mut outing = outing;
        self.used = None;
        loop {
            let ended = self.exchange(&mut outing)?;
            match ended {
                Ended::Reported(report) if report.set_back.is_some() => {
                    if let Some(ended) = self.take_another_id(&mut outing, &report)? {
                        return Ok(ended);
                    }
                }
                ended => return Ok(ended),
            }
        }
    }

    fn exchange(&mut self, outing: &mut Outing<'_>) -> Result<Ended, Violation> {
        let sealer = self.sealer(outing.sealers)?;
        let check = Checking {
            sealer,
            mutant: self.mutant,
        };
        let user = UserId::from("ada");
        let chance = Chance::of(&[outing.chance.number()]);
        let server = Server::new(
            outing.directory,
            (&self.fuse, &self.device),
            &outing.reachable,
            outing.trouble,
            chance,
        );
        if self.mutant == Some(Mutant::ForgetsWhatWasListed) {
            let _forgotten = countersign_sync::forget_repository(&self.device);
        }
        let ends = Ends {
            device: &self.device,
            repository: &server,
            user: &user,
        };
        let result = match outing.locked {
            Locked::Yes => fetch(ends),
            Locked::No => exchange(ends, &self.vault, &check),
        };
        let alive = self.fuse.step();
        let (seen, tally) = server.end();
        outing.tally.merge(&tally);
        let report = result.ok().filter(|_| alive);
        self.learn(&seen, report.as_ref())?;
        if let Some(report) = &report {
            // Without it the next report says it again, which does no harm.
            let _said_again = told(&self.device);
            count(outing.tally, report);
            if self.mutant == Some(Mutant::BelievesAbsence)
                && let Some((listed, _)) = &seen.listed
            {
                self.believe_absence(sealer, listed)?;
            }
            if self.mutant == Some(Mutant::MixesFields) {
                self.mix(sealer, report)?;
            }
        }
        Ok(match report {
            Some(report) => Ended::Reported(Box::new(report)),
            None if alive => Ended::Unsaved,
            None => Ended::Died,
        })
    }

    /// What the agent must know from now on, and whether it said what it had to say.
    fn learn(&mut self, seen: &Seen, report: Option<&Report>) -> Result<(), Violation> {
        if let Some((listed, commits)) = &seen.listed {
            // Once it did anything that lasts, it must remember what it saw.
            let lasting = report.is_some() || self.device.commits() > *commits || seen.effects > 0;
            if lasting {
                let there: BTreeMap<_, _> = listed
                    .iter()
                    .map(|version| ((version.record, version.device), version.counter))
                    .collect();
                let gone = self
                    .knows
                    .listed
                    .iter()
                    .filter(|(name, counter)| there.get(name).is_none_or(|there| there < counter));
                let gone: Vec<_> = gone
                    .map(|((record, device), counter)| RecordVersion {
                        record: *record,
                        device: *device,
                        counter: *counter,
                    })
                    .collect();
                self.knows.unsaid.extend(gone);
                self.knows.listed = there;
            }
            if report.is_some() {
                for version in &seen.acknowledged {
                    let known = self.knows.listed.entry((version.record, version.device)).or_insert(0);
                    *known = version.counter.max(*known);
                }
            }
        }
        let Some(report) = report else { return Ok(()) };
        let said: Vec<_> = report
            .faults
            .iter()
            .filter_map(|fault| match fault {
                Fault::WentBack(version) => Some(*version),
                _ => None,
            })
            .collect();
        let said: Held = said.into_iter().collect();
        if let Some(unsaid) = self.knows.unsaid.iter().find(|version| !said.covers(version)) {
            return Err(Violation::Unflagged {
                agent: self.number,
                what: format!("{unsaid:?}"),
            });
        }
        self.knows.unsaid.clear();
        Ok(())
    }

    /// Goes on under another id. How it ended, if that was not to the end.
    fn take_another_id(&self, outing: &mut Outing<'_>, report: &Report) -> Result<Option<Ended>, Violation> {
        outing.tally.count("devices that noticed they were set back or copied");
        let before = self.sealer(outing.sealers)?;
        let index = *outing.unused;
        let another = outing
            .sealers
            .get(index)
            .ok_or_else(|| self.broken("there are no more ids"))?;
        *outing.unused += 1;
        let over = TakeOver {
            before: before.device(),
            now: another.device(),
            sent: report.set_back.map_or(0, |set_back| set_back.sent),
        };
        let resealing = Again {
            sealer: &**another,
            agent: self,
            ledger: Mutex::new(&mut *outing.ledger),
        };
        let taken = take_over(&self.vault, &resealing, over, || random(&mut outing.chance));
        let named = taken.and_then(|_| self.device.commit(&[self.named(index)]));
        Ok(match named {
            Ok(()) => None,
            Err(_) if self.fuse.is_burnt() => Some(Ended::Died),
            Err(_) => Some(Ended::Unsaved),
        })
    }

    fn believe_absence(&self, sealer: &dyn Sealer, listed: &[RecordVersion]) -> Result<(), Violation> {
        let there: BTreeMap<_, _> = listed
            .iter()
            .map(|version| ((version.record, version.device), version.counter))
            .collect();
        let mut gone = Vec::new();
        for record in self.records()? {
            if let Some(looked) = self.head(sealer, record)? {
                let version = looked.checked.version;
                if there
                    .get(&(record, version.device))
                    .is_none_or(|there| *there < version.counter)
                {
                    gone.push(Change::Remove(record_key(record)));
                }
            }
        }
        let _or_next_time = self.vault.commit(&gone);
        Ok(())
    }

    fn mix(&self, sealer: &dyn Sealer, report: &Report) -> Result<(), Violation> {
        for record in &report.changed {
            let ids = self.vault.ids(StoreKind::Record).map_err(|error| self.broken(error))?;
            let newest = ids
                .iter()
                .filter_map(|id| history_of(id))
                .filter(|past| past.record == *record)
                .max();
            let (Some(head), Some(past)) = (self.head(sealer, *record)?, newest) else {
                continue;
            };
            let sealed = self.vault.get(&history_key(&past)).ok().flatten().unwrap_or_default();
            let past = sealer.look(*record, &sealed).map_err(|error| self.broken(error))?;
            let (Some([username, _, further, pending]), Some([_, password, ..])) = (head.fields, past.fields) else {
                continue;
            };
            let version = head.checked.version;
            if version.device == sealer.device() {
                continue;
            }
            let sealed = sealer.seal(&ToSeal {
                record: *record,
                counter: version.counter + 1,
                parent: head.checked.commitment,
                changed: head.checked.changed.0 + 1,
                fields: Some([username, password, further, pending]),
            });
            let sealed = sealed.map_err(|error| self.broken(error))?;
            let put = self.vault.commit(&[Change::Put(record_key(*record), sealed)]);
            put.map_err(|error| self.broken(error))?;
        }
        Ok(())
    }

    /// The logons here that are not deleted.
    pub(crate) fn logons(&self, sealer: &dyn Sealer) -> Vec<RecordId> {
        let mut logons = Vec::new();
        self.vault.each(StoreKind::Record, |key, sealed| {
            if let Ok(record) = <[u8; 16]>::try_from(key.id.as_slice()).map(RecordId)
                && sealer.look(record, sealed).is_ok_and(|looked| looked.fields.is_some())
            {
                logons.push(record);
            }
        });
        logons
    }

    /// The records here, deleted ones too.
    pub(crate) fn records(&self) -> Result<Vec<RecordId>, Violation> {
        let ids = self.vault.ids(StoreKind::Record).map_err(|error| self.broken(error))?;
        let records = ids.iter().filter_map(|id| <[u8; 16]>::try_from(id.as_slice()).ok());
        Ok(records.map(RecordId).collect())
    }
}

/// A sealer that tells the ledger of what it seals anew.
struct Again<'a> {
    sealer: &'a dyn Sealer,
    agent: &'a Agent,
    ledger: Mutex<&'a mut Ledger>,
}

impl countersign_sync::RecordCheck for Again<'_> {
    fn check(
        &self,
        version: &RecordVersion,
        sealed: &[u8],
    ) -> Result<countersign_sync::Checked, countersign_sync::Refused> {
        self.sealer.check(version, sealed)
    }

    fn identify(
        &self,
        record: RecordId,
        sealed: &[u8],
    ) -> Result<countersign_sync::Checked, countersign_sync::Refused> {
        self.sealer.identify(record, sealed)
    }
}

impl countersign_sync::Resealer for Again<'_> {
    fn seal_again(
        &self,
        was: &RecordVersion,
        sealed: &[u8],
        counter: u64,
    ) -> Result<Vec<u8>, countersign_sync::Refused> {
        let looked = self.sealer.look(was.record, sealed)?;
        let ledger = &mut *crate::server::lock(&self.ledger);
        let unit = self.agent.identify(ledger, &looked);
        let unit = unit.map_err(|error| countersign_sync::Refused(error.to_string()))?;
        let version = RecordVersion {
            record: was.record,
            device: self.sealer.device(),
            counter,
        };
        ledger.again(version, unit);
        self.sealer.seal_again(was, sealed, counter)
    }
}

fn edited(fields: Fields, unit: u64, edit: Edit) -> Fields {
    let [(_, mut username), (_, mut password), (_, further), (_, mut pending)] = fields;
    match edit {
        Edit::Username(value) => username = value,
        Edit::Password(value) => (password, pending) = (value, value),
        Edit::Fill => return fields,
        Edit::Add | Edit::Delete => {}
    }
    [username, password, further, pending].map(|value| (unit, value))
}

fn random(chance: &mut Chance) -> [u8; 3] {
    let [a, b, c, ..] = chance.number().to_le_bytes();
    [a, b, c]
}

pub(crate) fn name(record: RecordId) -> String {
    let step = record.0.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    format!("logon {step}")
}

fn count(tally: &mut Tally, report: &Report) {
    tally.count(match &report.reached {
        Ok(()) => "exchanges to the end",
        Err(_) => "exchanges broken off",
    });
    tally.add("versions fetched", u64::from(report.pulled));
    tally.add("versions written", u64::from(report.pushed));
    for fault in &report.faults {
        tally.count(match fault {
            Fault::WentBack(_) => "versions said to have gone back",
            Fault::Refused { .. } => "versions refused",
            Fault::Repository(_) => "versions in conflict",
            Fault::Unreadable { .. } | Fault::TooMany(_) => "other faults",
        });
    }
}
