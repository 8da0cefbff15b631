//! Digits and other characters that stand together in a password which is otherwise made of letters.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use countersign_model::CharacterClass;
use num_bigint::BigUint;

/// So many digits and other characters, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extras {
    pub(crate) digits: usize,
    pub(crate) others: usize,
}

impl Extras {
    pub(crate) fn len(self) -> usize {
        self.digits.saturating_add(self.others)
    }

    /// In how many ways they can stand together at one of so many places.
    pub(crate) fn ways(self, alphabet: &Alphabet, places: usize) -> BigUint {
        if self.len() == 0 {
            return BigUint::from(1_u8);
        }
        let power =
            |class, count: usize| BigUint::from(alphabet.size(class)).pow(u32::try_from(count).unwrap_or(u32::MAX));
        let characters = power(CharacterClass::Digit, self.digits) * power(CharacterClass::Other, self.others);
        choices(self.len(), self.digits) * characters * places
    }

    /// At which place they stand: no choice where there are none of them.
    pub(crate) fn place(self, places: usize, dice: &mut Dice<'_>) -> Result<usize, NoRandomness> {
        if self.len() == 0 { Ok(0) } else { dice.below(places) }
    }

    pub(crate) fn draw(self, alphabet: &Alphabet, into: &mut String, dice: &mut Dice<'_>) -> Result<(), NoRandomness> {
        for class in some_of(self.len(), self.digits, dice)? {
            let class = if class {
                CharacterClass::Digit
            } else {
                CharacterClass::Other
            };
            into.extend(dice.one_of(alphabet.of_class(class))?);
        }
        Ok(())
    }
}

/// How many choices of so many out of so many there are.
pub(crate) fn choices(of: usize, so_many: usize) -> BigUint {
    if so_many > of {
        return BigUint::ZERO;
    }
    (0..so_many).fold(BigUint::from(1_u8), |choices, taken| {
        choices * (of - taken) / (taken + 1)
    })
}

/// So many out of so many, each choice as likely: whether each is among them.
pub(crate) fn some_of(of: usize, so_many: usize, dice: &mut Dice<'_>) -> Result<Vec<bool>, NoRandomness> {
    let mut chosen: Vec<bool> = (0..of).map(|at| at < so_many).collect();
    dice.shuffle(&mut chosen)?;
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::CharacterRules;

    #[test]
    fn ways_are_counted() {
        let alphabet = Alphabet::of(&CharacterRules::default());
        let ways = |digits, others, places| Extras { digits, others }.ways(&alphabet, places);
        assert_eq!(ways(0, 0, 7), BigUint::from(1_u8));
        assert_eq!(ways(2, 1, 7), BigUint::from(7_u32 * 3 * 10 * 10 * 32));
        assert_eq!((choices(5, 2), choices(2, 5)), (BigUint::from(10_u8), BigUint::ZERO));
    }
}
