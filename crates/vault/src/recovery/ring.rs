//! The organisation's recovery ring: the key pair half A is sealed to.

use crate::hpke::{PublicKey, derive_public};
use countersign_secret::Key;
use std::fmt;

/// The rings half A is sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rings {
    /// One operator of the helpdesk is enough.
    One(PublicKey),
    /// Two operators, each with a ring key of his own; either alone learns nothing.
    Two(PublicKey, PublicKey),
}

/// The private key of a recovery ring.
pub struct RingKey {
    pub(super) private: Key,
    public: PublicKey,
}

impl RingKey {
    /// The key half A is sealed to: for the root-signed list.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The private key, for [`seal_key_file`](crate::seal_key_file).
    #[must_use]
    pub fn private(&self) -> &Key {
        &self.private
    }
}

impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RingKey({:?}, redacted)", self.public)
    }
}

/// Makes the key pair of a new ring.
///
/// # Errors
/// When the system has no random source.
pub fn make_ring_key() -> Result<RingKey, getrandom::Error> {
    Key::make_random().map(ring_key)
}

/// The ring of a private key out of a key file.
#[must_use]
pub fn ring_key(private: Key) -> RingKey {
    RingKey {
        public: derive_public(&private),
        private,
    }
}
