//! The vault header in an exchange: what is there, what is wrong with it, and what this device has to write next.

use super::errand::Errand;
use countersign_model::port::{DirectoryRepository, RepositoryError};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use countersign_sync::{HeaderOutcome, exchange_header};
use countersign_vault::{KdfParameters, RecoveryAtRoll, RollError, RollPlan, Unlocked};

/// A header and its number.
pub(crate) type Numbered = (HeaderVersion, Vec<u8>);

/// What became of the vault header.
pub(super) struct Headers {
    /// The newest one there.
    pub(super) newest: Result<Option<Numbered>, RepositoryError>,
    /// What is wrong with it, for people.
    pub(super) fault: Option<String>,
}

/// What an open vault wants to have written.
pub(super) struct Wishes {
    /// What this device is called.
    pub(super) name: String,
    /// When the exchange began.
    pub(super) now: Timestamp,
    /// Devices to be taken off.
    pub(super) leaving: Vec<DeviceId>,
    /// What Argon2id costs.
    pub(super) kdf: KdfParameters,
}

impl Wishes {
    /// The next header, if there is anything to write: first this device with its id, name and key, then a roll without those that leave.
    fn next_header(&self, vault: &Unlocked) -> Result<Option<Vec<u8>>, RollError> {
        // A copy that goes on under an id of its own. What took this device off began another epoch, which it does not reach.
        if !vault.devices().contains(&vault.device_id()) {
            return Ok(vault.join_header(&self.name, self.now)?);
        }
        if let Some(named) = vault.header_with_name(&self.name, self.now)? {
            return Ok(Some(named));
        }
        let listed = vault.devices();
        let mut revoke = self.leaving.clone();
        revoke.retain(|id| listed.contains(id));
        if revoke.is_empty() {
            return Ok(None);
        }
        let rolled = vault.roll(&RollPlan {
            revoke: &revoke,
            renew: &[],
            remove: &[],
            recovery: RecoveryAtRoll::Keep,
            kdf: self.kdf,
        })?;
        // What was written is followed like a header of any other device: nothing of it holds before it won.
        Ok(Some(rolled.header))
    }
}

impl Errand {
    pub(super) fn headers(&self, repository: &dyn DirectoryRepository) -> Headers {
        let mut fault = None;
        if let Some((version, header)) = &self.header {
            match exchange_header(repository, &self.user, *version, header) {
                Ok(HeaderOutcome::WentBack(found)) => {
                    fault = Some(format!(
                        "the repository's vault header went back from version {} to {}; this machine keeps its own. Was a backup restored? Tell the administrator",
                        version.0, found.0
                    ));
                }
                Ok(HeaderOutcome::InStep | HeaderOutcome::Pushed(_)) => fault = self.write_next(repository, *version),
                Ok(HeaderOutcome::Theirs(..)) => {}
                Err(error) => tracing::info!("vault header: {error}"),
            }
        }
        if let Some(fault) = &fault {
            tracing::error!("{fault}");
        }
        Headers {
            newest: repository.header(&self.user),
            fault,
        }
    }

    /// Writes what this device wants to have in the header. Where another one was faster, its header is followed first.
    fn write_next(&self, repository: &dyn DirectoryRepository, version: HeaderVersion) -> Option<String> {
        let (_, vault) = self.vault.as_ref()?;
        if vault.header_version() != version {
            return None;
        }
        match self.wishes.next_header(vault) {
            Ok(Some(next)) => match repository.replace_header(&self.user, Some(version), &next) {
                Ok(_) => None,
                Err(error) => {
                    tracing::info!("vault header: {error}");
                    None
                }
            },
            Ok(None) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Whether the header there has to be followed before records are exchanged, since they may be under a new key.
    pub(super) fn is_behind(&self, newest: &Result<Option<Numbered>, RepositoryError>) -> bool {
        let (Some(_), Some((own, bytes)), Ok(Some((found, header)))) = (&self.vault, &self.header, newest) else {
            return false;
        };
        found >= own && header != bytes && self.refused.as_ref() != Some(header)
    }
}
