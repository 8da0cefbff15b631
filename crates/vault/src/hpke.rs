//! Sealing to a public key: RFC 9180, base mode, single shot; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//!
//! Anybody can seal to a public key. What is opened here proves nothing about who sealed it; each use says what does.

use crate::derive::hkdf_into;
use crate::stack::scrubbed;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use countersign_secret::Key;
use hkdf::{Hkdf, HkdfExtract};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: &[u8] = b"HPKE-v1";
const KEM_SUITE: &[u8] = b"KEM\x00\x20";
const HPKE_SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x02";
const BASE_MODE: u8 = 0;
/// The bytes a sealing adds: the encapsulated key and the GCM tag.
pub(crate) const OVERHEAD: usize = 32 + 16;

/// An X25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// No key: of devices that joined before devices had keys.
    pub(crate) const NONE: Self = Self([0; 32]);
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

/// The public key of a private one.
pub(crate) fn derive_public(private: &Key) -> PublicKey {
    PublicKey(multiply(private, &x25519_dalek::X25519_BASEPOINT_BYTES))
}

/// Why nothing came out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotOpened;

/// Why nothing could be sealed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotSealed {
    /// The public key is one of the few that lead to a shared secret everybody knows.
    WeakKey,
    Random(getrandom::Error),
}

/// Seals `secret` to `recipient`: encapsulated key ‖ ciphertext ‖ tag.
pub(crate) fn seal_to(recipient: PublicKey, info: &[u8], header: &[u8], secret: &[u8]) -> Result<Vec<u8>, NotSealed> {
    let ephemeral = Key::make_random().map_err(NotSealed::Random)?;
    seal_with(&ephemeral, recipient, info, header, secret)
}

/// As [`seal_to`] with an ephemeral key that is never used twice.
#[expect(clippy::expect_used, reason = "AES-GCM refuses only buffers of 64 GiB and more")]
pub(crate) fn seal_with(
    ephemeral: &Key,
    recipient: PublicKey,
    info: &[u8],
    header: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, NotSealed> {
    let enc = derive_public(ephemeral);
    let shared = agree(ephemeral, recipient, enc, recipient).ok_or(NotSealed::WeakKey)?;
    let mut sealed = Vec::with_capacity(OVERHEAD + secret.len());
    sealed.extend_from_slice(&enc.0);
    sealed.extend_from_slice(secret);
    let body = sealed.get_mut(32..).unwrap_or_default();
    let tag = scheduled(&shared, info, |key, nonce| {
        Aes256Gcm::new(key.into())
            .encrypt_inout_detached(&Nonce::from(*nonce), header, InOutBuf::from(body))
            .expect("a short buffer")
    });
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what was sealed to `private`, into `out`, which has to be exactly as long as the secret.
pub(crate) fn open_from(
    private: &Key,
    info: &[u8],
    header: &[u8],
    sealed: &[u8],
    out: &mut [u8],
) -> Result<(), NotOpened> {
    let (enc, rest) = sealed.split_first_chunk::<32>().ok_or(NotOpened)?;
    let (body, tag) = rest.split_last_chunk::<16>().ok_or(NotOpened)?;
    if body.len() != out.len() {
        return Err(NotOpened);
    }
    let enc = PublicKey(*enc);
    let shared = agree(private, enc, enc, derive_public(private)).ok_or(NotOpened)?;
    out.copy_from_slice(body);
    let opened = scheduled(&shared, info, |key, nonce| {
        Aes256Gcm::new(key.into()).decrypt_inout_detached(
            &Nonce::from(*nonce),
            header,
            InOutBuf::from(&mut *out),
            &Tag::from(*tag),
        )
    });
    opened.map_err(|_| {
        out.fill(0);
        NotOpened
    })
}

fn multiply(private: &Key, public: &[u8; 32]) -> [u8; 32] {
    scrubbed(|| {
        let mut scalar = Zeroizing::new([0; 32]);
        scalar.copy_from_slice(private.expose());
        x25519_dalek::x25519(*scalar, *public)
    })
}

/// The KEM's shared secret; `None` when the other key is of small order.
fn agree(private: &Key, other: PublicKey, enc: PublicKey, recipient: PublicKey) -> Option<Key> {
    let product = Key::from_fill(|out| {
        scrubbed(|| {
            let product = Zeroizing::new(multiply(private, &other.0));
            out.copy_from_slice(product.as_slice());
        });
    });
    if bool::from(product.expose().ct_eq(&[0; 32])) {
        return None;
    }
    let mut context = [0; 64];
    context[..32].copy_from_slice(&enc.0);
    context[32..].copy_from_slice(&recipient.0);
    Some(Key::from_fill(|out| {
        hkdf_into(
            &[],
            &[VERSION, KEM_SUITE, b"eae_prk", product.expose()],
            &[&[0, 32], VERSION, KEM_SUITE, b"shared_secret", &context],
            out,
        );
    }))
}

/// The key schedule of the base mode: key and nonce for the one message.
#[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8160 bytes")]
fn scheduled<R>(shared: &Key, info: &[u8], then: impl FnOnce(&[u8; 32], &[u8; 12]) -> R) -> R {
    let extract = |salt: &[u8], label: &[u8], ikm: &[u8]| {
        let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
        for part in [VERSION, HPKE_SUITE, label, ikm] {
            extract.input_ikm(part);
        }
        extract.finalize()
    };
    scrubbed(|| {
        let (psk_id_hash, _) = extract(b"", b"psk_id_hash", b"");
        let (info_hash, _) = extract(b"", b"info_hash", info);
        let context: [&[u8]; 3] = [&[BASE_MODE], &psk_id_hash, &info_hash];
        let (_, secret): (_, Hkdf<Sha256>) = extract(shared.expose(), b"secret", b"");
        let expand = |label: &[u8], length: u8, out: &mut [u8]| {
            let [mode, psk, info] = context;
            let labelled = [&[0, length], VERSION, HPKE_SUITE, label, mode, psk, info];
            secret.expand_multi_info(&labelled, out).expect("a short output");
        };
        let (mut key, mut nonce) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 12]));
        expand(b"key", 32, key.as_mut_slice());
        expand(b"base_nonce", 12, nonce.as_mut_slice());
        then(&key, &nonce)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
            .collect()
    }

    fn key(byte: u8) -> Key {
        Key::from_fill(|out| out.fill(byte))
    }

    #[test]
    fn the_kem_is_that_of_rfc_9180() {
        // Appendix A.1.1: DHKEM(X25519, HKDF-SHA256), base mode.
        let ephemeral = hex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736");
        let recipient = hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
        let ephemeral = Key::from_fill(|out| out.copy_from_slice(&ephemeral));
        let recipient = Key::from_fill(|out| out.copy_from_slice(&recipient));
        let (enc, public) = (derive_public(&ephemeral), derive_public(&recipient));
        assert_eq!(
            enc.0[..],
            hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
        );
        assert_eq!(
            public.0[..],
            hex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")
        );
        let wanted = hex("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc");
        assert_eq!(agree(&ephemeral, public, enc, public).unwrap().expose(), wanted);
        assert_eq!(agree(&recipient, enc, enc, public).unwrap().expose(), wanted);
    }

    #[test]
    fn what_was_sealed_opens_for_its_key_and_words_only() {
        let recipient = derive_public(&key(1));
        let sealed = seal_to(recipient, b"info", b"header", b"secret").unwrap();
        assert_eq!(sealed.len(), OVERHEAD + 6);
        let open = |private: &Key, info: &[u8], header: &[u8], sealed: &[u8]| {
            let mut out = [9; 6];
            let opened = open_from(private, info, header, sealed, &mut out);
            opened
                .map(|()| out)
                .inspect_err(|_| assert!(out == [0; 6] || out == [9; 6]))
        };
        assert_eq!(open(&key(1), b"info", b"header", &sealed), Ok(*b"secret"));
        assert_eq!(open(&key(2), b"info", b"header", &sealed), Err(NotOpened));
        assert_eq!(open(&key(1), b"inf0", b"header", &sealed), Err(NotOpened));
        assert_eq!(open(&key(1), b"info", b"headeR", &sealed), Err(NotOpened));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&key(1), b"info", b"header", &changed), Err(NotOpened), "byte {at}");
            assert_eq!(
                open(&key(1), b"info", b"header", &sealed[..at]),
                Err(NotOpened),
                "cut at {at}"
            );
        }
        assert_ne!(sealed, seal_to(recipient, b"info", b"header", b"secret").unwrap());
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let mut one = [0; 32];
        one[0] = 1;
        for weak in [[0; 32], one] {
            assert_eq!(seal_to(PublicKey(weak), b"", b"", b"secret"), Err(NotSealed::WeakKey));
            let mut sealed = seal_to(derive_public(&key(1)), b"", b"", b"secret").unwrap();
            sealed[..32].copy_from_slice(&weak);
            assert_eq!(open_from(&key(1), b"", b"", &sealed, &mut [0; 6]), Err(NotOpened));
        }
    }

    #[test]
    fn debug_shows_the_start_of_a_public_key() {
        assert_eq!(format!("{:?}", PublicKey([0xab; 32])), "PublicKey(abababab…)");
    }
}
