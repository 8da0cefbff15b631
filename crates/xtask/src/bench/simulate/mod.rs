//! `bench simulate`: worlds of simulated devices, disks and replicas around the real exchange of records, each from a seed.
//!
//! There is no rival. What is counted beside the rate shows that the faults did happen, and agents that are broken on purpose show that
//! the checks notice.

use std::num::NonZero;

use countersign_simulate::{Mutant, Outcomes, Plan, Seals, VaultPool, run_all, shortest_trace};

use super::{BenchError, Options, Report, clock, complain};

/// How many seeds, unless `--seeds` says otherwise.
const SEEDS: u32 = 100_000;
/// One world in so many has the real vault, and is shorter.
const REAL: u64 = 500;
const REAL_OPERATIONS: u32 = 60;
/// Within how many seeds a broken agent must be noticed.
const NOTICED: u64 = 300;

/// Runs every seed and judges.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let seals = VaultPool::make().map(Seals::Vault).map_err(|why| BenchError::Step {
        what: "opening the simulated user's vault",
        why,
    })?;
    let plan = |seed: u64| match seed % REAL == REAL - 1 {
        true => Plan {
            operations: REAL_OPERATIONS,
            seals: seals.clone(),
            ..Plan::of(seed)
        },
        false => Plan::of(seed),
    };
    let seeds = match options.seed {
        Some(seed) => u64::from(seed)..u64::from(seed) + 1,
        None => {
            let first = u64::from(options.first.unwrap_or_default());
            first..first + u64::from(options.seeds.unwrap_or(SEEDS))
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let begun = clock::now();
    let outcomes = run_all(seeds, threads, 100, plan);
    let seconds = begun.elapsed().as_secs_f64();
    for (seed, violation) in &outcomes.violations {
        complain(&format!("seed {seed}: {violation}"));
    }
    if let Some((seed, _)) = outcomes.violations.first() {
        let (violation, trace) = shortest_trace(&plan(*seed));
        let violation = violation.map(|violation| violation.to_string()).unwrap_or_default();
        complain(&format!(
            "seed {seed} at its shortest: {violation}\n{}",
            trace.join("\n")
        ));
    }
    let mut report = Report::new("simulate");
    count(&mut report, &outcomes, seconds);
    let bad = outcomes.violations.len();
    let what = format!("violations in {} worlds", outcomes.seeds);
    report.target(what, "0", bad.to_string(), bad == 0 && outcomes.seeds > 0);
    if options.seed.is_none() {
        let noticed = Mutant::ALL
            .into_iter()
            .filter(|mutant| is_noticed(*mutant, threads))
            .count();
        let all = Mutant::ALL.len();
        let what = format!("broken agents noticed within {NOTICED} worlds");
        report.target(what, all.to_string(), noticed.to_string(), noticed == all);
    }
    Ok(report)
}

fn count(report: &mut Report, outcomes: &Outcomes, seconds: f64) {
    let seeds = usize::try_from(outcomes.seeds).unwrap_or(usize::MAX);
    let rate = u32::try_from(outcomes.seeds).map_or(0.0, f64::from) / seconds.max(f64::EPSILON);
    report.figures("rate", &[rate], "worlds/s");
    for (what, many) in outcomes.tally.iter() {
        report.count(what, seeds, usize::try_from(many).unwrap_or(usize::MAX), "times");
    }
}

fn is_noticed(mutant: Mutant, threads: usize) -> bool {
    let plan = |seed| Plan {
        mutant: Some(mutant),
        ..Plan::of(seed)
    };
    !run_all(0..NOTICED, threads, 1, plan).violations.is_empty()
}
