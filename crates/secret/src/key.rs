use crate::pages::Pages;
use std::fmt;
use subtle::ConstantTimeEq;

/// A 32-byte key in locked memory, compared in constant time.
pub struct Key(Pages);

impl Key {
    /// The length of every key, in bytes.
    pub const LEN: usize = 32;

    /// A key filled in place, so that no copy is left on the stack.
    #[must_use]
    pub fn from_fill(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut pages = Pages::zeroed(Self::LEN);
        fill(pages.as_mut_slice());
        Self(pages)
    }

    /// Like [`Key::from_fill`] for a filler that may fail.
    ///
    /// # Errors
    /// What the filler returns.
    pub fn try_from_fill<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut pages = Pages::zeroed(Self::LEN);
        fill(pages.as_mut_slice())?;
        Ok(Self(pages))
    }

    /// A key from the system's random source.
    ///
    /// # Errors
    /// When the system has no random source.
    pub fn make_random() -> Result<Self, getrandom::Error> {
        Self::try_from_fill(getrandom::fill)
    }

    /// The bytes. Call this only where they are used at once.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_and_stay_redacted() {
        let one = Key::from_fill(|b| b.fill(7));
        let same = Key::from_fill(|b| b.fill(7));
        let random = Key::make_random().unwrap();
        assert_eq!(one, same);
        assert_ne!(one, random);
        assert_eq!(format!("{one:?}"), "Key(redacted)");
        assert_eq!(one.expose().len(), Key::LEN);
    }
}
