//! The two halves, as bytes and as words.

use crate::bytes::frame;
use crate::derive::hkdf_into;
use crate::words::{Code, WordsError, split};
use countersign_model::VaultId;
use countersign_secret::{Password, SecretBytes};

const FINGERPRINT_LABEL: &[u8] = b"countersign/v1/half";

/// Which part of half A a share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole = 0,
    /// The first operator's share.
    First = 1,
    /// The second operator's.
    Second = 2,
}

impl Part {
    const ALL: [Self; 3] = [Self::Whole, Self::First, Self::Second];

    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }
}

pub(crate) const fn half_codes(part: Part) -> Code {
    Code {
        label: match part {
            Part::Whole => b"half-a",
            Part::First => b"half-a-1",
            Part::Second => b"half-a-2",
        },
        bytes: HalfA::BYTES,
        check: 8,
    }
}

const CODE_B: Code = Code {
    label: b"half-b",
    bytes: HalfB::BYTES,
    check: 4,
};

/// Why typed words are not a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HalfError {
    /// They are no code.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// They are the words of one of two operators.
    #[error("these are the words of one of two helpdesk operators; ask the other one too and type both, 16 words")]
    OneOfTwo,
}

/// The helpdesk's half: 80 bits, eight words.
#[derive(Debug)]
pub struct HalfA(SecretBytes);

impl HalfA {
    pub(crate) const BYTES: usize = 10;

    pub(crate) fn from_bytes(bytes: SecretBytes) -> Self {
        Self(bytes)
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Reads the eight words of one operator, or the sixteen of two in either order.
    ///
    /// # Errors
    /// [`HalfError`].
    pub fn from_words(typed: &Password) -> Result<Self, HalfError> {
        let words = || split(typed.expose());
        let each = half_codes(Part::Whole).words();
        if words().count() != 2 * each {
            return match half_codes(Part::Whole).hear(words()) {
                Ok(half) => Ok(Self(half)),
                Err(WordsError::WrongWord)
                    if [Part::First, Part::Second]
                        .into_iter()
                        .any(|part| half_codes(part).hear(words()).is_ok()) =>
                {
                    Err(HalfError::OneOfTwo)
                }
                Err(error) => Err(error.into()),
            };
        }
        let later = |error| match error {
            WordsError::Unknown { position } => WordsError::Unknown {
                position: position + each,
            },
            other => other,
        };
        let (front, back) = (|| words().take(each), || words().skip(each));
        let (one, other) = match half_codes(Part::First).hear(front()) {
            Ok(one) => (one, half_codes(Part::Second).hear(back()).map_err(later)?),
            Err(error) => match half_codes(Part::Second).hear(front()) {
                Ok(one) => (one, half_codes(Part::First).hear(back()).map_err(later)?),
                Err(_) => return Err(error.into()),
            },
        };
        Ok(Self(xor(one.expose(), other.expose())))
    }
}

/// The user's half: 128 bits, twelve words, on his devices and on paper.
#[derive(Debug)]
pub struct HalfB(SecretBytes);

impl HalfB {
    pub(crate) const BYTES: usize = 16;

    pub(crate) fn from_bytes(bytes: SecretBytes) -> Self {
        Self(bytes)
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    pub(crate) fn bytes(&self) -> &SecretBytes {
        &self.0
    }

    /// Reads the printed code.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn from_words(typed: &Password) -> Result<Self, WordsError> {
        CODE_B.hear(split(typed.expose())).map(Self)
    }

    /// The printed code.
    #[must_use]
    pub fn words(&self) -> Password {
        CODE_B.say(self.0.expose())
    }
}

pub(crate) fn xor(one: &[u8], other: &[u8]) -> SecretBytes {
    let mut both = SecretBytes::zeroed(HalfA::BYTES);
    let pairs = one.iter().zip(other);
    both.expose_mut()
        .iter_mut()
        .zip(pairs)
        .for_each(|(place, (one, other))| *place = one ^ other);
    both
}

/// What tells one half from another without telling the half. It gives nothing away that the recovery slot does not: guessing a half
/// by it takes as many tries as guessing it by the slot.
pub(crate) fn fingerprint(half: &[u8], which: &[u8], vault: VaultId, serial: u64) -> [u8; 16] {
    let info = frame(&[FINGERPRINT_LABEL, which, &vault.0, &serial.to_le_bytes()]);
    let mut fingerprint = [0; 16];
    hkdf_into(&[], &[half], &[&info], &mut fingerprint);
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::password;

    fn half(byte: u8) -> SecretBytes {
        let mut bytes = SecretBytes::zeroed(HalfA::BYTES);
        bytes
            .expose_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(at, place)| *place = byte.wrapping_add(at as u8));
        bytes
    }

    #[test]
    fn a_half_is_heard_whole_or_in_two_shares_in_either_order() {
        let whole = half_codes(Part::Whole).say(half(9).expose());
        assert_eq!(HalfA::from_words(&whole).unwrap().expose(), half(9).expose());
        let (one, other) = (half(77), xor(half(77).expose(), half(9).expose()));
        let first = half_codes(Part::First).say(one.expose());
        let second = half_codes(Part::Second).say(other.expose());
        for both in [[first.expose(), second.expose()], [second.expose(), first.expose()]] {
            let typed = password(&both.join(" "));
            assert_eq!(HalfA::from_words(&typed).unwrap().expose(), half(9).expose());
        }
        for alone in [&first, &second] {
            assert_eq!(HalfA::from_words(alone).unwrap_err(), HalfError::OneOfTwo);
            let twice = password(&[alone.expose(), alone.expose()].join(" "));
            assert_eq!(
                HalfA::from_words(&twice).unwrap_err(),
                HalfError::Words(WordsError::WrongWord)
            );
        }
        let mut words: Vec<&str> = first.expose().split(' ').chain(second.expose().split(' ')).collect();
        words[10] = "qqqq";
        assert_eq!(
            HalfA::from_words(&password(&words.join(" "))).unwrap_err(),
            HalfError::Words(WordsError::Unknown { position: 11 })
        );
        words[1] = "qqqq";
        assert_eq!(
            HalfA::from_words(&password(&words.join(" "))).unwrap_err(),
            HalfError::Words(WordsError::Unknown { position: 2 })
        );
        assert_eq!(
            HalfA::from_words(&password("zoo zoo")).unwrap_err(),
            HalfError::Words(WordsError::Count { found: 2, wanted: 8 })
        );
    }

    #[test]
    fn the_printed_code_is_twelve_words() {
        let mut bytes = SecretBytes::zeroed(HalfB::BYTES);
        bytes.expose_mut().fill(0xa7);
        let half = HalfB::from_bytes(bytes);
        let printed = half.words();
        assert_eq!(printed.expose().split(' ').count(), 12);
        assert_eq!(HalfB::from_words(&printed).unwrap().expose(), half.expose());
        let mut words: Vec<&str> = printed.expose().split(' ').collect();
        words.swap(0, 11);
        assert_eq!(
            HalfB::from_words(&password(&words.join(" "))).unwrap_err(),
            WordsError::WrongWord
        );
    }

    #[test]
    fn fingerprints_are_of_one_half_vault_and_serial() {
        let one = fingerprint(&[1; 10], b"a", VaultId([1; 16]), 1);
        assert_eq!(one, fingerprint(&[1; 10], b"a", VaultId([1; 16]), 1));
        assert_ne!(one, fingerprint(&[2; 10], b"a", VaultId([1; 16]), 1));
        assert_ne!(one, fingerprint(&[1; 10], b"b", VaultId([1; 16]), 1));
        assert_ne!(one, fingerprint(&[1; 10], b"a", VaultId([2; 16]), 1));
        assert_ne!(one, fingerprint(&[1; 10], b"a", VaultId([1; 16]), 2));
    }
}
