//! Base64 (RFC 4648, section 4) and hexadecimal, read into locked memory.

use countersign_secret::SecretBytes;

/// Why a text does not decode. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotEncoded;

/// Decodes padded or unpadded base64.
pub(crate) fn base64(text: &str) -> Result<SecretBytes, NotEncoded> {
    let body = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    if body.len() % 4 == 1 || (body.len() != text.len() && !text.len().is_multiple_of(4)) {
        return Err(NotEncoded);
    }
    let mut secret = SecretBytes::zeroed(body.len() * 3 / 4);
    let mut out = secret.expose_mut().iter_mut();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in body.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(NotEncoded),
        };
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            if let (Some(slot), Ok(whole)) = (out.next(), u8::try_from(bits >> held & 0xff)) {
                *slot = whole;
            }
        }
    }
    // What is left over must be zeros: one secret has one spelling.
    if bits & ((1 << held) - 1) == 0 {
        Ok(secret)
    } else {
        Err(NotEncoded)
    }
}

/// Writes bytes as lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> SecretBytes {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    let mut text = SecretBytes::zeroed(bytes.len() * 2);
    for (pair, byte) in text.expose_mut().chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// Reads lower-case hexadecimal.
pub(crate) fn from_hex(text: &[u8]) -> Result<SecretBytes, NotEncoded> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotEncoded),
    };
    if !text.len().is_multiple_of(2) {
        return Err(NotEncoded);
    }
    let mut bytes = SecretBytes::zeroed(text.len() / 2);
    for (slot, pair) in bytes.expose_mut().iter_mut().zip(text.chunks_exact(2)) {
        if let [high, low] = pair {
            *slot = nibble(*high)? << 4 | nibble(*low)?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        base64(text).ok().map(|bytes| bytes.expose().to_vec())
    }

    #[test]
    fn base64_is_read_as_the_rfc_has_it() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
            ("Zm9vYmE", "fooba"),
        ] {
            assert_eq!(decoded(text), Some(bytes.as_bytes().to_vec()), "{text}");
        }
        assert_eq!(decoded("/+8="), Some(vec![0xff, 0xef]));
        for wrong in ["Z", "Zh==", "Zm9=v", "Zm9v\n", "Zm9v=", "Zm9-", "ä"] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hexadecimal_goes_both_ways() {
        let text = to_hex(&[0, 0x9a, 0xff]);
        assert_eq!(text.expose(), b"009aff");
        assert_eq!(from_hex(text.expose()).unwrap().expose(), [0, 0x9a, 0xff]);
        assert!(from_hex(b"009").is_err() && from_hex(b"0G").is_err());
    }
}
