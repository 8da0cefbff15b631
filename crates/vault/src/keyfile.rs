//! Private keys of the organisation in passphrase-sealed files: root, publishers, recovery rings.

use crate::answer::Answer;
use crate::bytes::{Malformed, Reader, magic};
use crate::container::{unwrap_key, wrap};
use crate::kdf::{KdfError, KdfParameters, OutOfBounds, SALT};
use crate::seal::{Broken, OVERHEAD};
use countersign_secret::Key;

const FORMAT: u16 = 1;
const PURPOSE: &[u8] = b"key-file";
const LONGEST_NAME: usize = 256;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum KeyKind {
    /// The organisation's root: an Ed25519 seed.
    Root = 1,
    /// A publisher: an Ed25519 seed.
    Publisher = 2,
    /// A recovery ring: an X25519 private key.
    Ring = 3,
}

impl KeyKind {
    const ALL: [Self; 3] = [Self::Root, Self::Publisher, Self::Ring];

    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Publisher => "publisher",
            Self::Ring => "recovery ring",
        }
    }
}

/// What a key file says of itself; authenticated only when it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFileFacts {
    /// What the key is for.
    pub kind: KeyKind,
    /// The name it was given.
    pub name: String,
    /// Its public key.
    pub public: [u8; 32],
    /// What Argon2id costs.
    pub kdf: KdfParameters,
}

/// Why a key file is not made or does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The passphrase is not the file's.
    #[error("that is not this key's passphrase; try again")]
    WrongPassphrase,
    /// The bytes are not those that were written.
    #[error("the key file is damaged ({0}); take another copy")]
    Damaged(&'static str),
    /// The key is for something else.
    #[error("this is a {} key and a {} key is needed; choose the other file", .found.name(), .wanted.name())]
    OtherKind {
        /// What it is for.
        found: KeyKind,
        /// What is needed.
        wanted: KeyKind,
    },
    /// A newer version wrote it.
    #[error("the key file is of format {format}, kind {kind}, which this version does not know; update Countersign")]
    Unsupported {
        /// Its format.
        format: u16,
        /// Its kind.
        kind: u16,
    },
    /// The name is too long.
    #[error("the name of a key has 1 to {LONGEST_NAME} bytes; choose another")]
    Name,
    /// Argon2id would be too weak or too dear. It did not run.
    #[error(transparent)]
    ParametersOutOfBounds(#[from] OutOfBounds),
    /// Argon2id could not run.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// There is no randomness.
    #[error("the system gives no random numbers ({0})")]
    Random(getrandom::Error),
}

impl From<Malformed> for KeyFileError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Damaged(what)
    }
}

struct Parsed<'a> {
    facts: KeyFileFacts,
    salt: [u8; SALT],
    clear: &'a [u8],
    sealed: &'a [u8],
}

/// Seals a private key under a passphrase. Runs Argon2id once.
///
/// # Errors
/// [`KeyFileError`].
pub fn seal_key_file(
    (kind, name): (KeyKind, &str),
    public: &[u8; 32],
    private: &Key,
    passphrase: &Answer,
    kdf: KdfParameters,
) -> Result<Vec<u8>, KeyFileError> {
    if !(1..=LONGEST_NAME).contains(&name.len()) {
        return Err(KeyFileError::Name);
    }
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(KeyFileError::Random)?;
    let mut bytes = magic::KEY_FILE.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&(kind as u16).to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(public);
    kdf.encode(&mut bytes);
    bytes.extend_from_slice(&salt);
    let key = kdf.stretch(passphrase.text().expose().as_bytes(), &salt)?;
    let sealed = wrap(&key, PURPOSE, &bytes, private.expose()).map_err(KeyFileError::Random)?;
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// What a key file says of itself.
///
/// # Errors
/// As [`open_key_file`] without a passphrase.
pub fn inspect_key_file(bytes: &[u8]) -> Result<KeyFileFacts, KeyFileError> {
    parse(bytes).map(|parsed| parsed.facts)
}

/// Opens a key file. Runs Argon2id once, after its parameters were found within bounds. What it says of itself is authentic then.
///
/// # Errors
/// [`KeyFileError`].
pub fn open_key_file(wanted: KeyKind, bytes: &[u8], passphrase: &Answer) -> Result<(KeyFileFacts, Key), KeyFileError> {
    let parsed = parse(bytes)?;
    let found = parsed.facts.kind;
    if found != wanted {
        return Err(KeyFileError::OtherKind { found, wanted });
    }
    let key = parsed
        .facts
        .kdf
        .stretch(passphrase.text().expose().as_bytes(), &parsed.salt)?;
    match unwrap_key(&key, PURPOSE, parsed.clear, parsed.sealed) {
        Ok(private) => Ok((parsed.facts, private)),
        Err(Broken::Commitment) => Err(KeyFileError::WrongPassphrase),
        Err(Broken::Ciphertext) => Err(KeyFileError::Damaged("seal")),
    }
}

fn parse(bytes: &[u8]) -> Result<Parsed<'_>, KeyFileError> {
    let mut from = Reader::new(bytes);
    if from.array::<8>("magic")? != *magic::KEY_FILE {
        return Err(KeyFileError::Damaged("magic"));
    }
    let (format, code) = (from.u16("format")?, from.u16("kind")?);
    let kind = KeyKind::ALL.into_iter().find(|kind| *kind as u16 == code);
    let Some(kind) = kind.filter(|_| format == FORMAT) else {
        return Err(KeyFileError::Unsupported { format, kind: code });
    };
    let name = from.text(LONGEST_NAME, "name")?.to_owned();
    let public = from.array("public key")?;
    let kdf = KdfParameters::decode(&mut from)??;
    let salt = from.array("salt")?;
    let sealed = from.rest();
    if sealed.len() != OVERHEAD + Key::LEN {
        return Err(KeyFileError::Damaged("length"));
    }
    let clear = bytes.get(..bytes.len() - sealed.len()).unwrap_or_default();
    Ok(Parsed {
        facts: KeyFileFacts {
            kind,
            name,
            public,
            kdf,
        },
        salt,
        clear,
        sealed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recovery::{make_ring_key, ring_key};
    use crate::tests::{cheap, password};

    fn phrase(text: &str) -> Answer {
        crate::normalise_answer(&password(text)).unwrap()
    }

    #[test]
    fn a_key_opens_with_its_passphrase_for_its_purpose_only() {
        let ring = make_ring_key().unwrap();
        let public = ring.public();
        let file = seal_key_file(
            (KeyKind::Ring, "desk 1"),
            &public.0,
            ring.private(),
            &phrase("five Words"),
            cheap(),
        );
        let file = file.unwrap();
        let facts = inspect_key_file(&file).unwrap();
        assert_eq!(
            (facts.kind, facts.name.as_str(), facts.public),
            (KeyKind::Ring, "desk 1", public.0)
        );
        let (_, private) = open_key_file(KeyKind::Ring, &file, &phrase("FIVE  words")).unwrap();
        assert_eq!(ring_key(private).public(), public);
        let open = |file: &[u8]| open_key_file(KeyKind::Ring, file, &phrase("five words")).map(|_| ());
        assert_eq!(
            open_key_file(KeyKind::Ring, &file, &phrase("four words")).unwrap_err(),
            KeyFileError::WrongPassphrase
        );
        assert_eq!(
            open_key_file(KeyKind::Root, &file, &phrase("five words")).unwrap_err(),
            KeyFileError::OtherKind {
                found: KeyKind::Ring,
                wanted: KeyKind::Root
            }
        );
        let mut other = file.clone();
        other[10] = 9;
        assert_eq!(open(&other), Err(KeyFileError::Unsupported { format: 1, kind: 9 }));
        other[8] = 2;
        assert_eq!(open(&other), Err(KeyFileError::Unsupported { format: 2, kind: 9 }));
        // Another kind, another public key: the file opens as nothing else than what it was made for.
        let mut root = file.clone();
        root[10] = 1;
        assert_eq!(
            open_key_file(KeyKind::Root, &root, &phrase("five words")).unwrap_err(),
            KeyFileError::WrongPassphrase
        );
        let mut public = file.clone();
        public[20] ^= 1;
        assert_eq!(open(&public), Err(KeyFileError::WrongPassphrase));
        let mut sealed = file.clone();
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&sealed), Err(KeyFileError::Damaged("seal")));
        let mut cheap = file.clone();
        let at = 8 + 2 + 2 + 2 + 6 + 32 + 1;
        cheap[at..at + 4].copy_from_slice(&1024_u32.to_le_bytes());
        assert!(matches!(open(&cheap), Err(KeyFileError::ParametersOutOfBounds(_))));
        for len in 0..file.len() {
            assert!(matches!(open(&file[..len]), Err(KeyFileError::Damaged(_))), "{len}");
        }
        let long = [file.as_slice(), &[0]].concat();
        assert!(matches!(open(&long), Err(KeyFileError::Damaged("length"))));
    }

    #[test]
    fn a_key_needs_a_name() {
        for name in [String::new(), "x".repeat(257)] {
            let made = seal_key_file(
                (KeyKind::Root, &name),
                &[1; 32],
                &crate::tests::key(1),
                &phrase("x"),
                cheap(),
            );
            assert_eq!(made.unwrap_err(), KeyFileError::Name);
        }
    }
}
