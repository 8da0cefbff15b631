//! The organisation's root key and how people pin it.

use crate::signature::{Signing, verifies};
use countersign_model::words::{BITS, number_of, word};
use countersign_secret::Key;
use sha2::{Digest, Sha256};
use std::fmt;

const FINGERPRINT_LABEL: &[u8] = b"countersign/v1/root-fingerprint\0";
const WORDS: usize = 6;

/// The public half of a root key. Any 32 bytes can be one; those that are no key verify nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RootPublic(pub [u8; 32]);

impl fmt::Debug for RootPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootPublic({})", self.fingerprint().join(" "))
    }
}

impl RootPublic {
    /// The six words people compare and type: 66 bits.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<&'static str> {
        words_of(FINGERPRINT_LABEL, &self.0)
    }

    /// Whether the signature over these bytes is this root's. Strict: no second form of a signature, no weak key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        verifies(&self.0, message, signature)
    }
}

/// Six words for a public key: 66 bits.
pub(crate) fn words_of(label: &[u8], key: &[u8; 32]) -> Vec<&'static str> {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(key);
    let digest: [u8; 32] = hash.finalize().into();
    let bit = |at: usize| digest.get(at / 8).map_or(0, |byte| u16::from(byte >> (7 - at % 8) & 1));
    let number = |nth: usize| (0..BITS).fold(0, |number, offset| (number << 1) | bit(nth * BITS + offset));
    (0..WORDS).map(|nth| word(number(nth))).collect()
}

/// A root's private key. Kept in a passphrase-sealed file, never in a vault or directory.
pub struct RootKey(Signing);

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({:?}, redacted)", self.public())
    }
}

impl RootKey {
    /// The root of a seed out of a key file.
    #[must_use]
    pub fn from_seed(seed: Key) -> Self {
        Self(Signing::from_seed(seed))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> RootPublic {
        RootPublic(*self.0.public())
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

/// Makes a root key.
///
/// # Errors
/// When the system has no random source.
pub fn make_root_key() -> Result<RootKey, getrandom::Error> {
    Key::make_random().map(RootKey::from_seed)
}

/// The root an organisation's machine or user believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin(pub RootPublic);

/// Why a root is not pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// More or fewer than six words.
    #[error("these are {0} words; the organisation's fingerprint has {WORDS}")]
    Count(usize),
    /// A word that is not on the list.
    #[error("word {0} is not one of the list; check how it is spelt")]
    Unknown(usize),
    /// The words are another root's.
    #[error(
        "these words are not of the root the directory shows; ask whoever gave them to you, and change nothing until they agree"
    )]
    OtherRoot,
}

impl Pin {
    /// Pins a root that was found in the directory by the six words the user got elsewhere.
    ///
    /// # Errors
    /// [`PinError`].
    pub fn by_words(found: RootPublic, typed: &str) -> Result<Self, PinError> {
        let split = || {
            typed
                .split(|char: char| char.is_whitespace() || char == '-')
                .filter(|word| !word.is_empty())
        };
        let count = split().count();
        if count != WORDS {
            return Err(PinError::Count(count));
        }
        let fingerprint = found.fingerprint();
        let mut same = true;
        for (nth, (typed, wanted)) in split().zip(fingerprint).enumerate() {
            let number = number_of(typed).ok_or(PinError::Unknown(nth + 1))?;
            same &= word(number) == wanted;
        }
        same.then_some(Self(found)).ok_or(PinError::OtherRoot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(byte: u8) -> RootKey {
        RootKey::from_seed(Key::from_fill(|out| out.fill(byte)))
    }

    #[test]
    fn the_signature_is_that_of_rfc_8032() {
        // Section 7.1, test 1.
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len() / 2)
                .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
                .collect()
        };
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let root = RootKey::from_seed(Key::from_fill(|out| out.copy_from_slice(&seed)));
        assert_eq!(
            root.public().0[..],
            hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        );
        let wanted = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(root.sign(b"")[..], hex(wanted));
        assert!(root.public().verifies(b"", &root.sign(b"")));
        assert!(!root.public().verifies(b"x", &root.sign(b"")));
        assert!(!RootPublic([0xff; 32]).verifies(b"", &root.sign(b"")));
        // A key of small order verifies nothing.
        let mut weak = [0; 32];
        weak[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!RootPublic(weak).verifies(b"", &signature));
    }

    #[test]
    fn a_root_is_pinned_by_its_words_alone() {
        let (one, other) = (root(1).public(), root(2).public());
        let words = one.fingerprint();
        assert_eq!(words.len(), 6);
        assert_ne!(words, other.fingerprint());
        assert_eq!(Pin::by_words(one, &words.join(" ").to_uppercase()), Ok(Pin(one)));
        assert_eq!(Pin::by_words(one, &words.join("-")), Ok(Pin(one)));
        assert_eq!(Pin::by_words(other, &words.join(" ")), Err(PinError::OtherRoot));
        assert_eq!(Pin::by_words(one, &words[1..].join(" ")), Err(PinError::Count(5)));
        let mut typed = words.clone();
        typed[3] = "qqqq";
        assert_eq!(Pin::by_words(one, &typed.join(" ")), Err(PinError::Unknown(4)));
        let mut typed = words.clone();
        typed[5] = if words[5] == "zoo" { "abandon" } else { "zoo" };
        assert_eq!(Pin::by_words(one, &typed.join(" ")), Err(PinError::OtherRoot));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", root(1));
        assert!(
            shown.starts_with("RootKey(RootPublic(") && shown.ends_with("redacted)"),
            "{shown}"
        );
        assert!(root(1).seed() == &Key::from_fill(|out| out.fill(1)));
        assert_ne!(make_root_key().unwrap().public(), make_root_key().unwrap().public());
    }
}
