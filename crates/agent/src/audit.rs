//! The audit log: what the agent did with secrets, in a chain that shows when it was changed. It never holds a secret.
//!
//! Entries are appended to a file in the state folder and synced; where it ends is kept in the device store, so that a log that was
//! cut short is noticed. The chain's key comes from the device secret: refusals are logged while the vault is locked.

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_vault::{AuditEntry, AuditFault, AuditHead, AuditReport, append_audit, verify_audit};
use countersign_wire::{AuditLine, AuditTold};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The length of an entry's link, behind its body.
const LINK: usize = 32;
/// What begins the name of a log that did not hold.
const BROKEN: &str = "audit.broken-";
/// The most entries told at once: they have to fit into one message.
const MOST_TOLD: u32 = 500;

/// Why an entry was not written or the log not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    #[error("the audit log {path} cannot be used: {why}", path = path.display())]
    File { path: PathBuf, why: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// This device's audit log.
pub(crate) struct Audit {
    path: PathBuf,
    key: Key,
    head: AuditHead,
}

/// The log as it was found at the start.
pub(crate) struct Found {
    pub(crate) audit: Audit,
    /// What is to be entered first: that it was not as it was left.
    pub(crate) alarm: Option<String>,
}

impl Audit {
    /// Opens the log, or begins one. A log that does not hold is kept beside it under another name.
    pub(crate) fn open(path: PathBuf, key: Key, store: &dyn RecordStore, now: u64) -> Result<Found, AuditError> {
        let log = read(&path)?;
        let kept = kept(store)?;
        let report = verify_audit(&key, &log, kept);
        let count = kept.map_or(0, |head| head.count);
        // A crash between the file and the store leaves entries behind the head that was kept; they are as authentic as those before.
        let ahead = || {
            let before = log.get(..length_of(&log, count)).unwrap_or_default();
            verify_audit(&key, before, kept).fault.is_none()
        };
        let (head, alarm) = match report.fault {
            None if kept.is_some() || log.is_empty() => (report.head, None),
            None => (
                report.head,
                Some("where the log ended was not known any more".to_owned()),
            ),
            Some(AuditFault::OtherHead) if report.head.count > count && ahead() => (report.head, None),
            Some(AuditFault::Torn) if report.head.count >= count && ahead() => {
                cut(&path, length_of(&log, report.head.count))?;
                (
                    report.head,
                    Some("the last entry had not been written to its end".to_owned()),
                )
            }
            Some(fault) => {
                let name = format!("{BROKEN}{now}");
                let aside = path.with_file_name(&name);
                match std::fs::rename(&path, &aside) {
                    Err(why) if why.kind() != ErrorKind::NotFound => return Err(AuditError::File { path, why }),
                    _ => {}
                }
                (AuditHead::EMPTY, Some(format!("{fault}; the log of before is {name}")))
            }
        };
        let audit = Self { path, key, head };
        Ok(Found { audit, alarm })
    }

    /// Appends an entry; it is on the disk when this returns.
    pub(crate) fn enter(&mut self, store: &dyn RecordStore, entry: &AuditEntry) -> Result<(), AuditError> {
        let (bytes, head) = append_audit(&self.key, self.head, entry);
        let failed = |why| AuditError::File {
            path: self.path.clone(),
            why,
        };
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        let before = file.metadata().map_err(failed)?.len();
        if let Err(why) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
            // Half an entry would break the chain for those that follow.
            let _as_it_was = file.set_len(before);
            return Err(failed(why));
        }
        self.head = head;
        store.commit(&[Change::Put(head_key(), head.to_bytes().to_vec())])?;
        Ok(())
    }

    /// Reads the log again from its start and tells the latest entries, oldest first, and what is wrong.
    pub(crate) fn told(&self, limit: Option<u32>) -> Result<AuditTold, AuditError> {
        let report = verify_audit(&self.key, &read(&self.path)?, Some(self.head));
        let mut faults: Vec<String> = report.fault.iter().map(ToString::to_string).collect();
        faults.extend(broken_beside(&self.path).into_iter().map(|name| {
            format!("{name} is an earlier log that did not hold; look into it, then move it out of the state folder")
        }));
        Ok(told(report, limit, faults))
    }
}

fn told(report: AuditReport, limit: Option<u32>, faults: Vec<String>) -> AuditTold {
    let most = usize::try_from(limit.unwrap_or(MOST_TOLD).min(MOST_TOLD)).unwrap_or(usize::MAX);
    let count = report.head.count;
    let skipped = report.entries.len().saturating_sub(most);
    let line = |entry: AuditEntry| AuditLine {
        at: entry.at,
        device: entry.device,
        event: entry
            .event
            .map_or("unknown", countersign_vault::AuditEvent::name)
            .to_owned(),
        subject: entry.subject,
        detail: entry.detail,
    };
    AuditTold {
        entries: report.entries.into_iter().skip(skipped).map(line).collect(),
        count,
        faults,
    }
}

/// Names of logs that did not hold.
fn broken_beside(path: &Path) -> Vec<String> {
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let names = entries.into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.starts_with(BROKEN));
    names.sort();
    names
}

fn head_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"audit-head".to_vec(),
    }
}

fn kept(store: &dyn RecordStore) -> Result<Option<AuditHead>, AuditError> {
    let bytes = store.get(&head_key())?;
    let bytes = bytes.and_then(|bytes| <[u8; 40]>::try_from(bytes.as_slice()).ok());
    Ok(bytes.map(|bytes| AuditHead::from_bytes(&bytes)))
}

fn read(path: &Path) -> Result<Vec<u8>, AuditError> {
    match std::fs::read(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|why| AuditError::File {
            path: path.to_owned(),
            why,
        }),
    }
}

fn cut(path: &Path, length: usize) -> Result<(), AuditError> {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let file = OpenOptions::new().write(true).open(path);
    let cut = file.and_then(|file| file.set_len(length).and_then(|()| file.sync_all()));
    cut.map_err(|why| AuditError::File {
        path: path.to_owned(),
        why,
    })
}

/// How many bytes the first `count` entries take.
fn length_of(log: &[u8], count: u64) -> usize {
    let mut at = 0;
    for _ in 0..count {
        let Some(length) = log.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
            break;
        };
        let body = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        at = at.saturating_add(4).saturating_add(body).saturating_add(LINK);
    }
    at.min(log.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::{DeviceId, Timestamp};
    use countersign_vault::AuditEvent;
    use std::collections::HashMap;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Shelf(Mutex<HashMap<StoreKey, Vec<u8>>>);

    impl RecordStore for Shelf {
        fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(self.0.lock().unwrap().get(key).cloned())
        }

        fn ids(&self, _: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
            Ok(Vec::new())
        }

        fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
            for change in batch {
                if let Change::Put(key, value) = change {
                    self.0.lock().unwrap().insert(key.clone(), value.clone());
                }
            }
            Ok(())
        }
    }

    fn entry(number: u64) -> AuditEntry {
        AuditEntry {
            at: Timestamp(number),
            device: DeviceId([3; 16]),
            event: Some(AuditEvent::Release),
            subject: format!("subject {number}"),
            detail: String::new(),
        }
    }

    fn key() -> Key {
        Key::from_fill(|out| out.fill(5))
    }

    /// A log of five entries, and the head after the third.
    fn five(path: &Path, store: &Shelf) -> Vec<u8> {
        let mut audit = Audit::open(path.to_owned(), key(), store, 0).unwrap().audit;
        let mut third = Vec::new();
        for number in 0..5 {
            audit.enter(store, &entry(number)).unwrap();
            if number == 2 {
                third = store.get(&head_key()).unwrap().unwrap();
            }
        }
        third
    }

    fn opened(path: &Path, store: &Shelf) -> (u64, Option<String>, Vec<String>) {
        let found = Audit::open(path.to_owned(), key(), store, 7).unwrap();
        let told = found.audit.told(None).unwrap();
        (told.count, found.alarm, told.faults)
    }

    #[test]
    fn a_log_is_continued_also_after_a_crash_in_between() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let store = Shelf::default();
        let third = five(&path, &store);
        assert_eq!(opened(&path, &store), (5, None, vec![]));
        // The store's head is older than the file.
        store.commit(&[Change::Put(head_key(), third)]).unwrap();
        assert_eq!(opened(&path, &store), (5, None, vec![]));
        // The last entry is torn: it goes, and that is said.
        let log = std::fs::read(&path).unwrap();
        std::fs::write(&path, log.get(..log.len() - 9).unwrap()).unwrap();
        let (count, alarm, faults) = opened(&path, &store);
        assert!((count, faults) == (4, vec![]) && alarm.unwrap().contains("written to its end"));
        let mut audit = Audit::open(path.clone(), key(), &store, 0).unwrap().audit;
        audit.enter(&store, &entry(9)).unwrap();
        assert_eq!(opened(&path, &store), (5, None, vec![]));
        let told = audit.told(Some(2)).unwrap();
        assert_eq!(told.entries.iter().map(|line| line.at.0).collect::<Vec<_>>(), [3, 9]);
    }

    #[test]
    fn a_log_that_was_changed_or_cut_is_kept_and_said() {
        for change in [
            (|log| log[30] ^= 1) as fn(&mut Vec<u8>),
            |log| log.truncate(length_of(log, 4)),
            Vec::clear,
            |log| {
                log.drain(..length_of(log, 1));
            },
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("audit.log");
            let store = Shelf::default();
            five(&path, &store);
            let audit = Audit::open(path.clone(), key(), &store, 0).unwrap().audit;
            let mut log = std::fs::read(&path).unwrap();
            change(&mut log);
            std::fs::write(&path, &log).unwrap();
            // While the agent runs, and at its next start.
            assert_eq!(audit.told(None).unwrap().faults.len(), 1);
            let (count, alarm, faults) = opened(&path, &store);
            assert!(count == 0 && alarm.unwrap().contains("audit.broken-7"));
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!(std::fs::read(folder.path().join("audit.broken-7")).unwrap(), log);
        }
    }
}
