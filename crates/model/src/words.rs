//! The 2048 words that codes are spoken in: eleven bits a word, told apart by their first four letters.
//!
//! The list is the English one of BIP-39 (MIT licence), kept as it was published: people have printed codes made of it.

use std::sync::LazyLock;

/// How many words there are.
pub const COUNT: usize = 2048;
/// How many bits a word stands for.
pub const BITS: usize = 11;

static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("words.txt").lines().collect());

/// All words, in order.
#[must_use]
pub fn words() -> &'static [&'static str] {
    &WORDS
}

/// The word that stands for the low eleven bits of `number`.
#[must_use]
pub fn word(number: u16) -> &'static str {
    let at = usize::from(number) % COUNT;
    WORDS.get(at).copied().unwrap_or_default()
}

/// What a typed word stands for: the word itself in any case, or its first four letters and more.
#[must_use]
pub fn number_of(typed: &str) -> Option<u16> {
    let lower = || typed.bytes().map(|byte| byte.to_ascii_lowercase());
    let at = match WORDS.binary_search_by(|word| word.bytes().cmp(lower())) {
        Ok(at) => at,
        Err(at) => {
            let start = WORDS.get(at)?.get(..typed.len()).filter(|start| start.len() >= 4)?;
            start.eq_ignore_ascii_case(typed).then_some(at)?
        }
    };
    u16::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_2048_words_in_order_that_four_letters_tell_apart() {
        assert_eq!(words().len(), COUNT);
        assert!(words().is_sorted());
        let starts: std::collections::BTreeSet<_> = words().iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(starts.len(), COUNT);
    }

    #[test]
    fn words_are_found_as_people_type_them() {
        for number in 0..2048 {
            assert_eq!(number_of(word(number)), Some(number));
        }
        assert_eq!(word(2048), word(0));
        assert_eq!(number_of("ZOO"), Some(2047));
        assert_eq!(number_of("Abando"), Some(0));
        assert_eq!(number_of("aban"), Some(0));
        assert_eq!(number_of("aba"), None);
        assert_eq!(number_of("act"), number_of("Act"));
        assert_ne!(number_of("act"), number_of("actor"));
        for wrong in ["", "abandonn", "zzzz", "zoooo", "über", "abandon abandon"] {
            assert_eq!(number_of(wrong), None, "{wrong}");
        }
    }
}
