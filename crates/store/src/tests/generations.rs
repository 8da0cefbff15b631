//! Damage to a store of 200 records with two snapshots and their logs: never a wrong value, never a silent loss.

use super::images::Draw;
use super::{put, record, small, try_open_with};
use crate::faults::Memory;
use crate::manifest::Entry;
use crate::opened::Opened;
use crate::read;
use crate::store::Store;
use crate::tuning::Tuning;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKind};
use countersign_secret::Key;
use std::collections::BTreeMap;

const RECORDS: usize = 200;

/// What each record holds, and what it held before.
type History = BTreeMap<String, Vec<String>>;

/// A closed store of 200 records, some of them stored again, some removed.
fn sample() -> (Memory, History) {
    sample_under(&super::key(), "value")
}

fn sample_under(key: &Key, word: &str) -> (Memory, History) {
    let disk = Memory::default();
    let (store, _) = Store::over(Box::new(disk.clone()), key, crate::recover::Traces::None, small()).unwrap();
    let mut history = History::new();
    let mut all = BTreeMap::<usize, Vec<String>>::new();
    let mut batch = Vec::new();
    for step in 0..330 {
        let at = if step < RECORDS { step } else { step * 7 % RECORDS };
        let value = format!("{word} {at} of step {step}");
        batch.push(put(&format!("r{at:03}"), &value));
        all.entry(at).or_default().push(value);
        if step % 5 == 4 || step > 315 {
            store.commit(&std::mem::take(&mut batch)).unwrap();
        }
    }
    store.commit(&[put("gone", "for good")]).unwrap();
    store.commit(&[Change::Remove(record("gone"))]).unwrap();
    store.commit(&[put("r000", format!("{word} 0 at last"))]).unwrap();
    all.entry(0).or_default().push(format!("{word} 0 at last"));
    store.close().unwrap();
    history.extend(all.into_iter().map(|(at, values)| (format!("r{at:03}"), values)));
    (disk, history)
}

/// What was lost, and whether that was said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Verdict {
    lost: usize,
    old: usize,
}

/// Every value is right, or lost by name, or missing or older with unknown damage said.
fn judge(disk: &Memory, history: &History, what: &str) -> Verdict {
    judge_and(Again::Yes, disk, history, what)
}

/// Whether to write to the store, close it and look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}

fn judge_and(again: Again, disk: &Memory, history: &History, what: &str) -> Verdict {
    let (store, opened) = match try_open_with(disk, small()) {
        Ok(opened) => opened,
        Err(StoreError::Damaged(_)) => {
            return Verdict { lost: RECORDS, old: 0 };
        }
        Err(other) => panic!("{what}: {other}"),
    };
    let verdict = compare(&store, &opened, history, what);
    if again == Again::No {
        return verdict;
    }
    // What was said stays said, whatever happens in between, and nothing else gets lost by it.
    store.commit(&[put("new", "value")]).unwrap();
    store.close().unwrap();
    let (store, again) = try_open_with(disk, small()).unwrap();
    assert_eq!(compare(&store, &again, history, what), verdict, "{what}, opened again");
    assert_eq!(store.get(&record("new")).unwrap().unwrap(), b"value");
    verdict
}

fn compare(store: &Store, opened: &Opened, history: &History, what: &str) -> Verdict {
    let unknown = opened.damage().is_some_and(|damage| damage.unknown > 0);
    let mut verdict = Verdict::default();
    let mut opened_before = read::Opened::default();
    for (name, values) in history {
        match get(store, name, &mut opened_before) {
            Ok(Some(found)) => {
                let found = String::from_utf8(found).unwrap();
                if found != *values.last().unwrap() {
                    assert!(unknown && values.contains(&found), "{what}: {name} is {found}");
                    verdict.old += 1;
                }
            }
            Ok(None) => {
                assert!(unknown, "{what}: {name} vanished: {opened:?}");
                verdict.lost += 1;
            }
            Err(StoreError::Damaged(_)) => {
                let damage = opened.damage().unwrap_or_else(|| panic!("{what}: {name} lost unsaid"));
                assert!(damage.lost.contains(&record(name)), "{what}: {name}");
                verdict.lost += 1;
            }
            Err(other) => panic!("{what}: {other}"),
        }
    }
    for id in store.ids(StoreKind::Record).unwrap() {
        let name = String::from_utf8(id).unwrap();
        assert!(
            history.contains_key(&name) || name == "new" || unknown,
            "{what}: {name} came back"
        );
    }
    verdict
}

/// As the store's own `get`, opening each chunk once.
fn get(store: &Store, name: &str, before: &mut read::Opened) -> Result<Option<Vec<u8>>, StoreError> {
    let key = record(name);
    let entry = store.manifest.read().unwrap().get(&key);
    let Some(Entry::Held(held)) = entry else {
        return store.get(&key);
    };
    let handle = store.segments.read().unwrap()[&held.spot.file].clone();
    read::value(&store.keys, &handle, &key, &held, before).map(Some)
}

fn files(disk: &Memory) -> Vec<(String, usize)> {
    let names = disk.names();
    let files: Vec<_> = names
        .into_iter()
        .map(|name| (name.clone(), disk.bytes(&name).len()))
        .collect();
    let snapshots = files.iter().filter(|(name, _)| name.starts_with("snapshot.")).count();
    let logs = files.iter().filter(|(name, _)| name.starts_with("log.")).count();
    assert!(snapshots == 2 && logs == 2, "{files:?}");
    files
}

/// The newest file whose name begins so.
fn newest(disk: &Memory, what: &str) -> String {
    let numbers = disk
        .names()
        .into_iter()
        .filter_map(|name| name.strip_prefix(what)?.parse().ok());
    format!("{what}{}", numbers.max().unwrap_or(0_u32))
}

fn flip(disk: &Memory, history: &History, file: &str, at: usize, bit: u32) {
    let copy = disk.after_kill();
    copy.tamper(file, |bytes| bytes[at] ^= 1 << bit);
    let what = format!("{file} byte {at} bit {bit}");
    let again = if at.is_multiple_of(8) { Again::Yes } else { Again::No };
    let verdict = judge_and(again, &copy, history, &what);
    if file == newest(disk, "log.") {
        // The generation before does not have it.
        assert!(verdict.lost + verdict.old <= 10, "{what}: {verdict:?}");
    } else {
        assert_eq!(verdict, Verdict::default(), "{what}");
    }
}

#[test]
fn flipped_bytes_all_over_the_store() {
    let (disk, history) = sample();
    let files = files(&disk);
    let mut draw = Draw(3);
    for _ in 0..3000 {
        let total: usize = files.iter().map(|(_, length)| length).sum();
        let mut at = draw.below(total);
        for (name, length) in &files {
            if at < *length {
                flip(&disk, &history, name, at, draw.next() as u32 % 8);
                break;
            }
            at -= length;
        }
    }
}

#[test]
#[ignore = "takes minutes"]
fn every_flipped_byte_of_the_store() {
    let (disk, history) = sample();
    for (name, length) in files(&disk) {
        for at in 0..length {
            flip(&disk, &history, &name, at, at as u32 % 8);
        }
    }
}

fn cut(disk: &Memory, history: &History, file: &str, length: usize) {
    let copy = disk.after_kill();
    copy.tamper(file, |bytes| bytes.truncate(length));
    judge(&copy, history, &format!("{file} cut to {length}"));
}

#[test]
fn lengths_of_every_file() {
    let (disk, history) = sample();
    let mut draw = Draw(5);
    for (name, length) in files(&disk) {
        for _ in 0..50 {
            cut(&disk, &history, &name, draw.below(length));
        }
        for short in [0, 1, 127, 128, 191, 192, length - 1, length - 64] {
            cut(&disk, &history, &name, short.min(length));
        }
        let copy = disk.after_kill();
        copy.delete(&name);
        judge(&copy, &history, &format!("{name} deleted"));
    }
}

#[test]
#[ignore = "takes minutes"]
fn every_length_of_every_file() {
    let (disk, history) = sample();
    for (name, length) in files(&disk) {
        (0..length).for_each(|short| cut(&disk, &history, &name, short));
    }
}

#[test]
fn swapped_pieces() {
    let (disk, history) = sample();
    let mut draw = Draw(7);
    for (name, length) in files(&disk) {
        for _ in 0..25 {
            let block = 64 << draw.below(4);
            let (from, to) = (draw.below(length / block) * block, draw.below(length / block) * block);
            let copy = disk.after_kill();
            copy.tamper(&name, |bytes| {
                for at in 0..block.min(bytes.len() - from.max(to)) {
                    bytes.swap(from + at, to + at);
                }
            });
            judge(
                &copy,
                &history,
                &format!("{name}: {block} bytes at {from} and {to} swapped"),
            );
        }
    }
}

#[test]
fn another_users_files() {
    let (disk, history) = sample();
    let (foreign, _) = sample_under(&Key::from_fill(|bytes| bytes.fill(9)), "alien");
    for (name, _) in files(&disk) {
        let copy = disk.after_kill();
        copy.tamper(&name, |bytes| *bytes = foreign.bytes(&name));
        judge(&copy, &history, &format!("a foreign {name}"));
        let (own, theirs) = (disk.bytes(&name), foreign.bytes(&name));
        let middle = own.len().min(theirs.len()) / 128 * 64;
        let copy = disk.after_kill();
        copy.tamper(&name, |bytes| {
            bytes[middle..middle + 512].copy_from_slice(&theirs[middle..middle + 512])
        });
        judge(&copy, &history, &format!("a piece of a foreign {name}"));
    }
}

#[test]
fn an_old_file_put_back() {
    let (disk, mut history) = sample();
    let old = disk.after_kill();
    let (store, _) = try_open_with(&disk, small()).unwrap();
    for at in 0..40 {
        let (name, value) = (format!("r{at:03}"), format!("value {at} afterwards"));
        store.commit(&[put(&name, &value)]).unwrap();
        history.get_mut(&name).unwrap().push(value);
    }
    store.close().unwrap();
    for (name, _) in files(&old) {
        let copy = disk.after_kill();
        // Under its own name, and in the place of the newest of its kind.
        copy.place(&name, old.bytes(&name));
        judge(&copy, &history, &format!("an old {name}"));
        for kind in ["log.", "snapshot."] {
            if name.starts_with(kind) {
                let copy = disk.after_kill();
                copy.place(&newest(&disk, kind), old.bytes(&name));
                judge(&copy, &history, &format!("an old {name} as the newest"));
            }
        }
    }
}

#[test]
fn the_last_acknowledged_change_damaged_after_closing() {
    let (disk, history) = sample();
    let log = newest(&disk, "log.");
    let length = disk.bytes(&log).len();
    for back in (1..450).step_by(4) {
        let copy = disk.after_kill();
        copy.tamper(&log, |bytes| bytes[length - back] ^= 1);
        let (store, opened) = try_open_with(&copy, small()).unwrap();
        let whole = store.get(&record("r000")).unwrap().unwrap() == b"value 0 at last";
        assert!(
            whole || opened.damage().is_some_and(|damage| damage.unknown == 1),
            "{back}: {opened:?}"
        );
        judge(&copy, &history, &format!("{back} bytes before the end"));
    }
}

#[test]
fn both_generations_damaged() {
    let (disk, history) = sample();
    let files = files(&disk);
    let mut draw = Draw(11);
    for round in 0..120 {
        let copy = disk.after_kill();
        for _ in 0..1 + round % 9 {
            let (name, length) = &files[draw.below(files.len())];
            let at = draw.below(*length);
            copy.tamper(name, |bytes| bytes[at] ^= 1 << (at % 8));
        }
        judge(&copy, &history, &format!("round {round}"));
    }
}

#[test]
fn two_generations_are_kept_and_older_ones_go() {
    let disk = Memory::default();
    let (store, _) = try_open_with(&disk, small()).unwrap();
    let mut most = 0;
    for round in 0..400 {
        store.commit(&[put(&format!("r{}", round % 20), [7; 100])]).unwrap();
        let names = disk.names();
        let count = |what: &str| names.iter().filter(|name| name.starts_with(what)).count();
        assert!(
            count("snapshot.") <= 2 && count("log.") <= 2 && count("quarantine") == 0,
            "{names:?}"
        );
        most = most.max(names.iter().map(|name| disk.bytes(name).len()).sum::<usize>());
    }
    // Two logs of 10 KiB, two snapshots of 3, and the head.
    assert!(most < 45 << 10, "{most}");
}

#[test]
fn a_damaged_generation_goes_to_the_quarantine_in_the_end() {
    let (disk, history) = sample();
    let snapshot = newest(&disk, "snapshot.");
    disk.tamper(&snapshot, |bytes| bytes[1000] ^= 1);
    let damaged = disk.bytes(&snapshot);
    let (store, opened) = try_open_with(&disk, small()).unwrap();
    assert!(opened.damage().is_none(), "{opened:?}");
    assert!(opened.notes.iter().any(|note| note.contains(&snapshot)), "{opened:?}");
    assert_eq!(compare(&store, &opened, &history, "healed"), Verdict::default());
    for round in 0..100 {
        store.commit(&[put("new", format!("{round}").repeat(100))]).unwrap();
    }
    assert_eq!(disk.bytes(&format!("quarantine/{snapshot}")), damaged);
    store.close().unwrap();
    let (store, opened) = try_open_with(&disk, small()).unwrap();
    assert_eq!(compare(&store, &opened, &history, "healed"), Verdict::default());
}

#[test]
fn a_tuning_for_real_stores_is_the_default() {
    let (disk, history) = sample();
    let (store, opened) = try_open_with(&disk, Tuning::default()).unwrap();
    assert_eq!(compare(&store, &opened, &history, "default"), Verdict::default());
}
