//! Organisational units, as far as the organisation's configuration has them.

use serde::{Deserialize, Serialize};
use std::fmt;

const DEEPEST: usize = 8;
const LONGEST_NAME: usize = 64;

/// An organisational unit of the configuration: the names from its root down, joined by `/`. Empty: the root itself.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(type = "string"))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit(String);

/// Why a text is not a unit's path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a unit: write the names of at most {DEEPEST} organisational units from the configuration's root down, joined by `/`, each of 1 to {LONGEST_NAME} characters, not beginning with a dot"
)]
pub struct BadUnit(pub String);

impl Unit {
    /// The configuration's root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The unit of a path.
    ///
    /// # Errors
    /// [`BadUnit`] when it is empty between two slashes, too deep, or has names no directory and no folder can have.
    pub fn new(path: &str) -> Result<Self, BadUnit> {
        let plain = |name: &str| {
            (1..=LONGEST_NAME).contains(&name.chars().count())
                && !name.starts_with(['.', ' '])
                && !name.ends_with(' ')
                && !name.chars().any(|c| c.is_control() || c == '\\')
        };
        let good = path.is_empty() || (path.split('/').all(plain) && path.split('/').count() <= DEEPEST);
        match good {
            true => Ok(Self(path.to_owned())),
            false => Err(BadUnit(path.to_owned())),
        }
    }

    /// The unit of a name in this one.
    ///
    /// # Errors
    /// See [`Unit::new`].
    pub fn below(&self, name: &str) -> Result<Self, BadUnit> {
        match self.0.is_empty() {
            true if name.is_empty() => Err(BadUnit(name.to_owned())),
            true => Self::new(name),
            false => Self::new(&format!("{}/{name}", self.0)),
        }
    }

    /// Its path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names from the root down.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// How many units lie above it.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.names().count()
    }

    /// Whether another unit is this one or lies below it. Names are compared as they are written.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let below = other.0.strip_prefix(&self.0);
        self.0.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl TryFrom<String> for Unit {
    type Error = BadUnit;

    fn try_from(path: String) -> Result<Self, BadUnit> {
        Self::new(&path)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_covers_itself_and_what_is_below() {
        let unit = |path| Unit::new(path).unwrap();
        assert!(unit("Sales").covers(&unit("Sales")) && unit("Sales").covers(&unit("Sales/Berlin")));
        assert!(!unit("Sales").covers(&unit("Salesforce")) && !unit("Sales/Berlin").covers(&unit("Sales")));
        assert!(Unit::root().covers(&unit("Sales")) && !unit("Sales").covers(&Unit::root()));
        assert_eq!(
            Unit::root().below("Sales").unwrap().below("Berlin").unwrap(),
            unit("Sales/Berlin")
        );
        assert_eq!(unit("Sales/Berlin").names().collect::<Vec<_>>(), ["Sales", "Berlin"]);
        assert_eq!((Unit::root().depth(), unit("a/b").depth()), (0, 2));
    }

    #[test]
    fn paths_that_lead_elsewhere_are_no_units() {
        for bad in [
            "/",
            "a//b",
            "/a",
            "a/",
            "..",
            "a/../b",
            ".a",
            " a",
            "a ",
            "a\0",
            "a\\b",
            "1/2/3/4/5/6/7/8/9",
        ] {
            assert_eq!(Unit::new(bad), Err(BadUnit(bad.to_owned())));
        }
        assert!(Unit::new(&"x".repeat(65)).is_err() && Unit::root().below("").is_err());
    }
}
