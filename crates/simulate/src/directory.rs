//! Several replicas of a directory, as multi-provider slapd keeps them: each takes writes, an entry's last writer by time wins, and what
//! was written travels entry by entry, late and in any order.

use crate::chance::Chance;
use countersign_model::{DeviceId, RecordId, RecordVersion};
use std::collections::{BTreeMap, BTreeSet};

/// The entry of a record and a device, or (`None`) the vault header.
pub(crate) type Name = Option<(RecordId, DeviceId)>;

/// When an entry was written and where: what decides between two writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    time: u64,
    count: u64,
    replica: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    stamp: Stamp,
    /// The version attribute: a record's counter or the header's number.
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
}

/// What one replica holds.
pub(crate) type Entries = BTreeMap<Name, Entry>;

#[derive(Debug, Default)]
struct Replica {
    entries: Entries,
    /// How far its clock is ahead, ms.
    skew: u64,
    /// A backup of it.
    backup: Option<Entries>,
}

#[derive(Debug)]
struct Update {
    from: usize,
    to: usize,
    name: Name,
    entry: Entry,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    Done,
    Conflict,
}

/// The replicas and what is on its way between them.
#[derive(Debug)]
pub(crate) struct Directory {
    replicas: Vec<Replica>,
    travelling: Vec<Update>,
    /// Pairs of replicas that do not reach each other.
    cut: BTreeSet<(usize, usize)>,
    pub(crate) now: u64,
    count: u64,
}

impl Directory {
    pub(crate) fn new(skews: &[u64]) -> Self {
        let replica = |skew: &u64| Replica {
            skew: *skew,
            ..Replica::default()
        };
        Self {
            replicas: skews.iter().map(replica).collect(),
            travelling: Vec::new(),
            cut: BTreeSet::new(),
            now: 0,
            count: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.replicas.len()
    }

    pub(crate) fn list(&self, replica: usize) -> Vec<RecordVersion> {
        let entries = self.replicas.get(replica).map(|replica| &replica.entries);
        let versions = entries.into_iter().flatten().filter_map(|(name, entry)| {
            let (record, device) = (*name)?;
            Some(RecordVersion {
                record,
                device,
                counter: entry.number,
            })
        });
        versions.collect()
    }

    pub(crate) fn read(&self, replica: usize, name: Name) -> Option<&Entry> {
        self.replicas.get(replica)?.entries.get(&name)
    }

    /// Whether something newer is on its way to a replica.
    pub(crate) fn is_stale(&self, replica: usize) -> bool {
        self.travelling.iter().any(|update| {
            let ours = self.read(replica, update.name);
            update.to == replica && ours.is_none_or(|ours| ours.number < update.entry.number)
        })
    }

    /// Makes or replaces an entry, if what is there is older (a record), or exactly what is to be replaced (the header).
    pub(crate) fn write(
        &mut self,
        replica: usize,
        name: Name,
        number: u64,
        bytes: &[u8],
        replaces: Option<Option<u64>>,
    ) -> Wrote {
        let there = self.read(replica, name);
        let found = there.map(|entry| entry.number);
        if there.is_some_and(|entry| entry.number == number && entry.bytes == bytes) {
            return Wrote::Done;
        }
        let allowed = match replaces {
            Some(replaces) => found == replaces,
            None => found.is_none_or(|found| found < number),
        };
        if !allowed {
            return Wrote::Conflict;
        }
        self.count += 1;
        let skew = self.replicas.get(replica).map_or(0, |replica| replica.skew);
        let entry = Entry {
            stamp: Stamp {
                time: self.now + skew,
                count: self.count,
                replica,
            },
            number,
            bytes: bytes.to_vec(),
        };
        for to in (0..self.replicas.len()).filter(|to| *to != replica) {
            self.travelling.push(Update {
                from: replica,
                to,
                name,
                entry: entry.clone(),
            });
        }
        if let Some(replica) = self.replicas.get_mut(replica) {
            replica.entries.insert(name, entry);
        }
        Wrote::Done
    }

    /// Delivers up to so many updates, in any order; those between replicas that do not reach each other wait.
    pub(crate) fn deliver(&mut self, chance: &mut Chance, many: usize) {
        for _ in 0..many.min(self.travelling.len()) {
            let at = chance.index(self.travelling.len());
            let open = self
                .travelling
                .get(at)
                .is_some_and(|update| !self.is_cut(update.from, update.to));
            if open {
                let update = self.travelling.swap_remove(at);
                self.arrive(update);
            }
        }
    }

    fn is_cut(&self, one: usize, other: usize) -> bool {
        self.cut.contains(&(one.min(other), one.max(other)))
    }

    fn arrive(&mut self, update: Update) {
        let Some(replica) = self.replicas.get_mut(update.to) else {
            return;
        };
        let there = replica.entries.get(&update.name);
        if there.is_none_or(|there| there.stamp < update.entry.stamp) {
            replica.entries.insert(update.name, update.entry);
        }
    }

    /// Two replicas lose each other, or find each other again. True when they are apart now.
    pub(crate) fn toggle(&mut self, one: usize, other: usize) -> bool {
        let pair = (one.min(other), one.max(other));
        match self.cut.remove(&pair) {
            true => false,
            false => self.cut.insert(pair),
        }
    }

    /// Everything reaches everything, and nothing is on its way any more.
    pub(crate) fn heal(&mut self) {
        self.cut.clear();
        self.settle();
    }

    /// Delivers everything.
    pub(crate) fn settle(&mut self) {
        for update in std::mem::take(&mut self.travelling) {
            self.arrive(update);
        }
    }

    /// Takes a backup of a replica.
    pub(crate) fn back_up(&mut self, replica: usize) {
        if let Some(replica) = self.replicas.get_mut(replica) {
            replica.backup = Some(replica.entries.clone());
        }
    }

    /// Puts a replica back to its backup. What the others have comes to it again only if it is asked to `refresh`.
    pub(crate) fn restore(&mut self, at: usize, refresh: Refresh) -> bool {
        let Some(backup) = self.replicas.get(at).and_then(|replica| replica.backup.clone()) else {
            return false;
        };
        self.travelling.retain(|update| update.to != at);
        if let Some(replica) = self.replicas.get_mut(at) {
            replica.entries = backup;
        }
        if refresh == Refresh::Yes {
            let others = self.replicas.iter().enumerate().filter(|(from, _)| *from != at);
            let updates = others.flat_map(|(from, other)| {
                let update = move |(name, entry): (&Name, &Entry)| Update {
                    from,
                    to: at,
                    name: *name,
                    entry: entry.clone(),
                };
                other.entries.iter().map(update)
            });
            let updates: Vec<_> = updates.collect();
            self.travelling.extend(updates);
        }
        true
    }

    /// Puts the whole directory back to the backup of one replica.
    pub(crate) fn restore_all(&mut self, at: usize) -> bool {
        let Some(backup) = self.replicas.get(at).and_then(|replica| replica.backup.clone()) else {
            return false;
        };
        self.travelling.clear();
        for replica in &mut self.replicas {
            replica.entries = backup.clone();
        }
        true
    }

    /// The versions of records that every replica has and that nothing on its way replaces. What only some have is not safe: a device that
    /// meets another replica may put an older version back there, and as the later write it wins.
    pub(crate) fn versions(&self) -> Vec<RecordVersion> {
        let there = self.replicas.iter().flat_map(|replica| &replica.entries);
        let travelling = self.travelling.iter().map(|update| (&update.name, &update.entry));
        let mut last: BTreeMap<Name, &Entry> = BTreeMap::new();
        for (name, entry) in there.chain(travelling) {
            let known = last.entry(*name).or_insert(entry);
            if known.stamp < entry.stamp {
                *known = entry;
            }
        }
        let version = |(name, entry): (Name, &Entry)| {
            let everywhere = |replica: &Replica| replica.entries.get(&name) == Some(entry);
            let (record, device) = name.filter(|_| self.replicas.iter().all(everywhere))?;
            Some(RecordVersion {
                record,
                device,
                counter: entry.number,
            })
        };
        last.into_iter().filter_map(version).collect()
    }
}

/// Whether a replica that was restored gets what the others have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    Yes,
    No,
}
