//! Every password of some length and mixture of classes, each character at most so many times: counted, and drawn from.
//!
//! How many there are depends only on how many characters of each class there are and in how many orders the classes can stand. So the
//! count goes up the tree of needs: small and capital letters are mixed to letters, these with digits, those with all others.

use super::alphabet::Alphabet;
use super::dice::{Dice, NoRandomness};
use super::ends::{EndClasses, Ends};
use super::needs::Needs;
use countersign_model::CharacterClass::{self, Capital, Digit, Other, Small};
use num_bigint::BigUint;
use zeroize::Zeroizing;

/// How often one character may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Often {
    Any,
    AtMost(usize),
}

/// The passwords up to a length.
pub(crate) struct Mixture {
    alphabet: Alphabet,
    often: Often,
    /// For each class, the words of the first so many of its characters, by how many characters they have.
    words: [Vec<Vec<BigUint>>; 4],
    choose: Vec<Vec<BigUint>>,
    trees: Vec<Tree>,
    sizes: Vec<BigUint>,
}

/// The classes that are already chosen for the ends, and what the rest can be mixed of.
struct Tree {
    first: Option<CharacterClass>,
    last: Option<CharacterClass>,
    /// The only length it counts for, if it is only one.
    length: Option<usize>,
    /// Mixtures by how many characters between the ends are of them, weighed by the words of each class.
    classes: [Vec<BigUint>; 4],
    letters: Vec<BigUint>,
    letters_or_digits: Vec<BigUint>,
    all: Vec<BigUint>,
}

impl Mixture {
    pub(crate) fn count(alphabet: &Alphabet, needs: &Needs, ends: &Ends, often: Often, longest: usize) -> Self {
        let mut mixture = Self {
            alphabet: alphabet.clone(),
            often,
            choose: triangle(longest),
            words: Default::default(),
            trees: Vec::new(),
            sizes: Vec::new(),
        };
        mixture.words = CharacterClass::ALL.map(|class| mixture.words_of(class, longest));
        mixture.trees = ends
            .variants()
            .into_iter()
            .map(|ends| mixture.tree(needs, ends, longest))
            .collect();
        mixture.sizes = (0..=longest)
            .map(|length| mixture.trees.iter().map(|tree| tree.size(length)).sum())
            .collect();
        mixture
    }

    /// How many passwords have this length.
    pub(crate) fn size(&self, length: usize) -> BigUint {
        self.sizes.get(length).cloned().unwrap_or_default()
    }

    /// Words of the first 0, 1, … characters of a class; where each may come any number of times, only those of all of them.
    fn words_of(&self, class: CharacterClass, longest: usize) -> Vec<Vec<BigUint>> {
        let size = self.alphabet.size(class);
        let Often::AtMost(often) = self.often else {
            return vec![powers(size, longest)];
        };
        let mut words = vec![powers(0, longest)];
        for _ in 0..size {
            let before = words.last().map(Vec::as_slice).unwrap_or_default();
            let one_more = (0..=longest).map(|length| {
                (0..=often.min(length))
                    .map(|times| self.chosen(length, times) * at(before, length - times))
                    .sum()
            });
            let one_more = one_more.collect();
            words.push(one_more);
        }
        words
    }

    fn chosen(&self, of: usize, so_many: usize) -> BigUint {
        self.choose.get(of).map(|row| at(row, so_many)).unwrap_or_default()
    }

    fn tree(&self, needs: &Needs, (first, last, length): EndClasses, longest: usize) -> Tree {
        let ending = |class| usize::from(first == Some(class)) + usize::from(last == Some(class));
        let class = |class: CharacterClass| -> Vec<BigUint> {
            let words = self.words.get(class.index()).and_then(|words| words.last());
            let words = words.map(Vec::as_slice).unwrap_or_default();
            let weights = (0..=longest).map(|between| at(words, between + ending(class)));
            needing(weights.collect(), needs.of_class(class), ending(class))
        };
        let classes = CharacterClass::ALL.map(class);
        let [small, capital, digits, others] = &classes;
        let letters = needing(
            self.mixed(small, capital),
            needs.letters(),
            ending(Small) + ending(Capital),
        );
        let ends = ending(Small) + ending(Capital) + ending(Digit);
        let letters_or_digits = needing(self.mixed(&letters, digits), needs.letters_or_digits(), ends);
        let all = self.mixed(&letters_or_digits, others);
        Tree {
            first,
            last,
            length,
            letters,
            letters_or_digits,
            all,
            classes,
        }
    }

    /// So many of the one and so many of the other, in every order.
    fn mixed(&self, one: &[BigUint], other: &[BigUint]) -> Vec<BigUint> {
        (0..one.len())
            .map(|length| self.parts(length, one, other).map(|(_, weight)| weight).sum())
            .collect()
    }

    /// How many of `length` characters are of the one kind, with the weight of that.
    fn parts<'a>(
        &'a self,
        length: usize,
        one: &'a [BigUint],
        other: &'a [BigUint],
    ) -> impl Iterator<Item = (usize, BigUint)> + 'a {
        let weighed = move |ones: usize| {
            let (these, those) = (one.get(ones)?, other.get(length - ones)?);
            let empty = *these == BigUint::ZERO || *those == BigUint::ZERO;
            (!empty).then(|| (ones, self.chosen(length, ones) * these * those))
        };
        (0..=length).filter_map(weighed)
    }

    /// Writes one of the passwords of this length, each as likely; `None` if there is none.
    pub(crate) fn draw(
        &self,
        length: usize,
        into: &mut String,
        dice: &mut Dice<'_>,
    ) -> Result<Option<()>, NoRandomness> {
        let trees: Vec<_> = self.trees.iter().map(|tree| (tree, tree.size(length))).collect();
        let Some(tree) = dice.weighed(&trees)? else {
            return Ok(None);
        };
        let mut split = |total, one: &[BigUint], other: &[BigUint]| {
            let parts: Vec<_> = self.parts(total, one, other).collect();
            dice.weighed(&parts)
        };
        let between = length.saturating_sub(tree.ends());
        let [small, capital, digits, others] = &tree.classes;
        let Some(letters_or_digits) = split(between, &tree.letters_or_digits, others)? else {
            return Ok(None);
        };
        let Some(letters) = split(letters_or_digits, &tree.letters, digits)? else {
            return Ok(None);
        };
        let Some(smalls) = split(letters, small, capital)? else {
            return Ok(None);
        };
        let mut pattern = Zeroizing::new(Vec::with_capacity(length));
        pattern.extend(tree.first.map(CharacterClass::index));
        for (class, count) in [
            (Small, smalls),
            (Capital, letters.saturating_sub(smalls)),
            (Digit, letters_or_digits.saturating_sub(letters)),
            (Other, between.saturating_sub(letters_or_digits)),
        ] {
            pattern.extend(std::iter::repeat_n(class.index(), count));
        }
        dice.shuffle(pattern.get_mut(usize::from(tree.first.is_some())..).unwrap_or_default())?;
        pattern.extend(tree.last.map(CharacterClass::index));
        self.fill(&pattern, into, dice)
    }

    /// Puts characters into the places of each class, which are told by its index.
    fn fill(&self, pattern: &[usize], into: &mut String, dice: &mut Dice<'_>) -> Result<Option<()>, NoRandomness> {
        let mut words: [Zeroizing<Vec<char>>; 4] = Default::default();
        for (class, word) in CharacterClass::ALL.into_iter().zip(&mut words) {
            let count = pattern.iter().filter(|one| **one == class.index()).count();
            if self.word(class, count, word, dice)?.is_none() {
                return Ok(None);
            }
        }
        for class in pattern {
            into.extend(words.get_mut(*class).and_then(|word| word.pop()));
        }
        Ok(Some(()))
    }

    /// So many characters of a class, each word as likely.
    fn word(
        &self,
        class: CharacterClass,
        mut count: usize,
        word: &mut Zeroizing<Vec<char>>,
        dice: &mut Dice<'_>,
    ) -> Result<Option<()>, NoRandomness> {
        let characters = self.alphabet.of_class(class);
        word.reserve_exact(count);
        let Often::AtMost(often) = self.often else {
            for _ in 0..count {
                word.extend(dice.one_of(characters)?);
            }
            return Ok(Some(()));
        };
        let words = self.words.get(class.index()).map(Vec::as_slice).unwrap_or_default();
        for (before, character) in words.iter().zip(characters).rev() {
            let weighed = |times| (times, self.chosen(count, times) * at(before, count - times));
            let options: Vec<_> = (0..=often.min(count)).map(weighed).collect();
            let Some(times) = dice.weighed(&options)? else {
                return Ok(None);
            };
            word.extend(std::iter::repeat_n(*character, times));
            count -= times;
        }
        dice.shuffle(word)?;
        Ok(Some(()))
    }
}

impl Tree {
    fn ends(&self) -> usize {
        usize::from(self.first.is_some()) + usize::from(self.last.is_some())
    }

    fn size(&self, length: usize) -> BigUint {
        let counts = match self.length {
            Some(only) => only == length,
            // One character that is both the first and the last has a tree of its own.
            None => length >= self.ends(),
        };
        if counts {
            at(&self.all, length - self.ends())
        } else {
            BigUint::ZERO
        }
    }
}

/// Nothing where the characters between the ends and those at the ends are too few.
fn needing(mut weights: Vec<BigUint>, need: u32, ends: usize) -> Vec<BigUint> {
    let between = usize::try_from(need).unwrap_or(usize::MAX).saturating_sub(ends);
    weights
        .iter_mut()
        .take(between)
        .for_each(|weight| *weight = BigUint::ZERO);
    weights
}

fn at(numbers: &[BigUint], index: usize) -> BigUint {
    numbers.get(index).cloned().unwrap_or_default()
}

fn powers(of: usize, highest: usize) -> Vec<BigUint> {
    std::iter::successors(Some(BigUint::from(1_u8)), |power| Some(power * of))
        .take(highest + 1)
        .collect()
}

/// Pascal's triangle.
fn triangle(rows: usize) -> Vec<Vec<BigUint>> {
    let next = |row: &Vec<BigUint>| {
        let sums = row.iter().zip(row.iter().skip(1)).map(|(a, b)| a + b);
        let one = || std::iter::once(BigUint::from(1_u8));
        Some(one().chain(sums).chain(one()).collect())
    };
    std::iter::successors(Some(vec![BigUint::from(1_u8)]), next)
        .take(rows + 1)
        .collect()
}
