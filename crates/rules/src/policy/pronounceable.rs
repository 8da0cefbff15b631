//! Passwords that can be said: consonants and vowels by turns, and what else the policy needs together between two syllables.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use super::extras::{Extras, choices, some_of};
use super::needs::Needs;
use super::space::bits;
use super::{ENOUGH_BITS, number};
use countersign_model::{CharacterClass, Policy};
use num_bigint::BigUint;

const CONSONANTS: &str = "bdfghjklmnprstvwz";
const VOWELS: &str = "aeiou";

/// The passwords of one length that can be said.
pub(crate) struct Pronounceable {
    alphabet: Alphabet,
    /// The consonants and the vowels, small.
    sounds: [Vec<char>; 2],
    letters: usize,
    capitals: usize,
    extras: Extras,
}

impl Pronounceable {
    /// Those of the length the policy makes passwords of, or of the first one that is long enough for the purpose. `None` if no such
    /// password can have what the policy needs.
    pub(crate) fn of(policy: &Policy) -> Option<Self> {
        let alphabet = Alphabet::of(&policy.characters);
        let mut best = None;
        for length in policy.length.min..=policy.length.max.min(Policy::LONGEST) {
            if policy.generate.length.is_some_and(|wanted| wanted != length) {
                continue;
            }
            let Some(these) = Self::of_length(policy, &alphabet, number(length)) else {
                continue;
            };
            let enough = bits(&these.size()) >= ENOUGH_BITS;
            best = Some(these);
            if enough {
                break;
            }
        }
        best
    }

    fn of_length(policy: &Policy, alphabet: &Alphabet, length: usize) -> Option<Self> {
        let needs = Needs::of(&policy.characters);
        let need = |class| number(needs.of_class(class));
        let extras = Extras {
            digits: need(CharacterClass::Digit),
            others: need(CharacterClass::Other),
        };
        let letters = length.checked_sub(extras.len()).filter(|letters| *letters > 0)?;
        let capitals = match alphabet.size(CharacterClass::Small) {
            0 => letters,
            _ => need(CharacterClass::Capital),
        };
        let enough = letters >= number(needs.letters())
            && letters >= number(needs.letters_or_digits()).saturating_sub(extras.digits)
            && letters >= capitals.saturating_add(need(CharacterClass::Small));
        let usable = |sound: &char| {
            (capitals == letters || alphabet.contains(*sound))
                && (capitals == 0 || alphabet.contains(sound.to_ascii_uppercase()))
        };
        let these = Self {
            alphabet: alphabet.clone(),
            sounds: [CONSONANTS, VOWELS].map(|sounds| sounds.chars().filter(usable).collect()),
            letters,
            capitals,
            extras,
        };
        (enough && these.size() != BigUint::ZERO).then_some(these)
    }

    fn syllables(&self) -> usize {
        self.letters.div_ceil(2)
    }

    /// Which letters can be capitals: the first ones of syllables, if these are enough.
    fn beginnings(&self) -> usize {
        if self.capitals <= self.syllables() { 2 } else { 1 }
    }

    /// How many there are.
    pub(crate) fn size(&self) -> BigUint {
        let mut letters = BigUint::from(1_u8);
        for sounds in self.sounds.iter().cycle().take(self.letters) {
            letters *= sounds.len();
        }
        let capitals = choices(self.letters.div_ceil(self.beginnings()), self.capitals);
        letters * capitals * self.extras.ways(&self.alphabet, self.syllables() + 1)
    }

    /// Writes one of them, each as likely.
    pub(crate) fn draw(&self, into: &mut String, dice: &mut Dice<'_>) -> Result<Option<()>, NoRandomness> {
        let beginnings = self.beginnings();
        let capitals = some_of(self.letters.div_ceil(beginnings), self.capitals, dice)?;
        let place = self.extras.place(self.syllables() + 1, dice)? * 2;
        for (at, sounds) in self.sounds.iter().cycle().take(self.letters).enumerate() {
            if at == place {
                self.extras.draw(&self.alphabet, into, dice)?;
            }
            let Some(sound) = dice.one_of(sounds)? else {
                return Ok(None);
            };
            let capital = at % beginnings == 0 && capitals.get(at / beginnings).copied().unwrap_or_default();
            into.push(if capital { sound.to_ascii_uppercase() } else { sound });
        }
        if place >= self.letters {
            self.extras.draw(&self.alphabet, into, dice)?;
        }
        Ok(Some(()))
    }
}
