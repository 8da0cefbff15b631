//! Damage on a closed store: never a wrong value, never a silent loss.

use super::{open, put, record, try_open};
use crate::faults::Memory;
use crate::opened::{Condition, Opened};
use crate::store::Store;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKind};
use std::collections::BTreeMap;

type Values = BTreeMap<String, String>;

/// A closed store of single puts, overwrites, a removal and a batch of several frames.
fn sample() -> (Memory, Values) {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    let mut values = Values::new();
    for round in 0..8 {
        let (name, value) = (format!("r{}", round % 5), format!("value {round}"));
        store.commit(&[put(&name, &value)]).unwrap();
        values.insert(name, value);
    }
    store.commit(&[Change::Remove(record("r0"))]).unwrap();
    values.remove("r0");
    let batch: Vec<_> = (0..3).map(|at| (format!("b{at}"), "x".repeat(30 + at))).collect();
    store
        .commit(&batch.iter().map(|(name, value)| put(name, value)).collect::<Vec<_>>())
        .unwrap();
    values.extend(batch);
    store.close().unwrap();
    (disk, values)
}

/// Every value is right, or missing or older with damage said.
fn judge(disk: &Memory, values: &Values, what: &str) -> Option<(Store, Opened)> {
    let (store, opened) = match try_open(disk) {
        Ok(opened) => opened,
        Err(StoreError::Damaged(_)) => return None,
        Err(other) => panic!("{what}: {other}"),
    };
    let unknown = opened.damage().is_some_and(|damage| damage.unknown > 0);
    for (name, value) in values {
        match store.get(&record(name)) {
            Ok(Some(found)) if found == value.as_bytes() => {}
            Ok(Some(found)) => {
                let found = String::from_utf8(found).unwrap();
                assert!(unknown && found.starts_with("value "), "{what}: {name} is {found}");
            }
            Ok(None) => assert!(unknown, "{what}: {name} vanished: {opened:?}"),
            Err(StoreError::Damaged(_)) => {
                let damage = opened.damage().unwrap_or_else(|| panic!("{what}: {name} lost unsaid"));
                assert!(damage.lost.contains(&record(name)), "{what}");
            }
            Err(other) => panic!("{what}: {other}"),
        }
    }
    for name in store.ids(StoreKind::Record).unwrap() {
        let name = String::from_utf8(name).unwrap();
        assert!(
            values.contains_key(&name) || name == "new" || unknown,
            "{what}: {name} came back"
        );
    }
    Some((store, opened))
}

#[test]
fn every_flipped_byte() {
    let (disk, values) = sample();
    let log = (0..disk.bytes("log.1").len()).map(|at| ("log.1", at));
    // The rest of the head file is never read.
    let head = (0..130).chain(4094..4226).map(|at| ("head", at));
    for (file, at) in log.chain(head) {
        let copy = disk.after_kill();
        copy.tamper(file, |bytes| bytes[at] ^= 1 << (at % 8));
        let what = format!("{file} byte {at}");
        let (store, opened) = judge(&copy, &values, &what).unwrap();
        if at % 5 != 0 {
            continue;
        }
        // It can be written after that, and still says so the next time unless the damage was made good.
        store.commit(&[put("new", "value")]).unwrap();
        store.close().unwrap();
        let (store, again) = judge(&copy, &values, &what).unwrap();
        assert_eq!(store.get(&record("new")).unwrap().unwrap(), b"value");
        if opened
            .damage()
            .is_some_and(|damage| damage.unknown > 0 || !damage.lost.is_empty())
        {
            assert!(again.damage().is_some(), "{what}: forgotten");
        }
    }
}

#[test]
fn every_length() {
    let (disk, values) = sample();
    let length = disk.bytes("log.1").len();
    for cut in 0..length {
        let copy = disk.after_kill();
        copy.tamper("log.1", |bytes| bytes.truncate(cut));
        let (store, opened) = judge(&copy, &values, &format!("cut to {cut}")).unwrap();
        // The last frame's padding is nobody's loss.
        if cut + 64 < length {
            assert!(opened.damage().is_some(), "cut to {cut}: {opened:?}");
        }
        if cut % 5 != 0 {
            continue;
        }
        store.commit(&[put("new", "value")]).unwrap();
        drop(store);
        let (store, _) = judge(&copy, &values, &format!("cut to {cut}, written")).unwrap();
        assert_eq!(store.get(&record("new")).unwrap().unwrap(), b"value");
    }
    for cut in (0..130).chain(4094..4226) {
        let copy = disk.after_kill();
        copy.tamper("head", |bytes| bytes.truncate(cut));
        judge(&copy, &values, &format!("head cut to {cut}")).unwrap();
    }
}

#[test]
fn a_damaged_change_is_known_by_name_and_healed_by_storing_it_again() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    for name in ["a", "b", "c"] {
        store.commit(&[put(name, name)]).unwrap();
    }
    store.close().unwrap();
    let length = (disk.bytes("log.1").len() - 128) / 3;
    disk.tamper("log.1", |bytes| bytes[128 + length + 70] ^= 1);
    let (store, opened) = open(&disk);
    let damage = opened.damage().unwrap();
    assert_eq!((damage.lost.clone(), damage.unknown), (vec![record("b")], 0));
    assert!(store.get(&record("b")).is_err());
    assert_eq!(store.get(&record("c")).unwrap().unwrap(), b"c");
    assert_eq!(store.ids(StoreKind::Record).unwrap().len(), 3);
    store.commit(&[put("b", "again")]).unwrap();
    assert_eq!(store.get(&record("b")).unwrap().unwrap(), b"again");
    store.close().unwrap();
    let (_, opened) = open(&disk);
    assert_eq!(opened.condition, Condition::Clean);
    assert_eq!(opened.notes.len(), 1, "{opened:?}");
}

#[test]
fn a_value_damaged_while_the_store_is_open_is_not_returned() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("a", "1")]).unwrap();
    disk.tamper("log.1", |bytes| bytes[128 + 80] ^= 1);
    assert!(matches!(store.get(&record("a")), Err(StoreError::Damaged(_))));
}

#[test]
fn swapped_and_repeated_changes() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    let mut values = Values::new();
    for at in 0..4 {
        store.commit(&[put(&format!("r{at}"), format!("value {at}"))]).unwrap();
        values.insert(format!("r{at}"), format!("value {at}"));
    }
    store.close().unwrap();
    let length = (disk.bytes("log.1").len() - 128) / 4;
    let copy = disk.after_kill();
    copy.tamper("log.1", |bytes| {
        let (first, second) = bytes[128 + length..].split_at_mut(length);
        first.swap_with_slice(&mut second[..length]);
    });
    judge(&copy, &values, "swapped").unwrap();
    let copy = disk.after_kill();
    copy.tamper("log.1", |bytes| {
        let second = bytes[128 + length..128 + 2 * length].to_vec();
        bytes.extend(second);
    });
    judge(&copy, &values, "repeated").unwrap();
}

#[test]
fn an_old_log_put_back_is_said() {
    let (disk, mut values) = sample();
    let old = disk.bytes("log.1");
    let (store, _) = open(&disk);
    store.commit(&[put("late", "value late")]).unwrap();
    values.insert("late".into(), "value late".into());
    store.close().unwrap();
    disk.tamper("log.1", |bytes| *bytes = old);
    let (_, opened) = judge(&disk, &values, "old").unwrap();
    assert_eq!(opened.damage().unwrap().unknown, 1);
}

#[test]
fn another_stores_frames_are_not_taken() {
    let (disk, values) = sample();
    let foreign = {
        let disk = Memory::default();
        let other = countersign_secret::Key::from_fill(|bytes| bytes.fill(9));
        let (store, _) = Store::over(
            Box::new(disk.clone()),
            &other,
            crate::recover::Traces::None,
            crate::tuning::Tuning::default(),
        )
        .unwrap();
        store.commit(&[put("r1", "foreign")]).unwrap();
        disk.bytes("log.1")[128..].to_vec()
    };
    let copy = disk.after_kill();
    copy.tamper("log.1", |bytes| bytes.extend(foreign));
    let (_, opened) = judge(&copy, &values, "foreign").unwrap();
    assert!(opened.damage().is_none() && !opened.notes.is_empty(), "{opened:?}");
}
