//! The one way anything is sealed: HKDF-SHA256 from a fresh salt gives key, nonce and commitment; AES-256-GCM does the rest.

use crate::bytes::length32;
use crate::derive::{hkdf_into, same};
use crate::stack::scrubbed;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use countersign_secret::Key;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const LABEL: &[u8] = b"countersign/v1/seal\0";
const OKM: usize = 32 + 12 + 32;

/// The bytes a seal adds: salt, commitment, GCM tag.
pub(crate) const OVERHEAD: usize = 32 + 32 + 16;

/// What has to be kept beside the ciphertext to open it again.
pub(crate) struct Seal {
    pub(crate) salt: [u8; 32],
    pub(crate) commitment: [u8; 32],
    pub(crate) tag: [u8; 16],
}

/// The key, the header or the bytes are not those of the seal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The commitment differs: another key or another header.
    Commitment,
    /// The commitment holds but the ciphertext does not.
    Ciphertext,
}

struct Derived<'a> {
    key: &'a [u8; 32],
    nonce: &'a [u8; 12],
    commitment: &'a [u8; 32],
}

/// Encrypts `buffer` in place under a fresh salt.
pub(crate) fn seal_in_place(
    key: &Key,
    purpose: &[u8],
    header: &[u8],
    buffer: &mut [u8],
) -> Result<Seal, getrandom::Error> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)?;
    Ok(seal_with_salt(key, purpose, header, salt, buffer))
}

/// As [`seal_in_place`] with a salt that the caller never uses twice.
#[expect(clippy::expect_used, reason = "AES-GCM refuses only buffers of 64 GiB and more")]
pub(crate) fn seal_with_salt(key: &Key, purpose: &[u8], header: &[u8], salt: [u8; 32], buffer: &mut [u8]) -> Seal {
    derived(key, purpose, header, &salt, |derived| {
        let tag = Aes256Gcm::new(derived.key.into())
            .encrypt_inout_detached(&Nonce::from(*derived.nonce), header, InOutBuf::from(buffer))
            .expect("a short buffer");
        Seal {
            salt,
            commitment: *derived.commitment,
            tag: tag.into(),
        }
    })
}

/// Decrypts `buffer` in place. The commitment is compared first; nothing is decrypted before the tag is verified.
pub(crate) fn open_in_place(
    key: &Key,
    purpose: &[u8],
    header: &[u8],
    seal: &Seal,
    buffer: &mut [u8],
) -> Result<(), Broken> {
    derived(key, purpose, header, &seal.salt, |derived| {
        if !same(derived.commitment, &seal.commitment) {
            return Err(Broken::Commitment);
        }
        Aes256Gcm::new(derived.key.into())
            .decrypt_inout_detached(
                &Nonce::from(*derived.nonce),
                header,
                InOutBuf::from(buffer),
                &Tag::from(seal.tag),
            )
            .map_err(|_| Broken::Ciphertext)
    })
}

#[expect(clippy::expect_used, reason = "the parts lie within a fixed array")]
fn derived<R>(key: &Key, purpose: &[u8], header: &[u8], salt: &[u8; 32], then: impl FnOnce(Derived<'_>) -> R) -> R {
    let length = length32(purpose).to_le_bytes();
    let digest: [u8; 32] = Sha256::digest(header).into();
    scrubbed(|| {
        let mut okm = Zeroizing::new([0_u8; OKM]);
        hkdf_into(
            salt,
            &[key.expose()],
            &[LABEL, &length, purpose, &digest],
            okm.as_mut_slice(),
        );
        let (cipher_key, rest) = okm.split_first_chunk().expect("32 bytes");
        let (nonce, rest) = rest.split_first_chunk().expect("12 bytes");
        let commitment = rest.first_chunk().expect("32 bytes");
        then(Derived {
            key: cipher_key,
            nonce,
            commitment,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::from_fill(|out| out.fill(byte))
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let mut buffer = *b"some sixteen byt";
        let seal = seal_in_place(&key(1), b"rec", b"header", &mut buffer).unwrap();
        assert_ne!(&buffer, b"some sixteen byt");
        let try_open = |key: &Key, purpose: &[u8], header: &[u8], seal: &Seal| {
            let mut copy = buffer;
            open_in_place(key, purpose, header, seal, &mut copy).map(|()| copy)
        };
        assert_eq!(
            try_open(&key(1), b"rec", b"header", &seal).unwrap(),
            *b"some sixteen byt"
        );
        assert_eq!(try_open(&key(2), b"rec", b"header", &seal), Err(Broken::Commitment));
        assert_eq!(try_open(&key(1), b"slot", b"header", &seal), Err(Broken::Commitment));
        assert_eq!(try_open(&key(1), b"rec", b"Header", &seal), Err(Broken::Commitment));
        let mut other = seal;
        other.tag[3] ^= 1;
        assert_eq!(try_open(&key(1), b"rec", b"header", &other), Err(Broken::Ciphertext));
    }

    #[test]
    fn a_failed_opening_leaves_no_plaintext() {
        let mut buffer = *b"some sixteen byt";
        let mut seal = seal_in_place(&key(1), b"rec", b"header", &mut buffer).unwrap();
        seal.tag[0] ^= 1;
        let sealed = buffer;
        assert!(open_in_place(&key(1), b"rec", b"header", &seal, &mut buffer).is_err());
        assert_eq!(buffer, sealed);
    }
}
