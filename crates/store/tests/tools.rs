//! Verify, export, import and repair on a real disk.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_store::{Condition, Export, Import, Losses, Store, export, import, repair, rolling_exports, verify};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn secret() -> Key {
    Key::from_fill(|bytes| bytes.fill(3))
}

fn key(name: &str) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id: name.as_bytes().to_vec(),
    }
}

fn name(at: usize) -> String {
    format!("record {at:03}")
}

/// A closed store of `count` values that were each stored `rounds` times.
fn filled(count: usize, rounds: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let (store, _) = Store::open(folder.path(), secret()).unwrap();
    for round in 0..rounds {
        for at in 0..count {
            let value = format!("value {at} of round {round}").repeat(8).into_bytes();
            store.commit(&[Change::Put(key(&name(at)), value)]).unwrap();
        }
    }
    store.close().unwrap();
    folder
}

fn values(store: &Store) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let ids = store.ids(StoreKind::Record).unwrap();
    let get = |id: &Vec<u8>| {
        store.get(&StoreKey {
            kind: StoreKind::Record,
            id: id.clone(),
        })
    };
    ids.iter().filter_map(|id| Some((id.clone(), get(id).ok()??))).collect()
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn newest(folder: &Path, what: &str) -> String {
    let numbers = contents(folder)
        .into_keys()
        .filter_map(|name| name.strip_prefix(what)?.parse::<u32>().ok());
    format!("{what}{}", numbers.max().unwrap())
}

fn flip(folder: &Path, file: &str, at: usize) {
    let path = folder.join(file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[at] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn verify_reads_everything_and_changes_nothing() {
    let folder = filled(30, 12);
    let before = contents(folder.path());
    let verified = verify(folder.path(), &secret()).unwrap();
    assert_eq!((verified.values, verified.damage), (30, None), "{}", verified.sentence);
    assert!(verified.frames > 0 && verified.snapshots > 0 && verified.notes.is_empty());
    // In one of the newest values: an older one that was replaced would be no loss.
    let log = newest(folder.path(), "log.");
    flip(folder.path(), &log, before[&log].len() - 200);
    let damaged = contents(folder.path());
    let verified = verify(folder.path(), &secret()).unwrap();
    let damage = verified.damage.unwrap();
    assert!(damage.lost.len() == 1 || damage.unknown == 1, "{}", verified.sentence);
    assert_eq!(contents(folder.path()), damaged);
    assert_ne!(before, damaged);
    let (_store, _) = Store::open(folder.path(), secret()).unwrap();
    assert!(matches!(verify(folder.path(), &secret()), Err(StoreError::InUse(_))));
    let other = Key::from_fill(|bytes| bytes.fill(9));
    let folder = filled(2, 1);
    assert!(matches!(verify(folder.path(), &other), Err(StoreError::Damaged(_))));
    assert!(matches!(
        verify(&folder.path().join("none"), &secret()),
        Err(StoreError::Unopened(_))
    ));
}

#[test]
fn an_export_holds_everything_and_starts_a_store_anew() {
    let folder = filled(40, 3);
    let file = folder.path().join("copy.export");
    let exported = export(folder.path(), &secret(), &file).unwrap();
    assert_eq!((exported.values, exported.lost, exported.upto), (40, 0, 120));
    assert_eq!(exported.bytes, fs::metadata(&file).unwrap().len());
    let bytes = fs::read(&file).unwrap();
    assert!(
        !bytes
            .windows(7)
            .any(|window| window == b"value 3" || window == b"record ")
    );
    let again = Export::read(&file, &secret()).unwrap();
    assert_eq!((again.keys().len(), again.flaw(), again.unknown()), (40, None, 0));

    let other = TempDir::new().unwrap();
    let imported = import(&other.path().join("new"), secret(), &file, Import::Missing).unwrap();
    assert_eq!((imported.added.len(), imported.kept), (40, 0));
    let (old, _) = Store::open(folder.path(), secret()).unwrap();
    let (new, _) = Store::open(&other.path().join("new"), secret()).unwrap();
    assert_eq!(values(&old), values(&new));
    assert!(matches!(
        Export::read(&file, &Key::from_fill(|bytes| bytes.fill(9))),
        Err(StoreError::Damaged(_))
    ));
}

#[test]
fn lost_values_come_back_from_an_export_and_newer_ones_stay() {
    let folder = filled(10, 1);
    let file = folder.path().join("copy.export");
    export(folder.path(), &secret(), &file).unwrap();
    let (store, _) = Store::open(folder.path(), secret()).unwrap();
    store
        .commit(&[
            Change::Put(key(&name(4)), b"newer".to_vec()),
            Change::Remove(key(&name(5))),
        ])
        .unwrap();
    store.close().unwrap();
    // Change 3, the value 2.
    flip(folder.path(), "log.1", 128 + 2 * 448 + 100);
    let (store, opened) = Store::open(folder.path(), secret()).unwrap();
    assert_eq!(opened.damage().unwrap().lost, [key(&name(2))]);
    let export = store.read_export(&file).unwrap();
    let imported = store.import(&export, Import::Lost).unwrap();
    assert_eq!((imported.healed, imported.kept), (vec![key(&name(2))], 8));
    assert_eq!(imported.still_lost, []);
    assert_eq!(store.get(&key(&name(4))).unwrap().unwrap(), b"newer");
    assert_eq!(store.get(&key(&name(5))).unwrap(), None);
    store.close().unwrap();
    assert_eq!(
        Store::open(folder.path(), secret()).unwrap().1.condition,
        Condition::Clean
    );
}

#[test]
fn a_damaged_export_gives_what_can_be_read_of_it() {
    let folder = filled(200, 1);
    let file = folder.path().join("copy.export");
    let whole = export(folder.path(), &secret(), &file).unwrap();
    for at in (0..usize::try_from(whole.bytes).unwrap()).step_by(577) {
        flip(folder.path(), "copy.export", at);
        if let Ok(export) = Export::read(&file, &secret()) {
            let there = export.keys();
            let known = there.len() + export.lost().len() + usize::try_from(export.unknown()).unwrap();
            assert!(known >= 200, "byte {at}: {known}");
            assert!(there.len() == 200 || export.flaw().is_some(), "byte {at}");
            for key in there {
                let text = String::from_utf8(export.get(&key).unwrap().unwrap()).unwrap();
                let number: usize = String::from_utf8(key.id).unwrap()[7..].parse().unwrap();
                assert!(text.starts_with(&format!("value {number} of round 0")), "byte {at}");
            }
        }
        flip(folder.path(), "copy.export", at);
    }
}

#[test]
fn a_repair_writes_anew_and_keeps_the_damaged_files() {
    let folder = filled(30, 1);
    assert!(
        repair(folder.path(), secret(), Losses::Keep)
            .unwrap()
            .quarantined
            .is_empty()
    );
    let damaged = {
        flip(folder.path(), "log.1", 128 + 2 * 448 + 100);
        fs::read(folder.path().join("log.1")).unwrap()
    };
    let repaired = repair(folder.path(), secret(), Losses::Keep).unwrap();
    assert_eq!(repaired.values, 29, "{}", repaired.sentence);
    assert_eq!(repaired.damage.unwrap().lost, [key(&name(2))]);
    assert_eq!(repaired.quarantined, [folder.path().join("quarantine/log.1")]);
    assert_eq!(fs::read(folder.path().join("quarantine/log.1")).unwrap(), damaged);
    let verified = verify(folder.path(), &secret()).unwrap();
    assert_eq!(verified.values, 29);
    assert_eq!(verified.damage.unwrap().lost, [key(&name(2))], "still known as lost");
    let repaired = repair(folder.path(), secret(), Losses::GiveUp).unwrap();
    assert_eq!(repaired.values, 29);
    let (store, opened) = Store::open(folder.path(), secret()).unwrap();
    assert_eq!(opened.condition, Condition::Clean, "{opened:?}");
    assert_eq!(store.get(&key(&name(2))).unwrap(), None);
    assert_eq!(values(&store).len(), 29);
}

#[test]
fn rolling_exports_are_kept_by_number_and_day() {
    let folder = filled(3, 1);
    let shelf = folder.path().join("exports");
    fs::create_dir(&shelf).unwrap();
    let (store, _) = Store::open(folder.path(), secret()).unwrap();
    for hour in 0..40 {
        store.export_rolling(&shelf, 1_700_000_000 + hour * 10_000).unwrap();
    }
    let kept = rolling_exports(&shelf);
    assert!((9..=10).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept[0].0, 1_700_000_000 + 39 * 10_000);
    assert_eq!(store.read_export(&kept[0].1).unwrap().keys().len(), 3);
}
