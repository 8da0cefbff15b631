//! What somebody should look at twice before it is published.

use crate::plan::{Change, Kind};
use countersign_model::{ConfigKind, ConfigName, Reach, setting};
use serde::Serialize;
use std::fmt;

/// So many deletions at once, or this part of the unit, are confirmed by typing.
const MANY: usize = 10;
const PART: usize = 5;

/// Something to look at twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "risk")]
pub enum Risk {
    /// Many objects are deleted.
    MassDeletion {
        /// How many.
        deleted: usize,
        /// Of how many.
        of: usize,
    },
    /// A template recognises other programs or windows.
    RecognisesOther {
        /// Which.
        name: String,
        /// By which value.
        at: String,
    },
    /// An override changes how the directory is reached.
    Connectivity {
        /// Which.
        name: String,
        /// Which setting.
        setting: String,
    },
    /// Another publisher signs the unit from now on.
    OtherPublisher {
        /// Who signed it.
        before: String,
        /// Who signs it.
        after: String,
    },
    /// Older agents stay with what they have.
    NeedsNewerAgents {
        /// From which version on.
        version: String,
    },
    /// What is there now is not as its catalogue says.
    NotAsItsCatalogue {
        /// How many objects.
        objects: usize,
    },
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MassDeletion { deleted, of } => write!(
                f,
                "{deleted} of {of} objects are deleted: users lose these templates, policies or settings"
            ),
            Self::RecognisesOther { name, at } => write!(
                f,
                "{name} recognises other programs or windows (`{at}`): users are asked before their credentials go there"
            ),
            Self::Connectivity { name, setting } => write!(
                f,
                "{name} changes how the directory is reached (`{setting}`): agents undo it unless a sync succeeds within 10 minutes"
            ),
            Self::OtherPublisher { before, after } => {
                write!(
                    f,
                    "the unit was signed by {before} and is signed by {after} from now on"
                )
            }
            Self::NeedsNewerAgents { version } => {
                write!(f, "agents before {version} stay with what they have, and say so")
            }
            Self::NotAsItsCatalogue { objects } => write!(
                f,
                "{objects} objects in the directory are not as its catalogue says; `countersign publish drift` names them"
            ),
        }
    }
}

/// Whether so many deletions have to be confirmed by typing.
pub(crate) fn of_deletions(deleted: usize, of: usize) -> Option<Risk> {
    let many = deleted >= MANY || (deleted > 1 && deleted * PART > of);
    many.then_some(Risk::MassDeletion { deleted, of })
}

/// What is risky about a single change.
pub(crate) fn of_change(change: &Change) -> Vec<Risk> {
    let Kind::Changed(differences) = &change.kind else {
        let is_new_override = change.name.kind == ConfigKind::Override && matches!(change.kind, Kind::Created(_));
        return match &change.kind {
            Kind::Created(values) if is_new_override => {
                let places = values.iter().map(|value| value.at.as_str());
                connectivity(&change.name, places)
            }
            _ => Vec::new(),
        };
    };
    let places = differences.iter().map(|difference| difference.at.as_str());
    match change.name.kind {
        ConfigKind::Override => connectivity(&change.name, places),
        ConfigKind::Template => {
            let recognises = |at: &&str| {
                let parts = ["window", "executable", "match", "title", "class", "package", "terminal"];
                at.split(['.', '[']).any(|part| parts.contains(&part))
            };
            let named = |at: &str| Risk::RecognisesOther {
                name: change.name.to_string(),
                at: at.to_owned(),
            };
            places.filter(recognises).take(1).map(named).collect()
        }
        ConfigKind::Policy | ConfigKind::Page => Vec::new(),
    }
}

fn connectivity<'a>(name: &ConfigName, places: impl Iterator<Item = &'a str>) -> Vec<Risk> {
    let reaches = places.filter_map(|at| {
        let bare = at.strip_prefix("settings.").unwrap_or(at);
        let found = setting(bare)?;
        (found.reach == Reach::Connectivity).then(|| Risk::Connectivity {
            name: name.to_string(),
            setting: found.name.to_owned(),
        })
    });
    reaches.collect()
}
