//! Which of the pending operations a power cut keeps.

use crate::faults::{Crash, Op, Torn};

/// How many combinations are tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampling {
    /// Up to so many pending operations every combination is tried.
    pub(crate) exhaustive: usize,
    /// So many combinations are drawn where there are more.
    pub(crate) beyond: usize,
    /// The head's slots are written over and over without a sync: so many times each combination is tried with only some of these
    /// writes kept, beside all of them.
    pub(crate) heads: usize,
}

/// A random number from a seed (SplitMix64).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// The combinations to try: for each pending operation whether it is kept, and whether the last one kept is torn.
pub(crate) fn images(crash: &Crash, seed: u64, sampling: Sampling) -> Vec<(Vec<bool>, Torn)> {
    let heads: Vec<bool> = crash.pending.iter().map(is_head_slot).collect();
    let free: Vec<usize> = (0..heads.len()).filter(|at| !heads[*at]).collect();
    let mut draw = Draw(seed);
    let mut chosen: Vec<Vec<bool>> = Vec::new();
    if free.len() <= sampling.exhaustive {
        chosen.extend((0..1_u32 << free.len()).map(|bits| (0..free.len()).map(|at| bits >> at & 1 == 1).collect()));
    } else {
        chosen.push(vec![true; free.len()]);
        chosen.push(vec![false; free.len()]);
        for _ in 0..sampling.beyond {
            chosen.push(match draw.below(4) {
                // One lost, one kept, everything up to a point, anything.
                0 => one(free.len(), draw.below(free.len()), true),
                1 => one(free.len(), draw.below(free.len()), false),
                2 => {
                    let upto = draw.below(free.len());
                    (0..free.len()).map(|at| at < upto).collect()
                }
                _ => (0..free.len()).map(|_| draw.next() & 1 == 1).collect(),
            });
        }
    }
    let mut images = Vec::new();
    for kept in chosen {
        for round in 0..=sampling.heads {
            let mut all: Vec<bool> = heads
                .iter()
                .map(|head| *head && (round == 0 || draw.next() & 1 == 1))
                .collect();
            for (at, kept) in free.iter().zip(&kept) {
                all[*at] = *kept;
            }
            if round == 0 {
                images.push((all.clone(), Torn::Last));
            }
            images.push((all, Torn::No));
        }
    }
    images
}

fn one(count: usize, which: usize, others: bool) -> Vec<bool> {
    (0..count).map(|at| (at == which) != others).collect()
}

/// One slot of a head that is written in place.
fn is_head_slot(op: &Op) -> bool {
    matches!(op, Op::Write(_, 0 | 4096, bytes) if bytes.len() == 128 && bytes.starts_with(b"CShead1"))
}
