//! The operator's own audit log: what he was shown and what he was refused, in a chain that shows when it was changed or cut short.

use crate::audit::{Audit, Found};
use crate::clock::SystemClock;
use crate::paths::private_folder;
use countersign_model::port::{Clock, RecordStore, StoreError};
use countersign_model::{Change, DeviceId, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_vault::{AuditEntry, AuditEvent, derive_audit_key};
use countersign_wire::{AuditTold, ErrorCode, ErrorReply};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The log and where it ended, in a folder of their own.
pub(super) struct OperatorLog {
    folder: PathBuf,
    secret: Key,
    head: HeadFile,
}

impl OperatorLog {
    pub(super) fn open(state: &Path, secret: Key) -> Result<Self, ErrorReply> {
        let folder = state.join("helpdesk");
        private_folder(&folder).map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
        Ok(Self {
            head: HeadFile(folder.join("head")),
            folder,
            secret,
        })
    }

    /// Adds an entry; it is on the disk when this returns.
    pub(super) fn enter(&self, event: AuditEvent, subject: &str, detail: String) -> Result<(), ErrorReply> {
        let _alone = self.alone()?;
        let mut found = self.found()?;
        let alarm = found.alarm.take().map(|alarm| (AuditEvent::Alarm, "audit log", alarm));
        for (event, subject, detail) in alarm.into_iter().chain([(event, subject, detail)]) {
            let entry = AuditEntry {
                at: SystemClock.now(),
                device: DeviceId([0; 16]),
                event: Some(event),
                subject: subject.to_owned(),
                detail,
            };
            found
                .audit
                .enter(&self.head, &entry)
                .map_err(|why| self.unusable(&why))?;
        }
        Ok(())
    }

    /// The latest entries, and what is wrong with the log.
    pub(super) fn told(&self, limit: u32) -> Result<AuditTold, ErrorReply> {
        let _alone = self.alone()?;
        self.found()?.audit.told(Some(limit)).map_err(|why| self.unusable(&why))
    }

    fn found(&self) -> Result<Found, ErrorReply> {
        let seconds = SystemClock.now().0 / 1000;
        let path = self.folder.join("audit.log");
        Audit::open(path, derive_audit_key(&self.secret), &self.head, seconds).map_err(|why| self.unusable(&why))
    }

    /// One at a time: each reads where the one before ended.
    fn alone(&self) -> Result<File, ErrorReply> {
        let lock = File::open(&self.folder).map_err(|why| self.unusable(&why))?;
        flock(&lock, FlockOperation::LockExclusive).map_err(|why| self.unusable(&why))?;
        Ok(lock)
    }

    fn unusable(&self, why: &dyn std::fmt::Display) -> ErrorReply {
        ErrorReply::new(
            ErrorCode::Integrity,
            format!("your log in {} cannot be used: {why}", self.folder.display()),
        )
        .next("move it to a safe place; what is not noted down is not shown")
    }
}

/// Where the log ended: the one value an [`Audit`] keeps.
struct HeadFile(PathBuf);

impl RecordStore for HeadFile {
    fn get(&self, _: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        match std::fs::read(&self.0) {
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            read => read
                .map(Some)
                .map_err(|why| StoreError::Unopened(format!("{}: {why}", self.0.display()))),
        }
    }

    fn ids(&self, _: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(Vec::new())
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let Some(Change::Put(_, head)) = batch.last() else {
            return Ok(());
        };
        let aside = self.0.with_extension("new");
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&aside)?;
            file.write_all(head)?;
            file.sync_all()?;
            std::fs::rename(&aside, &self.0)
        };
        write().map_err(|why| StoreError::NotSaved(format!("{}: {why}", self.0.display())))
    }
}
