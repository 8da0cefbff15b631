//! Chance that repeats: every run has the same thief, the same writes, the same cuts.

use std::time::Duration;

/// A small seeded generator (xorshift64*).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// A generator that always gives the same numbers for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A generator for a thing among many, named by numbers that may lie close together.
    pub fn of(names: &[u64]) -> Self {
        let seed = names.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |seed, name| {
            let mixed = (seed ^ name).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 32)
        });
        Self::seeded(seed)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    /// So many bytes that do not compress.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            // The generator's upper bits only: six bytes of each number.
            bytes.extend(self.number().to_le_bytes().into_iter().take(6));
        }
        bytes.truncate(length);
        bytes
    }

    fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A time from `least` up to `most`.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_nanos())
            .unwrap_or(u64::MAX)
            .max(1);
        least + Duration::from_nanos(self.number() % span)
    }

    /// A text of so many characters out of `alphabet`.
    pub fn text(&mut self, alphabet: &[char], length: usize) -> String {
        let count = u64::try_from(alphabet.len()).unwrap_or(1).max(1);
        let mut pick = || {
            usize::try_from(self.number() % count)
                .ok()
                .and_then(|at| alphabet.get(at))
                .copied()
        };
        std::iter::repeat_with(|| pick().unwrap_or('a')).take(length).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_thief_within_its_bounds() {
        let (least, most) = (Duration::from_micros(200), Duration::from_micros(2_700));
        let draw = || {
            let mut chance = Chance::seeded(7);
            std::iter::repeat_with(|| chance.between(least, most))
                .take(1_000)
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        assert!(draw().iter().all(|time| (least..most).contains(time)));
        assert_eq!(Chance::seeded(7).text(&['x'], 3), "xxx");
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let first = Chance::of(&[1, 2]).bytes(64);
        assert_eq!(first, Chance::of(&[1, 2]).bytes(64));
        assert_eq!(first.len(), 64);
        for other in [[1, 3], [2, 1], [1, 0]] {
            assert_ne!(first, Chance::of(&other).bytes(64));
        }
        assert!((0..1_000).all(|name| Chance::of(&[name]).below(3) < 3));
    }
}
