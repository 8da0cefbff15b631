//! Following the catalogues: numbers first, then what is new of them, then only the objects that are not held.

use super::held::{self, catalogue_key};
use super::pages::Pages;
use super::{InForce, Signed, agent_version, judged_by, of_catalogue, out_of_force};
use crate::syncing::Progress;
use countersign_model::port::{DirectoryRepository, RecordStore, RepositoryError, StoreError};
use countersign_model::{Timestamp, Unit, UserId};
use countersign_trust::{CatalogueError, RootList, Standing, trusted_still};
use std::collections::BTreeMap;
use std::sync::Arc;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// How thoroughly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// For the numbers of the units that are known.
    Routine,
    /// For every unit, and the user's groups.
    Full,
}

/// What an exchange follows the catalogues with.
#[derive(Clone, Copy)]
pub(crate) struct Following<'a> {
    pub(crate) repository: &'a dyn DirectoryRepository,
    pub(crate) list: Option<&'a RootList>,
    pub(crate) user: &'a UserId,
    pub(crate) device: &'a dyn RecordStore,
    pub(crate) progress: &'a Progress,
    pub(crate) now: Timestamp,
    pub(crate) look: Look,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Signed {
    /// What is in force after a look. When the repository does not answer, what is in force stays, and the error says so.
    pub(crate) fn followed(&self, by: Following<'_>) -> (Self, Result<(), RepositoryError>) {
        let mut reached = Ok(());
        let mut next = self.rejudged(by.list, by.device);
        let Some(list) = by.list else { return (next, reached) };
        match next.look(list, by) {
            Ok(()) => {}
            Err(Stopped::Store(error)) => next
                .faults
                .push(format!("the organisation's configuration cannot be kept: {error}")),
            Err(Stopped::Repository(error)) => {
                // What was found wrong before is not mended by silence.
                next.faults.extend(self.faults.iter().cloned());
                next.faults.dedup();
                reached = Err(error);
            }
        }
        (next, reached)
    }

    /// What of it still counts under a list: nothing under none. What a new list takes out of force is said.
    fn rejudged(&self, list: Option<&RootList>, device: &dyn RecordStore) -> Self {
        let under = list.map(judged_by);
        let mut next = self.clone();
        next.faults.clear();
        if under == self.under {
            return next;
        }
        next.under = under;
        next.looked = None;
        next.organisation = list.map(|list| list.organisation.clone()).unwrap_or_default();
        for (unit, found) in &self.units {
            let kept = device.get(&catalogue_key(unit)).ok().flatten();
            let still = kept.zip(list).map(|(bytes, list)| {
                let trusted = trusted_still(&bytes, list, unit, agent_version())?;
                // Its publisher may sign other kinds than before.
                let pages = Pages::kept(&trusted, Some(found), device)?;
                Ok::<_, CatalogueError>((trusted, pages))
            });
            match still {
                Some(Ok((trusted, pages))) => {
                    let renewed = InForce {
                        trusted,
                        pages,
                        missing: found.missing.clone(),
                        seen_by: found.seen_by.clone(),
                    };
                    next.units.insert(unit.clone(), Arc::new(renewed));
                }
                lost => {
                    let why = match lost {
                        Some(Err(error)) => error.to_string(),
                        _ => "no organisation is believed here any more".to_owned(),
                    };
                    tracing::warn!("{}", out_of_force(unit, &why));
                    next.faults.push(out_of_force(unit, &why));
                    next.withdraw(unit, device);
                }
            }
        }
        next
    }

    fn look(&mut self, list: &RootList, by: Following<'_>) -> Result<(), Stopped> {
        let due = self
            .looked
            .is_none_or(|at| by.now.0.saturating_sub(at.0) >= DAY || at > by.now);
        let mut shown = match (by.look, due) {
            (Look::Routine, false) => self.numbers(by)?,
            _ => None,
        };
        let full = shown.is_none();
        if full {
            self.ask_groups(by)?;
            let units = by.repository.units()?;
            shown = Some(units.into_iter().map(|state| (state.unit, state.number)).collect());
        }
        let shown = shown.unwrap_or_default();
        for (unit, number) in &shown {
            let is_same = |found: &Arc<InForce>| {
                found.missing.is_empty() && found.trusted.catalogue().heading.sequence == *number
            };
            if self.units.get(unit).is_some_and(is_same) {
                self.seen(unit);
                continue;
            }
            self.take(unit, list, by)?;
        }
        if full {
            self.not_shown(&shown, by);
            self.looked = Some(by.now);
            self.sweep(by.device);
        }
        Ok(())
    }

    /// The numbers of the units in force; `None` when one of them is not shown: a full look has to tell why.
    fn numbers(&self, by: Following<'_>) -> Result<Option<BTreeMap<Unit, u64>>, RepositoryError> {
        let units: Vec<Unit> = self.units.keys().cloned().collect();
        let numbers = by.repository.catalogue_numbers(&units)?;
        Ok(units
            .into_iter()
            .zip(numbers)
            .map(|(unit, number)| Some((unit, number?)))
            .collect())
    }

    fn ask_groups(&mut self, by: Following<'_>) -> Result<(), Stopped> {
        match by.repository.memberships(by.user) {
            Ok(groups) => {
                if groups != self.groups {
                    held::keep_groups(by.device, &groups)?;
                    self.groups = groups;
                }
                Ok(())
            }
            Err(error @ RepositoryError::Unreachable { .. }) => Err(error.into()),
            Err(error) => {
                self.faults
                    .push(format!("your groups are not known; those of before count: {error}"));
                Ok(())
            }
        }
    }

    fn seen(&mut self, unit: &Unit) {
        if let Some(found) = self.units.get_mut(unit)
            && found.seen_by != self.groups
        {
            Arc::make_mut(found).seen_by.clone_from(&self.groups);
        }
    }

    /// Units that are in force and not shown any more: to somebody who is in other groups now they are closed; otherwise somebody
    /// keeps them back, and they stay until they expire.
    fn not_shown(&mut self, shown: &BTreeMap<Unit, u64>, by: Following<'_>) {
        let gone: Vec<_> = self
            .units
            .iter()
            .filter(|(unit, _)| !shown.contains_key(*unit))
            .map(|(unit, found)| (unit.clone(), Arc::clone(found)))
            .collect();
        for (unit, found) in gone {
            let sequence = found.trusted.catalogue().heading.sequence;
            if found.seen_by != self.groups {
                tracing::info!(
                    "{unit} is closed to this user since his groups changed; its configuration is withdrawn"
                );
                self.withdraw(&unit, by.device);
            } else if found.trusted.standing(by.now) == Standing::Stale {
                self.faults.push(out_of_force(
                    &unit,
                    "it is not in the directory any more and has expired",
                ));
                self.withdraw(&unit, by.device);
            } else {
                let what = format!(
                    "it is not in the directory any more, or kept back; number {sequence} stays in force until it expires. Publish an empty one to withdraw what it names"
                );
                self.faults.push(of_catalogue(&unit, &what));
            }
        }
    }

    /// Removes what no catalogue in force names, once for all that is in force: what a withdrawn one named, what came of one that never
    /// took force. While something is missing or wrong it stays: it may be what the next catalogue names.
    fn sweep(&mut self, device: &dyn RecordStore) {
        let token = self.token();
        let whole = self.faults.is_empty() && self.units.values().all(|unit| unit.missing.is_empty());
        if self.swept == Some(token) || !whole {
            return;
        }
        let named = self.units.values().flat_map(|unit| unit.digests()).copied();
        match held::sweep(device, &named.collect()) {
            Ok(()) => self.swept = Some(token),
            Err(error) => tracing::warn!("objects nobody names any more are still kept: {error}"),
        }
    }
}
