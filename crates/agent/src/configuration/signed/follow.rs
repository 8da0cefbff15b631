//! Following the catalogues: numbers first, then what is new of them, then only the objects that are not held.

use super::held::{self, Incoming, catalogue_key, mark_key, object_key};
use super::{InForce, Signed, agent_version, judged_by, of_catalogue, out_of_force};
use crate::syncing::Progress;
use countersign_model::port::{DirectoryRepository, RecordStore, RepositoryError, StoreError};
use countersign_model::{Change, ConfigKind, ConfigName, Timestamp, Unit, UserId, Wanted};
use countersign_trust::{Digest, Entry, RootList, Standing, Terms, accept_catalogue, digest_of, trusted_still};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

const DAY: u64 = 24 * 60 * 60 * 1000;
/// From so many objects on a unit is asked for all it has, when that is most of it.
const MANY: usize = 64;

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
enum Stopped {
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
        if next.token() != self.token() && next.units.values().all(|unit| unit.missing.is_empty()) {
            next.sweep(by.device);
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
            let still = kept
                .zip(list)
                .map(|(bytes, list)| trusted_still(&bytes, list, unit, agent_version()));
            match still {
                Some(Ok(trusted)) => {
                    let renewed = InForce {
                        trusted,
                        entries: found.entries.clone(),
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
        let mut held = None;
        for (unit, number) in &shown {
            let is_same = |found: &Arc<InForce>| {
                found.missing.is_empty() && found.trusted.catalogue().heading.sequence == *number
            };
            if self.units.get(unit).is_some_and(is_same) {
                self.seen(unit);
                continue;
            }
            let held = match &mut held {
                Some(held) => held,
                held => held.insert(held::objects(by.device)?),
            };
            self.take(unit, list, by, held)?;
        }
        if full {
            self.not_shown(&shown, by);
            self.looked = Some(by.now);
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
            let seen = InForce {
                trusted: found.trusted.clone(),
                entries: found.entries.clone(),
                missing: found.missing.clone(),
                seen_by: self.groups.clone(),
            };
            *found = Arc::new(seen);
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

    fn take(
        &mut self,
        unit: &Unit,
        list: &RootList,
        by: Following<'_>,
        held: &mut HashSet<Digest>,
    ) -> Result<(), Stopped> {
        let bytes = match by.repository.catalogue(unit) {
            Ok((_, bytes)) => bytes,
            Err(error @ RepositoryError::Unreachable { .. }) => return Err(error.into()),
            Err(error) => {
                self.faults.push(of_catalogue(unit, &error.to_string()));
                return Ok(());
            }
        };
        let terms = Terms {
            list,
            unit,
            agent: agent_version(),
            mark: held::mark(by.device, unit)?,
            now: by.now,
        };
        let refuse = |this: &mut Self, why: String| {
            let stays = match this.units.get(unit) {
                Some(found) => format!("; number {} stays in force", found.trusted.catalogue().heading.sequence),
                None => "; nothing of it is used".to_owned(),
            };
            this.faults.push(of_catalogue(unit, &format!("{why}{stays}")));
        };
        let trusted = match accept_catalogue(&bytes, terms) {
            Ok(trusted) => trusted,
            Err(error) => {
                refuse(self, error.to_string());
                return Ok(());
            }
        };
        let pages: Vec<_> = trusted
            .catalogue()
            .contents
            .pages()
            .iter()
            .filter(|digest| !held.contains(*digest))
            .filter_map(|digest| Some((ConfigName::new(ConfigKind::Page, &hex(digest))?, *digest)))
            .collect();
        fetch(by, unit, &pages, usize::MAX, held)?;
        let named = match trusted.entries(|digest| by.device.get(&object_key(digest)).ok().flatten()) {
            Ok(named) => named,
            Err(error) => {
                refuse(self, error.to_string());
                return Ok(());
            }
        };
        let wanted: Vec<_> = named
            .iter()
            .filter(|entry| !held.contains(&entry.digest))
            .filter_map(|entry| Some((entry.name()?, entry.digest)))
            .collect();
        fetch(by, unit, &wanted, named.len(), held)?;
        let (entries, missing): (Vec<_>, Vec<_>) = named.into_iter().partition(|entry| held.contains(&entry.digest));
        let missing: Vec<_> = missing.iter().filter_map(Entry::name).collect();
        let older = self.units.get(unit);
        let older_holds = older.is_some_and(|older| {
            older.trusted.mark() != trusted.mark() && older.trusted.standing(by.now) == Standing::Good
        });
        if !missing.is_empty() {
            let what = format!(
                "{} of what number {} names",
                some_of(&missing),
                trusted.catalogue().heading.sequence
            );
            if older_holds {
                refuse(self, format!("{what} is missing or is not what was signed"));
                return Ok(());
            }
            self.faults.push(of_catalogue(
                unit,
                &format!("{what} is missing or is not what was signed; the rest is in force"),
            ));
        }
        by.device.commit(&[
            Change::Put(catalogue_key(unit), bytes),
            Change::Put(mark_key(unit), trusted.mark().to_bytes()),
        ])?;
        let in_force = InForce {
            trusted,
            entries,
            missing,
            seen_by: self.groups.clone(),
        };
        self.units.insert(unit.clone(), Arc::new(in_force));
        Ok(())
    }

    fn sweep(&self, device: &dyn RecordStore) {
        let named = self.units.values().flat_map(|unit| {
            let pages = unit.trusted.catalogue().contents.pages().iter();
            pages.chain(unit.entries.iter().map(|entry| &entry.digest)).copied()
        });
        if let Err(error) = held::sweep(device, &named.collect()) {
            tracing::warn!("objects nobody names any more are still kept: {error}");
        }
    }
}

/// Fetches what is wanted of a unit, and keeps of what comes what has the right SHA-256.
fn fetch(
    by: Following<'_>,
    unit: &Unit,
    wanted: &[(ConfigName, Digest)],
    of: usize,
    held: &mut HashSet<Digest>,
) -> Result<(), Stopped> {
    if wanted.is_empty() {
        return Ok(());
    }
    let expected: HashMap<&ConfigName, &Digest> = wanted.iter().map(|(name, digest)| (name, digest)).collect();
    let names: Vec<_> = wanted.iter().map(|(name, _)| name.clone()).collect();
    let wanted = match names.len() > MANY && names.len() > of / 2 {
        true => Wanted::All,
        false => Wanted::These(&names),
    };
    by.progress.wanted(expected.len());
    let mut incoming = Incoming::new(by.device);
    let given = by.repository.objects(unit, wanted, &mut |object| {
        let name = ConfigName {
            kind: object.kind,
            id: object.id,
        };
        let digest = digest_of(&object.bytes);
        if expected.get(&name) == Some(&&digest) {
            by.progress.came(object.bytes.len());
            incoming.put(digest, object.bytes, held);
        }
    });
    incoming.finish(held)?;
    match given {
        Err(error @ RepositoryError::Unreachable { .. }) => Err(error.into()),
        // What it could not give is missing, and named.
        Err(error) => {
            tracing::warn!("{unit}: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn some_of(names: &[ConfigName]) -> String {
    match names {
        [one] => one.to_string(),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        [] => String::new(),
    }
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
