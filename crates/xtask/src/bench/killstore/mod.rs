//! `bench killstore`: `kill -9` of our writer, thousands of times, the store opened and compared after each.
//!
//! A store lives over several rounds and is then begun anew. After half of the rounds a copy is looked at and the writer goes on with what the
//! kill left; after the others the store itself, which is opened, used and closed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use super::cut::{Acknowledged, Finding, Script, State, Then, Writer, check};
use super::engines::Which;
use super::powercut::is_compacted;
use super::random::Chance;
use super::store::folder::{empty, real_disk, replicate};
use super::{BenchError, Options, Report, clock, complain};

/// How many rounds, unless `--rounds` says otherwise.
const ROUNDS: u32 = 5_000;
/// The most rounds a store lives.
const LIFE: u64 = 80;
/// The longest a writer works, once its store is open.
const WORK: Duration = Duration::from_millis(16);
/// The longest it lives in a round in which it may be killed while it opens.
const OPENING: Duration = Duration::from_millis(12);

#[derive(Default)]
struct Tally {
    bad: usize,
    compacted: usize,
    unopened: usize,
    commits: Vec<f64>,
}

/// Kills, looks, and goes on.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let scratch = real_disk()?;
    let (store, copy) = (scratch.path().join("store"), scratch.path().join("copy"));
    let mut chance = Chance::of(&[0x9115]);
    let mut tally = Tally::default();
    let mut life = Life::begin(&store, 0)?;
    let mut left = chance.below(LIFE);
    for round in 0..rounds {
        if left == 0 {
            left = chance.below(LIFE);
            life = Life::begin(&store, round)?;
        }
        left = left.saturating_sub(1);
        let acknowledged = kill(&store, &life, &mut chance)?;
        tally.unopened += usize::from(acknowledged.is_none());
        let acknowledged = acknowledged.unwrap_or(life.known.steps);
        let compacted = is_compacted(&store.join("store"));
        let begun = life.known.steps;
        let looked = match chance.below(2) {
            0 => life.look_at(&store, acknowledged),
            _ => {
                replicate(&store, &copy)?;
                life.look_at(&copy, acknowledged)
            }
        };
        if let Some(complaint) = looked.complaint() {
            complain(&format!("round {round}, {acknowledged} acknowledged: {complaint}"));
            tally.bad += 1;
            left = 0;
        }
        tally.compacted += usize::from(compacted);
        tally
            .commits
            .extend(u32::try_from(acknowledged - begun).ok().map(f64::from));
    }
    Ok(judge(&tally, rounds))
}

fn kill(store: &Path, life: &Life, chance: &mut Chance) -> Result<Option<u64>, BenchError> {
    let writer = Writer::start(Which::Ours, store, life.script, life.known.steps, None, Duration::ZERO)?;
    if chance.below(4) == 0 {
        clock::rest(chance.between(Duration::ZERO, OPENING));
    } else {
        writer.wait_until_open();
        clock::rest(chance.between(Duration::ZERO, WORK));
    }
    writer.kill()
}

/// A store's life: what it must hold.
struct Life {
    script: Script,
    known: State,
}

impl Life {
    fn begin(store: &Path, round: u32) -> Result<Self, BenchError> {
        empty(store)?;
        let script = Script::seeded(u64::from(round) + 1_000_000);
        let known = State::default();
        Ok(Self { script, known })
    }

    /// Compares, in this process: a panic is a finding.
    fn look_at(&mut self, folder: &Path, acknowledged: u64) -> Finding {
        let Self { script, known } = self;
        let exactly = Acknowledged::exactly(acknowledged);
        let looked = catch_unwind(AssertUnwindSafe(|| {
            check(Which::Ours, folder, script, known, exactly, Then::Close)
        }));
        looked.unwrap_or_else(|_| Finding::Unusable("opening it panicked".into()))
    }
}

fn judge(tally: &Tally, rounds: u32) -> Report {
    let mut report = Report::new("killstore");
    let all = usize::try_from(rounds).unwrap_or_default();
    report.count("bad", all, tally.bad, "rounds");
    report.count("killed while the store was being opened", all, tally.unopened, "rounds");
    report.count("of a store that had been compacted", all, tally.compacted, "rounds");
    report.figures("acknowledged in a round", &tally.commits, "commits");
    let what = format!("bad rounds of {rounds}");
    report.target(what, "0", tally.bad.to_string(), tally.bad == 0 && rounds > 0);
    report
}
