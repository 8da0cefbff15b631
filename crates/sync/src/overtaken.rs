//! A version that is about to be written over though it is the later one.
//!
//! Of a device the repository keeps the version with the highest number. Two copies of a device that do not know of each other write
//! under one id, and the later of two versions may then have the lower number. Whoever holds the higher one looks at the lower one
//! before he writes over it, keeps it, and seals it anew under his own id when it is the later one.

use crate::check::{Checked, RecordCheck, Refused, Resealer};
use crate::exchange::{ENOUGH, Ends, MANY};
use crate::layout::{history_key, record_key};
use crate::merge::Shelf;
use crate::plan::{Held, SyncStep, plan};
use crate::replace::replace;
use crate::report::{Fault, Report};
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
use countersign_model::{Change, RecordVersion};
use std::collections::BTreeSet;

/// A version in the repository that is later than what counts here, and has a lower number than another one of the same device.
#[derive(Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// Which one it is.
    pub version: RecordVersion,
    sealed: Vec<u8>,
}

impl std::fmt::Debug for Overtaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Overtaken").field(&self.version).finish()
    }
}

/// Looks at every version that what is to be pushed would replace and that was never here. The later ones are named in the report, the
/// earlier ones become history. Returned is what is not to be pushed: it would replace one of the later ones, or one that could not be
/// looked at.
pub(crate) fn look_below(
    ends: Ends<'_>,
    vault: &dyn RecordStore,
    check: &dyn RecordCheck,
    shelf: &Shelf,
    (held, there): (&Held, &Held),
    report: &mut Report,
) -> Result<BTreeSet<RecordVersion>, StoreError> {
    let mut withheld = BTreeSet::new();
    let (mut batch, mut size) = (Vec::new(), 0);
    for step in plan(held, there) {
        let SyncStep::Push(version) = step else { continue };
        let Some(below) = there.newest_of(&version).filter(|below| !shelf.has(below)) else {
            continue;
        };
        let sealed = match ends.repository.pull(ends.user, &below) {
            Ok(sealed) => sealed,
            // Replaced since it was listed.
            Err(RepositoryError::Missing(_)) => continue,
            Err(error @ RepositoryError::Unreachable { .. }) => {
                report.reached = Err(error);
                break;
            }
            Err(error) => {
                withheld.insert(version);
                report.faults.push(Fault::Repository(error));
                continue;
            }
        };
        match check.check_incoming(&below, &sealed) {
            Ok(found) if is_later(&found, shelf.current.get(&below.record)) => {
                withheld.insert(version);
                report.overtaken.push(Overtaken { version: below, sealed });
            }
            Ok(_) => {
                size += sealed.len();
                batch.push(Change::Put(history_key(&below), sealed));
            }
            // What is not genuine is written over.
            Err(why) => report.faults.push(Fault::Refused { version: below, why }),
        }
        if size > ENOUGH || batch.len() >= MANY {
            vault.commit(&batch)?;
            batch.clear();
            size = 0;
        }
    }
    if !batch.is_empty() {
        vault.commit(&batch)?;
    }
    Ok(withheld)
}

fn is_later(found: &Checked, counts: Option<&Checked>) -> bool {
    counts.is_none_or(|counts| found.changed > counts.changed)
}

/// The changes that make an overtaken version count, sealed anew as `next` of this device, whose number must be above all this device has
/// used. What it was becomes history, as does what counted. It is no more than that if what counts by now is later.
///
/// # Errors
/// Those of the store; inside, [`Refused`] when it cannot be sealed anew.
pub fn bring_forward<V: RecordCheck + Resealer>(
    vault: &dyn RecordStore,
    keys: &V,
    overtaken: &Overtaken,
    next: &RecordVersion,
) -> Result<Result<Vec<Change>, Refused>, StoreError> {
    let Overtaken { version, sealed } = overtaken;
    let counts = vault.get(&record_key(version.record))?;
    let counts = counts.and_then(|counts| keys.identify(version.record, &counts).ok());
    let again = keys.check(version, sealed).and_then(|found| {
        let is_later = is_later(&found, counts.as_ref());
        let again = is_later.then(|| keys.seal_again(version, sealed, next.counter));
        again.transpose()
    });
    let mut changes = vec![Change::Put(history_key(version), sealed.clone())];
    match again {
        Ok(Some(again)) => changes.extend(replace(vault, keys, next, again)?),
        Ok(None) => {}
        Err(why) => return Ok(Err(why)),
    }
    Ok(Ok(changes))
}
