//! Which cuts are made: the same for every contestant.

use std::time::Duration;

use crate::bench::cut::Script;
use crate::bench::engines::Which;
use crate::bench::random::Chance;

/// The stores that cuts begin with: the seed of each and how many steps it has behind it. A seed's remainder by three is its life.
pub const BASES: [(u64, u64); 3] = [(300, 600), (301, 200), (302, 80)];

/// How a store begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With an empty file system: the cut may fall into its making.
    Young,
    /// As one of [`BASES`].
    Base(usize),
}

/// How the power is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The file system is stopped at once, in the middle of whatever it does.
    Stop,
    /// The writer is killed, and what is not synced is left out.
    Kill,
}

/// One cut.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Whose store.
    pub which: Which,
    /// Which of its cuts.
    pub number: u64,
    /// How its store begins.
    pub begin: Begin,
    /// How the power is cut.
    pub cut: Cut,
    /// When, after the writer was started.
    pub after: Duration,
    /// How long the writer rests after each commit.
    pub rest: Duration,
    /// What it writes.
    pub script: Script,
    /// The first step of its own.
    pub first: u64,
}

impl Plan {
    /// A contestant's cut of that number.
    pub fn of(which: Which, number: u64) -> Self {
        let mut chance = Chance::of(&[0xc07, number]);
        let milliseconds = |from, to| (Duration::from_millis(from), Duration::from_millis(to));
        let young = number % 5 == 4 && which != Which::Unsynced;
        let base = usize::try_from(chance.below(3)).unwrap_or_default();
        let (begin, first, before, (least, most)) = match BASES.get(base) {
            Some((seed, steps)) if !young => (Begin::Base(base), *steps, *seed, milliseconds(50, 1_200)),
            _ => (Begin::Young, 0, 0, milliseconds(2, 200)),
        };
        let life = chance.below(3);
        let rest = match chance.below(3) {
            0 => chance.between(Duration::from_millis(1), Duration::from_millis(50)),
            _ => Duration::ZERO,
        };
        Self {
            which,
            number,
            begin,
            cut: if number.is_multiple_of(2) { Cut::Stop } else { Cut::Kill },
            after: chance.between(least, most),
            rest,
            script: Script {
                before,
                turn: first,
                after: 3 * (1_000 + number) + life,
            },
            first,
        }
    }

    /// It in words.
    pub fn words(&self) -> String {
        let begin = match self.begin {
            Begin::Young => "a new store".to_owned(),
            Begin::Base(_) => format!("a store of {} commits", self.first),
        };
        let cut = match self.cut {
            Cut::Stop => "stopped",
            Cut::Kill => "killed",
        };
        format!(
            "cut {}: {begin}, {cut} after {} ms",
            self.number,
            self.after.as_millis()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_same_cuts_of_every_kind() {
        let plans: Vec<_> = (0..120).map(|number| Plan::of(Which::Ours, number)).collect();
        for plan in &plans {
            let rival = Plan::of(Which::Redb, plan.number);
            assert_eq!(
                (rival.after, rival.begin, rival.script),
                (plan.after, plan.begin, plan.script)
            );
        }
        for cut in [Cut::Stop, Cut::Kill] {
            for begin in [Begin::Young, Begin::Base(0), Begin::Base(1), Begin::Base(2)] {
                assert!(plans.iter().any(|plan| plan.cut == cut && plan.begin == begin));
            }
        }
        assert!(plans.iter().all(|plan| plan.after < Duration::from_millis(1_200)));
    }
}
