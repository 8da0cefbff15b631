//! An edition: the templates and password policies in force together, and what they were made of.
//!
//! A new one is made on the exchange's thread, and only when something it is made of has changed. Of the files it keeps digests only:
//! the bytes are in the device store and the meaning is in the set.

use super::policies::Policies;
use super::shelf::{Digest, Good, Shelf, digest};
use super::signed::{Signed, SignedTemplate, StandingOverride, chosen, overrides, templates};
use super::{Fetched, config_key};
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
use countersign_model::{Change, ConfigKind, ConfigObject, Publisher, StoreKind};
use countersign_rules::{Problem, TemplateSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The templates and policies in force, and what they were made of.
#[derive(Clone, Default)]
pub(crate) struct Edition {
    templates: Arc<TemplateSet>,
    /// The repository's, by place: the last good version of each.
    good: Arc<Vec<Good>>,
    package: Arc<Shelf>,
    /// The user's own.
    own: Arc<Shelf>,
    signed: Arc<Standing>,
    policies: Arc<Policies>,
    /// Ids that two templates have.
    clashes: Arc<Vec<Problem>>,
    /// What is wrong with the repository's files that are not in force.
    of_files: Vec<Problem>,
    /// What the repository could not give.
    faults: Vec<RepositoryError>,
}

/// What the organisation's publishers signed, as it counts here.
#[derive(Default)]
struct Standing {
    templates: Vec<SignedTemplate>,
    overrides: Vec<StandingOverride>,
    /// What is wrong with those that cannot be in force.
    wrong: Vec<Problem>,
    groups: Vec<String>,
    /// Which objects and groups it is of.
    token: Digest,
}

impl Edition {
    /// The edition that can be had without the repository: package templates, what publishers signed, and the repository's that were
    /// last good.
    pub(crate) fn first(package: &Path, signed: &Signed, device: &dyn RecordStore) -> Self {
        let kept = device.ids(StoreKind::Config).unwrap_or_else(|error| {
            tracing::error!("the templates kept on this device cannot be read: {error}");
            Vec::new()
        });
        let (mut good, mut problems) = (Vec::with_capacity(kept.len()), Vec::new());
        // One at a time: their bytes together are many times what is kept of them.
        for id in kept {
            let place = String::from_utf8_lossy(&id).into_owned();
            match stored(device, &place) {
                Ok(Some(bytes)) => match Good::of(&place, &bytes) {
                    Ok(template) => good.push(template),
                    Err(wrong) => problems.extend(wrong),
                },
                Ok(None) => {}
                // It is not among the good ones, so the next exchange brings it back.
                Err(error) => tracing::error!("the template kept from {place} cannot be read: {error}"),
            }
        }
        let policies = Policies::of(package, signed, &Policies::default(), device);
        let package = Shelf::of_package(package, &Arc::default());
        let signed = Standing::of(signed, &Arc::default(), device);
        Self {
            of_files: problems,
            policies: Arc::new(policies),
            ..Self::of(package, Arc::default(), good, signed)
        }
    }

    /// The edition after what the repository holds now. A file with a mistake is skipped and its last good version stays in force; a
    /// file that is gone is withdrawn; with an unreachable repository everything stays.
    pub(crate) fn next(&self, package: &Path, fetched: Fetched, signed: &Signed, device: &dyn RecordStore) -> Self {
        let policies = Arc::new(Policies::of(package, signed, &self.policies, device));
        let package = Shelf::of_package(package, &self.package);
        let signed = Standing::of(signed, &self.signed, device);
        let (objects, faults) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                return Self {
                    faults: vec![error],
                    of_files: self.of_files.clone(),
                    policies,
                    ..self.with(package, None, signed)
                };
            }
        };
        let mut news: BTreeMap<String, Good> = BTreeMap::new();
        let (mut changes, mut problems, mut present) = (Vec::new(), Vec::new(), BTreeSet::new());
        for ConfigObject { kind, place, bytes, .. } in objects {
            if kind != ConfigKind::Template {
                continue;
            }
            if self.known(&place).is_none_or(|known| known.digest != digest(&bytes)) {
                match Good::of(&place, &bytes) {
                    Ok(good) => {
                        changes.push(Change::Put(config_key(&place), bytes));
                        news.insert(place.clone(), good);
                    }
                    Err(wrong) => problems.extend(wrong),
                }
            }
            present.insert(place);
        }
        // What could not be read may still be there: it stays in force.
        present.extend(faults.iter().filter_map(place_of).cloned());
        let gone = self.good.iter().map(|good| good.template.place());
        let gone = gone.filter(|place| !present.contains(*place));
        changes.extend(gone.map(|place| Change::Remove(config_key(place))));
        for batch in changes.chunks(BATCH) {
            if let Err(error) = device.commit(batch) {
                tracing::warn!("templates are in force but not kept for the next start: {error}");
                break;
            }
        }
        let good = (!changes.is_empty()).then(|| {
            let stays =
                |good: &&Good| present.contains(good.template.place()) && !news.contains_key(good.template.place());
            let mut all: Vec<_> = self.good.iter().filter(stays).cloned().collect();
            all.extend(news.values().cloned());
            all
        });
        Self {
            of_files: problems,
            faults,
            policies,
            ..self.with(package, good, signed)
        }
    }

    /// This edition with another package, other repository templates and other signed ones, or the same set when none is another.
    fn with(&self, package: Arc<Shelf>, good: Option<Vec<Good>>, signed: Arc<Standing>) -> Self {
        let same = Arc::ptr_eq(&package, &self.package) && Arc::ptr_eq(&signed, &self.signed);
        let own = Arc::clone(&self.own);
        match good {
            None if same => self.clone(),
            None => Self::of(package, own, self.good.as_ref().clone(), signed),
            Some(good) => Self::of(package, own, good, signed),
        }
    }

    /// This edition with what the user's own folder holds now, or the same set when that is no other.
    pub(crate) fn with_own(self, folder: &Path) -> Self {
        let own = Shelf::of_user(folder, &self.own);
        if Arc::ptr_eq(&own, &self.own) {
            return self;
        }
        Self {
            of_files: self.of_files,
            faults: self.faults,
            policies: self.policies,
            ..Self::of(self.package, own, self.good.as_ref().clone(), self.signed)
        }
    }

    fn of(package: Arc<Shelf>, own: Arc<Shelf>, mut good: Vec<Good>, signed: Arc<Standing>) -> Self {
        good.sort_by(|one, other| one.template.place().cmp(other.template.place()));
        let ours = package
            .templates
            .iter()
            .map(|(publisher, good)| (publisher.clone(), good));
        let theirs = good
            .iter()
            .filter(|good| good.admits(&signed.groups))
            .map(|good| (Publisher::Unsigned, good));
        let sources = chosen(&signed.templates, &signed.groups)
            .into_iter()
            .chain(ours)
            .chain(theirs)
            // Whatever id somebody else's template has, the user's own comes after it.
            .chain(own.templates.iter().map(|(_, good)| (Publisher::Unsigned, good)))
            .map(|(publisher, good)| (publisher, good.template.clone()));
        let (templates, clashes) = TemplateSet::of(sources);
        Self {
            templates: Arc::new(templates),
            good: Arc::new(good),
            package,
            own,
            signed,
            policies: Arc::default(),
            clashes: Arc::new(clashes),
            of_files: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn known(&self, place: &str) -> Option<&Good> {
        let found = self.good.binary_search_by(|good| good.template.place().cmp(place));
        found.ok().and_then(|at| self.good.get(at))
    }

    pub(crate) fn templates(&self) -> &Arc<TemplateSet> {
        &self.templates
    }

    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Whether the templates of both are the same ones.
    pub(crate) fn has_the_templates_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.templates, &other.templates)
    }

    /// Everything that is wrong with templates and policies, in force or not.
    pub(crate) fn problems(&self) -> impl Iterator<Item = &Problem> {
        let shelves = [&self.package, &self.own];
        let of_shelves = shelves.into_iter().flat_map(|shelf| shelf.templates.iter());
        let of_shelves = of_shelves.map(|(_, good)| good);
        let of_signed = self.signed.templates.iter().map(|found| &*found.good);
        let all = of_shelves.chain(self.good.iter()).chain(of_signed);
        let remarks = all.flat_map(|good| &good.remarks);
        let of_files = shelves
            .into_iter()
            .flat_map(|shelf| shelf.unread.iter().chain(&shelf.wrong));
        let files = of_files.chain(&self.of_files).chain(&self.signed.wrong);
        files
            .chain(remarks)
            .chain(self.clashes.iter())
            .chain(self.policies.problems())
    }

    /// The overrides publishers signed, and the groups they are held against.
    pub(crate) fn overrides(&self) -> (&[StandingOverride], &[String]) {
        (&self.signed.overrides, &self.signed.groups)
    }

    pub(crate) fn faults(&self) -> &[RepositoryError] {
        &self.faults
    }
}

/// How many templates are committed at once.
const BATCH: usize = 1_000;

impl Standing {
    /// What is signed now; `before` itself when that is the same.
    fn of(signed: &Signed, before: &Arc<Self>, device: &dyn RecordStore) -> Arc<Self> {
        let token = signed.token();
        if token == before.token {
            return Arc::clone(before);
        }
        let (templates, mut wrong) = templates(signed, &before.templates, device);
        let (overrides, of_overrides) = overrides(signed, device);
        wrong.extend(of_overrides);
        Arc::new(Self {
            templates,
            overrides,
            wrong,
            groups: signed.groups().to_vec(),
            token,
        })
    }
}

fn stored(device: &dyn RecordStore, place: &str) -> Result<Option<Vec<u8>>, StoreError> {
    device.get(&config_key(place))
}

fn place_of(fault: &RepositoryError) -> Option<&String> {
    match fault {
        RepositoryError::Unreachable { place, .. }
        | RepositoryError::Denied { place, .. }
        | RepositoryError::NeedsPassword { place, .. }
        | RepositoryError::AccountClosed { place, .. }
        | RepositoryError::PasswordWithdrawn { place }
        | RepositoryError::Invalid { place, .. }
        | RepositoryError::Missing(place)
        | RepositoryError::Conflict(place) => Some(place),
    }
}
