//! Going on under another id, and with what was written under this one elsewhere.

use super::{Agent, Ended, Outing, random};
use crate::ledger::Ledger;
use crate::seal::{Checking, Sealer};
use crate::violation::Violation;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{RecordId, RecordVersion};
use countersign_sync::{
    Checked, Overtaken, RecordCheck, Refused, Report, Resealer, TakeOver, bring_forward, take_over,
};
use std::sync::Mutex;

impl Agent {
    /// Goes on under another id. How it ended, if that was not to the end.
    pub(super) fn take_another_id(
        &mut self,
        outing: &mut Outing<'_>,
        report: &Report,
    ) -> Result<Option<Ended>, Violation> {
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
        // The numbers of one id say nothing about those of another.
        self.used = None;
        let named = taken.and_then(|_| self.device.commit(&[self.named(index)]));
        Ok(self.ended(named))
    }

    /// Makes overtaken versions count. How it ended, if that was not to the end.
    pub(super) fn bring_forward(
        &mut self,
        outing: &mut Outing<'_>,
        overtaken: &[Overtaken],
    ) -> Result<Option<Ended>, Violation> {
        let sealer = self.sealer(outing.sealers)?;
        let check = Checking {
            sealer,
            mutant: self.mutant,
        };
        for one in overtaken {
            outing.tally.count("overtaken versions made to count");
            let next = RecordVersion {
                record: one.version.record,
                device: sealer.device(),
                counter: self.next_counter(&check, &mut outing.chance)?,
            };
            let resealing = Again {
                sealer,
                agent: self,
                ledger: Mutex::new(&mut *outing.ledger),
            };
            let changes = bring_forward(&self.vault, &resealing, one, &next);
            let done = changes.and_then(|changes| match changes {
                Ok(changes) => self.vault.commit(&changes),
                Err(why) => Err(StoreError::Damaged(why.to_string())),
            });
            if let Some(ended) = self.ended(done) {
                return Ok(Some(ended));
            }
        }
        Ok(None)
    }

    fn ended(&self, done: Result<(), StoreError>) -> Option<Ended> {
        match done {
            Ok(()) => None,
            Err(_) if self.fuse.is_burnt() => Some(Ended::Died),
            Err(_) => Some(Ended::Unsaved),
        }
    }
}

/// A sealer that tells the ledger of what it seals anew.
struct Again<'a> {
    sealer: &'a dyn Sealer,
    agent: &'a Agent,
    ledger: Mutex<&'a mut Ledger>,
}

impl RecordCheck for Again<'_> {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        self.sealer.check(version, sealed)
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        self.sealer.identify(record, sealed)
    }
}

impl Resealer for Again<'_> {
    fn seal_again(&self, was: &RecordVersion, sealed: &[u8], counter: u64) -> Result<Vec<u8>, Refused> {
        let looked = self.sealer.look(was.record, sealed)?;
        let ledger = &mut *crate::server::lock(&self.ledger);
        let unit = self.agent.identify(ledger, &looked);
        let unit = unit.map_err(|error| Refused(error.to_string()))?;
        let version = RecordVersion {
            record: was.record,
            device: self.sealer.device(),
            counter,
        };
        ledger.again(version, unit);
        self.sealer.seal_again(was, sealed, counter)
    }
}
