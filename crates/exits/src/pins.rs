use crate::image::whole;
use sha2::Digest;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

/// The SHA-256 of a file, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The hash of a file that is to be an exit.
    ///
    /// # Errors
    /// When it cannot be read, is no file, or is larger than 64 MiB.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        whole(path).map(|bytes| Self::of(&bytes))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// What is not a SHA-256.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no SHA-256; write the 64 hexadecimal digits that `sha256sum` shows for the file")]
pub struct HashError(String);

impl FromStr for Sha256 {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let wrong = || HashError(text.to_owned());
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut hash = [0; 32];
        for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(hash))
    }
}

/// The files that may be loaded as exits. What is not listed is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins(BTreeSet<Sha256>);

impl Pins {
    pub(crate) fn hold(&self, hash: &Sha256) -> bool {
        self.0.contains(hash)
    }
}

impl FromIterator<Sha256> for Pins {
    fn from_iter<I: IntoIterator<Item = Sha256>>(hashes: I) -> Self {
        Self(hashes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash: Sha256 = OF_ABC.to_uppercase().parse().unwrap();
        assert_eq!((hash, hash.to_string()), (Sha256::of(b"abc"), OF_ABC.to_owned()));
        for wrong in ["", "ba78", &OF_ABC.replace('b', "+"), &OF_ABC.replace("ba", "ä")] {
            assert!(wrong.parse::<Sha256>().unwrap_err().to_string().contains("sha256sum"));
        }
    }

    #[test]
    fn only_what_is_listed_is_pinned() {
        let pins: Pins = [Sha256::of(b"abc")].into_iter().collect();
        assert!(pins.hold(&Sha256::of(b"abc")) && !pins.hold(&Sha256::of(b"abd")));
    }
}
