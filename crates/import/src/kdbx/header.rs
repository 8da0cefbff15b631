//! What stands in the clear at the beginning of a KDBX file: looked at before it costs memory and time.

use crate::error::ImportError;

pub(super) const MAGIC: [u8; 4] = [0x03, 0xd9, 0xa2, 0x9a];
const KEEPASS_2: [u8; 4] = [0x67, 0xfb, 0x4b, 0xb5];

const END: u8 = 0;
const CIPHER: u8 = 2;
const COMPRESSION: u8 = 3;
const KEY_DERIVATION: u8 = 11;
const KNOWN: [u8; 8] = [END, 1, CIPHER, COMPRESSION, 4, 7, KEY_DERIVATION, 12];

/// Argon2's memory, in bytes. KeePassXC takes 64 MiB unless told otherwise.
const MOST_MEMORY: u64 = 1 << 30;
/// Memory times passes, in bytes: a minute or two.
const MOST_WORK: u64 = 64 << 30;
const MOST_LANES: u64 = 64;
/// Rounds of the older key derivation.
const MOST_ROUNDS: u64 = 1 << 30;

const AES: [[u8; 16]; 2] = [
    [
        0xc9, 0xd9, 0xf3, 0x9a, 0x62, 0x8a, 0x44, 0x60, 0xbf, 0x74, 0x0d, 0x08, 0xc1, 0x8a, 0x4f, 0xea,
    ],
    [
        0x7c, 0x02, 0xbb, 0x82, 0x79, 0xa7, 0x4a, 0xc0, 0x92, 0x7d, 0x11, 0x4a, 0x00, 0x64, 0x82, 0x38,
    ],
];
const ARGON2: [[u8; 16]; 2] = [
    [
        0xef, 0x63, 0x6d, 0xdf, 0x8c, 0x29, 0x44, 0x4b, 0x91, 0xf7, 0xa9, 0xa4, 0x03, 0xe3, 0x0a, 0x0c,
    ],
    [
        0x9e, 0x29, 0x8b, 0x19, 0x56, 0xdb, 0x47, 0x73, 0xb2, 0x3d, 0xfc, 0x3e, 0xc6, 0xf0, 0xa1, 0xe6,
    ],
];

/// Goes through the header. Afterwards each part of it is as long as its kind is, and the key derivation is affordable.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ImportError> {
    let mut rest = Rest(bytes);
    let (magic, kind) = (rest.take(4)?, rest.take(4)?);
    let version = rest.take(4)?;
    if magic != MAGIC {
        return Err(ImportError::OtherFormat("KDBX 4"));
    }
    if kind != KEEPASS_2 || version.get(2..) != Some(&[4, 0]) {
        return Err(ImportError::Closed {
            what: "this is a KeePass database of another version than KDBX 4",
            next: "open it in KeePassXC and save it as KDBX 4 (Database, Database Security, Encryption Settings), under another name",
        });
    }
    let mut derivation = None;
    loop {
        let (what, value) = rest.part()?;
        let sized = match what {
            END => break,
            CIPHER => value.len() == 16,
            COMPRESSION => value.len() == 4,
            KEY_DERIVATION => {
                derivation = Some(value);
                true
            }
            known => KNOWN.contains(&known),
        };
        if !sized {
            return Err(damaged(
                "a part of its header has another length or kind than KDBX 4 gives it",
            ));
        }
    }
    // A checksum and a seal follow.
    rest.take(64)?;
    affordable(&Numbers::of(
        derivation.ok_or_else(|| damaged("its header names no key derivation"))?,
    )?)
}

/// What the key derivation is told, as far as it costs something.
#[derive(Default)]
struct Numbers {
    id: Option<[u8; 16]>,
    memory: Option<u64>,
    passes: Option<u64>,
    lanes: Option<u64>,
    rounds: Option<u64>,
}

impl Numbers {
    fn of(dictionary: &[u8]) -> Result<Self, ImportError> {
        let mut rest = Rest(dictionary);
        if rest.take(2)? != [0, 1] {
            return Err(damaged("its key derivation is written in a way that is not known"));
        }
        let mut numbers = Self::default();
        loop {
            let kind = rest.take(1)?;
            if kind == [0] {
                return Ok(numbers);
            }
            let name = rest.long()?;
            let value = rest.long()?;
            let number = match (kind, value.len()) {
                ([0x04 | 0x0c], 4) | ([0x05 | 0x0d], 8) => {
                    Some(value.iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)))
                }
                ([0x08], 1) | ([0x18 | 0x42], _) => None,
                _ => {
                    return Err(damaged(
                        "a number of its key derivation has another length than its kind",
                    ));
                }
            };
            match name {
                b"$UUID" => numbers.id = value.try_into().ok(),
                b"M" => numbers.memory = number,
                b"I" => numbers.passes = number,
                b"P" => numbers.lanes = number,
                b"R" => numbers.rounds = number,
                _ => {}
            }
        }
    }
}

fn affordable(asked: &Numbers) -> Result<(), ImportError> {
    let missing = || damaged("a number of its key derivation is missing");
    let id = asked.id.ok_or_else(missing)?;
    if AES.contains(&id) {
        return match asked.rounds.ok_or_else(missing)? {
            0..=MOST_ROUNDS => Ok(()),
            rounds => Err(ImportError::Costly(format!("{rounds} rounds"))),
        };
    }
    if !ARGON2.contains(&id) {
        return Err(damaged("its key derivation is none that is known"));
    }
    let memory = asked.memory.ok_or_else(missing)?;
    let passes = asked.passes.ok_or_else(missing)?;
    let lanes = asked.lanes.ok_or_else(missing)?;
    let work = memory.saturating_mul(passes);
    if memory > MOST_MEMORY || work > MOST_WORK || lanes > MOST_LANES {
        return Err(ImportError::Costly(format!(
            "{} MiB of memory, {passes} passes and {lanes} lanes of Argon2",
            memory >> 20
        )));
    }
    Ok(())
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ImportError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| damaged("it is shorter than its header says"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// Four bytes of length, and so many.
    fn long(&mut self) -> Result<&'a [u8], ImportError> {
        let length = self
            .take(4)?
            .iter()
            .rev()
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn part(&mut self) -> Result<(u8, &'a [u8]), ImportError> {
        let what = self.take(1)?.first().copied().unwrap_or(END);
        Ok((what, self.long()?))
    }
}

fn damaged(what: &str) -> ImportError {
    ImportError::Damaged(what.to_owned())
}
