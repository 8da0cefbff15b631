//! One exchange with the repository, on a thread of its own.

use super::Progress;
use super::following::Standing;
use super::headers::{Headers, Wishes, Wrote};
use crate::configuration::{Edition, Fetched, Following, Look, Signed};
use crate::keeper::{Observed, kept_since};
use countersign_model::port::{DirectoryRepository, RepositoryError, StoreError};
use countersign_model::{HeaderVersion, UserId};
use countersign_store::Store;
use countersign_sync::{Ends, HeaderAlarm, Report, exchange, fetch};
use countersign_trust::RootList;
use countersign_vault::Unlocked;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What is exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// The user's records and the vault header.
    Records,
    /// These and the configuration, as far as its numbers say that it changed.
    Routine,
    /// These and the configuration, with every unit there is.
    Everything,
}

/// What an exchange came to.
pub(crate) struct Exchanged {
    /// The number of the place it was with; the settings may have named another one meanwhile.
    pub(super) place: u64,
    /// Whether the repository answered.
    pub(super) reached: Result<(), RepositoryError>,
    /// The configuration after it, if it was asked for.
    pub(super) edition: Option<(Edition, Signed)>,
    /// The lists of the organisation's root there, if they were asked for.
    pub(super) lists: Option<Result<Vec<Vec<u8>>, RepositoryError>>,
    /// What the user's own entry says of what templates ask for, if it was asked.
    pub(super) attributes: Option<BTreeMap<String, String>>,
    /// The newest vault header there, if it could be read.
    pub(super) header: Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError>,
    /// What is wrong with it.
    pub(super) header_fault: Option<String>,
    /// What of that has to be said once.
    pub(super) header_alarms: Vec<HeaderAlarm>,
    /// What this device wrote into it.
    pub(super) wrote: Wrote,
    pub(super) records: Result<Report, StoreError>,
    /// Whether the vault was open, so that its records were exchanged.
    pub(super) merged: Merged,
}

/// Whether an exchange merged records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    Yes,
    No,
}

/// What an exchange works on; made by the engine, taken to the exchange's thread.
pub(super) struct Errand {
    pub(super) scope: Scope,
    pub(super) place: u64,
    pub(super) repository: Result<Arc<dyn DirectoryRepository>, RepositoryError>,
    pub(super) user: UserId,
    pub(super) device: Arc<Store>,
    /// The number of the organisation's list in force.
    pub(super) lists_from: u64,
    pub(super) progress: Arc<Progress>,
    /// The package's folder, and the configuration in force.
    pub(super) package: PathBuf,
    pub(super) edition: Edition,
    /// What publishers signed, as it is in force, and the list it is judged by.
    pub(super) signed: Signed,
    pub(super) list: Option<RootList>,
    /// The vault store and the vault, if it is open.
    pub(super) vault: Option<(Observed, Arc<Unlocked>)>,
    /// This device's vault header.
    pub(super) header: Option<(HeaderVersion, Vec<u8>)>,
    /// The header there that this device does not follow.
    pub(super) refused: Option<Vec<u8>>,
    pub(super) standing: Standing,
    pub(super) wishes: Wishes,
}

impl Errand {
    pub(super) fn run(self) -> Exchanged {
        let mut reached = self.repository.as_ref().map(drop).map_err(Clone::clone);
        let edition = (self.scope >= Scope::Routine).then(|| {
            let (fetched, signed);
            (fetched, signed, reached) = self.configuration();
            let edition = self.edition.next(&self.package, fetched, &signed, &*self.device);
            (edition, signed)
        });
        let mut merged = if self.vault.is_some() { Merged::Yes } else { Merged::No };
        let (header, header_fault, header_alarms, wrote, records) = match &self.repository {
            Ok(repository) => {
                let Headers {
                    newest,
                    fault,
                    alarms,
                    wrote,
                } = self.headers(&**repository);
                let records = if self.is_behind(&newest) || self.standing != Standing::Listed {
                    merged = Merged::No;
                    Ok(Report::default())
                } else {
                    self.records(&**repository)
                };
                (newest, fault, alarms, wrote, records)
            }
            Err(error) => (
                Err(error.clone()),
                None,
                Vec::new(),
                Wrote::Other,
                Ok(Report::default()),
            ),
        };
        if reached.is_ok()
            && let Ok(report) = &records
        {
            reached.clone_from(&report.reached);
        }
        if let (Ok(()), Err(error)) = (&reached, &header) {
            reached = Err(error.clone());
        }
        if let (Scope::Everything, Ok(repository)) = (self.scope, &self.repository)
            && let Err(error) = repository.forget_aside(&self.user, kept_since(self.wishes.now))
        {
            tracing::debug!("{error}");
        }
        let lists = (self.scope >= Scope::Routine).then(|| {
            let repository = self.repository.as_ref().map_err(Clone::clone)?;
            repository.root_lists(self.lists_from)
        });
        let attributes = edition.as_ref().and_then(|(edition, _)| self.attributes(edition));
        if let Ok(repository) = &self.repository {
            repository.settle();
        }
        self.progress.end();
        Exchanged {
            lists,
            attributes,
            place: self.place,
            reached,
            edition,
            header,
            header_fault,
            header_alarms,
            wrote,
            records,
            merged,
        }
    }

    /// What templates ask the user's entry for. What was known stays where the directory does not answer.
    fn attributes(&self, edition: &Edition) -> Option<BTreeMap<String, String>> {
        let wanted = edition.templates().attributes();
        if wanted.is_empty() {
            return None;
        }
        let said = self.repository.as_ref().ok()?.attributes(&self.user, wanted);
        said.inspect_err(|error| tracing::warn!("the attributes that templates ask for are as before: {error}"))
            .ok()
    }

    /// Loose objects, and what the catalogues name.
    fn configuration(&self) -> (Fetched, Signed, Result<(), RepositoryError>) {
        let repository = match &self.repository {
            Ok(repository) => &**repository,
            Err(error) => return (Err(error.clone()), self.signed.clone(), Err(error.clone())),
        };
        let fetched = repository.loose();
        let (signed, followed) = self.signed.followed(Following {
            repository,
            list: self.list.as_ref(),
            user: &self.user,
            device: &*self.device,
            progress: &self.progress,
            now: self.wishes.now,
            look: match self.scope {
                Scope::Everything => Look::Full,
                Scope::Records | Scope::Routine => Look::Routine,
            },
        });
        let reached = fetched.as_ref().map(drop).map_err(Clone::clone).and(followed);
        (fetched, signed, reached)
    }

    fn records(&self, repository: &dyn DirectoryRepository) -> Result<Report, StoreError> {
        let ends = Ends {
            device: &*self.device,
            repository,
            user: &self.user,
        };
        match &self.vault {
            Some((store, unlocked)) => exchange(ends, store, &**unlocked),
            None if self.header.is_some() => fetch(ends),
            None => Ok(Report::default()),
        }
    }
}
