//! What a device wrote under the id it had before becomes its own under another one.

use crate::check::{RecordCheck, Resealer};
use crate::layout::{history_key, history_of, record_key};
use crate::order::next_counter;
use crate::replace::highest_counter;
use crate::report::Fault;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, DeviceId, RecordId, RecordVersion, StoreKind};
use std::collections::BTreeMap;

/// A device that goes on under another id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeOver {
    /// The id it had.
    pub before: DeviceId,
    /// The id it has now.
    pub now: DeviceId,
    /// The highest number it may have written to the repository under the id it had.
    pub sent: u64,
}

/// Seals anew what counts here and was written under the former id: whoever else has that id may replace it in the repository. What was
/// never sent is sealed anew wherever it is, and nothing of it stays under the former id. Records that cannot be read stay as they are and
/// are named.
///
/// # Errors
/// Those of the store. What is done is done; doing it again, under whatever id, completes it.
pub fn take_over<V: RecordCheck + Resealer>(
    vault: &dyn RecordStore,
    another: &V,
    over: TakeOver,
    mut random: impl FnMut() -> [u8; 3],
) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    let mut past: BTreeMap<RecordId, Vec<RecordVersion>> = BTreeMap::new();
    let mut records = Vec::new();
    for id in vault.ids(StoreKind::Record)? {
        match history_of(&id) {
            Some(version) if version.device == over.before && version.counter > over.sent => {
                past.entry(version.record).or_default().push(version);
            }
            Some(_) => {}
            None => records.extend(<[u8; 16]>::try_from(id.as_slice()).map(RecordId)),
        }
    }
    let mut highest = highest_counter(vault, another, over.now)?;
    for record in records {
        let unsent = past.remove(&record).unwrap_or_default();
        let current = vault.get(&record_key(record))?.unwrap_or_default();
        let head = match another.identify(record, &current) {
            Ok(checked) => Some(checked.version).filter(|version| version.device == over.before),
            Err(why) => {
                faults.push(unreadable(record, &why));
                continue;
            }
        };
        let mut changes = Vec::new();
        let mut again = |was: &RecordVersion, sealed: &[u8]| {
            highest = next_counter(highest, random());
            let next = RecordVersion {
                record,
                device: over.now,
                counter: highest,
            };
            let sealed = another.seal_again(was, sealed, highest);
            sealed
                .map(|sealed| (next, sealed))
                .map_err(|why| unreadable(record, &why))
        };
        for old in unsent {
            let key = history_key(&old);
            match again(&old, &vault.get(&key)?.unwrap_or_default()) {
                Ok((next, sealed)) => changes.extend([Change::Put(history_key(&next), sealed), Change::Remove(key)]),
                Err(fault) => faults.push(fault),
            }
        }
        if let Some(was) = head {
            match again(&was, &current) {
                Ok((_, sealed)) => {
                    changes.push(Change::Put(record_key(record), sealed));
                    if was.counter <= over.sent {
                        changes.push(Change::Put(history_key(&was), current));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if !changes.is_empty() {
            vault.commit(&changes)?;
        }
    }
    Ok(faults)
}

fn unreadable(record: RecordId, why: &impl std::fmt::Display) -> Fault {
    Fault::Unreadable {
        record,
        why: why.to_string(),
    }
}
