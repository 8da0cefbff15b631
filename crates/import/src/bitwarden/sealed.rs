//! An export sealed with a password of its own: PBKDF2 or Argon2id, then AES-256-CBC with an HMAC over it.

use super::secret::Secret;
use crate::error::ImportError;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use argon2::{Config, ThreadMode, Variant, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_secret::{Key, Password, SecretBytes};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The most rounds of PBKDF2; Bitwarden takes two million at most.
const MOST_ROUNDS: u32 = 10_000_000;
/// The most memory of Argon2id, in MiB; Bitwarden takes 1,024 at most.
const MOST_MEMORY: u32 = 1024;
const MOST_PASSES: u32 = 100;
const MOST_LANES: u32 = 64;

/// What stands around a sealed export; of a plain one only `encrypted` is there.
#[derive(Deserialize)]
pub(super) struct Sealed {
    #[serde(default)]
    pub(super) encrypted: bool,
    #[serde(default, rename = "passwordProtected")]
    password_protected: bool,
    salt: Option<String>,
    #[serde(rename = "kdfType")]
    kdf: Option<u32>,
    #[serde(rename = "kdfIterations")]
    rounds: Option<u32>,
    #[serde(rename = "kdfMemory")]
    memory: Option<u32>,
    #[serde(rename = "kdfParallelism")]
    lanes: Option<u32>,
    #[serde(rename = "encKeyValidation_DO_NOT_EDIT")]
    proof: Option<String>,
    data: Option<Secret>,
}

impl Sealed {
    /// Refuses what only Bitwarden itself opens.
    pub(super) fn is_for_a_password(&self) -> Result<(), ImportError> {
        match self.password_protected {
            true => Ok(()),
            false => Err(ImportError::Closed {
                what: "this export is sealed with the key of a Bitwarden account; only Bitwarden opens it",
                next: "export again from Bitwarden as `.json`, or as `.json (Encrypted)` with the type `Password protected`",
            }),
        }
    }

    /// The document inside.
    pub(super) fn open(&self, password: Option<&Password>) -> Result<SecretBytes, ImportError> {
        self.is_for_a_password()?;
        let password = password.ok_or(ImportError::NeedsKey("password"))?;
        let stretched = Stretched::of(&self.master(password)?)?;
        let proof = self
            .proof
            .as_deref()
            .ok_or_else(|| missing("encKeyValidation_DO_NOT_EDIT"))?;
        stretched.open(proof, ImportError::WrongKey)?;
        let data = self
            .data
            .as_ref()
            .and_then(Secret::text)
            .ok_or_else(|| missing("data"))?;
        stretched.open(data, damaged("what is sealed in it was changed"))
    }

    fn master(&self, password: &Password) -> Result<Key, ImportError> {
        let salt = self.salt.as_deref().ok_or_else(|| missing("salt"))?;
        let rounds = self.rounds.ok_or_else(|| missing("kdfIterations"))?;
        match self.kdf {
            Some(0) => {
                if !(1..=MOST_ROUNDS).contains(&rounds) {
                    return Err(ImportError::Costly(format!("{rounds} rounds of PBKDF2")));
                }
                Ok(Key::from_fill(|key| {
                    pbkdf2::pbkdf2_hmac::<Sha256>(password.expose().as_bytes(), salt.as_bytes(), rounds, key);
                }))
            }
            Some(1) => {
                let memory = self.memory.ok_or_else(|| missing("kdfMemory"))?;
                let lanes = self.lanes.ok_or_else(|| missing("kdfParallelism"))?;
                if !(1..=MOST_PASSES).contains(&rounds)
                    || !(1..=MOST_MEMORY).contains(&memory)
                    || !(1..=MOST_LANES).contains(&lanes)
                {
                    let asked = format!("{memory} MiB, {rounds} passes and {lanes} lanes of Argon2id");
                    return Err(ImportError::Costly(asked));
                }
                let config = Config {
                    ad: &[],
                    hash_length: 32,
                    lanes,
                    mem_cost: memory << 10,
                    secret: &[],
                    thread_mode: ThreadMode::Parallel,
                    time_cost: rounds,
                    variant: Variant::Argon2id,
                    version: Version::Version13,
                };
                let salt = Sha256::digest(salt.as_bytes());
                let hash = argon2::hash_raw(password.expose().as_bytes(), &salt, &config);
                let hash = Zeroizing::new(hash.map_err(|_| damaged("its numbers for Argon2id do not go together"))?);
                Ok(Key::from_fill(|key| {
                    key.copy_from_slice(hash.get(..32).unwrap_or(&[0; 32]))
                }))
            }
            _ => Err(ImportError::Closed {
                what: "this export is sealed in a way that is not known here",
                next: "export again from Bitwarden as `.json`",
            }),
        }
    }
}

/// The two keys that come of the master key.
struct Stretched {
    encryption: Key,
    mac: Key,
}

impl Stretched {
    fn of(master: &Key) -> Result<Self, ImportError> {
        let hkdf = Hkdf::<Sha256>::from_prk(master.expose()).map_err(|_| ImportError::WrongKey)?;
        let expanded = |name: &[u8]| {
            let mut done = Ok(());
            let key = Key::from_fill(|key| done = hkdf.expand(name, key));
            done.map(|()| key).map_err(|_| ImportError::WrongKey)
        };
        Ok(Self {
            encryption: expanded(b"enc")?,
            mac: expanded(b"mac")?,
        })
    }

    /// Opens `2.IV|CIPHERTEXT|MAC`. What was changed since it was sealed is `wrong`.
    fn open(&self, text: &str, wrong: ImportError) -> Result<SecretBytes, ImportError> {
        let unwritten = || damaged("what is sealed in it is not written as Bitwarden writes it");
        let parts = text.strip_prefix("2.").ok_or_else(unwritten)?;
        let mut parts = parts.split('|').map(|part| STANDARD.decode(part));
        let (Some(Ok(iv)), Some(Ok(sealed)), Some(Ok(mac)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unwritten());
        };
        let mut over = Hmac::<Sha256>::new_from_slice(self.mac.expose()).map_err(|_| unwritten())?;
        over.update(&iv);
        over.update(&sealed);
        if over.verify_slice(&mac).is_err() {
            return Err(wrong);
        }
        let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(self.encryption.expose(), &iv);
        let cipher = cipher.map_err(|_| unwritten())?;
        let mut clear = SecretBytes::zeroed(sealed.len());
        clear.expose_mut().copy_from_slice(&sealed);
        let length = cipher
            .decrypt_padded::<Pkcs7>(clear.expose_mut())
            .map_err(|_| unwritten())?
            .len();
        let mut plain = SecretBytes::zeroed(length);
        let opened = clear.expose().get(..length).unwrap_or_default();
        plain.expose_mut().copy_from_slice(opened);
        Ok(plain)
    }
}

fn missing(what: &str) -> ImportError {
    damaged(&format!("`{what}` is missing"))
}

fn damaged(what: &str) -> ImportError {
    ImportError::Damaged(what.to_owned())
}
