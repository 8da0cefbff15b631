//! What repeats itself in a password, and what it looks like.

use std::collections::HashMap;
use zeroize::Zeroizing;

/// Shorter names and passwords are in too many others to mean anything.
const SHORTEST: usize = 3;

/// A text without regard to case, wiped afterwards.
pub(crate) struct Folded(Zeroizing<String>);

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        // Room for the longest: a buffer that grows leaves copies behind.
        let room = text.chars().flat_map(char::to_lowercase).map(char::len_utf8).sum();
        let mut folded = Zeroizing::new(String::with_capacity(room));
        folded.extend(text.chars().flat_map(char::to_lowercase));
        Self(folded)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this password is a part of the other text, or that one is in the password and not too short for that to mean anything.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let (password, other) = (self.as_str(), other.as_str());
        let tells = other.chars().count() >= SHORTEST;
        !password.is_empty() && (other.contains(password) || tells && password.contains(other))
    }
}

/// How often a character comes in a row at most.
pub(crate) fn longest_run(characters: &[char]) -> usize {
    characters
        .chunk_by(|a, b| a == b)
        .map(<[char]>::len)
        .max()
        .unwrap_or_default()
}

/// How often a character comes at most.
pub(crate) fn most_of_one(characters: &[char]) -> usize {
    let mut sorted = Zeroizing::new(characters.to_vec());
    sorted.sort_unstable();
    longest_run(&sorted)
}

/// Whether any piece of this length comes more often than that.
pub(crate) fn comes_more_often(characters: &[char], length: usize, times: usize) -> bool {
    let mut counts: HashMap<&[char], usize> = HashMap::new();
    characters.windows(length).any(|piece| {
        let count = counts.entry(piece).or_default();
        *count += 1;
        *count > times
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn repeats_are_counted() {
        assert_eq!((longest_run(&[]), most_of_one(&[])), (0, 0));
        let text = characters("aabbbab");
        assert_eq!((longest_run(&text), most_of_one(&text)), (3, 4));
        assert!(comes_more_often(&text, 2, 1) && !comes_more_often(&text, 2, 2));
        assert!(!comes_more_often(&text, 3, 1) && !comes_more_often(&text, 8, 1));
        assert!(comes_more_often(&characters("aaaa"), 3, 1), "occurrences overlap");
    }

    #[test]
    fn likeness_has_no_case_and_goes_both_ways() {
        let like = |a: &str, b: &str| Folded::new(a).is_like(&Folded::new(b));
        assert!(like("xAnna7", "anna") && like("ann", "Anna") && like("A", "a"));
        assert!(!like("banana", "an"), "too short to mean anything");
        assert!(!like("", "") && !like("", "anna") && !like("anna", ""));
    }
}
