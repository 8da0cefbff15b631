//! The key schedule: HKDF-SHA256 and HMAC-SHA256 with length-prefixed labels.

use crate::bytes::frame;
use crate::stack::scrubbed;
use countersign_model::VaultId;
use countersign_secret::Key;
use hkdf::HkdfExtract;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const KEY_LABEL: &[u8] = b"countersign/v1/key";
const DEVICE_LABEL: &[u8] = b"countersign/v1/device";
const COMMIT_LABEL: &[u8] = b"countersign/v1/commitment";
const DEVICE_KEY_LABEL: &[u8] = b"countersign/v1/device-key";

/// What a derived key is for. Each has a key of its own, so nothing made for one can be taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Sealing records (`K_rec`).
    Records,
    /// Tags that hide which applications there are (`K_idx`).
    Index,
    /// The local vault store (`K_store`).
    Store,
    /// Authenticating slot sets and vault headers (`K_slots`).
    Slots,
    /// Proving the next epoch and keeping the key of the last one (`K_roll`).
    Roll,
    /// What devices share about recovery (`K_recovery`).
    Recovery,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Records => b"rec",
            Self::Index => b"idx",
            Self::Store => b"store",
            Self::Slots => b"slots",
            Self::Roll => b"roll",
            Self::Recovery => b"recovery",
        }
    }
}

/// The random key of one user and epoch. Used only to derive.
pub(crate) struct VaultKey(Key);

impl VaultKey {
    pub(crate) fn make_random() -> Result<Self, getrandom::Error> {
        Key::make_random().map(Self)
    }

    pub(crate) fn from_key(key: Key) -> Self {
        Self(key)
    }

    /// For wrapping in a slot only.
    pub(crate) fn for_slot(&self) -> &Key {
        &self.0
    }

    /// A second copy, in locked memory of its own.
    pub(crate) fn duplicate(&self) -> Self {
        Self(Key::from_fill(|out| out.copy_from_slice(self.0.expose())))
    }

    /// What names this key without telling anything of it.
    pub(crate) fn commitment(&self, vault: VaultId, epoch: u64) -> [u8; 32] {
        let info = frame(&[COMMIT_LABEL, &vault.0, &epoch.to_le_bytes()]);
        let mut commitment = [0; 32];
        hkdf_into(&[], &[self.0.expose()], &[&info], &mut commitment);
        commitment
    }

    /// The key a device's own key pair is kept under: this vault key and the device secret together.
    pub(crate) fn derive_with_device(&self, device_secret: &Key) -> Key {
        let info = frame(&[DEVICE_KEY_LABEL]);
        let parts = [self.0.expose(), device_secret.expose()];
        Key::from_fill(|out| hkdf_into(&[], &parts, &[&info], out))
    }

    pub(crate) fn derive(&self, purpose: Purpose, vault: VaultId, epoch: u64) -> Key {
        let info = frame(&[KEY_LABEL, purpose.label(), &vault.0, &epoch.to_le_bytes()]);
        derive_key(self.0.expose(), &info)
    }
}

/// A user's device secret, from the machine secret: HKDF-SHA256 over the label and the uid as `u32`, little-endian.
#[must_use]
pub fn derive_device_secret(machine_secret: &Key, uid: u32) -> Key {
    derive_key(
        machine_secret.expose(),
        &frame(&[DEVICE_LABEL, b"secret", &uid.to_le_bytes()]),
    )
}

/// The key of this device's store, from the device secret: what the agent needs before the vault is unlocked.
#[must_use]
pub fn derive_device_store_key(device_secret: &Key) -> Key {
    derive_key(device_secret.expose(), &frame(&[DEVICE_LABEL, b"store"]))
}

/// The key this device's audit log is chained with, from the device secret: refusals are logged before anything is unlocked.
#[must_use]
pub fn derive_audit_key(device_secret: &Key) -> Key {
    derive_key(device_secret.expose(), &frame(&[DEVICE_LABEL, b"audit"]))
}

/// The key the device's copy of recovery half B is kept under.
pub(crate) fn derive_half_key(device_secret: &Key) -> Key {
    derive_key(device_secret.expose(), &frame(&[DEVICE_LABEL, b"half-b"]))
}

/// The key that ties a device's slot set to its device secret.
pub(crate) fn derive_device_check_key(device_secret: &Key) -> Key {
    derive_key(device_secret.expose(), &frame(&[DEVICE_LABEL, b"slots"]))
}

/// A key by HKDF-SHA256 without salt.
pub(crate) fn derive_key(secret: &[u8], info: &[u8]) -> Key {
    Key::from_fill(|out| hkdf_into(&[], &[secret], &[info], out))
}

/// HKDF-SHA256 into place. The parts of `secret` and of `info` follow each other as they are; framing is the caller's.
#[expect(
    clippy::expect_used,
    reason = "HKDF-SHA256 gives up to 8160 bytes; nothing here asks for more than 76"
)]
pub(crate) fn hkdf_into(salt: &[u8], secret: &[&[u8]], info: &[&[u8]], out: &mut [u8]) {
    scrubbed(|| {
        let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
        for part in secret {
            extract.input_ikm(part);
        }
        let (_, expand) = extract.finalize();
        expand.expand_multi_info(info, out).expect("a short output");
    });
}

/// HMAC-SHA256 over the parts as they are; framing is the caller's.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub(crate) fn mac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    scrubbed(|| {
        let mut state = Hmac::<Sha256>::new_from_slice(key.expose()).expect("a key of any length");
        for part in parts {
            state.update(part);
        }
        state.finalize().into_bytes().into()
    })
}

/// Whether two authenticators are equal, in constant time.
pub(crate) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::from_fill(|out| out.fill(byte))
    }

    #[test]
    fn hkdf_is_that_of_rfc_5869() {
        let mut out = [0; 42];
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        hkdf_into(&salt, &[&[0x0b; 10], &[0x0b; 12]], &[&info], &mut out);
        assert_eq!(out[..8], [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a]);
        assert_eq!(out[34..], [0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65]);
    }

    #[test]
    fn every_purpose_vault_and_epoch_has_a_key_of_its_own() {
        let vault_key = VaultKey::from_key(key(1));
        let mut keys = Vec::new();
        for purpose in [
            Purpose::Records,
            Purpose::Index,
            Purpose::Store,
            Purpose::Slots,
            Purpose::Roll,
            Purpose::Recovery,
        ] {
            for vault in [VaultId([1; 16]), VaultId([2; 16])] {
                for epoch in [1, 2] {
                    keys.push(vault_key.derive(purpose, vault, epoch));
                }
            }
        }
        keys.push(derive_device_store_key(&key(1)));
        keys.push(derive_device_check_key(&key(1)));
        keys.push(derive_audit_key(&key(1)));
        keys.push(derive_half_key(&key(1)));
        keys.push(vault_key.derive_with_device(&key(1)));
        keys.push(vault_key.derive_with_device(&key(2)));
        for (at, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(at + 1).all(|other| other != one));
        }
    }
}
