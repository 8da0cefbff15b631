//! When a new generation begins: what only grows is not written again each time it has grown by a share.

use super::{id, key, put, small, try_open_with};
use crate::faults::Memory;
use crate::store::Store;
use crate::tuning::Tuning;
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKind};

fn tuning() -> Tuning {
    Tuning {
        growth: 1 << 20,
        few: 1_000,
        ..small()
    }
}

fn snapshot(store: &Store) -> u32 {
    store.writer().begun.snapshot
}

fn batch(from: usize, word: &str) -> Vec<Change> {
    let name = |number: usize| format!("value{number}");
    (from..from + 20)
        .map(|number| put(&name(number), word.repeat(1_000 / word.len())))
        .collect()
}

#[test]
fn a_store_that_only_grows_is_not_written_again_and_replaced_values_are_left_behind() {
    let disk = Memory::default();
    let (store, _) = try_open_with(&disk, tuning()).unwrap();
    let first = snapshot(&store);
    for step in 0..20 {
        store.commit(&batch(step * 20, "new ")).unwrap();
    }
    assert_eq!(snapshot(&store), first, "400 kB that were not there before");
    for _ in 0..3 {
        store.commit(&batch(0, "again ")).unwrap();
    }
    assert!(snapshot(&store) > first, "the replaced values are left behind");
    let second = snapshot(&store);
    for step in 20..120 {
        store.commit(&batch(step * 20, "more ")).unwrap();
    }
    assert!(
        snapshot(&store) > second,
        "a log of more than the growth begins a generation"
    );
    store.close().unwrap();

    let (store, opened) = try_open_with(&disk, tuning()).unwrap();
    assert!(opened.damage().is_none(), "{opened:?}");
    for (number, word) in [(0, "again "), (399, "new "), (2_399, "more ")] {
        let value = store.get(&id(StoreKind::Record, &format!("value{number}"))).unwrap();
        assert_eq!(value, Some(word.repeat(1_000 / word.len()).into_bytes()));
    }
}

#[test]
fn growth_in_many_small_frames_begins_generations_as_before() {
    let disk = Memory::default();
    let few = Tuning { few: 10, ..tuning() };
    let store = Store::over(Box::new(disk), &key(), crate::recover::Traces::None, few)
        .unwrap()
        .0;
    let first = snapshot(&store);
    for number in 0..200 {
        store
            .commit(&[put(&format!("value{number}"), "x".repeat(200))])
            .unwrap();
    }
    assert!(snapshot(&store) > first);
}

#[test]
fn growth_in_large_frames_is_not_written_again() {
    let disk = Memory::default();
    let large = Tuning {
        few: 10,
        large: 1 << 10,
        ..tuning()
    };
    let (store, _) = try_open_with(&disk, large).unwrap();
    let first = snapshot(&store);
    for step in 0..40 {
        store.commit(&batch(step * 20, "new ")).unwrap();
    }
    assert_eq!(snapshot(&store), first, "800 kB in frames of some kB");
}
