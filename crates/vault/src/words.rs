//! Codes in words: bits with a checksum, eleven bits a word, typed as people type them.

use crate::bytes::frame;
use crate::stack::scrubbed;
use countersign_model::words::{BITS, number_of, word};
use countersign_secret::{Password, PasswordError, SecretBytes};
use sha2::{Digest, Sha256};

const CHECK_LABEL: &[u8] = b"countersign/v1/words";
const NAME_LABEL: &[u8] = b"countersign/v1/name";

/// Why typed words are no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// More or fewer words than the code has.
    #[error("these are {found} words; the code has {wanted}")]
    Count {
        /// How many were typed.
        found: usize,
        /// How many it should be.
        wanted: usize,
    },
    /// A word that is not on the list.
    #[error("word {position} is not one of the list; check how it is spelt")]
    Unknown {
        /// Which word, from 1.
        position: usize,
    },
    /// All are words of the list, but one of them or their order is wrong.
    #[error("one of the words is wrong, or two are swapped; read them again")]
    WrongWord,
}

/// What a code is for: it has a checksum of its own, so that one is not taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) label: &'static [u8],
    /// Bytes of the secret.
    pub(crate) bytes: usize,
    /// Bits of the checksum, up to 8.
    pub(crate) check: usize,
}

impl Code {
    pub(crate) const fn words(&self) -> usize {
        (self.bytes * 8 + self.check) / BITS
    }

    fn checksum(&self, secret: &[u8]) -> u8 {
        scrubbed(|| {
            let mut hash = Sha256::new();
            hash.update(frame(&[CHECK_LABEL, self.label]));
            hash.update(secret);
            let digest: [u8; 32] = hash.finalize().into();
            digest.first().copied().unwrap_or_default() >> (8 - self.check)
        })
    }

    /// Bit `at` of secret and checksum.
    fn bit(&self, secret: &[u8], check: u8, at: usize) -> u16 {
        let bits = self.bytes * 8;
        let bit = match secret.get(at / 8) {
            Some(byte) => byte >> (7 - at % 8),
            None => check >> (self.check - 1 - (at - bits)),
        };
        u16::from(bit & 1)
    }

    /// The words, in locked memory.
    pub(crate) fn say(&self, secret: &[u8]) -> Password {
        let check = self.checksum(secret);
        let longest = self.words() * 9;
        let said = Password::try_fill::<PasswordError>(longest, |out| {
            let mut at = 0;
            for nth in 0..self.words() {
                let number = (0..BITS).fold(0, |number, bit| number * 2 + self.bit(secret, check, nth * BITS + bit));
                let text = [if nth == 0 { "" } else { " " }, word(number)];
                for byte in text.iter().flat_map(|part| part.bytes()) {
                    *out.get_mut(at).ok_or(PasswordError::TooLong)? = byte;
                    at += 1;
                }
            }
            Ok(at)
        });
        // Words of eight letters and a space each always fit.
        said.unwrap_or_else(|_| empty())
    }

    /// The secret of typed words. Case, the space between and all but the first four letters of a word do not matter.
    pub(crate) fn hear<'a>(&self, typed: impl Iterator<Item = &'a str> + Clone) -> Result<SecretBytes, WordsError> {
        let (found, wanted) = (typed.clone().count(), self.words());
        if found != wanted {
            return Err(WordsError::Count { found, wanted });
        }
        let mut secret = SecretBytes::zeroed(self.bytes);
        let mut check = 0_u8;
        for (nth, typed) in typed.enumerate() {
            let number = number_of(typed).ok_or(WordsError::Unknown { position: nth + 1 })?;
            for bit in 0..BITS {
                let set = u8::from((number >> (BITS - 1 - bit)) & 1 == 1);
                let at = nth * BITS + bit;
                match secret.expose_mut().get_mut(at / 8) {
                    Some(byte) => *byte |= set << (7 - at % 8),
                    None => check = check * 2 + set,
                }
            }
        }
        if self.checksum(secret.expose()) != check {
            return Err(WordsError::WrongWord);
        }
        Ok(secret)
    }
}

/// The words of a typed text.
pub(crate) fn split(typed: &str) -> impl Iterator<Item = &str> + Clone {
    typed
        .split(|char: char| char.is_whitespace() || char == '-' || char == ',')
        .filter(|word| !word.is_empty())
}

fn empty() -> Password {
    Password::try_fill(0, |_| Ok::<_, PasswordError>(0)).unwrap_or_else(|_| std::process::abort())
}

/// `count` words (up to 23) that name some public bytes: nothing can be learnt from them.
#[must_use]
pub fn derive_name(what: &str, bytes: &[u8], count: usize) -> Vec<&'static str> {
    let digest: [u8; 32] = Sha256::digest(frame(&[NAME_LABEL, what.as_bytes(), bytes])).into();
    name(&digest, count)
}

pub(crate) fn name(digest: &[u8], count: usize) -> Vec<&'static str> {
    let bit = |at: usize| digest.get(at / 8).map_or(0, |byte| u16::from(byte >> (7 - at % 8) & 1));
    (0..count)
        .map(|nth| word((0..BITS).fold(0, |number, offset| number * 2 + bit(nth * BITS + offset))))
        .collect()
}

/// Whether typed words are these.
pub(crate) fn are_these(typed: &str, words: &[&str]) -> bool {
    let numbers: Vec<Option<u16>> = split(typed).map(number_of).collect();
    let wanted: Vec<Option<u16>> = words.iter().map(|word| number_of(word)).collect();
    numbers == wanted && numbers.iter().all(Option::is_some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Code = Code {
        label: b"test",
        bytes: 10,
        check: 8,
    };
    const LONG: Code = Code {
        label: b"test",
        bytes: 16,
        check: 4,
    };

    #[test]
    fn codes_have_the_words_of_the_design() {
        assert_eq!((CODE.words(), LONG.words()), (8, 12));
    }

    #[test]
    fn what_is_said_is_heard() {
        for byte in [0, 1, 0x55, 0xa5, 0xff] {
            let secret: Vec<u8> = (0..16).map(|nth: u8| byte ^ nth.wrapping_mul(37)).collect();
            for code in [CODE, LONG] {
                let secret = &secret[..code.bytes];
                let said = code.say(secret);
                assert_eq!(split(said.expose()).count(), code.words());
                assert_eq!(code.hear(split(said.expose())).unwrap().expose(), secret);
                let sloppy = said.expose().to_uppercase().replace(' ', " - ");
                assert_eq!(code.hear(split(&sloppy)).unwrap().expose(), secret);
                let short: Vec<&str> = split(said.expose()).map(|word| &word[..word.len().min(4)]).collect();
                assert_eq!(code.hear(short.into_iter()).unwrap().expose(), secret);
            }
        }
    }

    #[test]
    fn the_first_bits_make_the_first_word() {
        let said = CODE.say(&[0; 10]);
        assert!(said.expose().starts_with("abandon abandon"));
        let said = CODE.say(&[0xff; 10]);
        assert!(said.expose().starts_with("zoo zoo zoo zoo zoo zoo zoo"));
    }

    /// Worked out apart from this program: codes on paper open for ever.
    #[test]
    fn codes_and_names_are_those_of_the_format() {
        let secret: Vec<u8> = (0..16).collect();
        let (half_a, half_b) = (
            Code {
                label: b"half-a",
                ..CODE
            },
            Code {
                label: b"half-b",
                ..LONG
            },
        );
        assert_eq!(
            half_a.say(&secret[..10]).expose(),
            "abandon amount liar amount expire adjust cage cherry"
        );
        assert_eq!(
            half_b.say(&secret).expose(),
            "abandon amount liar amount expire adjust cage candy arch gather drum butter"
        );
        assert_eq!(derive_name("vault", &[1; 16], 3), ["company", "island", "tragic"]);
        assert_eq!(name(&[0, 0x20, 0x04], 2), ["ability", "ability"]);
        assert_eq!(name(&[0xff, 0xe0], 2), ["zoo", "abandon"]);
    }

    #[test]
    fn wrong_words_are_told_apart() {
        let said = CODE.say(&[7; 10]);
        let words: Vec<&str> = split(said.expose()).collect();
        assert!(matches!(
            CODE.hear(words[1..].iter().copied()),
            Err(WordsError::Count { found: 7, wanted: 8 })
        ));
        let mut unknown = words.clone();
        unknown[2] = "qqqqq";
        assert!(matches!(
            CODE.hear(unknown.into_iter()),
            Err(WordsError::Unknown { position: 3 })
        ));
        let other = Code {
            label: b"other",
            ..CODE
        };
        assert!(matches!(other.hear(words.iter().copied()), Err(WordsError::WrongWord)));
        let mut passed = 0;
        for at in 0..8 {
            for number in 0..2048 {
                let mut wrong = words.clone();
                wrong[at] = word(number);
                passed += usize::from(wrong != words && CODE.hear(wrong.into_iter()).is_ok());
            }
        }
        // One in 256 gets past eight bits.
        assert!((30..100).contains(&passed), "{passed} of 16376");
    }

    #[test]
    fn names_are_words_that_stay() {
        let name = derive_name("vault", &[1; 16], 3);
        assert_eq!(name.len(), 3);
        assert_eq!(name, derive_name("vault", &[1; 16], 3));
        assert_ne!(name, derive_name("vault", &[2; 16], 3));
        assert_ne!(name, derive_name("ring", &[1; 16], 3));
        assert_eq!(derive_name("vault", &[1; 16], 6)[..3], name);
        assert!(are_these(&name.join("  ").to_uppercase(), &name));
        assert!(!are_these(&name[..2].join(" "), &name));
        assert!(!are_these("qqqq qqqq qqqq", &["qqqq", "qqqq", "qqqq"]));
    }
}
