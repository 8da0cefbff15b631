//! What agents do that are broken on purpose.

use super::Agent;
use crate::seal::{Sealer, ToSeal};
use crate::violation::Violation;
use countersign_model::port::RecordStore;
use countersign_model::{Change, RecordVersion, StoreKind};
use countersign_sync::{Report, history_key, history_of, record_key};
use std::collections::BTreeMap;

impl Agent {
    /// What the repository lacks is forgotten.
    pub(super) fn believe_absence(&self, sealer: &dyn Sealer, listed: &[RecordVersion]) -> Result<(), Violation> {
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

    /// Of two concurrent versions some fields of each.
    pub(super) fn mix(&self, sealer: &dyn Sealer, report: &Report) -> Result<(), Violation> {
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
}
