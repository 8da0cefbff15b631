//! Crashes and power cuts: what was acknowledged is there, and batches are whole.

use super::images::{Sampling, images};
use super::{put, record, small};
use crate::faults::{Crash, Event, Memory, State};
use crate::recover::Traces;
use crate::store::Store;
use countersign_model::Change;
use countersign_model::port::RecordStore;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

const COMMITS: u32 = 40;

/// A batch of two values that say which batch they belong to, and a third that comes and goes.
fn batch(number: u32) -> Vec<Change> {
    let mut batch = vec![
        put("left", number.to_le_bytes()),
        put("right", [number.to_le_bytes().as_slice(), &[9; 400]].concat()),
    ];
    batch.push(if number.is_multiple_of(3) {
        Change::Remove(record("guest"))
    } else {
        put("guest", number.to_le_bytes())
    });
    batch
}

fn open(disk: &Memory) -> Result<(Store, crate::opened::Opened), countersign_model::port::StoreError> {
    Store::over(Box::new(disk.clone()), &super::key(), Traces::None, small())
}

/// A whole run, with a note behind every acknowledgement.
fn run() -> Vec<Event> {
    let disk = Memory::default();
    let (store, _) = open(&disk).unwrap();
    for number in 1..=COMMITS {
        store.commit(&batch(number)).unwrap();
        disk.note(number);
    }
    let snapshots = disk.names().iter().filter(|name| name.starts_with("snapshot.")).count();
    assert_eq!(snapshots, 2, "a run with new generations: {:?}", disk.names());
    store.close().unwrap();
    disk.journal()
}

/// The batch a disk holds.
fn held(disk: &Memory, what: &dyn Fn() -> String) -> u32 {
    let (store, opened) = open(disk).unwrap_or_else(|error| panic!("{}: {error}", what()));
    assert!(opened.damage().is_none(), "{}: {opened:?}", what());
    let number = |name: &str| {
        let value = store
            .get(&record(name))
            .unwrap_or_else(|error| panic!("{}: {error}", what()));
        value.map_or(0, |value| u32::from_le_bytes(value[..4].try_into().unwrap()))
    };
    let (left, right, guest) = (number("left"), number("right"), number("guest"));
    assert_eq!(left, right, "{}: a torn batch", what());
    let there = if left.is_multiple_of(3) { 0 } else { left };
    assert_eq!(guest, there, "{}: a torn batch", what());
    left
}

/// What images hold; the same image is opened once.
#[derive(Default)]
struct Seen(HashMap<u64, u32>);

impl Seen {
    fn held(&mut self, image: State, what: &dyn Fn() -> String) -> u32 {
        let mut hasher = DefaultHasher::new();
        image.hash(&mut hasher);
        *self
            .0
            .entry(hasher.finish())
            .or_insert_with(|| held(&Memory::holding(image), what))
    }
}

fn every_crash_point(sampling: Sampling) -> usize {
    let (mut crash, mut acknowledged, mut seen) = (Crash::default(), 0, Seen::default());
    for (at, event) in run().iter().enumerate() {
        crash.go_on(event);
        if let Event::Note(number) = event {
            acknowledged = *number;
        }
        for (kept, torn) in images(&crash, at as u64, sampling) {
            let what = || format!("power cut behind event {at}, kept {kept:?} {torn:?}");
            let found = seen.held(crash.image(&kept, torn), &what);
            assert!(
                found == acknowledged || found == acknowledged + 1,
                "{}: {found} of {acknowledged}",
                what()
            );
        }
    }
    assert_eq!(acknowledged, COMMITS);
    seen.0.len()
}

#[test]
fn every_crash_point_and_every_power_cut() {
    let images = every_crash_point(Sampling {
        exhaustive: 8,
        beyond: 48,
        heads: 2,
    });
    assert!(images > 1500, "{images}");
}

#[test]
#[ignore = "takes minutes"]
fn every_crash_point_and_many_more_power_cuts() {
    every_crash_point(Sampling {
        exhaustive: 11,
        beyond: 600,
        heads: 6,
    });
}

fn crash_again(every: usize, sampling: Sampling) -> usize {
    let (mut crash, mut acknowledged, mut count) = (Crash::default(), 0, 0);
    for (at, event) in run().iter().enumerate() {
        crash.go_on(event);
        if let Event::Note(number) = event {
            acknowledged = *number;
        }
        if at % every != 0 {
            continue;
        }
        let few = Sampling {
            exhaustive: 1,
            beyond: sampling.beyond,
            heads: 0,
        };
        let mut seen = Seen::default();
        for (kept, torn) in images(&crash, at as u64, few) {
            let image = crash.image(&kept, torn);
            let disk = Memory::holding(image.clone());
            drop(open(&disk));
            let mut again = Crash {
                safe: image,
                pending: Vec::new(),
            };
            for (then, event) in disk.journal().iter().enumerate() {
                again.go_on(event);
                for (kept_then, torn_then) in images(&again, then as u64, sampling) {
                    let what = || format!("cut behind {at} kept {kept:?}, again behind {then} kept {kept_then:?}");
                    let found = seen.held(again.image(&kept_then, torn_then), &what);
                    assert!(found == acknowledged || found == acknowledged + 1, "{}", what());
                }
            }
        }
        count += seen.0.len();
    }
    count
}

#[test]
fn a_crash_in_the_middle_of_recovery() {
    let sampling = Sampling {
        exhaustive: 4,
        beyond: 4,
        heads: 0,
    };
    let images = crash_again(9, sampling);
    assert!(images > 500, "{images}");
}

#[test]
#[ignore = "takes minutes"]
fn a_crash_in_the_middle_of_every_recovery() {
    crash_again(
        1,
        Sampling {
            exhaustive: 8,
            beyond: 16,
            heads: 1,
        },
    );
}
