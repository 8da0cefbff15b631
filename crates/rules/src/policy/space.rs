//! The passwords that a policy's counted rules allow: how many there are, and one of them.
//!
//! Counted are lengths, characters, needs, the ends, runs and how often one character may come. Runs and the last are not counted
//! together: where both matter there are two sets, each larger than what is allowed, and the smaller one is drawn from. Whoever draws
//! refuses what breaks a rule and draws again, which leaves what is allowed as likely as before.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use super::ends::Ends;
use super::mixture::{Mixture, Often};
use super::needs::Needs;
use super::number;
use super::runs::Runs;
use countersign_model::Policy;
use num_bigint::BigUint;
use std::ops::RangeInclusive;

/// A set of passwords.
pub struct Space {
    way: Way,
    sizes: Vec<(usize, BigUint)>,
}

enum Way {
    Mixture(Box<Mixture>),
    Runs(Box<Runs>),
}

impl Space {
    /// Every password of such a length that the counted rules allow.
    #[must_use]
    pub fn count(policy: &Policy, lengths: RangeInclusive<u32>) -> Self {
        let lengths = number(*lengths.start())..=number((*lengths.end()).min(Policy::LONGEST));
        let longest = *lengths.end();
        let rules = &policy.characters;
        let (alphabet, needs) = (Alphabet::of(rules), Needs::of(rules));
        let ends = Ends {
            first: rules.first.clone(),
            last: rules.last.clone(),
        };
        let [in_a_row, of_one] = [policy.repeats.in_a_row, policy.repeats.of_one].map(|most| match most {
            0 => longest,
            most => number(most),
        });
        let often = if of_one < longest {
            Often::AtMost(of_one)
        } else {
            Often::Any
        };
        let mixture = || Way::Mixture(Box::new(Mixture::count(&alphabet, &needs, &ends, often, longest)));
        // A run is never longer than the character comes at all.
        let runs = (in_a_row < longest.min(of_one))
            .then(|| Runs::count(&alphabet, &needs, &ends, in_a_row, longest))
            .flatten()
            .map(|runs| Way::Runs(Box::new(runs)));
        match runs {
            None => Self::of(mixture(), lengths),
            Some(runs) if often == Often::Any => Self::of(runs, lengths),
            Some(runs) => Self::of(runs, lengths.clone()).or_smaller(Self::of(mixture(), lengths)),
        }
    }

    fn of(way: Way, lengths: RangeInclusive<usize>) -> Self {
        let sizes = lengths.map(|length| (length, way.size(length)));
        let sizes = sizes.filter(|(_, size)| *size != BigUint::ZERO).collect();
        Self { way, sizes }
    }

    /// The smaller one of two sets. A length that either has no password of has none that both rules allow; one that both have does:
    /// the more evenly characters are used, the better for both.
    fn or_smaller(mut self, mut other: Self) -> Self {
        let lengths = |space: &Self| -> Vec<usize> { space.sizes.iter().map(|(length, _)| *length).collect() };
        let (these, those) = (lengths(&self), lengths(&other));
        self.sizes.retain(|(length, _)| those.contains(length));
        other.sizes.retain(|(length, _)| these.contains(length));
        if other.size() < self.size() { other } else { self }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// The lengths that any have, in order, with how many.
    pub(crate) fn sizes(&self) -> &[(usize, BigUint)] {
        &self.sizes
    }

    /// How many there are.
    #[must_use]
    pub fn size(&self) -> BigUint {
        self.sizes.iter().map(|(_, size)| size).sum()
    }

    /// Writes one of them, each as likely; `None` if there is none.
    pub(crate) fn draw(&self, into: &mut String, dice: &mut Dice<'_>) -> Result<Option<()>, NoRandomness> {
        let Some(length) = dice.weighed(&self.sizes)? else {
            return Ok(None);
        };
        match &self.way {
            Way::Mixture(mixture) => mixture.draw(length, into, dice),
            Way::Runs(runs) => runs.draw(length, into, dice),
        }
    }
}

impl Way {
    fn size(&self, length: usize) -> BigUint {
        match self {
            Self::Mixture(mixture) => mixture.size(length),
            Self::Runs(runs) => runs.size(length),
        }
    }
}

impl std::fmt::Debug for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Space")
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// How many bits tell one of so many from the others: the logarithm to the base 2; 0 of none.
#[must_use]
pub fn bits(number: &BigUint) -> f64 {
    let mut highest = number.iter_u64_digits().rev().take(2);
    let leading = highest.next().unwrap_or_default() as f64;
    let next = highest.next().unwrap_or_default() as f64;
    let rest = number.iter_u64_digits().len().saturating_sub(1);
    // The digits below these two are lost in the rounding anyway.
    let whole = leading + next / 2_f64.powi(64);
    if whole < 1.0 {
        0.0
    } else {
        whole.log2() + 64.0 * rest as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_logarithms() {
        assert!((bits(&BigUint::from(1_u8)) - 0.0).abs() < 1e-9 && bits(&BigUint::ZERO).abs() < 1e-9);
        assert!((bits(&BigUint::from(94_u8).pow(20)) - 20.0 * 94_f64.log2()).abs() < 1e-9);
        assert!((bits(&(BigUint::from(1_u8) << 64)) - 64.0).abs() < 1e-9);
        assert!((bits(&BigUint::from(1000_u32)) - 1000_f64.log2()).abs() < 1e-9);
    }
}
