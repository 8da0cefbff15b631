//! Whether this device is still the one its id was given to. A copy, or one that was set back, takes another id before it writes.

use super::heads::random_step;
use super::{Keeper, KeeperError, slots_key};
use countersign_model::port::RecordStore;
use countersign_model::{Change, DeviceId, StoreKey, StoreKind};
use countersign_sync::{SetBack, TakeOver, take_over};
use countersign_vault::{DeviceDecision, DeviceEvidence, MachineMark, NewIdReason, decide_device};
use countersign_wire::StoreName;
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
        match (decide_device(&evidence), set_back) {
            (DeviceDecision::Keep, None) => Ok(None),
            // Of two copies that both went on, the other's numbers may be the lower ones.
            (DeviceDecision::Keep, Some(_)) => self.take_new_id(NewIdReason::WentBack, &evidence).map(Some),
            (DeviceDecision::NewId(reason), _) => self.take_new_id(reason, &evidence).map(Some),
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
        // First what it wrote under the former id, which it shares.
        if reason == NewIdReason::WentBack {
            let over = TakeOver {
                before,
                now,
                sent: evidence.remembered,
            };
            // Without random numbers, nothing is sealed either.
            let random = || random_step().unwrap_or_default();
            for fault in take_over(open.store.store(), &another, over, random)? {
                tracing::warn!("{fault}");
            }
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
