//! What is given for the factors of a slot.

use super::{Factor, SlotKind};
use crate::answer::Answer;
use countersign_secret::{Key, Password, SecretBytes};
use std::fmt;

/// The shortest answer of an external program, in bytes.
pub(crate) const SHORTEST_PROGRAM_ANSWER: usize = 32;
const LONGEST: usize = 4096;

/// A factor with what was given for it.
pub(crate) struct Given<'a> {
    pub(crate) factor: Factor,
    pub(crate) secret: &'a [u8],
}

/// What is given for every factor of one kind of slot, to make it or to open it.
pub struct SlotSecrets<'a> {
    kind: SlotKind,
    given: Vec<Given<'a>>,
}

/// What was given for a factor is too short or too long to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} has {found} bytes; it needs {least} to {most}")]
pub struct ShortSecret {
    /// Which secret.
    pub what: &'static str,
    /// Its length.
    pub found: usize,
    /// The shortest that would do.
    pub least: usize,
    /// The longest that would do.
    pub most: usize,
}

fn bounded(what: &'static str, bytes: &[u8], least: usize) -> Result<(), ShortSecret> {
    if (least..=LONGEST).contains(&bytes.len()) {
        return Ok(());
    }
    Err(ShortSecret {
        what,
        found: bytes.len(),
        least,
        most: LONGEST,
    })
}

impl<'a> SlotSecrets<'a> {
    /// For a login slot.
    #[must_use]
    pub fn login(password: &'a Password, device_secret: &'a Key) -> Self {
        Self::new(SlotKind::Login, [password.expose().as_bytes(), device_secret.expose()])
    }

    /// For a passphrase slot.
    #[must_use]
    pub fn passphrase(answer: &'a Answer) -> Self {
        Self::new(SlotKind::Passphrase, [answer.text().expose().as_bytes()])
    }

    /// For a silent slot: the password and the key in the directory that only the user may read.
    #[must_use]
    pub fn silent(password: &'a Password, directory_key: &'a Key) -> Self {
        Self::new(SlotKind::Silent, [password.expose().as_bytes(), directory_key.expose()])
    }

    /// For a directory-key slot.
    #[must_use]
    pub fn directory_key(directory_key: &'a Key) -> Self {
        Self::new(SlotKind::DirectoryKey, [directory_key.expose()])
    }

    /// For a directory-identity slot: the user's SID or GUID as the directory has it, 1 to 4096 bytes, and the device secret.
    ///
    /// # Errors
    /// [`ShortSecret`].
    pub fn directory_identity(identity: &'a [u8], device_secret: &'a Key) -> Result<Self, ShortSecret> {
        bounded("directory identity", identity, 1)?;
        Ok(Self::new(
            SlotKind::DirectoryIdentity,
            [identity, device_secret.expose()],
        ))
    }

    /// For an OS-protection slot: a random key the operating system keeps.
    #[must_use]
    pub fn os_protection(kept: &'a Key) -> Self {
        Self::new(SlotKind::OsProtection, [kept.expose()])
    }

    /// For a program slot: the program's answer, 32 to 4096 bytes, and the device secret.
    ///
    /// # Errors
    /// [`ShortSecret`].
    pub fn program(answer: &'a SecretBytes, device_secret: &'a Key) -> Result<Self, ShortSecret> {
        bounded("program's answer", answer.expose(), SHORTEST_PROGRAM_ANSWER)?;
        Ok(Self::new(SlotKind::Program, [answer.expose(), device_secret.expose()]))
    }

    pub(crate) fn recovery(half_a: &'a [u8], half_b: &'a [u8]) -> Self {
        Self::new(SlotKind::Recovery, [half_a, half_b])
    }

    /// The kind of slot it is for.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        self.kind
    }

    pub(crate) fn given(&self) -> &[Given<'a>] {
        &self.given
    }

    /// Whether something that people choose is empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.given
            .iter()
            .any(|given| given.factor.is_stretched() && given.secret.is_empty())
    }

    fn new<const N: usize>(kind: SlotKind, secrets: [&'a [u8]; N]) -> Self {
        let given = kind.factors().iter().zip(secrets);
        let given = given.map(|(factor, secret)| Given {
            factor: *factor,
            secret,
        });
        Self {
            kind,
            given: given.collect(),
        }
    }
}

impl fmt::Debug for SlotSecrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotSecrets({}, redacted)", self.kind.name())
    }
}
