//! Whether a catalogue counts.

use super::entry::{Digest, Entry, digest_of};
use super::{AgentVersion, Catalogue, CatalogueError, Contents, form, message, pages};
use crate::list::{RootList, Standing};
use crate::publisher::Kinds;
use countersign_model::{Timestamp, Unit};

/// How far a signer's clock may be ahead, in milliseconds.
const AHEAD: u64 = 10 * 60 * 1000;

/// The high-water mark of a unit: the highest number accepted, and which catalogue had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The number.
    pub sequence: u64,
    /// The SHA-256 of the catalogue.
    pub digest: Digest,
}

impl Mark {
    /// As it is kept: 40 bytes.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        [&self.sequence.to_le_bytes()[..], &self.digest].concat()
    }

    /// A mark that was kept.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (sequence, digest) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            sequence: u64::from_le_bytes(*sequence),
            digest: digest.try_into().ok()?,
        })
    }
}

/// What a catalogue is held against.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The root list in force.
    pub list: &'a RootList,
    /// The unit it was found in.
    pub unit: &'a Unit,
    /// This agent.
    pub agent: AgentVersion,
    /// The mark of the unit, if a catalogue of it was accepted before.
    pub mark: Option<Mark>,
    /// Now.
    pub now: Timestamp,
}

/// A catalogue that counts: on the word of a publisher the root names, for the unit it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    catalogue: Catalogue,
    publisher: String,
    kinds: Kinds,
    mark: Mark,
}

impl Trusted {
    /// What it says.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The name of its publisher on the root's list.
    #[must_use]
    pub fn publisher(&self) -> &str {
        &self.publisher
    }

    /// What is to be remembered when it takes force.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Whether it holds at this time. What is in force stays so when it expires, and is shown stale.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        if now < self.catalogue.heading.expires {
            Standing::Good
        } else {
            Standing::Stale
        }
    }

    /// The entries of one of its pages, by the page's place among [`Contents::pages`].
    ///
    /// # Errors
    /// [`CatalogueError::PageMissing`] when the bytes are another page's; [`CatalogueError::KindNotAllowed`].
    pub fn page(&self, index: usize, bytes: &[u8]) -> Result<Vec<Entry>, CatalogueError> {
        let contents = &self.catalogue.contents;
        if contents.pages().get(index) != Some(&digest_of(bytes)) {
            return Err(CatalogueError::PageMissing);
        }
        let entries = pages::read(bytes, contents.count(), index)?;
        self.allowed(&entries)?;
        Ok(entries)
    }

    /// Whether one of its pages says what that page of another catalogue says, and may: it need not be read again.
    #[must_use]
    pub fn shares_page(&self, index: usize, other: &Self) -> bool {
        let (own, others) = (self.catalogue.contents.pages(), other.catalogue.contents.pages());
        // As many pages: the same entries belong on it.
        let same = own.len() == others.len() && own.get(index).is_some() && own.get(index) == others.get(index);
        same && self.kinds == other.kinds
    }

    /// Everything it names, in order. `page` gives a page's bytes by their SHA-256.
    ///
    /// # Errors
    /// As [`Trusted::page`]; [`CatalogueError::PageMissing`] when one is not given.
    pub fn entries(&self, mut page: impl FnMut(&Digest) -> Option<Vec<u8>>) -> Result<Vec<Entry>, CatalogueError> {
        let pages = match &self.catalogue.contents {
            Contents::Inline(entries) => return Ok(entries.clone()),
            Contents::Paged { pages, .. } => pages,
        };
        let mut entries = Vec::with_capacity(self.catalogue.contents.count());
        for (index, digest) in pages.iter().enumerate() {
            let bytes = page(digest).ok_or(CatalogueError::PageMissing)?;
            entries.extend(self.page(index, &bytes)?);
        }
        if entries.len() != self.catalogue.contents.count() {
            return Err(CatalogueError::Damaged("number of entries"));
        }
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        Ok(entries)
    }

    fn allowed(&self, entries: &[Entry]) -> Result<(), CatalogueError> {
        let wrong = entries.iter().find(|entry| !self.kinds.contains(entry.kind));
        match wrong {
            None => Ok(()),
            Some(entry) => Err(CatalogueError::KindNotAllowed {
                publisher: self.publisher.clone(),
                kind: entry.kind,
                id: entry.id.clone(),
            }),
        }
    }
}

/// Accepts a catalogue that was found in a unit. One that was accepted before is accepted again; then [`Trusted::standing`] says whether
/// it still holds.
///
/// # Errors
/// [`CatalogueError`]: what is in force stays so.
pub fn accept_catalogue(bytes: &[u8], terms: Terms<'_>) -> Result<Trusted, CatalogueError> {
    let trusted = trusted_still(bytes, terms.list, terms.unit, terms.agent)?;
    let heading = &trusted.catalogue.heading;
    if heading.list_version > terms.list.version {
        return Err(CatalogueError::ListUnknown {
            needed: heading.list_version,
            have: terms.list.version,
        });
    }
    match terms.mark {
        Some(mark) if mark == trusted.mark => return Ok(trusted),
        Some(mark) if mark.sequence == heading.sequence => {
            return Err(CatalogueError::TwoOfOneNumber(heading.sequence));
        }
        Some(mark) if mark.sequence > heading.sequence => {
            return Err(CatalogueError::WentBack {
                seen: mark.sequence,
                found: heading.sequence,
            });
        }
        _ => {}
    }
    if heading.issued.0 > terms.now.0.saturating_add(AHEAD) {
        return Err(CatalogueError::NotYet);
    }
    if trusted.standing(terms.now) == Standing::Stale {
        return Err(CatalogueError::Expired);
    }
    Ok(trusted)
}

/// Whether a catalogue that was accepted before still counts under the list in force now: a publisher that was taken off the list or
/// revoked takes along what it signed. Dates and numbers are not looked at.
///
/// # Errors
/// [`CatalogueError`]: it is out of force.
pub fn trusted_still(
    bytes: &[u8],
    list: &RootList,
    unit: &Unit,
    agent: AgentVersion,
) -> Result<Trusted, CatalogueError> {
    let read = form::read(bytes)?;
    let catalogue = read.catalogue;
    let heading = &catalogue.heading;
    if heading.organisation != list.organisation {
        return Err(CatalogueError::OtherOrganisation(heading.organisation.clone()));
    }
    if heading.unit != *unit {
        return Err(CatalogueError::OtherUnit {
            found: heading.unit.clone(),
            here: unit.clone(),
        });
    }
    if list.is_revoked(catalogue.publisher) {
        return Err(CatalogueError::Revoked);
    }
    let named = || {
        list.publishers
            .iter()
            .filter(|listed| listed.key == catalogue.publisher)
    };
    let first = named().next().ok_or(CatalogueError::NotListed)?;
    let mut covering = named().filter(|listed| listed.covers(unit)).peekable();
    let publisher = match covering.peek() {
        Some(listed) => listed.name.clone(),
        None => {
            return Err(CatalogueError::NotCovered {
                publisher: first.name.clone(),
                unit: unit.clone(),
            });
        }
    };
    let kinds = covering.flat_map(|listed| listed.kinds.iter()).collect();
    if !catalogue.publisher.verifies(&message(read.signed), &read.signature) {
        return Err(CatalogueError::BadSignature);
    }
    if heading.min_agent > agent {
        return Err(CatalogueError::NeedsAgent {
            needed: heading.min_agent,
            have: agent,
        });
    }
    let trusted = Trusted {
        mark: Mark {
            sequence: heading.sequence,
            digest: digest_of(bytes),
        },
        catalogue,
        publisher,
        kinds,
    };
    if let Contents::Inline(entries) = &trusted.catalogue.contents {
        trusted.allowed(entries)?;
    }
    Ok(trusted)
}
