//! What a catalogue says of one object.

use super::CatalogueError;
use crate::codec::{Reader, put_text};
use crate::publisher::EntryKind;
use countersign_model::ConfigName;
use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub type Digest = [u8; 32];

const LONGEST_ID: usize = 64;

/// An object a catalogue names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its id, once of each kind; see [`ConfigName`].
    pub id: String,
    /// Its version, for people and for those who compare: the higher, the newer.
    pub version: u64,
    /// Of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u32,
}

/// The SHA-256 of an object's or a page's bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

impl Entry {
    /// Its name in repositories; `None` when the id is none.
    #[must_use]
    pub fn name(&self) -> Option<ConfigName> {
        self.kind.named(&self.id)
    }

    /// Where it is sorted in, and what is there once.
    pub(super) fn key(&self) -> (EntryKind, &str) {
        (self.kind, &self.id)
    }

    /// The SHA-256 of kind and id: which page it is on.
    pub(super) fn place(&self) -> Digest {
        let mut hash = Sha256::new();
        hash.update([self.kind as u8]);
        hash.update(&self.id);
        hash.finalize().into()
    }

    pub(super) fn put(&self, to: &mut Vec<u8>) {
        to.push(self.kind as u8);
        put_text(to, &self.id);
        to.extend_from_slice(&self.version.to_le_bytes());
        to.extend_from_slice(&self.digest);
        to.extend_from_slice(&self.size.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, CatalogueError> {
        let code = from.u8("entries")?;
        let entry = Self {
            kind: EntryKind::of(code).ok_or(CatalogueError::UnknownKind(code))?,
            id: from.text(LONGEST_ID, "entries")?,
            version: from.u64("entries")?,
            digest: from.array("entries")?,
            size: from.u32("entries")?,
        };
        let named = entry.name().is_some();
        named.then_some(entry).ok_or(CatalogueError::Damaged("an object's id"))
    }
}

/// So many entries, each after the one before.
pub(super) fn read_entries(from: &mut Reader<'_>, most: usize) -> Result<Vec<Entry>, CatalogueError> {
    let count = usize::from(from.u16("entries")?);
    if count > most {
        return Err(CatalogueError::Damaged("entries"));
    }
    let entries = (0..count).map(|_| Entry::read(from)).collect::<Result<Vec<_>, _>>()?;
    match entries.is_sorted_by(|one, next| one.key() < next.key()) {
        true => Ok(entries),
        false => Err(CatalogueError::Damaged("order of entries")),
    }
}
