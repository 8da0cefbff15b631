//! Ed25519, strictly: what roots and publishers sign with.

use countersign_secret::Key;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Whether the signature over these bytes is this key's. Strict: no second form of a signature, no weak key.
pub(crate) fn verifies(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = VerifyingKey::from_bytes(key);
    key.is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

/// A private key and its public half.
pub(crate) struct Signing {
    seed: Key,
    public: [u8; 32],
}

impl Signing {
    pub(crate) fn from_seed(seed: Key) -> Self {
        let public = opened(&seed).verifying_key().to_bytes();
        Self { seed, public }
    }

    pub(crate) fn public(&self) -> &[u8; 32] {
        &self.public
    }

    pub(crate) fn seed(&self) -> &Key {
        &self.seed
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        opened(&self.seed).sign(message).to_bytes()
    }
}

/// A signing key wipes itself when it is dropped; it lives for one signature.
fn opened(seed: &Key) -> SigningKey {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(seed.expose());
    let key = SigningKey::from_bytes(&bytes);
    bytes.fill(0);
    std::hint::black_box(&mut bytes);
    key
}
