//! From short pieces of a text to whoever asks for them.
//!
//! Everyone who asks for a text is filed under the one piece of it that the fewest others ask for too, with a sign of all the pieces
//! he asks for. Whoever is found may still not fit; whoever fits is always found.

use crate::literals::Clause;

/// The lengths of pieces, in bytes. A text is cut by the greatest that fits.
const LENGTHS: [usize; 3] = [6, 3, 1];

/// Where a text comes from. Pieces of a title are not found in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Facet {
    Executable,
    Script,
    StartedBy,
    Title,
    Class,
}

/// What somebody asks for: for each facet, clauses that all hold.
pub(crate) type Asked = Vec<(Facet, Vec<Clause>)>;

/// Who asks for which piece.
#[derive(Debug, Default)]
pub(crate) struct Grams {
    /// A bit for each piece: nearly all that nobody asks for end here.
    filter: Box<[u64]>,
    /// Sorted.
    keys: Box<[u64]>,
    askers: Box<[u32]>,
    signs: Box<[Sign]>,
    /// Which of [`LENGTHS`] occur.
    lengths: [bool; LENGTHS.len()],
    /// Those who ask for nothing.
    rest: Box<[u32]>,
}

impl Grams {
    pub(crate) fn build(asked: &[(u32, Asked)]) -> Self {
        let mut common = Counts::new(asked.len());
        for (_, asked) in asked {
            for (facet, literal) in literals(asked) {
                pieces(facet, literal).for_each(|key| common.add(key));
            }
        }
        let mut filed: Vec<(u64, u32, Sign)> = Vec::new();
        let mut rest = Vec::new();
        for (asker, asked) in asked {
            let clauses = asked
                .iter()
                .flat_map(|(facet, clauses)| clauses.iter().map(|clause| rarest(*facet, clause, &common)));
            match clauses.flatten().min_by_key(|(cost, _)| *cost) {
                Some((_, keys)) => {
                    let sign = Sign::of_asked(asked);
                    filed.extend(keys.into_iter().map(|key| (key, *asker, sign)));
                }
                None => rest.push(*asker),
            }
        }
        filed.sort_unstable();
        filed.dedup();
        let mut built = Self {
            filter: vec![0; (filed.len() / 4).next_power_of_two()].into(),
            keys: filed.iter().map(|(key, ..)| *key).collect(),
            askers: filed.iter().map(|(_, asker, _)| *asker).collect(),
            signs: filed.iter().map(|(.., sign)| *sign).collect(),
            lengths: LENGTHS.map(|length| filed.iter().any(|(key, ..)| length_of(*key) == length)),
            rest: rest.into(),
        };
        for (key, ..) in filed {
            let (word, bit) = built.place(key);
            if let Some(word) = built.filter.get_mut(word) {
                *word |= bit;
            }
        }
        built
    }

    /// Adds those who may find what they ask for in these texts.
    pub(crate) fn find(&self, texts: &Texts, found: &mut Vec<u32>) {
        found.extend(&self.rest);
        for (length, _) in LENGTHS.into_iter().zip(self.lengths).filter(|(_, used)| *used) {
            for (facet, text) in &texts.all {
                for piece in text.windows(length) {
                    self.filed_under(key(*facet, piece), &texts.sign, found);
                }
            }
        }
    }

    fn filed_under(&self, key: u64, sign: &Sign, found: &mut Vec<u32>) {
        let (word, bit) = self.place(key);
        if self.filter.get(word).is_none_or(|word| word & bit == 0) {
            return;
        }
        let first = self.keys.partition_point(|known| *known < key);
        let keys = self.keys.iter().skip(first);
        let those = keys
            .zip(self.askers.iter().skip(first))
            .zip(self.signs.iter().skip(first));
        let those = those.take_while(|((known, _), _)| **known == key);
        found.extend(
            those
                .filter(|(_, asked)| asked.is_in(sign))
                .map(|((_, asker), _)| *asker),
        );
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let mixed = mixed(key);
        let word = usize::try_from(mixed >> 6).unwrap_or(usize::MAX) & self.filter.len().saturating_sub(1);
        (word, 1 << (mixed & 63))
    }
}

/// The texts of one window.
#[derive(Debug)]
pub(crate) struct Texts {
    all: Vec<(Facet, Vec<u8>)>,
    sign: Sign,
}

impl Texts {
    pub(crate) fn new(all: Vec<(Facet, Vec<u8>)>) -> Self {
        let mut sign = Sign::default();
        for (facet, text) in &all {
            sign.add(*facet, text);
        }
        Self { all, sign }
    }
}

/// A few bits for each three bytes in a row: a text that contains another one has all of its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Sign([u64; 4]);

impl Sign {
    fn of_asked(asked: &Asked) -> Self {
        let mut sign = Self::default();
        for (facet, clauses) in asked {
            for clause in clauses {
                // Of several alternatives none must be there.
                if let [literal] = clause.as_slice() {
                    sign.add(*facet, literal.as_bytes());
                }
            }
        }
        sign
    }

    fn add(&mut self, facet: Facet, text: &[u8]) {
        for piece in text.windows(3) {
            let mixed = mixed(key(facet, piece));
            let [a, b, c, d] = &mut self.0;
            let word = match mixed >> 62 {
                0 => a,
                1 => b,
                2 => c,
                _ => d,
            };
            *word |= 1 << (mixed & 63);
        }
    }

    fn is_in(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine & !theirs == 0)
    }
}

fn literals(asked: &Asked) -> impl Iterator<Item = (Facet, &String)> {
    asked
        .iter()
        .flat_map(|(facet, clauses)| clauses.iter().flatten().map(|literal| (*facet, literal)))
}

/// For each alternative its rarest piece, and how many ask for them in all.
fn rarest(facet: Facet, clause: &Clause, common: &Counts) -> Option<(u64, Vec<u64>)> {
    let mut cost = 0;
    let mut keys = Vec::with_capacity(clause.len());
    for literal in clause {
        let (count, key) = pieces(facet, literal).map(|key| (common.of(key), key)).min()?;
        // A short piece is in many texts, however few ask for it.
        cost += u64::from(count) * if length_of(key) == 1 { 64 } else { 1 };
        keys.push(key);
    }
    (!keys.is_empty()).then_some((cost, keys))
}

fn pieces(facet: Facet, literal: &str) -> impl Iterator<Item = u64> + '_ {
    let length = LENGTHS.into_iter().find(|length| literal.len() >= *length);
    let windows = length.map(|length| literal.as_bytes().windows(length));
    windows.into_iter().flatten().map(move |piece| key(facet, piece))
}

/// Facet, length and bytes in one number.
fn key(facet: Facet, piece: &[u8]) -> u64 {
    let facet = match facet {
        Facet::Executable => 0,
        Facet::Script => 1,
        Facet::StartedBy => 2,
        Facet::Title => 3,
        Facet::Class => 4,
    };
    let bytes = piece.iter().fold(0, |bytes: u64, byte| (bytes << 8) | u64::from(*byte));
    let length: u64 = piece.iter().map(|_| 1).sum();
    (facet << 56) | (length << 48) | bytes
}

fn length_of(key: u64) -> usize {
    usize::try_from((key >> 48) & 0xff).unwrap_or(0)
}

fn mixed(key: u64) -> u64 {
    let mixed = (key ^ (key >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

/// How often each piece was seen, about: pieces may share a counter.
struct Counts(Box<[u32]>);

impl Counts {
    fn new(askers: usize) -> Self {
        let size = askers.saturating_mul(32).next_power_of_two().clamp(1 << 12, 1 << 17);
        Self(vec![0; size].into())
    }

    fn add(&mut self, key: u64) {
        let at = self.at(key);
        if let Some(count) = self.0.get_mut(at) {
            *count = count.saturating_add(1);
        }
    }

    fn of(&self, key: u64) -> u32 {
        self.0.get(self.at(key)).copied().unwrap_or(u32::MAX)
    }

    fn at(&self, key: u64) -> usize {
        usize::try_from(mixed(key)).unwrap_or(usize::MAX) & (self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(clauses: &[&[&str]]) -> Asked {
        let clause = |clause: &&[&str]| clause.iter().map(|text| (*text).to_owned()).collect();
        vec![(Facet::Title, clauses.iter().map(clause).collect())]
    }

    fn found(grams: &Grams, facet: Facet, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        grams.find(&Texts::new(vec![(facet, text.as_bytes().to_vec())]), &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn who_asks_is_found() {
        let grams = Grams::build(&[
            (0, asking(&[&["log on to "], &["acme 1"]])),
            (1, asking(&[&["log on to "], &["acme 2"]])),
            (2, asking(&[&["sap", "oracle forms"]])),
            (3, asking(&[])),
            (4, asking(&[&["x"]])),
            (5, Vec::new()),
        ]);
        for (text, who) in [
            ("log on to acme 1", vec![0, 3, 5]),
            ("log on to acme 2!", vec![1, 3, 5]),
            ("sap gui", vec![2, 3, 5]),
            ("oracle forms, x", vec![2, 3, 4, 5]),
            ("nothing", vec![3, 5]),
            ("", vec![3, 5]),
        ] {
            assert_eq!(found(&grams, Facet::Title, text), who, "{text}");
        }
        assert_eq!(found(&grams, Facet::Class, "acme 1 sap x"), [3, 5]);
        assert!(found(&Grams::default(), Facet::Title, "anything").is_empty());
    }
}
