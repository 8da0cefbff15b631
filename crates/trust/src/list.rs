//! The list a root signs: who speaks for the organisation, until when.

mod form;

use crate::codec::Malformed;
use crate::publisher::{ListedPublisher, PublisherPublic};
use crate::root::{Pin, RootKey, RootPublic, words_of};
use countersign_model::Timestamp;

const DOMAIN: &[u8] = b"countersign/v1/root-list\0";
const RING_LABEL: &[u8] = b"countersign/v1/ring-fingerprint\0";

/// A recovery ring on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRing {
    /// Its name, for people.
    pub name: String,
    /// Its X25519 public key.
    pub key: [u8; 32],
}

impl ListedRing {
    /// The six words two people compare before the key goes on the list.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<&'static str> {
        words_of(RING_LABEL, &self.key)
    }
}

/// How recovery works in this organisation.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Recovery {
    /// There is none.
    #[default]
    Off,
    /// One operator is enough.
    One(ListedRing),
    /// It takes two operators.
    Two(ListedRing, ListedRing),
}

/// Something else on the list, of a kind this version does not use: kept as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The number of its kind; 1 is a recovery ring, 2 a publisher.
    pub kind: u16,
    /// Its name.
    pub name: String,
    /// Its public key.
    pub key: [u8; 32],
    /// What else is said of it, up to 4 KiB.
    pub more: Vec<u8>,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootList {
    /// The organisation.
    pub organisation: String,
    /// From 1; each new list is the next.
    pub version: u64,
    /// When it was signed.
    pub issued: Timestamp,
    /// Until when it holds.
    pub expires: Timestamp,
    /// The root that signs it.
    pub root: RootPublic,
    /// The recovery rings.
    pub recovery: Recovery,
    /// Who may sign configuration. A key can be there more than once, for several units.
    pub publishers: Vec<ListedPublisher>,
    /// Keys nothing is believed of any more, in order: what they have signed goes out of force.
    pub revoked: Vec<[u8; 32]>,
    /// Members of kinds this version does not use.
    pub others: Vec<Member>,
    /// Settings that take the root's word, in TOML of at most 32 KiB; empty where there are none.
    pub settings: String,
}

impl RootList {
    /// Whether a publisher's key was revoked.
    #[must_use]
    pub fn is_revoked(&self, key: PublisherPublic) -> bool {
        self.revoked.binary_search(&key.0).is_ok()
    }

    /// Revokes a publisher's key: it goes off the list and never comes back on. False when it was revoked before.
    pub fn revoke(&mut self, key: PublisherPublic) -> bool {
        self.publishers.retain(|publisher| publisher.key != key);
        match self.revoked.binary_search(&key.0) {
            Ok(_) => false,
            Err(at) => {
                self.revoked.insert(at, key.0);
                true
            }
        }
    }
}

/// A list that was accepted. Remember its version and its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The list.
    pub list: RootList,
    /// The root to believe from now on: another one after a rotation.
    pub pin: Pin,
}

/// Whether an accepted list still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Good,
    /// It has expired: the last good list stays in force and is shown stale.
    Stale,
}

/// Why a list is not accepted or not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The bytes are no list.
    #[error("the organisation's list is damaged ({0}); fetch it again")]
    Damaged(&'static str),
    /// A newer version wrote it.
    #[error("the organisation's list is of format {0}, which this version does not know; update Countersign")]
    Unsupported(u16),
    /// It is another root's.
    #[error(
        "the organisation's list is signed by another root than the one trusted here; nothing of it is used, tell the administrator"
    )]
    OtherRoot,
    /// The signature is wrong.
    #[error("the organisation's list was changed after it was signed; nothing of it is used, tell the administrator")]
    BadSignature,
    /// It is older than one that was seen.
    #[error("the organisation's list went back from version {seen} to {found}; the newer one stays in force")]
    WentBack {
        /// The newest version seen.
        seen: u64,
        /// Its version.
        found: u64,
    },
    /// It has the version of one that was seen and says something else.
    #[error("there are two lists of version {0}; the one that was seen first stays in force, tell the administrator")]
    TwoOfOneVersion(u64),
    /// A rotation left out a version.
    #[error(
        "the root was changed between versions {seen} and {found}, and the list between them is missing; fetch it first"
    )]
    Skipped {
        /// The newest version seen.
        seen: u64,
        /// Its version.
        found: u64,
    },
    /// It has expired and none was accepted before.
    #[error(
        "the organisation's list has expired and none was accepted here before; ask the administrator for a new one"
    )]
    Expired,
    /// It is signed for later.
    #[error("the organisation's list is dated in the future; check this machine's clock")]
    NotYet,
    /// It is another organisation's.
    #[error("the list is of another organisation")]
    OtherOrganisation,
    /// What is to be signed cannot be.
    #[error("the list cannot be signed: {0}")]
    OutOfBounds(&'static str),
}

impl From<Malformed> for ListError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Damaged(what)
    }
}

fn message(signed: &[u8]) -> Vec<u8> {
    [DOMAIN, signed].concat()
}

/// Signs a list. Its `root` is set to the key's own.
///
/// # Errors
/// [`ListError::OutOfBounds`].
pub fn sign_list(key: &RootKey, list: &RootList) -> Result<Vec<u8>, ListError> {
    let mut bytes = form::encode(&RootList {
        root: key.public(),
        ..list.clone()
    })?;
    let signature = key.sign(&message(&bytes));
    bytes.extend_from_slice(&signature);
    Ok(bytes)
}

/// Signs the first list of a new root, with the new key and with the old one.
///
/// # Errors
/// [`ListError::OutOfBounds`].
pub fn rotate_list(old: &RootKey, new: &RootKey, list: &RootList) -> Result<Vec<u8>, ListError> {
    let mut bytes = form::encode(&RootList {
        root: new.public(),
        ..list.clone()
    })?;
    // The flag is signed: a rotation cannot be made into a plain list or the other way round.
    if let Some(flag) = bytes.get_mut(10) {
        *flag = 1;
    }
    let signed = message(&bytes);
    bytes.extend_from_slice(&new.sign(&signed));
    bytes.extend_from_slice(&old.sign(&signed));
    Ok(bytes)
}

/// What a list says of itself. For people, and to show the fingerprint to pin; nothing of it is verified.
///
/// # Errors
/// [`ListError::Damaged`], [`ListError::Unsupported`].
pub fn inspect_list(bytes: &[u8]) -> Result<RootList, ListError> {
    form::read(bytes).map(|read| read.list)
}

/// Accepts a list under a pinned root. `before` is the list that was accepted last, if one was: a newer one is of the same
/// organisation and not older; a list that has expired is refused only where none was accepted before.
///
/// # Errors
/// [`ListError`].
pub fn accept_list(pin: Pin, bytes: &[u8], before: Option<&RootList>, now: Timestamp) -> Result<Accepted, ListError> {
    let read = form::read(bytes)?;
    let (list, signed) = (read.list, message(read.signed));
    let rotates = match &read.before {
        None if list.root == pin.0 => false,
        // The list the rotation brought is already the one in force.
        Some(_) if list.root == pin.0 => false,
        Some(old) if pin.0.verifies(&signed, old) => true,
        _ => return Err(ListError::OtherRoot),
    };
    if !list.root.verifies(&signed, &read.signature) {
        return Err(ListError::BadSignature);
    }
    if let Some(before) = before {
        if before.organisation != list.organisation {
            return Err(ListError::OtherOrganisation);
        }
        if list.version < before.version {
            return Err(ListError::WentBack {
                seen: before.version,
                found: list.version,
            });
        }
        if list.version == before.version && list != *before {
            return Err(ListError::TwoOfOneVersion(list.version));
        }
        if rotates && before.version.checked_add(1) != Some(list.version) {
            return Err(ListError::Skipped {
                seen: before.version,
                found: list.version,
            });
        }
    } else if standing(&list, now) == Standing::Stale {
        return Err(ListError::Expired);
    }
    if list.issued > now && before.is_none_or(|before| before.version < list.version) {
        return Err(ListError::NotYet);
    }
    Ok(Accepted {
        pin: Pin(list.root),
        list,
    })
}

/// Whether a list holds at this time.
#[must_use]
pub fn standing(list: &RootList, now: Timestamp) -> Standing {
    if now < list.expires {
        Standing::Good
    } else {
        Standing::Stale
    }
}

/// A list without members, for the tests of others.
#[cfg(test)]
pub(crate) fn make_list_for_tests() -> RootList {
    RootList {
        organisation: "Example".to_owned(),
        version: 1,
        issued: Timestamp(1000),
        expires: Timestamp(2000),
        root: RootPublic([1; 32]),
        recovery: Recovery::Off,
        publishers: Vec::new(),
        revoked: Vec::new(),
        others: Vec::new(),
        settings: String::new(),
    }
}

#[cfg(test)]
mod tests;
