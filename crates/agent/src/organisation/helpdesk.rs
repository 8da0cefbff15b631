//! The helpdesk's side of a recovery: out of the header of the caller's vault comes half of what opens it, and nothing else.

use super::account;
use super::administration::unreached;
use super::keys;
use super::operator_log::OperatorLog;
use crate::configuration::Configuration;
use crate::device_secret::load_or_make;
use crate::paths::{Paths, private_folder};
use crate::syncing::Place;
use countersign_model::UserId;
use countersign_model::port::{DirectoryRepository, RepositoryError};
use countersign_secret::Password;
use countersign_vault::{
    AuditEvent, HelpdeskHalf, KeyKind, UnsealError, derive_vault_name, inspect_header, ring_key, unseal_half,
};
use countersign_wire::{AuditTold, ErrorCode, ErrorReply, MachineFacts, Person, RecoveryHalves, VaultFacts};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest reason that is noted, in characters.
const LONGEST_REASON: usize = 200;

/// The helpdesk's tools, on the repository the settings name.
pub struct Helpdesk {
    repository: Arc<dyn DirectoryRepository>,
    operator: UserId,
    log: OperatorLog,
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
        let secret = load_or_make(&paths.state.join("helpdesk-secret")).map_err(|error| failed(&error))?;
        Ok(Self {
            repository: place.open().map_err(|error| unreached(&error))?,
            operator: place.user().clone(),
            log: OperatorLog::open(&paths.state, secret)?,
        })
    }

    /// The operator's own name in the repository.
    pub(crate) fn operator(&self) -> &UserId {
        &self.operator
    }

    /// Whether the directory wants the operator's password first.
    ///
    /// # Errors
    /// When the repository does not answer.
    pub fn wants_password(&self) -> Result<bool, ErrorReply> {
        account::wants_password(&*self.repository)
    }

    /// Shows the directory the operator's password, once.
    ///
    /// # Errors
    /// When it is not taken.
    pub fn log_in(&self, password: &Password) -> Result<(), ErrorReply> {
        account::log_in(&*self.repository, &self.operator, password)
    }

    /// What the header of a user's vault says openly. The three words that name his vault are not in it: the caller says them.
    ///
    /// # Errors
    /// When the repository does not answer, or the header is damaged.
    pub fn show(&self, user: &UserId) -> Result<Person, ErrorReply> {
        let vault = match self.header(user) {
            Ok(header) => Some(facts_of(&header)?),
            Err(error) if error.code == ErrorCode::NoMatch => None,
            Err(error) => return Err(error),
        };
        Ok(Person {
            user: user.clone(),
            vault,
        })
    }

    /// Takes the helpdesk's half out of a user's vault header and notes it down with the reason, whatever comes of it. Nothing is shown
    /// that was not noted first.
    ///
    /// # Errors
    /// When the user has no vault, the words name another vault, the ring or its passphrase is another, or the log cannot be written.
    pub fn recover(
        &self,
        user: &UserId,
        ring_file: &Path,
        passphrase: &Password,
        vault_name: &Password,
        reason: &str,
    ) -> Result<HelpdeskHalf, ErrorReply> {
        let ring = keys::inspect(ring_file, KeyKind::Ring)?.name;
        let unsealed = self.unseal(user, ring_file, passphrase, vault_name);
        let mut by = format!("ring {ring}, operator {}", self.operator);
        if !reason.trim().is_empty() {
            by.push_str(", reason: ");
            by.extend(reason.trim().chars().filter(|c| !c.is_control()).take(LONGEST_REASON));
        }
        let (event, detail) = match &unsealed {
            Ok(half) => (
                AuditEvent::HelpdeskRecovery,
                format!(
                    "half {} for {}, vault {}; {by}",
                    half.serial,
                    half.user,
                    derive_vault_name(half.vault).join(" ")
                ),
            ),
            Err(error) => (AuditEvent::Refusal, format!("{}; {by}", error.message)),
        };
        self.log.enter(event, user.as_str(), detail)?;
        unsealed
    }

    /// The latest entries of the operator's log, and what is wrong with it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn log(&self, limit: u32) -> Result<AuditTold, ErrorReply> {
        self.log.told(limit)
    }

    fn unseal(
        &self,
        user: &UserId,
        ring_file: &Path,
        passphrase: &Password,
        vault_name: &Password,
    ) -> Result<HelpdeskHalf, ErrorReply> {
        let header = self.header(user)?;
        let (_, private) = keys::open(ring_file, KeyKind::Ring, passphrase)?;
        unseal_half(&ring_key(private), &header, vault_name.expose()).map_err(|error| {
            let code = match &error {
                UnsealError::NoRecovery => ErrorCode::NoMatch,
                UnsealError::Header(_) | UnsealError::Forged => ErrorCode::Integrity,
                _ => ErrorCode::Refused,
            };
            ErrorReply::new(code, error.to_string())
        })
    }

    /// The header of a user's vault, undamaged.
    fn header(&self, user: &UserId) -> Result<Vec<u8>, ErrorReply> {
        let none = |why: String| ErrorReply::new(ErrorCode::NoMatch, why).next("check the user's name");
        let header = self.repository.header(user).map_err(|error| match error {
            // The operator was let in: it is the caller's account that is not there, or disabled.
            RepositoryError::AccountClosed { why, .. } => none(format!("{user} has no vault to be recovered: {why}")),
            error => unreached(&error),
        })?;
        let (_, header) = header.ok_or_else(|| none(format!("{user} has no vault in this repository")))?;
        inspect_header(&header).map_err(|error| ErrorReply::new(ErrorCode::Integrity, error.to_string()))?;
        Ok(header)
    }
}

fn facts_of(header: &[u8]) -> Result<VaultFacts, ErrorReply> {
    let facts = inspect_header(header).map_err(|error| ErrorReply::new(ErrorCode::Integrity, error.to_string()))?;
    let machines = facts.enrolled.into_iter().map(|device| MachineFacts {
        id: device.id,
        name: device.name,
        joined: device.added,
    });
    Ok(VaultFacts {
        version: facts.version.0,
        epoch: facts.epoch,
        machines: machines.collect(),
        slots: facts
            .slots
            .iter()
            .filter_map(|slot| slot.kind)
            .map(|kind| kind.name().to_owned())
            .collect(),
        recovery: facts.recovery.map(|facts| RecoveryHalves {
            serial: facts.serial,
            people: facts.people,
        }),
    })
}
