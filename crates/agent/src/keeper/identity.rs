//! Whether this device is still the one its id was given to. A copy, or one that was set back, takes another id before it writes.

use super::{Keeper, KeeperError, slots_key};
use countersign_model::port::RecordStore;
use countersign_model::{Change, DeviceId, RecordId, RecordVersion, StoreKey, StoreKind};
use countersign_sync::{SetBack, history_key, history_of, record_key};
use countersign_vault::{DeviceDecision, DeviceEvidence, MachineMark, NewIdReason, Unlocked, Written, decide_device};
use countersign_wire::StoreName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the machine is kept in mind that this device's id was given to.
fn machine_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"machine".to_vec(),
    }
}

/// A device that goes on under another id.
pub(crate) struct NewId {
    pub(crate) reason: NewIdReason,
    pub(crate) before: DeviceId,
    pub(crate) now: DeviceId,
}

impl Keeper {
    /// Decides whether this device may write under its id, and gives it another one if not. `set_back` is what an exchange found.
    pub(crate) fn settle_identity(&mut self, set_back: Option<SetBack>) -> Result<Option<NewId>, KeeperError> {
        let Some(open) = &self.open else { return Ok(None) };
        let own = open.unlocked.device_id();
        let header = open.unlocked.header_version().0;
        let Some(given_to) = self.given_to(own)? else {
            self.device.commit(&[self.given(own)])?;
            return Ok(None);
        };
        let evidence = DeviceEvidence {
            given_to,
            runs_on: self.machine,
            remembered: match set_back {
                Some(set_back) => set_back.sent,
                None => countersign_sync::sent(&*self.device, own)?,
            },
            found: set_back.map(|set_back| set_back.found),
            remembered_header: header,
            // The header does not say who wrote it.
            found_header: None,
        };
        match decide_device(&evidence) {
            DeviceDecision::Keep => Ok(None),
            DeviceDecision::NewId(reason) => self.take_new_id(reason, &evidence).map(Some),
        }
    }

    fn given_to(&self, own: DeviceId) -> Result<Option<MachineMark>, KeeperError> {
        let kept = self.device.get(&machine_key())?.unwrap_or_default();
        let kept = kept.split_first_chunk().filter(|(id, _)| DeviceId(**id) == own);
        Ok(kept.and_then(|(_, mark)| Some(MachineMark(mark.try_into().ok()?))))
    }

    fn given(&self, own: DeviceId) -> Change {
        Change::Put(machine_key(), [&own.0[..], &self.machine.0].concat())
    }

    fn take_new_id(&mut self, reason: NewIdReason, evidence: &DeviceEvidence) -> Result<NewId, KeeperError> {
        let open = self.open.as_mut().ok_or(KeeperError::Locked)?;
        let another = open.unlocked.another_device()?;
        let (before, now) = (open.unlocked.device_id(), another.device_id());
        let device_slots = another.device_slots(&self.device_secret)?;
        // First what it wrote and nobody has yet: its former self may have used the same numbers.
        if reason == NewIdReason::WentBack {
            open.rename_unsent(&another, before, evidence.remembered)?;
        }
        open.unlocked = Arc::new(another);
        let slots = Change::Put(slots_key(), device_slots.clone());
        let given = self.given(now);
        self.device.commit(&[slots, given])?;
        if let Some(enrolled) = &mut self.enrolled {
            enrolled.device_slots = device_slots;
        }
        self.exports.changed(StoreName::Device);
        self.reindex()?;
        Ok(NewId { reason, before, now })
    }
}

impl super::Open {
    /// What the device before wrote above `sent` becomes this device's own: sealed under its id, the former versions gone.
    fn rename_unsent(&mut self, another: &Unlocked, before: DeviceId, sent: u64) -> Result<(), KeeperError> {
        let unsent = |version: &RecordVersion| version.device == before && version.counter > sent;
        let mut past: BTreeMap<RecordId, Vec<RecordVersion>> = BTreeMap::new();
        let mut records = Vec::new();
        for id in self.store.store().ids(StoreKind::Record)? {
            match history_of(&id) {
                Some(version) if unsent(&version) => past.entry(version.record).or_default().push(version),
                Some(_) => {}
                None => records.extend(<[u8; 16]>::try_from(id.as_slice()).map(RecordId)),
            }
        }
        for record in records {
            let mut gone = past.remove(&record).unwrap_or_default();
            let head = self.heads.get(record).filter(unsent);
            gone.sort_by_key(|version| version.counter);
            // The newest of them: in the place where it is, or in the history when another device's version counts.
            let Some(newest) = head.or_else(|| gone.last().copied()) else {
                continue;
            };
            let place = match head {
                Some(_) => record_key(record),
                None => history_key(&newest),
            };
            let sealed = self.store.store().get(&place)?.unwrap_or_default();
            let next = RecordVersion {
                record,
                device: another.device_id(),
                counter: self.heads.next(another.device_id()),
            };
            let again = self.sealed_by(another, newest, &sealed, next)?;
            let mut changes: Vec<_> = gone.iter().map(|old| Change::Remove(history_key(old))).collect();
            changes.push(match head {
                Some(_) => Change::Put(record_key(record), again),
                None => Change::Put(history_key(&next), again),
            });
            self.store.commit(&changes)?;
            match head {
                Some(_) => self.heads.set(next),
                None => self.heads.note(next),
            }
        }
        Ok(())
    }

    fn sealed_by(
        &self,
        another: &Unlocked,
        was: RecordVersion,
        sealed: &[u8],
        next: RecordVersion,
    ) -> Result<Vec<u8>, KeeperError> {
        let expected = another.expect(was.record, Written::By(was.device, was.counter));
        let expected = expected.of_epoch(another.epoch_of(sealed));
        Ok(another.seal_again(&expected, sealed, next.counter)?)
    }
}
