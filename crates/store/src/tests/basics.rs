use super::{id, open, put, record, try_open};
use crate::faults::Memory;
use crate::opened::Condition;
use crate::recover::Traces;
use crate::store::{MAX_VALUE, Store};
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKind};
use countersign_secret::Key;

#[test]
fn what_was_committed_is_there_after_closing_and_opening() {
    let disk = Memory::default();
    let (store, opened) = open(&disk);
    assert_eq!(opened.condition, Condition::Fresh);
    store.commit(&[put("a", "1"), put("b", "2")]).unwrap();
    store
        .commit(&[
            put("a", "3"),
            Change::Remove(record("b")),
            Change::Put(id(StoreKind::Config, "c"), vec![0; 100_000]),
        ])
        .unwrap();
    store.close().unwrap();

    let (store, opened) = open(&disk);
    assert_eq!(opened.condition, Condition::Clean);
    assert_eq!((opened.values, opened.notes.len()), (2, 0));
    assert_eq!(store.get(&record("a")).unwrap().unwrap(), b"3");
    assert_eq!(store.get(&record("b")).unwrap(), None);
    assert_eq!(
        store.get(&id(StoreKind::Config, "c")).unwrap().unwrap(),
        vec![0; 100_000]
    );
    assert_eq!(store.ids(StoreKind::Record).unwrap(), vec![b"a".to_vec()]);
    assert_eq!(store.ids(StoreKind::Config).unwrap(), vec![b"c".to_vec()]);
    assert_eq!(store.ids(StoreKind::Head).unwrap(), Vec::<Vec<u8>>::new());
}

#[test]
fn a_store_that_was_not_closed_has_everything_that_was_acknowledged() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("a", "1")]).unwrap();
    let (store, opened) = open(&disk.after_kill());
    assert_eq!(opened.condition, Condition::Recovered);
    assert_eq!(store.get(&record("a")).unwrap().unwrap(), b"1");
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("a", "1")]).unwrap();
    store.close().unwrap();
    let before = disk.bytes("log.1");
    let other = Key::from_fill(|bytes| bytes.fill(8));
    let refused = Store::over(
        Box::new(disk.clone()),
        &other,
        Traces::None,
        crate::tuning::Tuning::default(),
    )
    .err()
    .unwrap();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused}");
    assert_eq!(disk.bytes("log.1"), before);
    assert_eq!(open(&disk).1.condition, Condition::Clean);
}

#[test]
fn what_is_out_of_bounds_is_refused_whole() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    for bad in [
        put("", "1"),
        put(&"x".repeat(513), "1"),
        put("big", vec![0; MAX_VALUE + 1]),
    ] {
        let refused = store.commit(&[put("good", "1"), bad]).unwrap_err();
        assert!(matches!(refused, StoreError::OutOfBounds(_)), "{refused}");
    }
    assert_eq!(store.get(&record("good")).unwrap(), None);
    store.commit(&[put(&"x".repeat(512), vec![5; MAX_VALUE])]).unwrap();
    drop(store);
    assert_eq!(
        open(&disk).0.get(&record(&"x".repeat(512))).unwrap().unwrap().len(),
        MAX_VALUE
    );
}

#[test]
fn nothing_is_readable_on_the_disk() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("org.example.App", "the-secret-value")]).unwrap();
    store.close().unwrap();
    let bytes = [disk.bytes("log.1"), disk.bytes("head")].concat();
    for needle in ["org.example", "the-secret"] {
        assert!(
            !bytes.windows(needle.len()).any(|window| window == needle.as_bytes()),
            "{needle}"
        );
    }
}

#[test]
fn a_store_whose_log_is_gone_is_never_silently_empty() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("a", "1")]).unwrap();
    store.close().unwrap();
    disk.delete("log.1");
    let (store, opened) = open(&disk);
    assert_eq!(opened.damage().unwrap().unknown, 1);
    // It goes on working, and goes on saying so.
    store.commit(&[put("b", "2")]).unwrap();
    store.close().unwrap();
    let (store, opened) = open(&disk);
    assert!(opened.damage().is_some());
    assert_eq!(store.get(&record("b")).unwrap().unwrap(), b"2");

    let left = Store::over(
        Box::new(Memory::default()),
        &super::key(),
        Traces::Left,
        crate::tuning::Tuning::default(),
    )
    .unwrap()
    .1;
    assert!(left.damage().is_some());
}

#[test]
fn a_missing_head_is_said() {
    let disk = Memory::default();
    let (store, _) = open(&disk);
    store.commit(&[put("a", "1")]).unwrap();
    store.close().unwrap();
    disk.delete("head");
    let (store, opened) = open(&disk);
    assert!(opened.damage().unwrap().sentence.contains("head"), "{opened:?}");
    assert_eq!(store.get(&record("a")).unwrap().unwrap(), b"1");
    store.close().unwrap();
    assert_eq!(try_open(&disk).unwrap().1.condition, Condition::Clean);
}
