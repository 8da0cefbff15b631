//! Every password of some length in which no character comes too often in a row: counted, and drawn from.
//!
//! A password is a chain of runs. How it can go on after a run depends on how many characters are left, what is still needed and the
//! class of the run's character, which the next run must not have: so much is counted for, from the end to the beginning.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use super::ends::Ends;
use super::needs::Needs;
use countersign_model::CharacterClass;
use num_bigint::BigUint;
use std::collections::HashMap;

/// More states than these are not counted: some hundred MiB.
const MOST_STATES: usize = 100_000;

/// The passwords up to a length.
pub(crate) struct Runs {
    alphabet: Alphabet,
    ends: Ends,
    longest_run: usize,
    /// What is needed after one more character of each class; the first one is what is needed at the beginning.
    needs: Vec<[usize; 4]>,
    /// The needs that are none.
    met: Option<usize>,
    /// By how many characters are left, then by needs.
    left: Vec<Vec<State>>,
}

/// How many ways there are to the end.
#[derive(Clone, Default)]
struct State {
    /// Beginning with a run of one certain character of each class.
    with: [BigUint; 4],
    /// Beginning with any character.
    all: BigUint,
}

impl Runs {
    /// `None` where there is too much to count.
    pub(crate) fn count(
        alphabet: &Alphabet,
        needs: &Needs,
        ends: &Ends,
        longest_run: usize,
        longest: usize,
    ) -> Option<Self> {
        let (needs, met) = reachable(needs, MOST_STATES / (longest + 1))?;
        let mut runs = Self {
            alphabet: alphabet.clone(),
            ends: ends.clone(),
            longest_run,
            left: Vec::with_capacity(longest + 1),
            needs,
            met,
        };
        runs.left.push(vec![State::default(); runs.needs.len()]);
        for left in 1..=longest {
            let states = (0..runs.needs.len()).map(|needs| runs.state(left, needs)).collect();
            runs.left.push(states);
        }
        Some(runs)
    }

    fn state(&self, left: usize, needs: usize) -> State {
        let with = CharacterClass::ALL.map(|class| match self.alphabet.size(class) {
            0 => BigUint::ZERO,
            _ => self.lengths(left, needs, class).map(|(_, ways)| ways).sum(),
        });
        let sizes = CharacterClass::ALL.map(|class| self.alphabet.size(class));
        let all = with.iter().zip(sizes).map(|(ways, size)| ways * size).sum();
        State { with, all }
    }

    /// Each length of a run of one certain character, the ways to go on after it, and what is needed then.
    fn lengths(
        &self,
        left: usize,
        needs: usize,
        class: CharacterClass,
    ) -> impl Iterator<Item = ((usize, usize), BigUint)> + '_ {
        let longest = self.longest_run.min(left);
        let after = std::iter::successors(Some(needs), move |needs| self.after(*needs, class)).skip(1);
        (1..=longest)
            .zip(after)
            .map(move |(length, needs)| ((length, needs), self.ways_after(left - length, needs, class)))
    }

    fn after(&self, needs: usize, class: CharacterClass) -> Option<usize> {
        self.needs.get(needs)?.get(class.index()).copied()
    }

    /// The ways to go on after a run of one certain character of this class.
    fn ways_after(&self, left: usize, needs: usize, class: CharacterClass) -> BigUint {
        if left == 0 {
            let ends_well = Some(needs) == self.met && self.ends.last(class);
            return BigUint::from(u8::from(ends_well));
        }
        let Some(state) = self.left.get(left).and_then(|states| states.get(needs)) else {
            return BigUint::ZERO;
        };
        match state.with.get(class.index()) {
            Some(with) => &state.all - with,
            None => BigUint::ZERO,
        }
    }

    /// How many passwords have this length.
    pub(crate) fn size(&self, length: usize) -> BigUint {
        let beginnings = self
            .options(length, 0, None)
            .into_iter()
            .filter(|(class, _)| self.ends.first(*class));
        beginnings.map(|(_, ways)| ways).sum()
    }

    /// The classes that the next run can be of, with the ways from there.
    fn options(&self, left: usize, needs: usize, last: Option<char>) -> Vec<(CharacterClass, BigUint)> {
        let Some(state) = self.left.get(left).and_then(|states| states.get(needs)) else {
            return Vec::new();
        };
        let ways = |(class, with): (CharacterClass, &BigUint)| {
            let taken = last.is_some_and(|last| CharacterClass::of(last) == class);
            (class, with * (self.alphabet.size(class) - usize::from(taken)))
        };
        CharacterClass::ALL.into_iter().zip(&state.with).map(ways).collect()
    }

    /// Writes one of the passwords of this length, each as likely; `None` if there is none.
    pub(crate) fn draw(
        &self,
        length: usize,
        into: &mut String,
        dice: &mut Dice<'_>,
    ) -> Result<Option<()>, NoRandomness> {
        let (mut left, mut needs, mut last) = (length, 0, None);
        while left > 0 {
            let mut options = self.options(left, needs, last);
            if last.is_none() {
                options.retain(|(class, _)| self.ends.first(*class));
            }
            let Some(class) = dice.weighed(&options)? else {
                return Ok(None);
            };
            let Some(character) = self.character(class, last, dice)? else {
                return Ok(None);
            };
            let lengths: Vec<_> = self.lengths(left, needs, class).collect();
            let Some((run, needed)) = dice.weighed(&lengths)? else {
                return Ok(None);
            };
            into.extend(std::iter::repeat_n(character, run));
            (left, needs, last) = (left - run, needed, Some(character));
        }
        Ok(Some(()))
    }

    /// A character of a class, other than the last one.
    fn character(
        &self,
        class: CharacterClass,
        last: Option<char>,
        dice: &mut Dice<'_>,
    ) -> Result<Option<char>, NoRandomness> {
        let characters = self.alphabet.of_class(class);
        let taken = last.and_then(|last| characters.binary_search(&last).ok());
        let drawn = dice.below(characters.len() - usize::from(taken.is_some()))?;
        let skipping = taken.is_some_and(|taken| drawn >= taken);
        Ok(characters.get(drawn + usize::from(skipping)).copied())
    }
}

/// What can be needed at any time, by what is needed after one more character of each class; and which of these is nothing.
fn reachable(start: &Needs, most: usize) -> Option<(Vec<[usize; 4]>, Option<usize>)> {
    let mut found = vec![*start];
    let mut numbers = HashMap::from([(*start, 0)]);
    let mut steps = Vec::new();
    while let Some(needs) = found.get(steps.len()).copied() {
        let step = CharacterClass::ALL.map(|class| {
            let after = needs.after(class);
            *numbers.entry(after).or_insert_with(|| {
                found.push(after);
                found.len() - 1
            })
        });
        steps.push(step);
        if found.len() > most {
            return None;
        }
    }
    let met = found.iter().position(|needs| needs.least() == 0);
    Some((steps, met))
}
