//! Templates of a folder on this machine: the package's, and the user's own.

use super::files::{PackageFile, package_files, unreadable};
use countersign_model::{Access, Publisher};
use countersign_rules::{CheckedTemplate, Problem, check, parse_template};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::sync::Arc;

pub(super) type Digest = [u8; 32];

/// A template that can be in force.
#[derive(Clone)]
pub(super) struct Good {
    pub(super) template: CheckedTemplate,
    /// Who may use it.
    access: Access,
    /// Of the bytes it was made of.
    pub(super) digest: Digest,
    /// What its author should look at.
    pub(super) remarks: Box<[Problem]>,
}

/// What is made of a folder's files.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) templates: Vec<(Publisher, Good)>,
    /// What is wrong with those that cannot be in force.
    pub(super) wrong: Vec<Problem>,
    /// Why files cannot be read.
    pub(super) unread: Vec<Problem>,
    /// Of all its files together.
    digest: Digest,
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

impl Shelf {
    /// What the package holds now; `before` itself when that is the same.
    pub(super) fn of_package(package: &Path, before: &Arc<Self>) -> Arc<Self> {
        let folder = package.join("templates");
        let read = package_files(&folder);
        if let Err(error) = &read
            && error.kind() == std::io::ErrorKind::NotFound
        {
            tracing::warn!("no package templates: {} is not there", folder.display());
        }
        Self::of(&folder, read, before)
    }

    /// The same of the user's own folder, which need not be there.
    pub(super) fn of_user(folder: &Path, before: &Arc<Self>) -> Arc<Self> {
        Self::of(folder, package_files(folder), before)
    }

    fn of(folder: &Path, read: std::io::Result<Vec<Result<PackageFile, Problem>>>, before: &Arc<Self>) -> Arc<Self> {
        let (mut files, mut unread) = (Vec::new(), Vec::new());
        match read {
            Ok(found) => {
                for file in found {
                    match file {
                        Ok(file) => files.push(file),
                        Err(problem) => unread.push(problem),
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => unread.push(unreadable(folder, &error)),
        }
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

pub(super) fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// No files: the digest of a shelf that nothing was read for.
fn digest_of_all(files: &[PackageFile]) -> Digest {
    if files.is_empty() {
        return Digest::default();
    }
    let mut whole = Sha256::new();
    for file in files {
        whole.update(digest(file.place.as_bytes()));
        whole.update(digest(&file.bytes));
        whole.update([u8::from(file.publisher == Publisher::Package)]);
    }
    whole.finalize().into()
}
