//! What publishing a release would change.

use crate::PublishError;
use crate::difference::{Difference, differences};
use crate::release::Release;
use crate::risk::{self, Risk};
use crate::standing::Standing;
use countersign_model::port::{Over, Write};
use countersign_model::{ConfigName, Unit};
use countersign_trust::{AgentVersion, Digest};
use std::collections::BTreeMap;

/// What publishing a release would change in a unit.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where.
    pub unit: Unit,
    /// The catalogue it replaces, as it is now: number and SHA-256.
    pub replaces: Option<(u64, Digest)>,
    /// The number of the new catalogue.
    pub number: u64,
    /// What changes, by name.
    pub changes: Vec<Change>,
    /// What to look at twice.
    pub risks: Vec<Risk>,
    /// The SHA-256 of everything that is there now.
    pub(crate) there: BTreeMap<ConfigName, Digest>,
}

/// What becomes of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub name: ConfigName,
    /// What becomes of it.
    pub kind: Kind,
}

/// What becomes of an object, value by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is new, with these values.
    Created(Vec<Difference>),
    /// These values change.
    Changed(Vec<Difference>),
    /// It goes.
    Deleted,
}

/// Compares a release with what is there.
///
/// # Errors
/// [`PublishError::NotNewer`] when its number is not higher than what is there.
pub fn plan(unit: &Unit, release: &Release, now: &Standing) -> Result<Plan, PublishError> {
    let number = release.number();
    if let Some((found, _)) = now.catalogue
        && found >= number
    {
        return Err(PublishError::NotNewer { found, new: number });
    }
    let mut changes = Vec::new();
    for (name, object) in &release.objects {
        let kind = match now.bytes(name) {
            None => Kind::Created(differences(b"", &object.bytes)),
            Some(before) if before == object.bytes => continue,
            Some(before) => Kind::Changed(differences(before, &object.bytes)),
        };
        changes.push(Change {
            name: name.clone(),
            kind,
        });
    }
    let before: Vec<&ConfigName> = now.objects().collect();
    let gone = before.iter().filter(|name| !release.objects.contains_key(**name));
    changes.extend(gone.map(|name| Change {
        name: (*name).clone(),
        kind: Kind::Deleted,
    }));
    changes.sort_by(|one, other| one.name.cmp(&other.name));
    let deleted = changes.iter().filter(|change| change.kind == Kind::Deleted).count();
    let mut risks: Vec<Risk> = risk::of_deletions(deleted, before.len()).into_iter().collect();
    risks.extend(changes.iter().flat_map(risk::of_change));
    risks.extend(of_signing(release, now));
    let strange = now
        .named
        .iter()
        .filter(|(name, entry)| now.there.get(*name) != Some(&entry.digest))
        .count();
    risks.extend((strange > 0).then_some(Risk::NotAsItsCatalogue { objects: strange }));
    Ok(Plan {
        unit: unit.clone(),
        replaces: now.catalogue,
        number,
        changes,
        risks,
        there: now.there.clone(),
    })
}

fn of_signing(release: &Release, now: &Standing) -> Vec<Risk> {
    let mut risks = Vec::new();
    let Some(Ok(before)) = &now.trusted else { return risks };
    if before.publisher() != release.trusted.publisher() {
        risks.push(Risk::OtherPublisher {
            before: before.publisher().to_owned(),
            after: release.trusted.publisher().to_owned(),
        });
    }
    let fence = |AgentVersion(one, two, three)| (one, two, three);
    let (old, new) = (
        before.catalogue().heading.min_agent,
        release.trusted.catalogue().heading.min_agent,
    );
    if fence(new) > fence(old) {
        let (one, two, three) = fence(new);
        risks.push(Risk::NeedsNewerAgents {
            version: format!("{one}.{two}.{three}"),
        });
    }
    risks
}

impl Plan {
    /// Whether it has to be confirmed by typing the unit's path.
    #[must_use]
    pub fn wants_typing(&self) -> bool {
        self.risks.iter().any(|risk| matches!(risk, Risk::MassDeletion { .. }))
    }
}

/// The writes that carry a plan out, in order: what the new catalogue names, the catalogue, and after it what nothing names any more.
#[must_use]
pub fn writes(plan: &Plan, release: &Release, now: &Standing) -> Vec<Write> {
    let mut writes = Vec::new();
    let put = |name: &ConfigName, version: u64, bytes: &[u8]| Write::Put {
        name: name.clone(),
        version,
        bytes: bytes.to_vec(),
        over: match now.there.contains_key(name) {
            true => Over::Another,
            false => Over::Nothing,
        },
    };
    for (name, object) in &release.objects {
        if now.bytes(name) != Some(object.bytes.as_slice()) {
            writes.push(put(name, object.entry.version, &object.bytes));
        }
    }
    for (name, page) in &release.pages {
        if now.bytes(name) != Some(page.as_slice()) {
            writes.push(put(name, 1, page));
        }
    }
    writes.push(Write::Swap {
        replaces: plan.replaces.map(|(number, _)| number),
        number: plan.number,
        catalogue: release.bytes.clone(),
    });
    let kept = |name: &ConfigName| release.objects.contains_key(name) || release.pages.contains_key(name);
    let gone = now.there.keys().filter(|name| !kept(name));
    writes.extend(gone.map(|name| Write::Remove { name: name.clone() }));
    writes
}

/// The writes that put the directory back as it was before a plan was carried out, for the directory's own tools. Agents do not go back
/// with it: a catalogue they have seen counts until one with a higher number is published.
#[must_use]
pub fn undoing(plan: &Plan, release: &Release, now: &Standing, catalogue: Option<&[u8]>) -> Vec<Write> {
    let mut undo = Vec::new();
    for write in writes(plan, release, now) {
        match write {
            Write::Put { name, over, .. } => undo.push(match now.bytes(&name) {
                Some(bytes) => Write::Put {
                    version: now.named.get(&name).map_or(1, |entry| entry.version),
                    bytes: bytes.to_vec(),
                    over,
                    name,
                },
                None => Write::Remove { name },
            }),
            Write::Remove { name } => undo.extend(now.bytes(&name).map(|bytes| Write::Put {
                version: now.named.get(&name).map_or(1, |entry| entry.version),
                bytes: bytes.to_vec(),
                over: Over::Nothing,
                name: name.clone(),
            })),
            Write::Swap { replaces, number, .. } => {
                undo.extend(replaces.zip(catalogue).map(|(old, bytes)| Write::Swap {
                    replaces: Some(number),
                    number: old,
                    catalogue: bytes.to_vec(),
                }));
            }
        }
    }
    undo
}
