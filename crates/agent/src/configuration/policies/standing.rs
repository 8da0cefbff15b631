//! A policy as it is kept, and the version of it that is in force.

use super::super::shelf::Digest;
use super::lists::{UnreadList, open_lists, read_lists};
use countersign_model::{Policy, Publisher};
use countersign_rules::policy::{Lists, check_policy};
use countersign_rules::{Problem, Severity};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A policy that is in force.
#[derive(Debug)]
pub(crate) struct StandingPolicy {
    policy: Policy,
    publisher: Publisher,
    place: String,
    beside: PathBuf,
}

impl StandingPolicy {
    /// What it says.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Who answers for it.
    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// Where it is from, for people: a file's path, or a unit and its object.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Reads the lists it names, which can take a second: not on the engine's thread.
    pub(crate) fn lists(&self) -> Result<Lists, UnreadList> {
        read_lists(&self.policy.lists, &self.beside)
    }

    /// Why a list it names cannot be read.
    pub(crate) fn unread_list(&self) -> Option<UnreadList> {
        open_lists(&self.policy.lists, &self.beside).err()
    }
}

/// Where a policy is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The name it is kept under.
    pub(super) name: String,
    /// For people.
    pub(super) place: String,
    pub(super) publisher: Publisher,
    /// How deep its unit is below the package, which is 0. The deepest counts.
    pub(super) depth: usize,
}

/// A policy as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) origin: Origin,
    /// Of the bytes that were looked at; none: they cannot be read.
    digest: Option<Digest>,
    /// The last good version.
    pub(super) good: Option<Arc<StandingPolicy>>,
    /// What is wrong with it, and what its author should look at.
    pub(super) problems: Arc<[Problem]>,
}

impl Kept {
    /// Whether these are the bytes that were looked at.
    pub(super) fn is(&self, origin: &Origin, digest: &Digest) -> bool {
        self.origin == *origin && self.digest.as_ref() == Some(digest)
    }

    /// What is wrong with it first.
    pub(super) fn wrong(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.severity == Severity::Error)
    }

    /// A policy of these bytes. Where they are not good, the last good version of what is kept there stays.
    pub(super) fn of(origin: Origin, digest: Digest, bytes: &[u8], beside: &Path, before: Option<&Self>) -> Self {
        let (parsed, problems) = check_policy(&origin.name, &origin.place, bytes);
        let good = parsed.map(|parsed| {
            Arc::new(StandingPolicy {
                policy: parsed.policy,
                publisher: origin.publisher.clone(),
                place: origin.place.clone(),
                beside: beside.to_owned(),
            })
        });
        Self {
            good: good.or_else(|| before?.good.clone()),
            origin,
            digest: Some(digest),
            problems: problems.into(),
        }
    }

    /// One that cannot be read.
    pub(super) fn unread(origin: Origin, problem: Problem, before: Option<&Self>) -> Self {
        Self {
            good: before.and_then(|before| before.good.clone()),
            origin,
            digest: None,
            problems: [problem].into(),
        }
    }
}
