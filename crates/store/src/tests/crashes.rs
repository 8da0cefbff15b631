//! Crashes, power cuts and failing disks: what was acknowledged is there, and batches are whole.

use super::{open, put, record, try_open};
use crate::faults::{Fault, Memory};
use countersign_model::Change;
use countersign_model::port::RecordStore;

const COMMITS: u32 = 12;

/// A batch of two values that say which batch they belong to; the second is long enough for several blocks.
fn batch(number: u32) -> Vec<Change> {
    vec![
        put("left", number.to_le_bytes()),
        put("right", [number.to_le_bytes().as_slice(), &[9; 900]].concat()),
    ]
}

/// Commits until the disk fails; returns the last acknowledged batch.
fn run(disk: &Memory) -> u32 {
    let Ok((store, _)) = try_open(disk) else { return 0 };
    let mut acknowledged = 0;
    for number in 1..=COMMITS {
        if store.commit(&batch(number)).is_ok() {
            acknowledged = number;
        }
    }
    acknowledged
}

fn held(disk: &Memory, what: &str) -> u32 {
    let (store, opened) = try_open(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(opened.damage().is_none(), "{what}: {opened:?}");
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

/// Every combination of pending operations kept and lost, up to a limit.
fn power_cuts(disk: &Memory) -> Vec<u64> {
    let pending = disk.pending();
    if pending <= 7 {
        (0..1 << pending).collect()
    } else {
        let all = u64::MAX >> (64 - pending.min(64));
        let spread = (0..96_u64).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) & all);
        [0, all]
            .into_iter()
            .chain((0..pending).map(|at| all ^ 1 << at))
            .chain(spread)
            .collect()
    }
}

#[test]
fn every_crash_point_and_every_power_cut() {
    let whole = Memory::default();
    run(&whole);
    let operations = whole.done();
    let mut images = 0;
    for at in 0..operations {
        let disk = Memory::default();
        disk.arm(Some(Fault::Halt(at)));
        let acknowledged = run(&disk);
        let killed = held(&disk.after_kill(), &format!("killed at {at}"));
        assert!(killed == acknowledged || killed == acknowledged + 1, "killed at {at}");
        for kept in power_cuts(&disk) {
            images += 1;
            let what = format!("power cut at {at}, kept {kept:b}");
            let found = held(&disk.after_power_cut(kept), &what);
            assert!(
                found == acknowledged || found == acknowledged + 1,
                "{what}: {found} of {acknowledged}"
            );
        }
    }
    assert!(images > 1000, "{images}");
}

#[test]
fn a_crash_in_the_middle_of_recovery() {
    let whole = Memory::default();
    run(&whole);
    for at in (0..whole.done()).step_by(7) {
        let first = Memory::default();
        first.arm(Some(Fault::Halt(at)));
        let acknowledged = run(&first);
        for kept in power_cuts(&first).into_iter().step_by(19) {
            for second in 0..6 {
                let disk = first.after_power_cut(kept);
                disk.arm(Some(Fault::Halt(second)));
                drop(try_open(&disk));
                for again in power_cuts(&disk) {
                    let what = format!("cut at {at} kept {kept:b}, again at {second} kept {again:b}");
                    let found = held(&disk.after_power_cut(again), &what);
                    assert!(found == acknowledged || found == acknowledged + 1, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_failing_disk_at_every_operation() {
    let whole = Memory::default();
    run(&whole);
    for at in 0..whole.done() {
        for fault in [Fault::Full(at), Fault::Broken(at), Fault::ReadOnly(at)] {
            let disk = Memory::default();
            disk.arm(Some(fault));
            let acknowledged = run(&disk);
            let what = format!("{fault:?}");
            let found = held(&disk.after_kill(), &what);
            assert!(
                found == acknowledged || found == acknowledged + 1,
                "{what}: {found} of {acknowledged}"
            );
            for kept in power_cuts(&disk) {
                let found = held(&disk.after_power_cut(kept), &what);
                assert!(
                    found == acknowledged || found == acknowledged + 1,
                    "{what} kept {kept:b}: {found} of {acknowledged}"
                );
            }
        }
    }
}

#[test]
fn a_change_that_was_not_saved_leaves_what_was_there_and_the_next_one_works() {
    for step in 0..4 {
        for fault in [Fault::Full(step), Fault::Broken(step)] {
            let disk = Memory::default();
            let (store, _) = open(&disk);
            store.commit(&batch(1)).unwrap();
            disk.arm(Some(fault));
            let second = store.commit(&batch(2));
            let expect: u32 = if second.is_ok() { 2 } else { 1 };
            assert_eq!(
                store.get(&record("left")).unwrap().unwrap(),
                expect.to_le_bytes(),
                "{fault:?}"
            );
            disk.arm(None);
            store.commit(&batch(3)).unwrap();
            assert_eq!(store.get(&record("left")).unwrap().unwrap(), 3_u32.to_le_bytes());
            drop(store);
            assert_eq!(held(&disk, &format!("{fault:?}")), 3);
            assert_eq!(held(&disk.after_power_cut(0), &format!("{fault:?}")), 3);
        }
    }
}
