//! An edition: the templates in force together, and what they were made of.
//!
//! A new one is made on the exchange's thread, and only when something it is made of has changed. Of the files it keeps digests only:
//! the bytes are in the device store and the meaning is in the set.

use super::files::{PackageFile, package_files, unreadable};
use super::signed::{Signed, SignedTemplate, StandingOverride, chosen, overrides, templates};
use super::{Fetched, config_key};
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
use countersign_model::{Access, Change, ConfigKind, ConfigObject, Publisher, StoreKind};
use countersign_rules::{CheckedTemplate, Problem, TemplateSet, check, parse_template};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

type Digest = [u8; 32];

/// The templates in force, and what they were made of.
#[derive(Clone, Default)]
pub(crate) struct Edition {
    templates: Arc<TemplateSet>,
    /// The repository's, by place: the last good version of each.
    good: Arc<Vec<Good>>,
    package: Arc<Package>,
    signed: Arc<Standing>,
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

/// A template that can be in force.
#[derive(Clone)]
pub(super) struct Good {
    template: CheckedTemplate,
    /// Who may use it.
    access: Access,
    /// Of the bytes it was made of.
    digest: Digest,
    /// What its author should look at.
    remarks: Box<[Problem]>,
}

/// What is made of the package's files.
#[derive(Default)]
struct Package {
    templates: Vec<(Publisher, Good)>,
    /// What is wrong with those that cannot be in force.
    wrong: Vec<Problem>,
    /// Why files cannot be read.
    unread: Vec<Problem>,
    /// Of all its files together.
    digest: Digest,
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
        let package = Package::read(package, &Arc::default());
        let signed = Standing::of(signed, &Arc::default(), device);
        Self {
            of_files: problems,
            ..Self::of(package, good, signed)
        }
    }

    /// The edition after what the repository holds now. A file with a mistake is skipped and its last good version stays in force; a
    /// file that is gone is withdrawn; with an unreachable repository everything stays.
    pub(crate) fn next(&self, package: &Path, fetched: Fetched, signed: &Signed, device: &dyn RecordStore) -> Self {
        let package = Package::read(package, &self.package);
        let signed = Standing::of(signed, &self.signed, device);
        let (objects, faults) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                return Self {
                    faults: vec![error],
                    of_files: self.of_files.clone(),
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
            ..self.with(package, good, signed)
        }
    }

    /// This edition with another package, other repository templates and other signed ones, or the same set when none is another.
    fn with(&self, package: Arc<Package>, good: Option<Vec<Good>>, signed: Arc<Standing>) -> Self {
        let same = Arc::ptr_eq(&package, &self.package) && Arc::ptr_eq(&signed, &self.signed);
        match good {
            None if same => self.clone(),
            None => Self::of(package, self.good.as_ref().clone(), signed),
            Some(good) => Self::of(package, good, signed),
        }
    }

    fn of(package: Arc<Package>, mut good: Vec<Good>, signed: Arc<Standing>) -> Self {
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
            .map(|(publisher, good)| (publisher, good.template.clone()));
        let (templates, clashes) = TemplateSet::of(sources);
        Self {
            templates: Arc::new(templates),
            good: Arc::new(good),
            package,
            signed,
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

    /// Whether the templates of both are the same ones.
    pub(crate) fn has_the_templates_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.templates, &other.templates)
    }

    /// Everything that is wrong with templates, in force or not.
    pub(crate) fn problems(&self) -> impl Iterator<Item = &Problem> {
        let of_package = self.package.templates.iter().map(|(_, good)| good);
        let of_signed = self.signed.templates.iter().map(|found| &*found.good);
        let all = of_package.chain(self.good.iter()).chain(of_signed);
        let remarks = all.flat_map(|good| &good.remarks);
        let Package { wrong, unread, .. } = &*self.package;
        let files = unread
            .iter()
            .chain(wrong)
            .chain(&self.of_files)
            .chain(&self.signed.wrong);
        files.chain(remarks).chain(self.clashes.iter())
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

impl Good {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        self.template.id()
    }

    /// Where it came from, for people.
    pub(super) fn place(&self) -> &str {
        self.template.place()
    }

    /// Whether a member of these groups may use it.
    pub(super) fn admits(&self, groups: &[String]) -> bool {
        self.access.admits(groups)
    }

    /// A template's bytes, if they are good.
    pub(super) fn of(place: &str, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let parsed = parse_template(place, bytes)?;
        match check(&parsed) {
            (Some(template), remarks) => Ok(Self {
                template,
                access: parsed.template.access,
                digest: digest(bytes),
                remarks: remarks.into(),
            }),
            (None, problems) => Err(problems),
        }
    }
}

impl Package {
    /// What the package holds now; `before` itself when that is the same.
    fn read(folder: &Path, before: &Arc<Self>) -> Arc<Self> {
        let (files, unread) = read_package(folder);
        let digest = digest_of_all(&files);
        if digest == before.digest && unread == before.unread {
            return Arc::clone(before);
        }
        let (mut templates, mut wrong) = (Vec::new(), Vec::new());
        for PackageFile {
            place,
            bytes,
            publisher,
        } in files
        {
            match Good::of(&place, &bytes) {
                Ok(good) => templates.push((publisher, good)),
                Err(problems) => wrong.extend(problems),
            }
        }
        Arc::new(Self {
            templates,
            wrong,
            unread,
            digest,
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

/// The package's templates that can be read, and what is wrong with the others.
fn read_package(package: &Path) -> (Vec<PackageFile>, Vec<Problem>) {
    let folder = package.join("templates");
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    match package_files(&folder) {
        Ok(found) => {
            for file in found {
                match file {
                    Ok(file) => files.push(file),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            tracing::warn!("no package templates: {} is not there", folder.display());
        }
        Err(error) => problems.push(unreadable(&folder, &error)),
    }
    (files, problems)
}

fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

fn digest_of_all(files: &[PackageFile]) -> Digest {
    let mut whole = Sha256::new();
    for file in files {
        whole.update(digest(file.place.as_bytes()));
        whole.update(digest(&file.bytes));
        whole.update([u8::from(file.publisher == Publisher::Package)]);
    }
    whole.finalize().into()
}
