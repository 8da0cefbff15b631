//! The helpdesk's side of a recovery: out of the header of the caller's vault comes half of what opens it, and nothing else.

use super::administration::unreached;
use super::keys;
use crate::clock::SystemClock;
use crate::configuration::Configuration;
use crate::device_secret::load_or_make;
use crate::paths::{Paths, private_folder};
use crate::syncing::Place;
use countersign_model::port::{Clock, DirectoryRepository};
use countersign_model::{DeviceId, UserId};
use countersign_secret::{Key, Password};
use countersign_vault::{
    AuditEntry, AuditEvent, AuditHead, HelpdeskHalf, KeyKind, UnsealError, append_audit, derive_audit_key,
    inspect_header, ring_key, unseal_half, verify_audit,
};
use countersign_wire::{ErrorCode, ErrorReply};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The helpdesk's tools, on the repository the settings name.
pub struct Helpdesk {
    repository: Arc<dyn DirectoryRepository>,
    operator: UserId,
    log: PathBuf,
    key: Key,
}

impl Helpdesk {
    /// Finds the repository by the settings of this user, and his log.
    ///
    /// # Errors
    /// When the user's folders or the repository cannot be used.
    pub fn open(package: PathBuf) -> Result<Self, ErrorReply> {
        let failed = |error: &dyn std::error::Error| ErrorReply::new(ErrorCode::Failed, error.to_string());
        let paths = Paths::from_environment(package).map_err(|error| failed(&error))?;
        let place = Place::of(&paths, &Configuration::settings_of(&paths));
        private_folder(&paths.state).map_err(|error| failed(&error))?;
        let secret = load_or_make(&paths.device_secret()).map_err(|error| failed(&error))?;
        Ok(Self {
            repository: place.open().map_err(|error| unreached(&error))?,
            operator: place.user().clone(),
            log: paths.state.join("helpdesk.log"),
            key: derive_audit_key(&secret),
        })
    }

    /// Takes the helpdesk's half out of a user's vault header and notes it down, whatever comes of it. Nothing is shown that was not
    /// noted first.
    ///
    /// # Errors
    /// When the user has no vault, the words name another vault, the ring or its passphrase is another, or the log cannot be written.
    pub fn recover(
        &self,
        user: &UserId,
        ring_file: &Path,
        passphrase: &Password,
        vault_name: &Password,
    ) -> Result<HelpdeskHalf, ErrorReply> {
        let header = self.repository.header(user).map_err(|error| unreached(&error))?;
        let Some((_, header)) = header else {
            return Err(
                ErrorReply::new(ErrorCode::NoMatch, format!("{user} has no vault in this repository"))
                    .next("check the user's name"),
            );
        };
        inspect_header(&header).map_err(|error| ErrorReply::new(ErrorCode::Integrity, error.to_string()))?;
        let (facts, private) = keys::open(ring_file, KeyKind::Ring, passphrase)?;
        let half = unseal_half(&ring_key(private), &header, vault_name.expose());
        let (event, detail) = match &half {
            Ok(half) => (
                AuditEvent::HelpdeskRecovery,
                format!("ring {}, operator {}, for {}", facts.name, self.operator, half.user),
            ),
            Err(error) => (AuditEvent::Refusal, format!("ring {}: {error}", facts.name)),
        };
        self.note(event, user, detail)?;
        half.map_err(|error| {
            let code = match &error {
                UnsealError::NoRecovery => ErrorCode::NoMatch,
                UnsealError::Header(_) | UnsealError::Forged => ErrorCode::Integrity,
                _ => ErrorCode::Refused,
            };
            ErrorReply::new(code, error.to_string())
        })
    }

    /// Adds an entry to the operator's log: a chain that shows when something was changed in it or cut out of it.
    fn note(&self, event: AuditEvent, user: &UserId, detail: String) -> Result<(), ErrorReply> {
        let unusable = |why: &dyn std::fmt::Display| {
            ErrorReply::new(
                ErrorCode::Integrity,
                format!("the helpdesk's log {} cannot be used: {why}", self.log.display()),
            )
            .next("move it to a safe place; what is not noted down is not shown")
        };
        let log = match std::fs::read(&self.log) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| unusable(&error))?,
        };
        let head = match log.is_empty() {
            true => AuditHead::EMPTY,
            false => {
                let report = verify_audit(&self.key, &log, None);
                if let Some(fault) = report.fault {
                    return Err(unusable(&fault));
                }
                report.head
            }
        };
        let entry = AuditEntry {
            at: SystemClock.now(),
            device: DeviceId([0; 16]),
            event: Some(event),
            subject: user.to_string(),
            detail,
        };
        let (bytes, _) = append_audit(&self.key, head, &entry);
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .map_err(|error| unusable(&error))
    }
}
