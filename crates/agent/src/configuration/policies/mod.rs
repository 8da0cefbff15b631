//! Password policies: which are in force, and which one counts for an application.
//!
//! A policy is known by the name it is kept under. One that a publisher signed takes the place of the package's of the same name, and a
//! deeper unit's that of a higher one's. What is kept and cannot be used keeps its place: its last good version stays in force, and where
//! there is none, none of that name is: what the organisation asks of its passwords is never replaced by something else in silence.

mod lists;
mod named;
mod standing;

pub use lists::{UnreadList, read_lists};
pub(crate) use named::NoPolicy;
pub(crate) use standing::StandingPolicy;

use super::files::{PackageFile, package_files, unreadable};
use super::shelf::digest;
use super::signed::{Signed, held_object, policies};
use countersign_model::Publisher;
use countersign_model::port::RecordStore;
use countersign_rules::{Position, Problem, Severity};
use standing::{Kept, Origin};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The policies that are kept, and those in force.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    /// The package's folder of policies.
    folder: PathBuf,
    /// All that are kept, the deepest unit's first, the package's last.
    kept: Vec<Kept>,
    /// Which of them counts, by name.
    counting: BTreeMap<String, usize>,
    /// What is wrong with no single one of them.
    problems: Vec<Problem>,
}

impl Policies {
    /// What the package and the publishers have now. What was looked at before is taken over.
    pub(super) fn of(package: &Path, signed: &Signed, before: &Self, device: &dyn RecordStore) -> Self {
        let mut gathered = Gathered {
            folder: package.join("policies"),
            before: before
                .kept
                .iter()
                .map(|kept| (kept.origin.place.as_str(), kept))
                .collect(),
            kept: Vec::new(),
            problems: Vec::new(),
        };
        gathered.signed(signed, device);
        gathered.package();
        let Gathered {
            folder,
            mut kept,
            mut problems,
            ..
        } = gathered;
        kept.sort_by_key(|kept| Reverse(kept.origin.depth));
        let mut counting: BTreeMap<String, usize> = BTreeMap::new();
        for (at, Kept { origin, .. }) in kept.iter().enumerate() {
            let first = *counting.entry(origin.name.clone()).or_insert(at);
            let first = kept.get(first).map(|first| &first.origin);
            problems.extend(
                first
                    .filter(|first| *first != origin && first.depth == origin.depth)
                    .map(|first| clash(origin, first)),
            );
        }
        Self {
            folder,
            kept,
            counting,
            problems,
        }
    }

    /// The policy that counts of those that are kept under a name.
    fn find(&self, name: &str) -> Option<&Kept> {
        self.counting.get(name).and_then(|at| self.kept.get(*at))
    }

    /// Every policy in force.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = &Arc<StandingPolicy>> {
        let counting = self.counting.values().filter_map(|at| self.kept.get(*at));
        counting.filter_map(|kept| kept.good.as_ref())
    }

    /// Everything that is wrong with policies, in force or not.
    pub(crate) fn problems(&self) -> impl Iterator<Item = &Problem> {
        let of_kept = self.kept.iter().flat_map(|kept| kept.problems.iter());
        of_kept.chain(&self.problems)
    }
}

/// Policies while they are gathered.
struct Gathered<'a> {
    folder: PathBuf,
    /// What was kept before, by place.
    before: BTreeMap<&'a str, &'a Kept>,
    kept: Vec<Kept>,
    problems: Vec<Problem>,
}

impl Gathered<'_> {
    fn signed(&mut self, signed: &Signed, device: &dyn RecordStore) {
        for found in policies(signed) {
            let place = format!("{} policy {}", found.unit, found.entry.id);
            let origin = Origin {
                name: found.entry.id.clone(),
                publisher: found.publisher,
                depth: found.unit.depth().saturating_add(1),
                place,
            };
            let before = self.before.get(origin.place.as_str()).copied();
            let kept = match before.filter(|before| before.is(&origin, &found.entry.digest)) {
                Some(same) => same.clone(),
                None => match held_object(&origin.place, &found.entry.digest, device) {
                    Ok(bytes) => Kept::of(origin, found.entry.digest, &bytes, &self.folder, before),
                    Err(problem) => Kept::unread(origin, problem, before),
                },
            };
            self.kept.push(kept);
        }
    }

    fn package(&mut self) {
        let files = match package_files(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                // What cannot be read may still be there: it stays in force.
                let kept = self.before.values().filter(|kept| kept.origin.depth == 0);
                self.kept.extend(kept.map(|kept| Kept::clone(kept)));
                return self.problems.push(unreadable(&self.folder, &error));
            }
        };
        for file in files {
            let kept = match file {
                Ok(PackageFile {
                    place,
                    bytes,
                    publisher,
                }) => {
                    let origin = in_package(place, publisher);
                    let before = self.before.get(origin.place.as_str()).copied();
                    let digest = digest(&bytes);
                    match before.filter(|before| before.is(&origin, &digest)) {
                        Some(same) => same.clone(),
                        None => Kept::of(origin, digest, &bytes, &self.folder, before),
                    }
                }
                Err(problem) => {
                    let origin = in_package(problem.place.clone(), Publisher::Unsigned);
                    let before = self.before.get(origin.place.as_str()).copied();
                    Kept::unread(origin, problem, before)
                }
            };
            self.kept.push(kept);
        }
    }
}

fn in_package(place: String, publisher: Publisher) -> Origin {
    let name = Path::new(&place).file_stem().unwrap_or_default();
    Origin {
        name: name.to_string_lossy().into_owned(),
        place,
        publisher,
        depth: 0,
    }
}

/// Two units that are as deep have a policy of one name.
fn clash(second: &Origin, first: &Origin) -> Problem {
    Problem {
        place: second.place.clone(),
        line: Position::START.line,
        column: Position::START.column,
        severity: Severity::Error,
        message: format!("{} has the same name and stays in force", first.place),
        help: "give one of them another name, or publish it once in a unit above both".to_owned(),
    }
}

#[cfg(test)]
mod tests;
