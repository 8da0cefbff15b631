//! Unbiased choices from random bytes.

use num_bigint::BigUint;
use zeroize::{Zeroize, Zeroizing};

/// The system gave no random bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes: {0}; try again later")]
pub struct NoRandomness(pub String);

const POOL: usize = 256;

type Source<'s> = dyn FnMut(&mut [u8]) -> Result<(), NoRandomness> + 's;

/// Chooses by bytes from a source that fills a slice with random ones. What was used of them is wiped.
pub struct Dice<'s> {
    source: Box<Source<'s>>,
    pool: Zeroizing<[u8; POOL]>,
    used: usize,
}

impl<'s> Dice<'s> {
    /// Dice that are thrown by this source.
    pub fn new(source: impl FnMut(&mut [u8]) -> Result<(), NoRandomness> + 's) -> Self {
        Self {
            source: Box::new(source),
            pool: Zeroizing::new([0; POOL]),
            used: POOL,
        }
    }

    fn byte(&mut self) -> Result<u8, NoRandomness> {
        if self.used >= POOL {
            (self.source)(self.pool.as_mut_slice())?;
            self.used = 0;
        }
        let byte = self.pool.get_mut(self.used).map(std::mem::take).unwrap_or_default();
        self.used += 1;
        Ok(byte)
    }

    /// So many random bits, up to 64.
    fn bits(&mut self, count: u32) -> Result<u64, NoRandomness> {
        let mut bits = 0;
        for _ in 0..count.div_ceil(8) {
            bits = bits << 8 | u64::from(self.byte()?);
        }
        Ok(bits & u64::MAX.checked_shr(64 - count).unwrap_or_default())
    }

    /// A number below `bound`, each as likely; 0 where there is none.
    pub(crate) fn below(&mut self, bound: usize) -> Result<usize, NoRandomness> {
        let count = usize::BITS - bound.saturating_sub(1).leading_zeros();
        loop {
            let drawn = usize::try_from(self.bits(count)?).unwrap_or(usize::MAX);
            if drawn < bound.max(1) {
                return Ok(drawn);
            }
        }
    }

    /// One of these, each as likely; none of none.
    pub(crate) fn one_of<T: Copy>(&mut self, options: &[T]) -> Result<Option<T>, NoRandomness> {
        let drawn = self.below(options.len())?;
        Ok(options.get(drawn).copied())
    }

    /// One of these, each as likely as its weight says; none where all weigh nothing.
    pub(crate) fn weighed<T: Copy>(&mut self, options: &[(T, BigUint)]) -> Result<Option<T>, NoRandomness> {
        let total: BigUint = options.iter().map(|(_, weight)| weight).sum();
        if total == BigUint::ZERO {
            return Ok(None);
        }
        let mut drawn = self.below_large(&total)?;
        let chosen = options.iter().find(|(_, weight)| falls_within(&mut drawn, weight));
        Ok(chosen.map(|(option, _)| *option))
    }

    /// A number below `bound`, which is not 0, in 64-bit digits, the lowest first.
    fn below_large(&mut self, bound: &BigUint) -> Result<Zeroizing<Vec<u64>>, NoRandomness> {
        let digits = bound.iter_u64_digits().len();
        let highest = u32::try_from((bound.bits() - 1) % 64).unwrap_or_default() + 1;
        let mut drawn = Zeroizing::new(vec![0; digits]);
        loop {
            for (at, digit) in drawn.iter_mut().enumerate() {
                *digit = self.bits(if at + 1 == digits { highest } else { 64 })?;
            }
            if drawn.iter().rev().copied().lt(bound.iter_u64_digits().rev()) {
                return Ok(drawn);
            }
        }
    }

    /// Every order as likely.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) -> Result<(), NoRandomness> {
        for end in (1..items.len()).rev() {
            let other = self.below(end + 1)?;
            items.swap(end, other);
        }
        Ok(())
    }
}

impl Drop for Dice<'_> {
    fn drop(&mut self) {
        self.pool.zeroize();
    }
}

impl std::fmt::Debug for Dice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dice")
    }
}

/// Whether a number is less than a weight; where it is not, the weight is taken off it.
fn falls_within(number: &mut [u64], weight: &BigUint) -> bool {
    let mut digits = weight.iter_u64_digits();
    let mut borrowed = false;
    for digit in number.iter_mut() {
        let (less, over) = digit.overflowing_sub(digits.next().unwrap_or_default());
        let (less, over_again) = less.overflowing_sub(borrowed.into());
        (*digit, borrowed) = (less, over | over_again);
    }
    borrowed || digits.any(|digit| digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte string of a length, one after the other.
    fn all_of<T>(bytes: usize, mut draw: impl FnMut(&mut Dice<'_>) -> T) -> Vec<T> {
        let each = 0..1_u64 << (8 * bytes);
        each.map(|number| {
            let mut next = number.to_le_bytes().into_iter().take(bytes).chain(std::iter::repeat(0));
            let mut dice = Dice::new(move |into: &mut [u8]| {
                into.fill_with(|| next.next().unwrap());
                Ok(())
            });
            draw(&mut dice)
        })
        .collect()
    }

    #[test]
    fn each_number_is_as_likely() {
        for bound in [1, 2, 3, 5, 94] {
            let mut counts = vec![0_i32; bound];
            // What is refused draws the zeros that follow, and those are taken off.
            for drawn in all_of(1, |dice| dice.below(bound).unwrap()) {
                counts[drawn] += 1;
            }
            assert!(
                counts[1..].iter().all(|count| *count == counts[bound - 1]),
                "{counts:?}"
            );
            assert!(counts[0] >= counts[bound - 1]);
        }
    }

    #[test]
    fn weights_are_exact() {
        let options = [
            ('a', BigUint::from(3_u8)),
            ('b', BigUint::ZERO),
            ('c', BigUint::from(5_u8)),
        ];
        let drawn = all_of(1, |dice| dice.weighed(&options).unwrap().unwrap());
        let count = |wanted| drawn.iter().filter(|one| **one == wanted).count();
        // Of 16 numbers the upper 8 are refused, and the zeros that follow are a's.
        assert_eq!((count('a') - 128, count('b'), count('c')), (48, 0, 80));
        let nothing = [('a', BigUint::ZERO)];
        assert!(
            all_of(1, |dice| dice.weighed(&nothing).unwrap())
                .iter()
                .all(Option::is_none)
        );
    }

    #[test]
    fn large_numbers_are_compared_and_taken_off_digit_by_digit() {
        let large: BigUint = BigUint::from(1_u8) << 64_u32;
        for (number, weight, within, left) in [
            ([5, 1], large.clone(), false, [5, 0]),
            ([5, 0], large.clone(), true, [5, u64::MAX]),
            ([0, 2], BigUint::from(1_u8), false, [u64::MAX, 1]),
            ([0, 0], BigUint::ZERO, false, [0, 0]),
            ([7, 7], large << 64_u32, true, [7, 7]),
        ] {
            let mut number: [u64; 2] = number;
            assert_eq!(falls_within(&mut number, &weight), within);
            assert_eq!(number, left);
        }
    }

    #[test]
    fn every_order_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for drawn in all_of(2, |dice| {
            let mut items = [1, 2, 3];
            dice.shuffle(&mut items).unwrap();
            items
        }) {
            *counts.entry(drawn).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
    }
}
