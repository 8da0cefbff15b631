//! Lists of passwords that nobody may use.

use countersign_model::ListRules;
use sha1::{Digest, Sha1};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The lists that a policy names, read.
#[derive(Debug, Default)]
pub struct Lists {
    dictionary: Option<HashSet<String>>,
    breached: Option<HashSet<[u8; 20]>>,
}

/// What a list says of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    No,
    Yes,
    /// The list was not read.
    Unknown,
}

impl Lists {
    /// Reads what a policy names: `read` gets each path as the policy writes it.
    ///
    /// # Errors
    /// What `read` returns.
    pub fn read<E>(rules: &ListRules, mut read: impl FnMut(&str) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        let mut bytes = |path: &Option<String>| path.as_deref().map(&mut read).transpose();
        let dictionary = bytes(&rules.dictionary)?;
        let breached = bytes(&rules.breached)?;
        Ok(Self {
            dictionary: dictionary.map(|bytes| lines(&bytes).map(str::to_lowercase).collect()),
            breached: breached.map(|bytes| {
                lines(&bytes)
                    .map(|line| hash_of(line).unwrap_or_else(|| sha1(line)))
                    .collect()
            }),
        })
    }

    /// Whether a password is a word of the dictionary, with or without digits and signs around it.
    pub(crate) fn is_word(&self, folded: &str) -> Listed {
        let core = folded.trim_matches(|c: char| !c.is_alphabetic());
        listed(&self.dictionary, |words| words.contains(folded) || words.contains(core))
    }

    pub(crate) fn is_breached(&self, password: &str) -> Listed {
        listed(&self.breached, |hashes| {
            hashes.contains(&*Zeroizing::new(sha1(password)))
        })
    }
}

fn listed<T>(list: &Option<T>, has: impl FnOnce(&T) -> bool) -> Listed {
    match list.as_ref().map(has) {
        None => Listed::Unknown,
        Some(true) => Listed::Yes,
        Some(false) => Listed::No,
    }
}

/// The lines that are text; no password is anything else.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let texts = bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok());
    texts
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .filter(|line| !line.is_empty())
}

/// `40 hexadecimal digits`, with or without `:COUNT`.
fn hash_of(line: &str) -> Option<[u8; 20]> {
    let digits = match line.split_once(':') {
        Some((digits, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        Some(_) => return None,
        None => line,
    };
    if digits.len() != 40 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 20];
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

fn sha1(text: &str) -> [u8; 20] {
    Sha1::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(bytes: &'static [u8]) -> Lists {
        let rules = ListRules {
            dictionary: Some("words".to_owned()),
            breached: Some("known".to_owned()),
        };
        Lists::read(&rules, |_| Ok::<_, ()>(bytes.to_vec())).unwrap()
    }

    #[test]
    fn words_are_known_in_any_case_and_with_digits_around_them() {
        let lists = lists(b"Summer\r\nhop scotch\n\xff\xfe\n123456\n\n");
        for word in ["summer", "summer2024!", "--summer", "hop scotch", "123456"] {
            assert_eq!(lists.is_word(word), Listed::Yes, "{word}");
        }
        for word in ["sommer", "summertime", "s0mmer", "2024", ""] {
            assert_eq!(lists.is_word(word), Listed::No, "{word}");
        }
        assert_eq!(Lists::default().is_word("x"), Listed::Unknown);
    }

    #[test]
    fn known_passwords_are_found_by_themselves_or_their_hash() {
        // The SHA-1 of "password", as lists of breached passwords write it.
        let lists = lists(b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179\nletmein\n12:ab\n");
        for known in ["password", "letmein", "12:ab"] {
            assert_eq!(lists.is_breached(known), Listed::Yes, "{known}");
        }
        assert_eq!(lists.is_breached("Password"), Listed::No);
    }
}
