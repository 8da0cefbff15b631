//! The vault header in an exchange: what is there, what is wrong with it, and what this device has to write next.

use super::errand::Errand;
use super::renewing::Renewal;
use countersign_model::port::{DirectoryRepository, RepositoryError, StoreError};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use countersign_sync::{Ends, HeaderAlarm, HeaderOutcome, exchange_header, replace_header};
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
    /// What of that has to be said once.
    pub(super) alarms: Vec<HeaderAlarm>,
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

/// What became of a header that this device wanted to write.
enum Written {
    /// It is there.
    Next(Numbered, Wrote),
    /// Another device wrote one.
    Faster,
    /// It could not be made, and why.
    Hindered(String),
    Nothing,
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
        let Some((version, header)) = &self.header else {
            return Headers {
                newest: repository.header(&self.user),
                fault: None,
                alarms: Vec::new(),
                wrote: Wrote::Other,
            };
        };
        let ends = Ends {
            device: &*self.device,
            repository,
            user: &self.user,
        };
        match self.exchanged(ends, (*version, header.as_slice())) {
            Ok(headers) => headers,
            Err(error) => self.headers_unsaved(repository, &error),
        }
    }

    fn exchanged(&self, ends: Ends<'_>, (version, header): (HeaderVersion, &[u8])) -> Result<Headers, StoreError> {
        let mut report = exchange_header(ends, version, header)?;
        if matches!(report.reached, Err(RepositoryError::Conflict(_))) {
            report = exchange_header(ends, version, header)?;
        }
        let (mut wrote, mut hindered) = (Wrote::Other, None);
        if let Ok(HeaderOutcome::InStep | HeaderOutcome::Pushed) = report.reached {
            match self.write_next(ends, version)? {
                Written::Next(next, what) => (report.there, wrote) = (Some(next), what),
                Written::Faster => report = exchange_header(ends, version, header)?,
                Written::Hindered(why) => hindered = Some(why),
                Written::Nothing => {}
            }
        }
        let mut fault = report.alarms.first().map(ToString::to_string).or(hindered);
        match &report.reached {
            Ok(HeaderOutcome::WentBack) if fault.is_none() => {
                let found = report.there.as_ref().map_or(0, |(found, _)| found.0);
                fault = Some(format!(
                    "the repository's vault header went back from version {} to {found}; this machine keeps its own. Was a backup restored? Tell the administrator",
                    version.0
                ));
            }
            Err(error) => tracing::info!("vault header: {error}"),
            Ok(_) => {}
        }
        if let Some(fault) = &fault {
            tracing::error!("{fault}");
        }
        Ok(Headers {
            newest: report.reached.map(|_| report.there),
            fault,
            alarms: report.alarms,
            wrote,
        })
    }

    /// What was there before cannot be remembered, so nothing is written there.
    fn headers_unsaved(&self, repository: &dyn DirectoryRepository, error: &StoreError) -> Headers {
        let fault = format!("the vault header is not exchanged: {error}");
        tracing::error!("{fault}");
        Headers {
            newest: repository.header(&self.user),
            fault: Some(fault),
            alarms: Vec::new(),
            wrote: Wrote::Other,
        }
    }

    /// Writes what this device wants to have in the header. Where another one was faster, its header is followed first.
    fn write_next(&self, ends: Ends<'_>, version: HeaderVersion) -> Result<Written, StoreError> {
        let vault = self.vault.as_ref().map(|(_, vault)| vault);
        let Some(vault) = vault.filter(|vault| vault.header_version() == version) else {
            return Ok(Written::Nothing);
        };
        let (next, wrote) = match self.wishes.next_header(vault) {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Written::Nothing),
            Err(error) => return Ok(Written::Hindered(error.to_string())),
        };
        Ok(match replace_header(ends, version, &next)? {
            Ok(number) => Written::Next((number, next), wrote),
            Err(RepositoryError::Conflict(_)) => Written::Faster,
            Err(error) => {
                tracing::info!("vault header: {error}");
                Written::Nothing
            }
        })
    }

    /// Whether the header there has to be followed before records are exchanged, since they may be under a new key.
    pub(super) fn is_behind(&self, newest: &Result<Option<Numbered>, RepositoryError>) -> bool {
        let (Some(_), Some((own, bytes)), Ok(Some((found, header)))) = (&self.vault, &self.header, newest) else {
            return false;
        };
        found >= own && header != bytes && self.refused.as_ref() != Some(header)
    }
}
