//! What is published: a signed catalogue and everything it names.

use crate::PublishError;
use countersign_model::{ConfigName, Unit};
use countersign_trust::{Digest, Entry, Trusted, digest_of};
use std::collections::BTreeMap;

/// An object with the entry that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What the catalogue says.
    pub entry: Entry,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A signed catalogue and everything it names.
#[derive(Clone, Debug)]
pub struct Release {
    /// The catalogue, as agents accept it.
    pub trusted: Trusted,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The objects by name.
    pub objects: BTreeMap<ConfigName, Object>,
    /// The pages by name.
    pub pages: BTreeMap<ConfigName, Vec<u8>>,
}

impl Release {
    /// Takes an accepted catalogue, and what it names from whoever has it.
    ///
    /// # Errors
    /// When it is for another unit, or names something that is not there as it says.
    pub fn gather(
        unit: &Unit,
        (trusted, bytes): (Trusted, Vec<u8>),
        mut page: impl FnMut(&Digest) -> Option<Vec<u8>>,
        mut object: impl FnMut(&Entry) -> Option<Vec<u8>>,
    ) -> Result<Self, PublishError> {
        let signed = &trusted.catalogue().heading.unit;
        if signed != unit {
            return Err(PublishError::OtherUnit {
                signed: signed.clone(),
                asked: unit.clone(),
            });
        }
        let mut pages = BTreeMap::new();
        let entries = trusted.entries(|digest| {
            let bytes = page(digest)?;
            pages.insert(ConfigName::page(digest), bytes.clone());
            Some(bytes)
        })?;
        let mut objects = BTreeMap::new();
        for entry in entries {
            let lacking = || PublishError::NotAsSigned(format!("{} {}", entry.kind.name(), entry.id));
            let name = entry.name().ok_or_else(lacking)?;
            let bytes = object(&entry).filter(|bytes| digest_of(bytes) == entry.digest);
            let bytes = bytes.ok_or_else(lacking)?;
            objects.insert(name, Object { entry, bytes });
        }
        Ok(Self {
            trusted,
            bytes,
            objects,
            pages,
        })
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.trusted.catalogue().heading.sequence
    }
}
