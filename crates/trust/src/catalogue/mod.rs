//! Catalogues: what counts in one unit, signed by a publisher.

mod accept;
mod entry;
mod form;
mod pages;

pub use accept::{Mark, Terms, Trusted, accept_catalogue, trusted_still};
pub use entry::{Digest, Entry, digest_of};

use crate::codec::Malformed;
use crate::publisher::{EntryKind, PublisherKey, PublisherPublic};
use countersign_model::{Timestamp, Unit};
use std::fmt;
use std::str::FromStr;

/// The version of an agent: what [`Heading::min_agent`] is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentVersion(pub u16, pub u16, pub u16);

impl fmt::Display for AgentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A text is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version: write three numbers, such as 1.2.0")]
pub struct NoVersion(String);

impl FromStr for AgentVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let mut numbers = text.split('.').map(str::parse::<u16>);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(one)), Some(Ok(two)), Some(Ok(three)), None) => Ok(Self(one, two, three)),
            _ => Err(NoVersion(text.to_owned())),
        }
    }
}

/// What a catalogue says besides what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The organisation.
    pub organisation: String,
    /// The unit.
    pub unit: Unit,
    /// The version of the root list it was made under.
    pub list_version: u64,
    /// From 1; each new catalogue of the unit has a higher one.
    pub sequence: u64,
    /// When it was signed.
    pub issued: Timestamp,
    /// Until when it holds.
    pub expires: Timestamp,
    /// Older agents do not take it: they would misread what is in it.
    pub min_agent: AgentVersion,
}

/// A catalogue as it was read; nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// What it says of itself.
    pub heading: Heading,
    /// The key that signs it.
    pub publisher: PublisherPublic,
    /// What is in it.
    pub contents: Contents,
}

/// What a catalogue names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Up to 128 entries, in order.
    Inline(Vec<Entry>),
    /// More, in pages.
    Paged {
        /// How many entries all pages have together.
        entries: u32,
        /// The SHA-256 of each page, in order.
        pages: Vec<Digest>,
    },
}

impl Contents {
    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Inline(entries) => entries.len(),
            Self::Paged { entries, .. } => usize::try_from(*entries).unwrap_or(usize::MAX),
        }
    }

    /// The SHA-256 of each page; none where the entries are inline.
    #[must_use]
    pub fn pages(&self) -> &[Digest] {
        match self {
            Self::Inline(_) => &[],
            Self::Paged { pages, .. } => pages,
        }
    }
}

/// A signed catalogue and its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The catalogue.
    pub bytes: Vec<u8>,
    /// Its pages and their SHA-256, in order; none when it is short.
    pub pages: Vec<(Digest, Vec<u8>)>,
}

/// Why a catalogue is not accepted or not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The bytes are no catalogue, or no page of this one.
    #[error("it is damaged ({0}); publish it again")]
    Damaged(&'static str),
    /// A newer version wrote it.
    #[error("it is of format {0}, which this version does not know; update Countersign")]
    Unsupported(u16),
    /// It names an object of a kind this version does not know.
    #[error("it names objects of kind {0}, which this version does not know; update Countersign")]
    UnknownKind(u8),
    /// It is another organisation's.
    #[error("it is of the organisation `{0}`, not of this one")]
    OtherOrganisation(String),
    /// It was made for another unit.
    #[error("it was signed for the unit `{found}` and lies in `{here}`; publish it where it belongs")]
    OtherUnit {
        /// The unit it names.
        found: Unit,
        /// Where it lies.
        here: Unit,
    },
    /// Its publisher is not on the root's list.
    #[error(
        "its publisher is not on the organisation's list; the root has to name it (`countersign trust publisher add`)"
    )]
    NotListed,
    /// Its publisher's key was revoked.
    #[error("its publisher's key was revoked; a publisher on the organisation's list has to sign it anew")]
    Revoked,
    /// Its publisher may not sign for the unit.
    #[error("its publisher `{publisher}` may not sign for the unit `{unit}`")]
    NotCovered {
        /// The publisher.
        publisher: String,
        /// The unit.
        unit: Unit,
    },
    /// Its publisher may not sign objects of a kind it names.
    #[error("its publisher `{publisher}` may not sign a {kind} (`{id}`)")]
    KindNotAllowed {
        /// The publisher.
        publisher: String,
        /// The kind.
        kind: EntryKind,
        /// The first object of it.
        id: String,
    },
    /// The signature is wrong.
    #[error("it was changed after it was signed; tell the administrator")]
    BadSignature,
    /// It is older than one that was accepted.
    #[error("it went back from number {seen} to {found}; the newer one stays in force")]
    WentBack {
        /// The highest number accepted.
        seen: u64,
        /// Its number.
        found: u64,
    },
    /// It has the number of one that was accepted and says something else.
    #[error("there are two of number {0}; the one that was seen first stays in force, tell the administrator")]
    TwoOfOneNumber(u64),
    /// It has expired.
    #[error("it has expired; the administrator has to sign a new one")]
    Expired,
    /// It is signed for later.
    #[error("it is dated in the future; check this machine's clock")]
    NotYet,
    /// It is for newer agents.
    #[error("it is for agents from version {needed} on and this is {have}; update Countersign")]
    NeedsAgent {
        /// The version it asks for.
        needed: AgentVersion,
        /// This agent's.
        have: AgentVersion,
    },
    /// It was made under a list that was not seen yet.
    #[error("it was signed under version {needed} of the organisation's list and only {have} is known here")]
    ListUnknown {
        /// The version it was made under.
        needed: u64,
        /// The version in force.
        have: u64,
    },
    /// A page it names is not there.
    #[error("a page of it is missing or is another one; publish it again")]
    PageMissing,
    /// What is to be signed cannot be.
    #[error("the catalogue cannot be signed: {0}")]
    OutOfBounds(&'static str),
}

impl From<Malformed> for CatalogueError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Damaged(what)
    }
}

const DOMAIN: &[u8] = b"countersign/v1/catalogue\0";

fn message(signed: &[u8]) -> Vec<u8> {
    [DOMAIN, signed].concat()
}

/// Signs a catalogue of these entries, in any order.
///
/// # Errors
/// [`CatalogueError::OutOfBounds`].
pub fn sign_catalogue(key: &PublisherKey, heading: &Heading, entries: Vec<Entry>) -> Result<Signed, CatalogueError> {
    let (contents, pages) = pages::laid_out(entries)?;
    let mut bytes = form::encode(heading, key.public(), &contents)?;
    let signature = key.sign(&message(&bytes));
    bytes.extend_from_slice(&signature);
    Ok(Signed { bytes, pages })
}

/// What a catalogue says of itself. For people and for publishing; nothing of it is verified.
///
/// # Errors
/// [`CatalogueError::Damaged`], [`CatalogueError::Unsupported`], [`CatalogueError::UnknownKind`].
pub fn inspect_catalogue(bytes: &[u8]) -> Result<Catalogue, CatalogueError> {
    form::read(bytes).map(|read| read.catalogue)
}

#[cfg(test)]
mod tests;
