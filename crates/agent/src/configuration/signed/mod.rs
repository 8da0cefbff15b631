//! The organisation's configuration: what publishers signed, unit by unit.
//!
//! A unit's catalogue takes force when everything it names is held with the right SHA-256. What is refused leaves what is in force as it
//! is, and is said. Without a list of the pinned root nothing is in force.

mod follow;
mod held;
mod incoming;
mod overrides;
mod pages;
mod policies;
mod take;
mod templates;

pub(crate) use follow::{Following, Look};
pub(super) use held::held_object;
pub(crate) use overrides::StandingOverride;
pub(super) use overrides::overrides;
pub(super) use policies::policies;
pub(super) use templates::{SignedTemplate, chosen, templates};

use super::agent_version;
use countersign_model::port::RecordStore;
use countersign_model::{Change, Publisher, StoreKey, StoreKind, Timestamp, Unit};
use countersign_trust::{Digest, Entry, EntryKind, RootList, Standing, Trusted, digest_of, trusted_still};
use countersign_wire::UnitReport;
use pages::Pages;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is in force, and what is wrong with what is not.
#[derive(Clone, Default)]
pub(crate) struct Signed {
    organisation: String,
    units: BTreeMap<Unit, Arc<InForce>>,
    /// The groups the user is in, as the directory says.
    groups: Vec<String>,
    /// Of single units, in sentences.
    faults: Vec<String>,
    /// The list it was judged by.
    under: Option<Digest>,
    /// When every unit was looked for.
    looked: Option<Timestamp>,
    /// What was in force when all that nobody names was removed.
    swept: Option<Digest>,
}

/// A catalogue in force.
#[derive(Clone)]
pub(super) struct InForce {
    trusted: Trusted,
    /// Everything it names.
    pages: Pages,
    /// The SHA-256 of what of it nobody could give.
    missing: BTreeSet<Digest>,
    /// The groups the user was in when it was seen last.
    seen_by: Vec<String>,
}

impl InForce {
    /// Everything it names that is held.
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        let is_held = |entry: &&Entry| self.missing.is_empty() || !self.missing.contains(&entry.digest);
        self.pages.entries().filter(is_held)
    }

    /// What it names and nobody could give.
    fn lacks(&self) -> Vec<&Entry> {
        let entries = self.pages.entries();
        entries.filter(|entry| self.missing.contains(&entry.digest)).collect()
    }

    /// The SHA-256 of everything it names, and of its pages.
    fn digests(&self) -> impl Iterator<Item = &Digest> {
        let pages = self.trusted.catalogue().contents.pages().iter();
        pages.chain(self.pages.entries().map(|entry| &entry.digest))
    }
}

impl Signed {
    /// What was in force when the agent ended, as far as it still counts under the list in force.
    pub(crate) fn load(list: Option<&RootList>, device: &dyn RecordStore) -> Self {
        let groups = held::groups(device);
        let mut loaded = Self {
            groups,
            ..Self::default()
        };
        let Some(list) = list else { return loaded };
        loaded.organisation.clone_from(&list.organisation);
        loaded.under = Some(judged_by(list));
        for id in device.ids(StoreKind::Catalogue).unwrap_or_default() {
            let key = StoreKey {
                kind: StoreKind::Catalogue,
                id,
            };
            let Ok(Some(bytes)) = device.get(&key) else {
                loaded
                    .faults
                    .push("a catalogue kept on this device cannot be read; it is fetched again".to_owned());
                continue;
            };
            let Ok(unit) = countersign_trust::inspect_catalogue(&bytes).map(|found| found.heading.unit) else {
                continue;
            };
            match trusted_still(&bytes, list, &unit, agent_version()) {
                Ok(trusted) => loaded.put(unit, trusted, device),
                Err(error) => loaded.faults.push(out_of_force(&unit, &error.to_string())),
            }
        }
        loaded
    }

    fn put(&mut self, unit: Unit, trusted: Trusted, device: &dyn RecordStore) {
        match Pages::kept(&trusted, None, device) {
            Ok(pages) => {
                let is_held = |digest: &Digest| device.holds(&held::object_key(digest)).unwrap_or(false);
                let digests = pages.entries().map(|entry| entry.digest);
                let in_force = InForce {
                    missing: digests.filter(|digest| !is_held(digest)).collect(),
                    trusted,
                    pages,
                    seen_by: self.groups.clone(),
                };
                self.units.insert(unit, Arc::new(in_force));
            }
            Err(error) => self.faults.push(of_catalogue(&unit, &error.to_string())),
        }
    }

    /// The groups the user is in.
    pub(crate) fn groups(&self) -> &[String] {
        &self.groups
    }

    /// What is wrong at this time, in sentences.
    pub(crate) fn faults(&self, now: Timestamp) -> Vec<String> {
        let stale = self
            .units
            .iter()
            .filter(|(_, unit)| unit.trusted.standing(now) == Standing::Stale);
        let stale = stale.map(|(unit, _)| {
            of_catalogue(
                unit,
                "it has expired and stays in force until its publisher signs a new one",
            )
        });
        self.faults.iter().cloned().chain(stale).collect()
    }

    /// The units in force.
    pub(crate) fn report(&self, now: Timestamp) -> Vec<UnitReport> {
        let shown = |(unit, found): (&Unit, &Arc<InForce>)| {
            let count = |kind| found.entries().filter(|entry| entry.kind == kind).count();
            UnitReport {
                unit: unit.clone(),
                publisher: found.trusted.publisher().to_owned(),
                number: found.trusted.catalogue().heading.sequence,
                expires: found.trusted.catalogue().heading.expires,
                stale: found.trusted.standing(now) == Standing::Stale,
                templates: small(count(EntryKind::Template)),
                policies: small(count(EntryKind::Policy)),
                overrides: small(count(EntryKind::Override)),
                missing: small(found.lacks().len()),
            }
        };
        self.units.iter().map(shown).collect()
    }

    /// The same for the same objects in force, seen by a member of the same groups.
    pub(super) fn token(&self) -> Digest {
        let mut all = self.organisation.clone().into_bytes();
        for (unit, found) in &self.units {
            all.extend_from_slice(unit.as_str().as_bytes());
            all.extend_from_slice(&found.trusted.mark().digest);
            all.extend_from_slice(found.trusted.publisher().as_bytes());
            all.extend_from_slice(&found.missing.len().to_le_bytes());
        }
        for group in &self.groups {
            all.push(0);
            all.extend_from_slice(group.as_bytes());
        }
        digest_of(&all)
    }

    /// Each object of a kind in force: its unit, its publisher, its entry; by unit and id.
    fn objects(&self, kind: EntryKind) -> Vec<(&Unit, Publisher, &Entry)> {
        let mut all = Vec::new();
        for (unit, found) in &self.units {
            let publisher = self.publisher(found);
            let mut entries: Vec<_> = found.entries().filter(|entry| entry.kind == kind).collect();
            entries.sort_unstable_by(|one, other| one.id.cmp(&other.id));
            all.extend(entries.into_iter().map(|entry| (unit, publisher.clone(), entry)));
        }
        all
    }

    fn publisher(&self, found: &InForce) -> Publisher {
        Publisher::Signed {
            organisation: self.organisation.clone(),
            name: found.trusted.publisher().to_owned(),
        }
    }

    /// Takes a unit out of force. What it set goes with it; its mark stays.
    fn withdraw(&mut self, unit: &Unit, device: &dyn RecordStore) {
        self.units.remove(unit);
        if let Err(error) = device.commit(&[Change::Remove(held::catalogue_key(unit))]) {
            tracing::warn!("the catalogue of {unit} is out of force and still kept: {error}");
        }
    }
}

/// Which list it is, with everything in it that decides what counts.
fn judged_by(list: &RootList) -> Digest {
    let mut all = list.version.to_le_bytes().to_vec();
    all.extend_from_slice(&list.root.0);
    all.extend_from_slice(list.organisation.as_bytes());
    digest_of(&all)
}

fn of_catalogue(unit: &Unit, what: &str) -> String {
    format!("the catalogue of {unit}: {what}")
}

fn out_of_force(unit: &Unit, why: &str) -> String {
    format!("the catalogue of {unit} is out of force: {why}")
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
