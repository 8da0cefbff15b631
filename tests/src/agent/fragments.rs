use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use crate::memory::{Memory, Run};

/// How many characters of a secret in a row give it away.
const WINDOW: usize = 6;
/// Pages without anything are most of a memory: they are passed over at once.
const EMPTY: [u8; 4096] = [0; 4096];

/// What must not be found.
#[derive(Debug, Clone, Copy)]
pub enum Secret<'a> {
    /// Characters that are in no program and no text: every six of them in a row.
    Random(&'a str),
    /// Words: every six characters in a row that reach across the edge between two of them. The words themselves are in dictionaries.
    Words(&'a str),
    /// Bytes of a key: all of them in a row.
    Key(&'a [u8]),
}

/// Every piece of some secrets, in every form in which memory or a file could hold it.
#[derive(Debug)]
pub struct Fragments {
    needles: Vec<Needle>,
    /// One bit for the first three bytes of each needle.
    begins: Vec<u64>,
    /// The needles that begin so.
    by_beginning: HashMap<usize, Vec<usize>>,
}

#[derive(Debug)]
struct Needle {
    of: String,
    form: &'static str,
    bytes: Vec<u8>,
}

/// A piece of a secret where none may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The piece.
    pub piece: String,
    /// How it was written.
    pub form: &'static str,
    /// Where.
    pub place: String,
    /// The bytes around it, as far as they are text.
    pub around: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {} {}: {}", self.piece, self.form, self.place, self.around)
    }
}

impl Fragments {
    /// The pieces of these secrets: UTF-8, UTF-16, UTF-32, hexadecimal in both cases, base64 at each of its three alignments.
    #[must_use]
    pub fn of(secrets: &[Secret<'_>]) -> Self {
        let needles: Vec<_> = secrets.iter().flat_map(|secret| pieces(*secret)).collect();
        let mut begins = vec![0; 1 << 18];
        let mut by_beginning: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, needle) in needles.iter().enumerate() {
            let beginning = needle.bytes.iter().take(3).fold(0, |sum, &byte| roll(sum, byte));
            if let Some(word) = begins.get_mut(beginning >> 6) {
                *word |= 1_u64 << (beginning & 63);
            }
            by_beginning.entry(beginning).or_default().push(number);
        }
        Self {
            needles,
            begins,
            by_beginning,
        }
    }

    /// How many pieces are looked for.
    #[must_use]
    pub fn count(&self) -> usize {
        self.needles.len()
    }

    /// The pieces in a copy of a process's memory.
    #[must_use]
    pub fn found_in(&self, memory: &Memory) -> Vec<Found> {
        memory.runs().iter().flat_map(|run| self.found_in_run(run)).collect()
    }

    fn found_in_run(&self, run: &Run) -> Vec<Found> {
        let place = |at: usize| format!("at {:x}+{at:x} ({:?} {})", run.start, run.residence, run.mapping);
        self.found(&run.bytes, place)
    }

    /// The pieces in the files below `folder`, and how many files were looked at.
    #[must_use]
    pub fn found_below(&self, folder: &Path) -> (Vec<Found>, usize) {
        let files = super::secrets::files_below(folder);
        let mut found = Vec::new();
        for (path, bytes) in &files {
            found.extend(self.found(bytes, |at| format!("at {at} of {}", path.display())));
        }
        (found, files.len())
    }

    /// The pieces in some bytes.
    pub fn found(&self, bytes: &[u8], place: impl Fn(usize) -> String) -> Vec<Found> {
        let mut found = Vec::new();
        let mut passed = 0;
        let mut rolled = 0;
        for part in bytes.chunks(EMPTY.len()) {
            if part == EMPTY.as_slice() {
                rolled = 0;
            } else {
                for (at, &byte) in (passed..).zip(part) {
                    rolled = roll(rolled, byte);
                    let word = self.begins.get(rolled >> 6).copied().unwrap_or_default();
                    if word >> (rolled & 63) & 1 == 1 && at >= 2 {
                        found.extend(self.begun(bytes, at - 2, rolled, &place));
                    }
                }
            }
            passed += part.len();
        }
        found
    }

    /// The needles that are at `at`, where one could begin.
    fn begun(&self, bytes: &[u8], at: usize, beginning: usize, place: &impl Fn(usize) -> String) -> Vec<Found> {
        let rest = bytes.get(at..).unwrap_or_default();
        let candidates = self.by_beginning.get(&beginning).into_iter().flatten();
        let needles = candidates.filter_map(|&number| self.needles.get(number));
        needles
            .filter(|needle| rest.starts_with(&needle.bytes))
            .map(|needle| Found {
                piece: needle.of.clone(),
                form: needle.form,
                place: place(at),
                around: around(bytes, at),
            })
            .collect()
    }
}

fn roll(sum: usize, byte: u8) -> usize {
    (sum << 8 | usize::from(byte)) & 0x00ff_ffff
}

fn around(bytes: &[u8], at: usize) -> String {
    let near = bytes
        .get(at.saturating_sub(48)..(at + 80).min(bytes.len()))
        .unwrap_or_default();
    near.escape_ascii().to_string()
}

fn pieces(secret: Secret<'_>) -> Vec<Needle> {
    let (text, across) = match secret {
        Secret::Random(text) => (text, false),
        Secret::Words(text) => (text, true),
        Secret::Key(key) => return vec![needle("a key", "bytes", key.to_vec()), needle("a key", "hex", hex(key))],
    };
    let letters: Vec<char> = text.chars().collect();
    let windows = letters.windows(WINDOW).filter(|window| {
        let inner = window.get(1..WINDOW - 1).unwrap_or_default();
        !across || inner.contains(&' ')
    });
    windows
        .flat_map(|window| forms(&window.iter().collect::<String>()))
        .collect()
}

fn forms(piece: &str) -> Vec<Needle> {
    let bytes = piece.as_bytes();
    let wide = |units: Vec<u32>| units.into_iter().flat_map(u32::to_le_bytes).collect();
    let lower = hex(bytes);
    let mut all = vec![
        needle(piece, "UTF-8", bytes.to_vec()),
        needle(
            piece,
            "UTF-16",
            piece.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        needle(piece, "UTF-32", wide(piece.chars().map(u32::from).collect())),
        needle(piece, "hex", lower.to_ascii_uppercase()),
        needle(piece, "hex", lower),
    ];
    all.extend((0..3).map(|before| needle(piece, "base64", base64(bytes, before))));
    all
}

fn needle(of: &str, form: &'static str, bytes: Vec<u8>) -> Needle {
    Needle {
        of: of.to_owned(),
        form,
        bytes,
    }
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into_bytes()
}

/// The characters of base64 that are fully told by `bytes` when `before` other bytes come first in their group.
fn base64(bytes: &[u8], before: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| {
        let byte = bytes.get((at / 8).checked_sub(before)?)?;
        Some(usize::from(byte >> (7 - at % 8) & 1))
    };
    let characters = (before * 8).div_ceil(6)..(before + bytes.len()) * 8 / 6;
    characters
        .filter_map(|number| (number * 6..number * 6 + 6).try_fold(0, |sum, at| Some(sum << 1 | bit(at)?)))
        .filter_map(|index| ALPHABET.get(index).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fragments: &Fragments, bytes: &[u8]) -> Vec<&'static str> {
        let mut forms: Vec<_> = fragments
            .found(bytes, |_| String::new())
            .iter()
            .map(|one| one.form)
            .collect();
        forms.dedup();
        forms
    }

    #[test]
    fn six_characters_are_found_in_every_form() {
        let fragments = Fragments::of(&[Secret::Random("q7RtZv2kXw")]);
        assert_eq!(fragments.count(), 5 * 8);
        // `RtZv2k`, with other things around it.
        for text in [
            "xxRtZv2kyy",
            "..52745a76326b..",
            "..52745A76326B..",
            "UnRadjJr",
            "YVJ0WnYyaw==",
            "YWFSdFp2Mms=",
        ] {
            assert!(!found(&fragments, text.as_bytes()).is_empty(), "{text}");
        }
        let wide: Vec<u8> = "RtZv2k".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&fragments, &[&[7; 5000], wide.as_slice()].concat()), ["UTF-16"]);
        assert!(found(&fragments, b"RtZv2").is_empty());
        // Across the edge of two parts, and behind an empty one.
        for before in [4092, 4093, 4094, 4095, 4096, 8190] {
            let bytes = [vec![0; before], b"ZRtZv2kX".to_vec()].concat();
            assert_eq!(found(&fragments, &bytes), ["UTF-8"], "{before}");
        }
    }

    #[test]
    fn words_are_looked_for_where_they_meet() {
        let fragments = Fragments::of(&[Secret::Words("walrus tungsten october")]);
        assert!(found(&fragments, b"walrus, tungsten and october").is_empty());
        assert_eq!(found(&fragments, b"rus tu"), ["UTF-8"]);
        assert!(!found(&fragments, b"n octo").is_empty());
        assert!(found(&fragments, b" octob").is_empty());
    }
}
