//! What a writer writes: batches that follow from seeds.

use serde::{Deserialize, Serialize};

use crate::bench::engines::Write;
use crate::bench::random::Chance;

/// The most bytes of a value.
const LARGEST: u64 = 64 << 10;

/// Every batch of a store's life. A seed's remainder by three says which life: few small values that are overwritten again and again, a
/// mixture, large values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The seed of the steps below `turn`: the life of a store that several rounds begin with.
    pub before: u64,
    /// The first step of this round.
    pub turn: u64,
    /// The seed of the steps from `turn` on.
    pub after: u64,
}

impl Script {
    /// A script with one seed for all its steps.
    pub fn seeded(seed: u64) -> Self {
        Self {
            before: seed,
            turn: 0,
            after: seed,
        }
    }

    /// The batch of a step.
    pub fn step(&self, number: u64) -> Vec<Write> {
        let seed = if number < self.turn { self.before } else { self.after };
        let life = seed % 3;
        let mut chance = Chance::of(&[seed, number]);
        let (ids, most) = match life {
            0 => (40, 1),
            1 => (300, 24),
            _ => (60, 4),
        };
        let count = if chance.below(3) < 2 { 1 } else { 1 + chance.below(most) };
        let mut batch: Vec<Write> = Vec::new();
        for _ in 0..count {
            let id = Chance::of(&[chance.below(ids)]).bytes(16);
            let length = length(life, &mut chance);
            let value = (chance.below(20) > 0).then(|| chance.bytes(length));
            batch.retain(|write| write.id != id);
            batch.push(Write { id, value });
        }
        batch
    }
}

fn length(life: u64, chance: &mut Chance) -> usize {
    let bound = match (life, chance.below(20)) {
        (0, _) | (_, 0..=9) => 600,
        (1, 10..=17) => 4 << 10,
        (1, 18) | (_, 10..=15) => 16 << 10,
        _ => LARGEST,
    };
    usize::try_from(chance.below(bound + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_repeats_and_turns() {
        let (one, other) = (Script::seeded(1), Script::seeded(2));
        let turned = Script {
            before: 1,
            turn: 10,
            after: 2,
        };
        for number in 0..20 {
            assert_eq!(one.step(number), one.step(number));
            let like = if number < 10 { one } else { other };
            assert_eq!(turned.step(number), like.step(number));
        }
    }

    #[test]
    fn scripts_hold_small_and_large_values_batches_and_removals() {
        let steps: Vec<_> = (0..30)
            .flat_map(|seed| (0..100).map(move |step| Script::seeded(seed).step(step)))
            .collect();
        let lengths: Vec<_> = steps
            .iter()
            .flatten()
            .map(|write| write.value.as_ref().map(Vec::len))
            .collect();
        assert!(lengths.iter().any(Option::is_none));
        assert!(lengths.iter().flatten().any(|length| *length > 60_000));
        assert!(lengths.iter().flatten().all(|length| *length <= 64 << 10));
        assert!(steps.iter().any(|batch| batch.len() > 10));
        assert!(steps.iter().all(|batch| !batch.is_empty()));
    }
}
