//! What is in the directory now.

use crate::PublishError;
use countersign_model::port::{Publishing, RepositoryError};
use countersign_model::{ConfigKind, ConfigName, Unit, Wanted};
use countersign_trust::{CatalogueError, Digest, Entry, Trusted, digest_of};
use std::collections::{BTreeMap, BTreeSet};

/// A unit as it is in the directory.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its catalogue's number and the SHA-256 of its bytes; `None`: there is none.
    pub catalogue: Option<(u64, Digest)>,
    /// The catalogue, if agents accept it, or why they do not.
    pub trusted: Option<Result<Trusted, CatalogueError>>,
    /// What the catalogue names, as far as it is accepted and its pages are there.
    pub named: BTreeMap<ConfigName, Entry>,
    /// The SHA-256 of everything that is there, pages too.
    pub there: BTreeMap<ConfigName, Digest>,
    /// The bytes of what was asked for.
    pub(crate) bytes: BTreeMap<ConfigName, Vec<u8>>,
    /// What cannot be read of the catalogue's pages.
    pub damaged: Option<CatalogueError>,
}

impl Standing {
    /// Looks at a unit. `accept` judges its catalogue as agents do.
    ///
    /// # Errors
    /// When the repository does not answer.
    pub fn of(
        repository: &dyn Publishing,
        unit: &Unit,
        accept: &dyn Fn(&[u8]) -> Result<Trusted, CatalogueError>,
    ) -> Result<Self, PublishError> {
        let catalogue = match repository.catalogue(unit) {
            Ok(found) => Some(found),
            Err(RepositoryError::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let (mut there, mut bytes) = (BTreeMap::new(), BTreeMap::new());
        repository.objects(unit, Wanted::All, &mut |object| {
            if let Some(name) = ConfigName::new(object.kind, &object.id) {
                there.insert(name.clone(), digest_of(&object.bytes));
                bytes.insert(name, object.bytes);
            }
        })?;
        let trusted = catalogue.as_ref().map(|(_, bytes)| accept(bytes));
        let (mut named, mut damaged) = (BTreeMap::new(), None);
        if let Some(Ok(trusted)) = &trusted {
            match trusted.entries(|digest| bytes.get(&ConfigName::page(digest)).cloned()) {
                Ok(entries) => named.extend(entries.into_iter().filter_map(|entry| Some((entry.name()?, entry)))),
                Err(error) => damaged = Some(error),
            }
        }
        Ok(Self {
            catalogue: catalogue.map(|(number, bytes)| (number, digest_of(&bytes))),
            trusted,
            named,
            there,
            bytes,
            damaged,
        })
    }

    /// The pages the catalogue names.
    pub(crate) fn pages(&self) -> BTreeSet<ConfigName> {
        let trusted = self.trusted.as_ref().and_then(|trusted| trusted.as_ref().ok());
        let pages = trusted.map_or(&[][..], |trusted| trusted.catalogue().contents.pages());
        pages.iter().map(ConfigName::page).collect()
    }

    /// An object's bytes.
    #[must_use]
    pub fn bytes(&self, name: &ConfigName) -> Option<&[u8]> {
        self.bytes.get(name).map(Vec::as_slice)
    }

    /// The objects that are there, without pages.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &ConfigName> {
        self.there.keys().filter(|name| name.kind != ConfigKind::Page)
    }
}
