//! What was really written, and whether it is all still there.

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{RecordId, RecordVersion};

/// One write of a whole logon, or (without a pair) its deletion.
#[derive(Debug, Clone)]
pub struct Write {
    pub version: RecordVersion,
    /// The write it follows.
    pub follows: Option<u64>,
    pub is_deletion: bool,
    /// Whether the device's store said that it is kept.
    pub is_acknowledged: bool,
}

/// Every write, by number from 1.
#[derive(Debug, Default)]
pub struct Ledger(BTreeMap<u64, Write>);

/// What a device has at the end: the versions that count, and every one that is kept, with the username and password of each; none for a
/// deletion.
#[derive(Debug, Default)]
pub struct Shelf {
    pub counts: BTreeMap<RecordId, RecordVersion>,
    pub kept: BTreeMap<RecordVersion, Option<[String; 2]>>,
}

impl Ledger {
    pub fn enter(&mut self, write: Write) -> u64 {
        let unit = self.next();
        self.0.insert(unit, write);
        unit
    }

    /// The number of the next write.
    pub fn next(&self) -> u64 {
        self.0.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    pub fn acknowledge(&mut self, unit: u64) {
        if let Some(write) = self.0.get_mut(&unit) {
            write.is_acknowledged = true;
        }
    }

    pub fn of(&self, version: &RecordVersion) -> Option<u64> {
        self.0
            .iter()
            .find(|(_, write)| write.version == *version)
            .map(|(unit, _)| *unit)
    }

    pub fn acknowledged(&self) -> usize {
        self.0.values().filter(|write| write.is_acknowledged).count()
    }

    /// What is wrong with what the devices have, in sentences.
    ///
    /// Of a device only the newest version of a logon travels: what lost to another device's and was then followed is in its own history only
    /// (`docs/simulation.md`). So it is enough that some device has a write, or one that follows it.
    pub fn judge(&self, shelves: &[Shelf]) -> Vec<String> {
        let (mut wrong, mut covered) = (Vec::new(), BTreeSet::new());
        for (number, shelf) in shelves.iter().enumerate() {
            for (version, pair) in &shelf.kept {
                match self.of(version) {
                    Some(unit) if self.is_pair(unit, pair.as_ref()) => covered.extend(self.past(unit)),
                    Some(unit) => wrong.push(format!("device {number} has {pair:?} as write {unit}")),
                    None => wrong.push(format!("device {number} has {version:?}, which nobody wrote")),
                }
            }
        }
        let lost = self
            .0
            .iter()
            .filter(|(unit, write)| write.is_acknowledged && !covered.contains(*unit));
        wrong.extend(lost.map(|(unit, _)| format!("write {unit} was acknowledged and no device has it")));
        if let [first, others @ ..] = shelves {
            let apart = others.iter().zip(1..).filter(|(other, _)| other.counts != first.counts);
            wrong.extend(apart.map(|(_, number)| format!("devices 0 and {number} do not agree on what counts")));
        }
        wrong
    }

    /// Whether username and password are of this one write.
    fn is_pair(&self, unit: u64, pair: Option<&[String; 2]>) -> bool {
        let deletes = self.0.get(&unit).is_some_and(|write| write.is_deletion);
        match pair {
            None => deletes,
            Some(texts) => !deletes && *texts == pair_of(unit),
        }
    }

    fn past(&self, unit: u64) -> Vec<u64> {
        std::iter::successors(Some(unit), |unit| self.0.get(unit)?.follows).collect()
    }
}

/// The username and password of a write.
pub fn pair_of(unit: u64) -> [String; 2] {
    [format!("user of {unit}"), format!("password of {unit}")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::DeviceId;

    fn version(counter: u64) -> RecordVersion {
        RecordVersion {
            record: RecordId([1; 16]),
            device: DeviceId([2; 16]),
            counter,
        }
    }

    fn shelf(units: &[u64]) -> Shelf {
        let mut shelf = Shelf::default();
        for unit in units {
            shelf.kept.insert(version(*unit), Some(pair_of(*unit)));
            shelf.counts.insert(RecordId([1; 16]), version(*unit));
        }
        shelf
    }

    #[test]
    fn what_is_lost_mixed_or_apart_is_wrong() {
        let mut ledger = Ledger::default();
        for follows in [None, Some(1), None] {
            let unit = ledger.enter(Write {
                version: version(ledger.next()),
                follows,
                is_deletion: false,
                is_acknowledged: false,
            });
            ledger.acknowledge(unit);
        }
        assert!(ledger.judge(&[shelf(&[2, 3]), shelf(&[2, 3])]).is_empty());
        assert!(ledger.judge(&[shelf(&[2])]).len() == 1, "3 is lost");
        assert_eq!(ledger.judge(&[shelf(&[1, 3])]).len(), 1, "2 is lost");
        assert_eq!(ledger.judge(&[shelf(&[2, 3]), shelf(&[3, 2, 1])]).len(), 1, "apart");
        let mut mixed = shelf(&[2, 3]);
        mixed
            .kept
            .insert(version(2), Some(["user of 1".to_owned(), "password of 2".to_owned()]));
        assert!(!ledger.judge(&[mixed]).is_empty());
    }
}
