//! What in the directory is not as its own catalogue says.

use crate::standing::Standing;
use countersign_model::ConfigName;
use serde::Serialize;
use std::fmt;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "drift")]
pub enum Drift {
    /// There is no catalogue.
    NoCatalogue,
    /// Agents do not accept the catalogue.
    NotAccepted {
        /// Why.
        why: String,
    },
    /// A page of the catalogue is missing or damaged.
    Damaged {
        /// What.
        why: String,
    },
    /// The catalogue names it, and it is not there.
    Missing {
        /// Which.
        name: String,
    },
    /// It was changed by hand.
    Changed {
        /// Which.
        name: String,
    },
    /// It is there, and nothing names it.
    Stray {
        /// Which.
        name: String,
    },
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCatalogue => f.write_str("there is no catalogue: nothing of the unit counts"),
            Self::NotAccepted { why } => write!(f, "agents do not take its catalogue: {why}"),
            Self::Damaged { why } => write!(f, "a part of its catalogue cannot be read: {why}"),
            Self::Missing { name } => write!(f, "{name} is named and not there: new machines go without it"),
            Self::Changed { name } => write!(f, "{name} was changed by hand: agents keep what was published"),
            Self::Stray { name } => write!(f, "{name} is there and nothing names it: no agent uses it"),
        }
    }
}

/// What is not as the catalogue says. Nothing: everything is.
#[must_use]
pub fn drift(now: &Standing) -> Vec<Drift> {
    let Some(trusted) = &now.trusted else {
        return vec![Drift::NoCatalogue];
    };
    if let Err(error) = trusted {
        return vec![Drift::NotAccepted { why: error.to_string() }];
    }
    if let Some(error) = &now.damaged {
        return vec![Drift::Damaged { why: error.to_string() }];
    }
    let shown = |name: &ConfigName| name.to_string();
    let mut found = Vec::new();
    for (name, entry) in &now.named {
        match now.there.get(name) {
            None => found.push(Drift::Missing { name: shown(name) }),
            Some(digest) if *digest != entry.digest => found.push(Drift::Changed { name: shown(name) }),
            Some(_) => {}
        }
    }
    let pages = now.pages();
    let stray = now
        .there
        .keys()
        .filter(|name| !now.named.contains_key(*name) && !pages.contains(*name));
    found.extend(stray.map(|name| Drift::Stray { name: shown(name) }));
    found
}
