//! Passphrase answers, in the one form they are compared in.

use caseless::Caseless;
use countersign_secret::{Password, PasswordError, SecretBytes};
use unicode_normalization::UnicodeNormalization;

/// A passphrase answer in its normalised form: the only form that reaches a slot.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer(Password);

impl Answer {
    /// The normalised text, for judging its strength.
    #[must_use]
    pub fn text(&self) -> &Password {
        &self.0
    }
}

/// Why a text is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nothing but spaces.
    #[error("the answer is empty; type the answer to the question")]
    Empty,
    /// Longer than a password may be once normalised.
    #[error("the answer is too long; use at most {} bytes", Password::MAX)]
    TooLong,
}

/// Brings an answer into the form it is compared in, so that case, spaces and composition as typed do not matter:
/// NFKC, white space trimmed and collapsed to single spaces, case folded, and NFKC again (folding can take a text apart).
///
/// # Errors
/// See [`AnswerError`].
pub fn normalise_answer(typed: &Password) -> Result<Answer, AnswerError> {
    crate::stack::scrubbed(|| {
        let mut buffer = Bounded::new();
        let folded = Collapsed::new(typed.expose().nfkc()).default_case_fold();
        for char in folded.nfkc() {
            buffer.push(char)?;
        }
        if buffer.len == 0 {
            return Err(AnswerError::Empty);
        }
        Password::from_utf8(buffer.written())
            .map(Answer)
            .map_err(|error| match error {
                PasswordError::NotText | PasswordError::TooLong => AnswerError::TooLong,
            })
    })
}

/// White space trimmed at both ends and collapsed to one space within.
struct Collapsed<I> {
    chars: I,
    begun: bool,
    held: Option<char>,
}

impl<I: Iterator<Item = char>> Collapsed<I> {
    fn new(chars: I) -> Self {
        Self {
            chars,
            begun: false,
            held: None,
        }
    }
}

impl<I: Iterator<Item = char>> Iterator for Collapsed<I> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let mut gap = false;
        for char in self.chars.by_ref() {
            if char.is_whitespace() {
                gap = true;
                continue;
            }
            if gap && self.begun {
                self.held = Some(char);
                return Some(' ');
            }
            self.begun = true;
            return Some(char);
        }
        None
    }
}

/// Text written into locked memory that never grows.
struct Bounded {
    bytes: SecretBytes,
    len: usize,
}

impl Bounded {
    fn new() -> Self {
        Self {
            bytes: SecretBytes::zeroed(Password::MAX),
            len: 0,
        }
    }

    fn push(&mut self, char: char) -> Result<(), AnswerError> {
        let end = self.len + char.len_utf8();
        let place = self
            .bytes
            .expose_mut()
            .get_mut(self.len..end)
            .ok_or(AnswerError::TooLong)?;
        char.encode_utf8(place);
        self.len = end;
        Ok(())
    }

    fn written(&self) -> &[u8] {
        self.bytes.expose().get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(text: &str) -> Result<String, AnswerError> {
        let typed = Password::from_string(text.to_owned()).unwrap();
        normalise_answer(&typed).map(|answer| answer.text().expose().to_owned())
    }

    #[test]
    fn answers_typed_differently_become_one() {
        for (typed, wanted) in [
            ("correct horse", "correct horse"),
            ("  Correct\t HORSE \n", "correct horse"),
            ("correct\u{a0}horse", "correct horse"),
            ("correct\u{3000}\u{2003}horse", "correct horse"),
            ("Ａｐｆｅｌ", "apfel"),
            ("ÄRGER", "ärger"),
            ("A\u{308}RGER", "ärger"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("STRAẞE", "strasse"),
            ("ﬁle", "file"),
            ("ΌΣΟΣ", "όσοσ"),
            ("όσος", "όσοσ"),
            ("İ", "i\u{307}"),
            ("J\u{30c}", "ǰ"),
            ("ǰ", "ǰ"),
            ("x²", "x2"),
            ("漢字 😀", "漢字 😀"),
            ("한글", "한글"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
        ] {
            assert_eq!(normal(typed).as_deref(), Ok(wanted), "{typed:?}");
        }
    }

    #[test]
    fn punctuation_and_order_still_count() {
        assert_ne!(normal("correct horse"), normal("correct-horse"));
        assert_ne!(normal("correct horse"), normal("horse correct"));
        assert_ne!(normal("correct horse"), normal("correcthorse"));
        assert_ne!(normal("arger"), normal("ärger"));
    }

    #[test]
    fn empty_and_endless_answers_are_refused() {
        assert_eq!(normal(""), Err(AnswerError::Empty));
        assert_eq!(normal(" \t\u{a0}\u{3000}"), Err(AnswerError::Empty));
        // One character of three bytes that becomes 18.
        assert_eq!(normal(&"\u{fdfa}".repeat(1000)), Err(AnswerError::TooLong));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}") {
            if let Ok(once) = normal(&text) {
                prop_assert_eq!(normal(&once), Ok(once));
            }
        }

        #[test]
        fn spaces_and_ascii_case_never_matter(words in proptest::collection::vec("[a-z]{1,8}", 1..6)) {
            let plain = words.join(" ");
            let loud = format!(" \t{}  ", words.join(" \u{a0} ").to_uppercase());
            prop_assert_eq!(normal(&plain), normal(&loud));
        }
    }
}
