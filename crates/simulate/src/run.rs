//! Runs of simulations: one, or many, and the shortest way to what went wrong.

use crate::mutant::Mutant;
use crate::seal::VaultPool;
use crate::tally::Tally;
use crate::violation::Violation;
use crate::world::World;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many operations each agent does.
pub const OPERATIONS: u32 = 200;

/// What records are sealed with.
#[derive(Clone)]
pub enum Seals {
    /// A stand-in that is only what it says.
    Plain,
    /// The real vault.
    Vault(VaultPool),
}

/// Whether what happens is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// One simulation.
#[derive(Clone)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// How many operations each agent does.
    pub operations: u32,
    /// What records are sealed with.
    pub seals: Seals,
    /// How the agents are broken, if they are.
    pub mutant: Option<Mutant>,
    /// Whether to write down what happens.
    pub trace: Trace,
}

impl Plan {
    /// The simulation of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            operations: OPERATIONS,
            seals: Seals::Plain,
            mutant: None,
            trace: Trace::Off,
        }
    }
}

/// What a simulation came to.
#[derive(Debug)]
pub struct Outcome {
    /// What happened.
    pub tally: Tally,
    /// What must never be, and was.
    pub violation: Option<Violation>,
}

/// Runs one.
#[must_use]
pub fn run(plan: &Plan) -> Outcome {
    let (tally, violation, _) = run_without(plan, &BTreeSet::new());
    Outcome { tally, violation }
}

fn run_without(plan: &Plan, left_out: &BTreeSet<u32>) -> (Tally, Option<Violation>, Vec<String>) {
    let mut world = World::new(plan);
    let mut violation = None;
    for step in 0..world.steps(plan) {
        if left_out.contains(&step) {
            continue;
        }
        if let Err(found) = world.step(step) {
            violation = Some(found);
            break;
        }
    }
    if violation.is_none() {
        violation = world.finish().err();
    }
    let (tally, trace) = world.into_parts();
    (tally, violation, trace)
}

/// The steps of a simulation that lead to a violation, with as many left out as can be; empty when there is none.
#[must_use]
pub fn shortest_trace(plan: &Plan) -> (Option<Violation>, Vec<String>) {
    let steps = World::new(plan).steps(plan);
    let mut left_out = BTreeSet::new();
    let Some(first) = run_without(plan, &left_out).1 else {
        return (None, Vec::new());
    };
    let fails = |left_out: &BTreeSet<u32>| {
        let found = run_without(plan, left_out).1;
        found.is_some_and(|found| std::mem::discriminant(&found) == std::mem::discriminant(&first))
    };
    let mut size = steps.div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let before = left_out.len();
        while from < steps {
            let mut without = left_out.clone();
            without.extend(from..from.saturating_add(size).min(steps));
            if without.len() > left_out.len() && fails(&without) {
                left_out = without;
            }
            from = from.saturating_add(size);
        }
        if size == 1 && left_out.len() == before {
            break;
        }
        size = (size / 2).max(1);
    }
    let traced = Plan {
        trace: Trace::On,
        ..plan.clone()
    };
    let (_, violation, trace) = run_without(&traced, &left_out);
    (violation, trace)
}

/// What many simulations came to.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// How many there were.
    pub seeds: u64,
    /// What happened in all of them.
    pub tally: Tally,
    /// The seeds in which something was that must never be, at most a hundred.
    pub violations: Vec<(u64, Violation)>,
}

/// Runs many, on so many threads, until this many violations were found.
pub fn run_all(
    seeds: std::ops::Range<u64>,
    threads: usize,
    enough: usize,
    plan: impl Fn(u64) -> Plan + Sync,
) -> Outcomes {
    let next = AtomicU64::new(seeds.start);
    let outcomes = Mutex::new(Outcomes::default());
    let work = || {
        let mut own = Outcomes::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let Outcome { tally, violation } = run(&plan(seed));
            own.seeds += 1;
            own.tally.merge(&tally);
            own.violations.extend(violation.map(|violation| (seed, violation)));
            if own.violations.len() >= enough {
                next.store(seeds.end, Ordering::Relaxed);
            }
        }
        let mut all = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        all.seeds += own.seeds;
        all.tally.merge(&own.tally);
        all.violations.append(&mut own.violations);
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.violations.sort_by_key(|(seed, _)| *seed);
    outcomes
}
