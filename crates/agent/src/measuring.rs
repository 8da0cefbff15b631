//! What measurements run of the agent without the agent around it.

use crate::configuration::{Following as Follows, Look, Signed};
use crate::syncing::Progress;
use countersign_model::port::{DirectoryRepository, RecordStore, RepositoryError};
use countersign_model::{Timestamp, UserId};
use countersign_trust::RootList;

/// The organisation's configuration, followed into a store.
pub struct Following {
    signed: Signed,
    list: RootList,
    user: UserId,
}

impl Following {
    /// For a user, under a list that was accepted. Nothing is in force yet.
    #[must_use]
    pub fn with(list: RootList, user: UserId) -> Self {
        Self {
            signed: Signed::default(),
            list,
            user,
        }
    }

    /// A routine look, or a full one where it is due. Returns what is wrong, in sentences.
    ///
    /// # Errors
    /// When the repository does not answer.
    pub fn follow(
        &mut self,
        repository: &dyn DirectoryRepository,
        device: &dyn RecordStore,
        now: Timestamp,
    ) -> Result<Vec<String>, RepositoryError> {
        let (signed, reached) = self.signed.followed(Follows {
            repository,
            list: Some(&self.list),
            user: &self.user,
            device,
            progress: &Progress::default(),
            now,
            look: Look::Routine,
        });
        self.signed = signed;
        reached.map(|()| self.signed.faults(now))
    }

    /// How many objects are in force.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> usize {
        let units = self.signed.report(now).into_iter();
        let counted = units.map(|unit| {
            unit.templates
                .saturating_add(unit.policies)
                .saturating_add(unit.overrides)
        });
        counted.map(|count| usize::try_from(count).unwrap_or(usize::MAX)).sum()
    }

    /// The numbers of the catalogues in force.
    #[must_use]
    pub fn numbers(&self, now: Timestamp) -> Vec<u64> {
        self.signed.report(now).iter().map(|unit| unit.number).collect()
    }
}
