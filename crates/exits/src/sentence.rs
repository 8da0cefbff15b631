use std::fmt;
use zeroize::Zeroizing;

/// What an exit has to say to the user (`pszExtra`, `message`).
///
/// An exit may repeat the password in it, so it is treated as a secret: wiped on drop, and neither in logs nor in errors.
pub struct Sentence(Zeroizing<String>);

impl Sentence {
    /// The longest that is passed on, in bytes as the exit wrote them.
    pub const MAX: usize = 4096;

    /// What is left of bytes that should be UTF-8: a wrong byte becomes U+FFFD, a control character (that could change a terminal) a
    /// space. None when nothing is left.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..Self::MAX).unwrap_or(bytes);
        // Each byte becomes three at most, so that it never moves and leaves a copy.
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 3));
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid().chars();
            text.extend(valid.map(|c| if c.is_control() { ' ' } else { c }));
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        let is_empty = text.trim().is_empty();
        (!is_empty).then_some(Self(text))
    }

    /// The text, to be shown to the user and to nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.trim()
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sentence(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_exit_says_is_made_fit_to_be_shown() {
        let shown = |bytes: &[u8]| Sentence::of(bytes).map(|sentence| sentence.expose().to_owned());
        assert_eq!(shown("zu kurz: grün\n".as_bytes()).unwrap(), "zu kurz: grün");
        assert_eq!(
            shown(b"\x1b[2Jbad \xe4\xff end").unwrap(),
            "[2Jbad \u{fffd}\u{fffd} end"
        );
        assert_eq!(shown(b"\xc3").unwrap(), "\u{fffd}");
        assert_eq!((shown(b""), shown(b" \r\n\0")), (None, None));
        assert_eq!(shown(&[b'a'; 5000]).unwrap().len(), Sentence::MAX);
        assert_eq!(format!("{:?}", Sentence::of(b"hunter2")), "Some(Sentence(redacted))");
    }
}
