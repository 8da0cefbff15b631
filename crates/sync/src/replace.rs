use crate::check::RecordCheck;
use crate::layout::{history_key, history_of, record_key};
use crate::merge::surplus;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, DeviceId, RecordVersion, StoreKind};

/// The changes that make a version this device wrote the one that counts, and keep the one before it as history. The version's counter
/// must be above [`highest_counter`], and its time not before that of the version it follows.
///
/// # Errors
/// Those of the store. A version before that cannot be read is left behind: the new one replaces it.
pub fn replace(
    vault: &dyn RecordStore,
    check: &dyn RecordCheck,
    version: &RecordVersion,
    sealed: Vec<u8>,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(2);
    match vault.get(&record_key(version.record)) {
        Ok(Some(before)) => {
            if let Ok(checked) = check.identify(version.record, &before) {
                changes.push(Change::Put(history_key(&checked.version), before));
            }
        }
        Ok(None) | Err(StoreError::Damaged(_)) => {}
        Err(other) => return Err(other),
    }
    changes.push(Change::Put(record_key(version.record), sealed));
    let ids = vault.ids(StoreKind::Record)?;
    let past: Vec<_> = ids
        .iter()
        .filter_map(|id| history_of(id))
        .filter(|past| past.record == version.record)
        .collect();
    changes.extend(
        surplus(&past, *version)
            .iter()
            .map(|old| Change::Remove(history_key(old))),
    );
    Ok(changes)
}

/// The highest number a device is known to have used, here or in the history: its next version must have a higher one.
///
/// # Errors
/// Those of the store.
pub fn highest_counter(vault: &dyn RecordStore, check: &dyn RecordCheck, device: DeviceId) -> Result<u64, StoreError> {
    let mut highest = 0;
    for id in vault.ids(StoreKind::Record)? {
        let version = match <[u8; 16]>::try_from(id.as_slice()).map(countersign_model::RecordId) {
            Err(_) => history_of(&id),
            Ok(record) => match vault.get(&record_key(record)) {
                Ok(sealed) => sealed.and_then(|sealed| Some(check.identify(record, &sealed).ok()?.version)),
                Err(StoreError::Damaged(_)) => None,
                Err(other) => return Err(other),
            },
        };
        if let Some(version) = version.filter(|version| version.device == device) {
            highest = version.counter.max(highest);
        }
    }
    Ok(highest)
}
