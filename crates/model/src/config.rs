use crate::Unit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a configuration object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigKind {
    /// An application template.
    Template,
    /// A setting override.
    Override,
    /// A password policy.
    Policy,
    /// A part of a catalogue.
    Page,
}

impl ConfigKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Template, Self::Override, Self::Policy, Self::Page];

    /// The word for it in repositories.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Override => "override",
            Self::Policy => "policy",
            Self::Page => "page",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

const LONGEST_ID: usize = 64;

/// What a configuration object is called within its unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConfigName {
    /// What it is.
    pub kind: ConfigKind,
    /// Which one of its kind: 1 to 64 characters out of a-z, A-Z, 0-9, `-`, `_` and `.`, the first a letter or digit. Two that differ by
    /// case only are one to a directory: who signs refuses them.
    pub id: String,
}

impl ConfigName {
    /// The name of an object; `None` when the id is none.
    #[must_use]
    pub fn new(kind: ConfigKind, id: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric();
        let good = (1..=LONGEST_ID).contains(&id.len())
            && id.starts_with(plain)
            && id.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'));
        good.then(|| Self {
            kind,
            id: id.to_owned(),
        })
    }

    /// The name of a page of a catalogue: its SHA-256 in 64 hexadecimal digits.
    #[must_use]
    pub fn page(digest: &[u8; 32]) -> Self {
        let mut id = String::with_capacity(LONGEST_ID);
        for byte in digest {
            for half in [byte >> 4, byte & 0xf] {
                id.extend(char::from_digit(half.into(), 16));
            }
        }
        Self {
            kind: ConfigKind::Page,
            id,
        }
    }
}

impl fmt::Display for ConfigName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.word(), self.id)
    }
}

/// A configuration object as a repository holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigObject {
    /// What it is.
    pub kind: ConfigKind,
    /// Which one of its kind in its unit.
    pub id: String,
    /// Where it is, for people: a file's path, a DN.
    pub place: String,
    /// Its bytes, exactly as published.
    pub bytes: Vec<u8>,
}

/// A unit this user may read, and the number of the catalogue in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitState {
    /// The unit.
    pub unit: Unit,
    /// The number of its catalogue.
    pub number: u64,
}

/// Which of a unit's objects are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Every one.
    All,
    /// These; those that are not there are left out.
    These(&'a [ConfigName]),
    /// The same, and they are most of what there is: it is quicker to go through all of it.
    Most(&'a [ConfigName]),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_called_by_its_sha_256() {
        let mut digest = [0xab; 32];
        (digest[0], digest[1]) = (0, 0x0f);
        let name = ConfigName::page(&digest);
        assert_eq!(name.id, format!("000f{}", "ab".repeat(30)));
        assert_eq!(ConfigName::new(ConfigKind::Page, &name.id), Some(name));
    }
}
