//! Passwords of words drawn from a known list, with a sign or a capital letter between them.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use super::extras::{Extras, choices, some_of};
use super::needs::Needs;
use super::space::bits;
use super::{ENOUGH_BITS, number};
use countersign_model::{CharacterClass, Policy, words};
use num_bigint::BigUint;

/// What stands between words, the first one that is allowed.
const SEPARATORS: [char; 6] = ['-', '.', '_', ' ', '+', ','];
const MOST_WORDS: usize = 16;

/// The passwords of so many words.
pub(crate) struct Diceware {
    alphabet: Alphabet,
    count: usize,
    separator: Option<char>,
    capitals: usize,
    extras: Extras,
    /// The words that may be used, by their length.
    words: Vec<Vec<&'static str>>,
    /// Rows of 0, 1, … words by how many letters they have together.
    rows: Vec<Vec<BigUint>>,
    /// How many letters there may be.
    letters: (usize, usize),
}

impl Diceware {
    /// Those of as many words as are enough for the purpose, or of as many as give the most. `None` if no such password can have what
    /// the policy needs.
    pub(crate) fn of(policy: &Policy) -> Option<Self> {
        let mut best: Option<Self> = None;
        for count in 1..=MOST_WORDS {
            let Some(these) = Self::of_count(policy, count) else {
                continue;
            };
            let more = best.as_ref().is_none_or(|best| these.size() > best.size());
            let enough = bits(&these.size()) >= ENOUGH_BITS;
            if more {
                best = Some(these);
            }
            if enough {
                break;
            }
        }
        best
    }

    fn of_count(policy: &Policy, count: usize) -> Option<Self> {
        let alphabet = Alphabet::of(&policy.characters);
        let needs = Needs::of(&policy.characters);
        let need = |class| number(needs.of_class(class));
        let between = count - 1;
        let most = policy.repeats.of_one;
        let often_enough = most == 0 || number(most) >= between;
        let separator = SEPARATORS
            .into_iter()
            .find(|sign| often_enough && alphabet.contains(*sign));
        let signs = if separator.is_some() { between } else { 0 };
        // Without a sign only capitals tell where a word begins.
        let capitals = if separator.is_some() {
            need(CharacterClass::Capital)
        } else {
            count
        };
        let extras = Extras {
            digits: need(CharacterClass::Digit),
            others: need(CharacterClass::Other).saturating_sub(signs),
        };
        let usable = |word: &str| {
            let first = |first: char| capitals == 0 || alphabet.contains(first.to_ascii_uppercase());
            let first_small = capitals == count || word.chars().take(1).all(|letter| alphabet.contains(letter));
            first_small
                && word.chars().skip(1).all(|letter| alphabet.contains(letter))
                && word.chars().take(1).all(first)
        };
        let longest = words::words().iter().map(|word| word.len()).max().unwrap_or_default();
        let of_length = |length: usize| {
            words::words()
                .iter()
                .copied()
                .filter(|word| word.len() == length && usable(word))
                .collect()
        };
        let by_length: Vec<Vec<&str>> = (0..=longest).map(of_length).collect();
        let room = |length: u32| number(length.min(Policy::LONGEST)).checked_sub(signs.saturating_add(extras.len()));
        let least = [
            number(needs.letters()),
            number(needs.letters_or_digits()).saturating_sub(extras.digits),
            need(CharacterClass::Small).saturating_add(capitals),
        ];
        let least = least.into_iter().max().unwrap_or_default();
        let letters = (
            room(policy.length.min).unwrap_or(0).max(least),
            room(policy.length.max)?,
        );
        let these = Self {
            rows: rows(&by_length, count, letters.1),
            words: by_length,
            alphabet,
            count,
            separator,
            capitals,
            extras,
            letters,
        };
        (these.size() != BigUint::ZERO).then_some(these)
    }

    fn by_letters(&self) -> Vec<(usize, BigUint)> {
        let (least, most) = self.letters;
        let row = self.rows.get(self.count).map(Vec::as_slice).unwrap_or_default();
        (least..=most)
            .filter_map(|letters| Some((letters, row.get(letters)?.clone())))
            .collect()
    }

    /// How many there are.
    pub(crate) fn size(&self) -> BigUint {
        let words: BigUint = self.by_letters().into_iter().map(|(_, ways)| ways).sum();
        words * choices(self.count, self.capitals) * self.extras.ways(&self.alphabet, self.count)
    }

    /// Writes one of them, each as likely.
    pub(crate) fn draw(&self, into: &mut String, dice: &mut Dice<'_>) -> Result<Option<()>, NoRandomness> {
        let Some(mut letters) = dice.weighed(&self.by_letters())? else {
            return Ok(None);
        };
        let place = self.extras.place(self.count, dice)?;
        for (at, capital) in some_of(self.count, self.capitals, dice)?.into_iter().enumerate() {
            if at > 0 {
                into.extend(self.separator);
            }
            let rest = self
                .rows
                .get(self.count - at - 1)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let lengths: Vec<_> = ways(&self.words, rest, letters).collect();
            let Some(length) = dice.weighed(&lengths)? else {
                return Ok(None);
            };
            let words = self.words.get(length).map(Vec::as_slice).unwrap_or_default();
            let Some(word) = dice.one_of(words)? else {
                return Ok(None);
            };
            let case = |(at, letter): (usize, char)| {
                if at == 0 && capital {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            };
            into.extend(word.chars().enumerate().map(case));
            letters -= length;
            if at == place {
                self.extras.draw(&self.alphabet, into, dice)?;
            }
        }
        Ok(Some(()))
    }
}

/// How many rows of 0, 1, … words have so many letters together.
fn rows(words: &[Vec<&str>], count: usize, most: usize) -> Vec<Vec<BigUint>> {
    let mut none = vec![BigUint::ZERO; most + 1];
    if let Some(first) = none.first_mut() {
        *first = BigUint::from(1_u8);
    }
    let next = |rest: &Vec<BigUint>| {
        let sum = |letters| ways(words, rest, letters).map(|(_, ways)| ways).sum();
        Some((0..=most).map(sum).collect())
    };
    std::iter::successors(Some(none), next).take(count + 1).collect()
}

/// Each length the first word can have, and the ways to go on from there.
fn ways(words: &[Vec<&str>], rest: &[BigUint], letters: usize) -> impl Iterator<Item = (usize, BigUint)> {
    let after = move |(length, words): (usize, &Vec<&str>)| {
        Some((length, rest.get(letters.checked_sub(length)?)? * words.len()))
    };
    words.iter().enumerate().filter_map(after)
}
