//! From bytes to text, or the line on which it is none.

use crate::error::ImportError;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The file's text without a byte order mark. Nothing is copied.
pub(crate) fn of(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ImportError::Wide);
    }
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|wrong| {
        let before = bytes.get(..wrong.valid_up_to()).unwrap_or_default();
        ImportError::NotText(line_after(before))
    })
}

/// The line that follows this text, from 1. `\r\n` ends one line.
pub(crate) fn line_after(before: &[u8]) -> u64 {
    let ends = before.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_no_text_is_named() {
        assert_eq!(of(b"\xef\xbb\xbfa,b\n"), Ok("a,b\n"));
        assert_eq!(of(b"a\r\nb\nc\xfcd\n"), Err(ImportError::NotText(3)));
        assert_eq!(of(b"\xfca"), Err(ImportError::NotText(1)));
        assert_eq!(of(b"\xff\xfea\0"), Err(ImportError::Wide));
        assert_eq!(of(b"\xfe\xff\0a"), Err(ImportError::Wide));
        // A byte order mark in the middle is a character like others.
        assert_eq!(of("a\u{feff}".as_bytes()), Ok("a\u{feff}"));
    }
}
