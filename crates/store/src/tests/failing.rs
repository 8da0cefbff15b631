//! A disk that fails: never acknowledged, nothing old lost, and the next commit works.

use super::images::{Sampling, images};
use super::{put, record, small, try_open_with};
use crate::faults::{Fault, Memory};
use crate::store::Store;
use countersign_model::Change;
use countersign_model::port::RecordStore;

const COMMITS: u32 = 20;

fn batch(number: u32) -> Vec<Change> {
    vec![
        put("left", number.to_le_bytes()),
        put("right", [number.to_le_bytes().as_slice(), &[9; 500]].concat()),
    ]
}

/// Commits whatever the disk says; returns the last acknowledged batch.
fn run(disk: &Memory) -> u32 {
    let Ok((store, _)) = try_open_with(disk, small()) else {
        return 0;
    };
    let mut acknowledged = 0;
    for number in 1..=COMMITS {
        if store.commit(&batch(number)).is_ok() {
            acknowledged = number;
        }
        assert_eq!(held_by(&store, "while it runs"), acknowledged);
    }
    acknowledged
}

fn held_by(store: &Store, what: &str) -> u32 {
    let number = |name: &str| {
        let value = store
            .get(&record(name))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        value.map_or(0, |value| u32::from_le_bytes(value[..4].try_into().unwrap()))
    };
    let (left, right) = (number("left"), number("right"));
    assert_eq!(left, right, "{what}: a torn batch");
    left
}

fn held(disk: &Memory, what: &str) -> u32 {
    let (store, opened) = try_open_with(disk, small()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(opened.damage().is_none(), "{what}: {opened:?}");
    held_by(&store, what)
}

fn every_operation(fault: fn(usize) -> Fault, sampling: Sampling) {
    let whole = Memory::default();
    assert_eq!(run(&whole), COMMITS);
    assert!(whole.names().iter().any(|name| name.starts_with("snapshot.")));
    for at in 0..whole.done() {
        let disk = Memory::default();
        disk.arm(Some(fault(at)));
        let acknowledged = run(&disk);
        disk.arm(None);
        let what = format!("{:?}", fault(at));
        let found = held(&disk.after_kill(), &what);
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "{what}: {found} of {acknowledged}"
        );
        let crash = disk.crash();
        for (kept, torn) in images(&crash, at as u64, sampling) {
            let found = held(&Memory::holding(crash.image(&kept, torn)), &what);
            assert!(
                found == acknowledged || found == acknowledged + 1,
                "{what} kept {kept:?}: {found} of {acknowledged}"
            );
        }
    }
}

const FEW: Sampling = Sampling {
    exhaustive: 1,
    beyond: 2,
    heads: 0,
};
const MANY: Sampling = Sampling {
    exhaustive: 6,
    beyond: 30,
    heads: 2,
};

#[test]
fn a_full_disk_at_every_operation() {
    every_operation(Fault::Full, FEW);
}

#[test]
fn a_broken_disk_at_every_operation() {
    every_operation(Fault::Broken, FEW);
}

#[test]
fn a_disk_gone_read_only_at_every_operation() {
    every_operation(Fault::ReadOnly, FEW);
}

#[test]
#[ignore = "takes minutes"]
fn every_failure_at_every_operation_with_many_power_cuts() {
    for fault in [Fault::Full, Fault::Broken, Fault::ReadOnly] {
        every_operation(fault, MANY);
    }
}

#[test]
fn a_change_that_was_not_saved_leaves_what_was_there_and_the_next_one_works() {
    for step in 0..4 {
        for fault in [Fault::Full(step), Fault::Broken(step)] {
            let disk = Memory::default();
            let (store, _) = super::open(&disk);
            store.commit(&batch(1)).unwrap();
            disk.arm(Some(fault));
            let second = store.commit(&batch(2));
            let expect: u32 = if second.is_ok() { 2 } else { 1 };
            assert_eq!(held_by(&store, &format!("{fault:?}")), expect);
            disk.arm(None);
            store.commit(&batch(3)).unwrap();
            assert_eq!(held_by(&store, &format!("{fault:?}")), 3);
            drop(store);
            assert_eq!(held(&disk, &format!("{fault:?}")), 3);
            let crash = disk.crash();
            let none = vec![false; crash.pending.len()];
            let image = crash.image(&none, crate::faults::Torn::No);
            assert_eq!(held(&Memory::holding(image), &format!("{fault:?}")), 3);
        }
    }
}
