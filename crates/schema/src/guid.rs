use std::fmt;

/// A GUID, as it is written: `Guid(0x15b7db16_367f_…)` is `15b7db16-367f-…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guid(pub u128);

impl Guid {
    /// As Active Directory stores it: the first three groups with their lowest byte first.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        let [a, b, c, d, e, f, g, h, rest @ ..] = self.0.to_be_bytes();
        let [i, j, k, l, m, n, o, p] = rest;
        [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
    }

    /// These bytes as LDIF takes them.
    pub(crate) fn base64(self) -> String {
        const DIGITS: [char; 64] = digits();
        let bytes = self.bytes();
        let mut text = String::with_capacity(24);
        for piece in bytes.chunks(3) {
            let byte = |place: usize| piece.get(place).copied().map_or(0, u32::from);
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for digit in 0..=piece.len() {
                let value = bits >> (18 - 6 * digit) & 0x3f;
                text.extend(DIGITS.get(value as usize));
            }
            text.extend(std::iter::repeat_n('=', 3 - piece.len()));
        }
        text
    }
}

const fn digits() -> [char; 64] {
    let mut digits = ['A'; 64];
    let mut place = 0;
    while place < 64 {
        let byte = match place {
            0..26 => b'A' + place,
            26..52 => b'a' + place - 26,
            52..62 => b'0' + place - 52,
            62 => b'+',
            _ => b'/',
        };
        #[expect(
            clippy::indexing_slicing,
            reason = "a loop over the array's own length, when it is compiled"
        )]
        {
            digits[place as usize] = byte as char;
        }
        place += 1;
    }
    digits
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = *self;
        let group = |shift: u32, bits: u32| (number >> shift) & ((1 << bits) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            group(96, 32),
            group(80, 16),
            group(64, 16),
            group(48, 16),
            group(0, 48)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The class `user`, as Microsoft publishes it.
    const USER: Guid = Guid(0xbf96_7aba_0de6_11d0_a285_00aa_0030_49e2);

    #[test]
    fn a_guid_is_written_and_stored_as_active_directory_does() {
        assert_eq!(USER.to_string(), "bf967aba-0de6-11d0-a285-00aa003049e2");
        assert_eq!(USER.base64(), "unqWv+YN0BGihQCqADBJ4g==");
        assert_eq!(Guid(u128::MAX).base64(), "/////////////////////w==");
    }
}
