//! Publishing a unit: in the administrator's own process, with his own account in the directory. No key is needed for it.

use super::administration::{Administration, unreached};
use super::unit_folder::UnitFolder;
use crate::configuration::agent_version;
use countersign_model::Unit;
use countersign_publish::{
    Drift, Plan, PlanDigest, PublishError, Release, Standing, apply, drift, plan, undoing, writes,
};
use countersign_trust::{CatalogueError, RootList, Terms, Trusted, accept_catalogue};
use countersign_wire::{ErrorCode, ErrorReply};
use std::path::{Path, PathBuf};

/// A plan, and whom and what it touches.
pub struct Planned {
    /// What changes.
    pub plan: Plan,
    /// The group that is to read the unit, and its members; `None`: there is no such group, or it may not be read.
    pub readers: (String, Option<Vec<String>>),
    /// The change as LDIF, where the directory has tools that take it.
    pub ldif: Option<String>,
    /// The way back as LDIF.
    pub undo: Option<String>,
    release: Release,
    list: RootList,
    folder: PathBuf,
}

impl Planned {
    /// Which plan it is.
    #[must_use]
    pub fn digest(&self) -> PlanDigest {
        PlanDigest::of(&self.plan, &self.release, &self.readers.0)
    }

    /// Whether it is the plan that was looked at.
    ///
    /// # Errors
    /// Says what is another one now.
    pub fn is_as_seen(&self, seen: &PlanDigest) -> Result<(), ErrorReply> {
        let same = self.digest().is_as_seen(seen, &self.plan);
        same.map_err(|error| refused(&error))
    }
}

impl Administration {
    /// What publishing a signed folder would change.
    ///
    /// # Errors
    /// When the folder is not signed as it is, or the repository does not answer.
    pub fn plan(&self, folder: &Path, unit: &Unit, group: Option<&str>) -> Result<Planned, ErrorReply> {
        let list = self.newest_list()?;
        let files = UnitFolder::open(folder)?;
        let (_, bytes) = files.newest()?.ok_or_else(|| {
            ErrorReply::new(ErrorCode::NoMatch, format!("{} holds no catalogue", folder.display()))
                .next("make one with `countersign trust sign`")
        })?;
        let trusted = self
            .accept(&list, unit, &bytes)
            .map_err(|error| refused(&error.into()))?;
        let mut unusable = None;
        let release = Release::gather(
            unit,
            (trusted, bytes),
            |digest| files.page(digest),
            |entry| match files.object(entry.kind, &entry.id) {
                Ok(bytes) => bytes,
                Err(error) => {
                    unusable = Some(error);
                    None
                }
            },
        );
        let release = release.map_err(|error| unusable.unwrap_or_else(|| refused(&error)))?;
        let now = self.standing(&list, unit)?;
        let plan = plan(unit, &release, &now).map_err(|error| refused(&error))?;
        let repository = self.repository();
        let catalogue = repository.catalogue(unit).ok().map(|(_, bytes)| bytes);
        let group = group.unwrap_or_else(|| unit.names().next_back().unwrap_or_default());
        let members = match group.is_empty() {
            true => None,
            false => repository.members(group).map_err(|error| unreached(&error))?,
        };
        Ok(Planned {
            readers: (group.to_owned(), members),
            ldif: repository.script(unit, &writes(&plan, &release, &now)),
            undo: repository.script(unit, &undoing(&plan, &release, &now, catalogue.as_deref())),
            folder: folder.to_owned(),
            plan,
            release,
            list,
        })
    }

    /// Carries a plan out. `done` hears how many of how many writes are done.
    ///
    /// # Errors
    /// When something has changed since the plan, or the repository refuses.
    pub fn apply(&self, planned: &Planned, done: &mut dyn FnMut(usize, usize)) -> Result<(), ErrorReply> {
        let unit = &planned.plan.unit;
        let accept = |bytes: &[u8]| self.accept(&planned.list, unit, bytes);
        let repository = self.repository();
        // It is kept first, so that what is published after it can be taken back.
        let objects = planned.release.objects.values();
        let objects = objects.map(|object| (&object.entry, object.bytes.as_slice()));
        UnitFolder::open(&planned.folder)?.keep_published(planned.plan.number, objects)?;
        let applied = apply(repository, &planned.plan, &planned.release, &accept, done);
        repository.settle();
        applied.map_err(|error| refused(&error))
    }

    /// Puts the files back that were published with an earlier catalogue, and returns its number; none: the one before the newest.
    ///
    /// # Errors
    /// When it was not published from this folder, or the files cannot be written.
    pub fn restore(&self, folder: &Path, number: Option<u64>) -> Result<u64, ErrorReply> {
        UnitFolder::open(folder)?.restore(number)
    }

    /// What in a unit is not as its own catalogue says.
    ///
    /// # Errors
    /// When the repository does not answer.
    pub fn drift(&self, unit: &Unit) -> Result<Vec<Drift>, ErrorReply> {
        let list = self.newest_list()?;
        Ok(drift(&self.standing(&list, unit)?))
    }

    fn standing(&self, list: &RootList, unit: &Unit) -> Result<Standing, ErrorReply> {
        let accept = |bytes: &[u8]| self.accept(list, unit, bytes);
        Standing::of(self.repository(), unit, &accept).map_err(|error| refused(&error))
    }

    fn accept(&self, list: &RootList, unit: &Unit, bytes: &[u8]) -> Result<Trusted, CatalogueError> {
        let min_agent = countersign_trust::inspect_catalogue(bytes)?.heading.min_agent;
        let terms = Terms {
            list,
            unit,
            // What is for newer agents only may be published by an older one.
            agent: agent_version().max(min_agent),
            mark: None,
            now: self.now(),
        };
        accept_catalogue(bytes, terms)
    }
}

fn refused(error: &PublishError) -> ErrorReply {
    let code = match error {
        PublishError::Repository(error) => return unreached(error),
        PublishError::ChangedSince(_) | PublishError::NotAsSeen(_) | PublishError::NotNewer { .. } => {
            ErrorCode::Refused
        }
        PublishError::OtherUnit { .. } => ErrorCode::BadRequest,
        PublishError::Catalogue(_) | PublishError::NotAsSigned(_) => ErrorCode::Integrity,
    };
    ErrorReply::new(code, error.to_string())
}
