//! Ours: a policy's generator and judge, as the agent and the command line use them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

use countersign_rules::policy::{
    Circumstances, Dice, Generator, Judge, Kind, Lists, NoRandomness, ParsedPolicy, check_policy,
};
use countersign_secret::Password;
use rustix::rand::{GetRandomFlags, getrandom};

use crate::bench::{BenchError, clock};

/// So many lie in memory at once: each has a locked page of its own.
const LOT: usize = 500;
/// Whose passwords they are. Such names cost a look at each password.
const CIRCUMSTANCES: Circumstances<'_> = Circumstances {
    user_name: Some("anna.schmidt"),
    application: Some("Ledger"),
    old: None,
    history: &[],
};

/// A policy, ready to make passwords of a kind.
pub struct Ours {
    name: &'static str,
    parsed: ParsedPolicy,
    lists: Lists,
    generator: Generator,
}

/// What a round came to, in passwords a second.
pub struct Round {
    pub made: f64,
    pub checked: f64,
    /// As many random bytes as were drawn for them, asked of the kernel in pieces of the same size.
    pub bare: f64,
}

impl Ours {
    pub fn new(name: &'static str, text: &str, kind: Kind) -> Result<Self, BenchError> {
        let id = text
            .lines()
            .find_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
        let (parsed, problems) = check_policy(id.unwrap_or_default(), name, text.as_bytes());
        let parsed = parsed.ok_or_else(|| wrong(name, &format!("{problems:?}")))?;
        let generator = Generator::new(&parsed.policy, kind).map_err(|error| wrong(name, &error))?;
        Ok(Self {
            name,
            parsed,
            lists: Lists::default(),
            generator,
        })
    }

    /// How many bits a guesser has to find.
    pub fn bits(&self) -> f64 {
        self.generator.bits()
    }

    /// Makes so many, then checks them once more; no two may be the same, and none may break a rule.
    pub fn round(&self, count: usize) -> Result<Round, BenchError> {
        let judge = Judge::new(&self.parsed.policy, &self.lists, CIRCUMSTANCES);
        let drawn = Cell::new((0_usize, 0_usize));
        let mut dice = Dice::new(|into: &mut [u8]| {
            let (times, _) = drawn.get();
            drawn.set((times + 1, into.len()));
            fill(into)
        });
        let (mut making, mut checking) = (Duration::ZERO, Duration::ZERO);
        let mut distinct = BTreeSet::new();
        for _ in 0..count / LOT {
            let begun = clock::now();
            let lot: Result<Vec<Password>, _> = (0..LOT).map(|_| self.generator.draw(&judge, &mut dice)).collect();
            making += begun.elapsed();
            let lot = lot.map_err(|error| wrong(self.name, &error))?;
            let begun = clock::now();
            let passed = lot.iter().filter(|password| judge.judge(password).is_empty()).count();
            checking += begun.elapsed();
            if passed != LOT {
                return Err(wrong(
                    self.name,
                    &format!("{} of {LOT} passwords break a rule", LOT - passed),
                ));
            }
            distinct.extend(lot.iter().map(|password| password.expose().to_owned()));
        }
        let made = count / LOT * LOT;
        if distinct.len() != made {
            return Err(wrong(self.name, &"a password was made twice"));
        }
        let (times, piece) = drawn.get();
        let mut pool = vec![0; piece];
        let begun = clock::now();
        for _ in 0..times {
            fill(black_box(&mut pool)).map_err(|error| wrong(self.name, &error))?;
        }
        let bare = begun.elapsed();
        Ok(Round {
            made: rate(made, making),
            checked: rate(made, checking),
            bare: rate(made, bare),
        })
    }
}

/// So many in that time, a second.
pub fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64().max(1e-9)
}

fn fill(mut into: &mut [u8]) -> Result<(), NoRandomness> {
    while !into.is_empty() {
        let filled = getrandom(&mut *into, GetRandomFlags::empty()).map_err(|error| NoRandomness(error.to_string()))?;
        into = into.get_mut(filled..).unwrap_or_default();
    }
    Ok(())
}

fn wrong(who: &'static str, why: &dyn std::fmt::Display) -> BenchError {
    BenchError::Wrong {
        who,
        why: why.to_string(),
    }
}
