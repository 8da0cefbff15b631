//! What must be so in every world, and that it is noticed when it is not.

#![expect(clippy::panic, reason = "a test stops where something is not as it should be")]

use countersign_simulate::{Mutant, Plan, Seals, Tally, VaultPool, run, run_all, shortest_trace};

/// Two at most: other tests run beside this one.
const THREADS: usize = 2;

fn hold(seeds: std::ops::Range<u64>, plan: impl Fn(u64) -> Plan + Sync) -> Tally {
    let count = seeds.end - seeds.start;
    let outcomes = run_all(seeds, THREADS, 1, &plan);
    if let Some((seed, first)) = outcomes.violations.first() {
        let (found, trace) = shortest_trace(&plan(*seed));
        panic!("seed {seed}: {first}\nat its shortest: {found:?}\n{}", trace.join("\n"));
    }
    assert_eq!(outcomes.seeds, count);
    outcomes.tally
}

/// What happened at least so often: a world without trouble proves nothing.
const TROUBLE: &[(&str, u64)] = &[
    ("deaths during an edit", 2_000),
    ("deaths during an exchange", 2_000),
    ("writes done whose answer was lost", 1_000),
    ("calls that never arrived", 2_000),
    ("failovers in the middle of an exchange", 1_000),
    ("lists of a replica that lags", 4_000),
    ("disks full during an exchange", 400),
    ("devices parted from a replica", 1_000),
    ("replicas parted from each other", 200),
    ("replicas restored from a backup", 100),
    ("whole directories restored from a backup", 100),
    ("devices set back to an image", 100),
    ("devices copied", 50),
    ("versions said to have gone back", 2_000),
    ("concurrent writes found in the history at the end", 10_000),
    ("logons deleted", 500),
    ("changes of the vault header done", 5_000),
    (
        "changes of the vault header undone by a backup or a parted replica",
        300,
    ),
    ("vault headers said to have gone back", 5_000),
    ("vault headers said to have been replaced", 500),
];

/// Some 200 operations a world.
#[test]
fn two_thousand_worlds_converge_and_lose_nothing() {
    let tally = hold(0..2_000, |seed| Plan {
        operations: 45,
        ..Plan::of(seed)
    });
    for (what, least) in TROUBLE {
        assert!(tally.of(what) >= *least, "{what}: {} only", tally.of(what));
    }
}

/// 200 operations an agent.
#[test]
#[ignore = "minutes: the same with 200 operations of each agent"]
fn two_thousand_long_worlds_converge_and_lose_nothing() {
    hold(0..2_000, Plan::of);
}

#[test]
fn worlds_with_the_real_vault_do_the_same() {
    let pool = VaultPool::make().unwrap();
    hold(0..12, |seed| Plan {
        operations: 45,
        seals: Seals::Vault(pool.clone()),
        ..Plan::of(seed)
    });
}

/// A copy of a device writes a lower number under the id both have while a restored backup has lost the higher one.
#[test]
fn a_later_write_with_a_lower_number_is_not_written_over() {
    let tally = hold(4_140..4_141, |seed| Plan {
        operations: 45,
        ..Plan::of(seed)
    });
    assert!(tally.of("overtaken versions made to count") > 0);
}

#[test]
fn a_world_is_the_same_every_time() {
    for seed in 0..20 {
        assert_eq!(run(&Plan::of(seed)).tally, run(&Plan::of(seed)).tally);
    }
}

#[test]
fn every_way_to_get_it_wrong_is_noticed() {
    for mutant in Mutant::ALL {
        let plan = |seed| Plan {
            mutant: Some(mutant),
            ..Plan::of(seed)
        };
        let outcomes = run_all(0..300, THREADS, 1, plan);
        let (seed, violation) = outcomes
            .violations
            .first()
            .unwrap_or_else(|| panic!("{mutant:?} is not noticed"));
        println!("{mutant:?}: seed {seed}: {violation}");
    }
}
