//! The vault header in an exchange: what is there, what is wrong with it, and what this device has to write next.

use super::errand::Errand;
use super::renewing::Renewal;
use countersign_model::port::{DirectoryRepository, RepositoryError};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use countersign_sync::{HeaderOutcome, exchange_header};
use countersign_vault::{KdfParameters, RecoveryAtRoll, Rings, RollError, RollPlan, SlotSecrets, Unlocked};
use std::sync::Arc;

/// A header and its number.
pub(crate) type Numbered = (HeaderVersion, Vec<u8>);

/// What became of the vault header.
pub(super) struct Headers {
    /// The newest one there.
    pub(super) newest: Result<Option<Numbered>, RepositoryError>,
    /// What is wrong with it, for people.
    pub(super) fault: Option<String>,
    pub(super) wrote: Wrote,
}

/// What a header that was written brought.
pub(super) enum Wrote {
    /// What the owner waits for.
    Renewal(Arc<Renewal>),
    /// New recovery halves in the place of used ones; nobody has seen their code.
    OwedHalves,
    /// Something else, or nothing.
    Other,
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
    /// New ways in that the owner asked for.
    pub(super) renewal: Option<Arc<Renewal>>,
    /// What new recovery halves are sealed to.
    pub(super) rings: Option<Rings>,
}

impl Wishes {
    /// The next header, if there is anything to write: first this device with its id, name and key, then a roll without those that leave and
    /// with what is to be renewed. Recovery halves that were used are renewed before anything else is done with them.
    fn next_header(&self, vault: &Unlocked) -> Result<Option<(Vec<u8>, Wrote)>, RollError> {
        // A copy that goes on under an id of its own. What took this device off began another epoch, which it does not reach.
        if !vault.devices().contains(&vault.device_id()) {
            let joining = vault.join_header(&self.name, self.now)?;
            return Ok(joining.map(|header| (header, Wrote::Other)));
        }
        if let Some(named) = vault.header_with_name(&self.name, self.now)? {
            return Ok(Some((named, Wrote::Other)));
        }
        let listed = vault.devices();
        let mut revoke = self.leaving.clone();
        revoke.retain(|id| listed.contains(id));
        let passphrase = self.renewal.as_ref().and_then(|renewal| renewal.passphrase.as_ref());
        let owes = vault.owes_recovery();
        let wrote = match &self.renewal {
            Some(renewal) => Wrote::Renewal(Arc::clone(renewal)),
            None if owes => Wrote::OwedHalves,
            None => Wrote::Other,
        };
        let without: Vec<_> = self.renewal.iter().filter_map(|renewal| renewal.without()).collect();
        let halves = self.renewal.as_ref().is_some_and(|renewal| renewal.wants_halves());
        if revoke.is_empty() && passphrase.is_none() && without.is_empty() && !owes {
            // The halves alone, or a slot more, need no new key.
            return match (&self.renewal, &self.rings) {
                (Some(renewal), _) if !halves => match renewal.slot() {
                    Some(secrets) => Ok(Some((vault.header_with_slot(&secrets, self.kdf)?, wrote))),
                    None => Ok(None),
                },
                (Some(_), Some(rings)) => Ok(Some((vault.header_with_recovery(rings)?.header, wrote))),
                _ => Ok(None),
            };
        }
        let renews: Vec<_> = passphrase.map(SlotSecrets::passphrase).into_iter().collect();
        let rolled = vault.roll(&RollPlan {
            revoke: &revoke,
            renew: &renews,
            remove: &without,
            recovery: match (&self.rings, owes || halves) {
                (_, false) => RecoveryAtRoll::Keep,
                (Some(rings), true) => RecoveryAtRoll::Renew(rings),
                (None, true) => RecoveryAtRoll::Drop,
            },
            kdf: self.kdf,
        })?;
        // What was written is followed like a header of any other device: nothing of it holds before it won.
        Ok(Some((rolled.header, wrote)))
    }
}

impl Errand {
    pub(super) fn headers(&self, repository: &dyn DirectoryRepository) -> Headers {
        let (mut fault, mut wrote) = (None, Wrote::Other);
        if let Some((version, header)) = &self.header {
            match exchange_header(repository, &self.user, *version, header) {
                Ok(HeaderOutcome::WentBack(found)) => {
                    fault = Some(format!(
                        "the repository's vault header went back from version {} to {}; this machine keeps its own. Was a backup restored? Tell the administrator",
                        version.0, found.0
                    ));
                }
                Ok(HeaderOutcome::InStep | HeaderOutcome::Pushed(_)) => match self.write_next(repository, *version) {
                    Ok(written) => wrote = written,
                    Err(error) => fault = Some(error.to_string()),
                },
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
            wrote,
        }
    }

    /// Writes what this device wants to have in the header. Where another one was faster, its header is followed first.
    fn write_next(&self, repository: &dyn DirectoryRepository, version: HeaderVersion) -> Result<Wrote, RollError> {
        let vault = self.vault.as_ref().map(|(_, vault)| vault);
        let Some(vault) = vault.filter(|vault| vault.header_version() == version) else {
            return Ok(Wrote::Other);
        };
        let Some((next, wrote)) = self.wishes.next_header(vault)? else {
            return Ok(Wrote::Other);
        };
        match repository.replace_header(&self.user, Some(version), &next) {
            Ok(_) => Ok(wrote),
            Err(error) => {
                tracing::info!("vault header: {error}");
                Ok(Wrote::Other)
            }
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
