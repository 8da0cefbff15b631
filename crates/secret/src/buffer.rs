use crate::pages::Pages;
use std::fmt;

/// Bytes in locked memory that are neither text nor a key: a record while it is sealed or opened.
pub struct SecretBytes(Pages);

impl SecretBytes {
    /// `len` zero bytes.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        Self(Pages::zeroed(len))
    }

    /// The bytes. Call this only where they are used at once.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The bytes, to be written in place.
    #[must_use]
    pub fn expose_mut(&mut self) -> &mut [u8] {
        self.0.as_mut_slice()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_start_as_zero_and_are_written_in_place() {
        let mut bytes = SecretBytes::zeroed(5000);
        assert_eq!(bytes.expose(), [0; 5000]);
        bytes.expose_mut()[4999] = 7;
        assert_eq!(bytes.expose()[4999], 7);
        assert_eq!(format!("{bytes:?}"), "SecretBytes(redacted)");
    }
}
