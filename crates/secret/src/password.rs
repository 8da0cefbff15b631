use crate::pages::Pages;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Why bytes are not a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PasswordError {
    /// The bytes are not UTF-8 text.
    #[error("the secret is not valid UTF-8 text; enter it again")]
    NotText,
    /// Longer than [`Password::MAX`].
    #[error("the secret is longer than {} bytes; use a shorter one", Password::MAX)]
    TooLong,
}

/// UTF-8 text in locked memory: a password, a passphrase answer, a field of a logon.
pub struct Password(Pages);

impl Password {
    /// The longest password, in bytes of UTF-8.
    pub const MAX: usize = 4096;

    /// Takes the text over and wipes the source.
    ///
    /// # Errors
    /// [`PasswordError::TooLong`]; the source is wiped all the same.
    pub fn from_string(mut text: String) -> Result<Self, PasswordError> {
        let taken = Self::from_utf8(text.as_bytes());
        text.zeroize();
        taken
    }

    /// Copies UTF-8 bytes; the caller wipes its own copy.
    ///
    /// # Errors
    /// [`PasswordError::NotText`] or [`PasswordError::TooLong`].
    pub fn from_utf8(bytes: &[u8]) -> Result<Self, PasswordError> {
        if bytes.len() > Self::MAX {
            return Err(PasswordError::TooLong);
        }
        std::str::from_utf8(bytes).map_err(|_| PasswordError::NotText)?;
        let mut pages = Pages::zeroed(bytes.len());
        pages.as_mut_slice().copy_from_slice(bytes);
        Ok(Self(pages))
    }

    /// Text written straight into locked memory: `fill` gets `capacity` zeroed bytes and returns how many of them it used.
    ///
    /// For secrets that come from a socket or a terminal, so that no other buffer ever holds them. The rest is wiped.
    ///
    /// # Errors
    /// What `fill` returns; [`PasswordError::TooLong`] for a capacity over [`Password::MAX`] or a use over the capacity;
    /// [`PasswordError::NotText`] when the bytes are not UTF-8.
    pub fn try_fill<E: From<PasswordError>>(
        capacity: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Self, E> {
        if capacity > Self::MAX {
            return Err(PasswordError::TooLong.into());
        }
        let mut pages = Pages::zeroed(capacity);
        let used = fill(pages.as_mut_slice())?;
        if used > capacity {
            return Err(PasswordError::TooLong.into());
        }
        pages.shorten(used);
        std::str::from_utf8(pages.as_slice()).map_err(|_| PasswordError::NotText)?;
        Ok(Self(pages))
    }

    /// A second copy in locked memory of its own. Named so that every copy is a visible choice.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let mut pages = Pages::zeroed(self.0.as_slice().len());
        pages.as_mut_slice().copy_from_slice(self.0.as_slice());
        Self(pages)
    }

    /// The text. Call this only where it is used at once.
    #[must_use]
    pub fn expose(&self) -> &str {
        // The constructor checked the bytes and nothing changes them after.
        std::str::from_utf8(self.0.as_slice()).unwrap_or_default()
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    /// The number of Unicode scalar values, for checks of what was written.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.expose().chars().count()
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_in_and_out_and_is_never_shown() {
        let password = Password::from_string("grün 漢 😀".to_owned()).unwrap();
        assert_eq!(password.expose(), "grün 漢 😀");
        assert_eq!(password.chars(), 8);
        assert_eq!(format!("{password:?}"), "Password(redacted)");
        assert_eq!(password.duplicate(), password);
    }

    #[test]
    fn filling_in_place_keeps_only_what_was_used() {
        let filled = Password::try_fill(16, |into| {
            into[..7].copy_from_slice(b"abcdefg");
            Ok::<_, PasswordError>(3)
        });
        assert_eq!(filled.unwrap().expose(), "abc");
        assert_eq!(
            Password::try_fill(2, |_| Ok::<_, PasswordError>(3)).unwrap_err(),
            PasswordError::TooLong
        );
        assert_eq!(
            Password::try_fill(4097, |_| Ok::<_, PasswordError>(0)).unwrap_err(),
            PasswordError::TooLong
        );
        let bad = Password::try_fill(2, |into| {
            into.fill(0xff);
            Ok::<_, PasswordError>(2)
        });
        assert_eq!(bad.unwrap_err(), PasswordError::NotText);
    }

    #[test]
    fn bad_bytes_are_refused() {
        assert_eq!(Password::from_utf8(&[0xff]).unwrap_err(), PasswordError::NotText);
        assert_eq!(
            Password::from_string("x".repeat(4097)).unwrap_err(),
            PasswordError::TooLong
        );
        assert!(Password::from_utf8(b"").unwrap().is_empty());
    }
}
