//! Publishers: who may sign configuration, where, and of which kinds.

use crate::root::words_of;
use crate::signature::{Signing, verifies};
use countersign_model::{ConfigKind, ConfigName, Unit};
use countersign_secret::Key;
use std::fmt;

const FINGERPRINT_LABEL: &[u8] = b"countersign/v1/publisher-fingerprint\0";

/// What a configuration object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum EntryKind {
    /// An application template.
    Template = 1,
    /// A password policy.
    Policy = 2,
    /// A setting override.
    Override = 3,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Template, Self::Policy, Self::Override];

    /// Its name, for people and command lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Policy => "policy",
            Self::Override => "override",
        }
    }

    /// An object's name in repositories; `None` when the id is none.
    #[must_use]
    pub fn named(self, id: &str) -> Option<ConfigName> {
        let kind = match self {
            Self::Template => ConfigKind::Template,
            Self::Policy => ConfigKind::Policy,
            Self::Override => ConfigKind::Override,
        };
        ConfigName::new(kind, id)
    }

    /// The kind of a repository's object; pages are none.
    #[must_use]
    pub fn of_config(kind: ConfigKind) -> Option<Self> {
        match kind {
            ConfigKind::Template => Some(Self::Template),
            ConfigKind::Policy => Some(Self::Policy),
            ConfigKind::Override => Some(Self::Override),
            ConfigKind::Page => None,
        }
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == code)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// All there are.
    #[must_use]
    pub fn all() -> Self {
        EntryKind::ALL.into_iter().collect()
    }

    /// Whether a kind is among them.
    #[must_use]
    pub fn contains(self, kind: EntryKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Those it has.
    pub fn iter(self) -> impl Iterator<Item = EntryKind> {
        EntryKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Bit n stands for kind n. Bits of kinds this version does not know are kept.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    pub(crate) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl FromIterator<EntryKind> for Kinds {
    fn from_iter<T: IntoIterator<Item = EntryKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u16))
    }
}

/// The public half of a publisher's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublisherPublic(pub [u8; 32]);

impl fmt::Debug for PublisherPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublisherPublic({})", self.fingerprint().join(" "))
    }
}

impl PublisherPublic {
    /// The six words two people compare before the key goes on the list.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<&'static str> {
        words_of(FINGERPRINT_LABEL, &self.0)
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        verifies(&self.0, message, signature)
    }
}

/// A publisher on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPublisher {
    /// Its name: what logons are bound to, so that a publisher may change its key.
    pub name: String,
    /// Its key.
    pub key: PublisherPublic,
    /// The unit it may sign for, with all below it.
    pub unit: Unit,
    /// What it may sign.
    pub kinds: Kinds,
}

impl ListedPublisher {
    /// Whether it may sign for a unit.
    #[must_use]
    pub fn covers(&self, unit: &Unit) -> bool {
        self.unit.covers(unit)
    }
}

/// A publisher's private key. Kept in a passphrase-sealed file, never in a vault or directory.
pub struct PublisherKey(Signing);

impl fmt::Debug for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublisherKey({:?}, redacted)", self.public())
    }
}

impl PublisherKey {
    /// The publisher of a seed out of a key file.
    #[must_use]
    pub fn from_seed(seed: Key) -> Self {
        Self(Signing::from_seed(seed))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublisherPublic {
        PublisherPublic(*self.0.public())
    }

    /// The seed, for the key file.
    #[must_use]
    pub fn seed(&self) -> &Key {
        self.0.seed()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// Makes a publisher's key.
///
/// # Errors
/// When the system has no random source.
pub fn make_publisher_key() -> Result<PublisherKey, getrandom::Error> {
    Key::make_random().map(PublisherKey::from_seed)
}
