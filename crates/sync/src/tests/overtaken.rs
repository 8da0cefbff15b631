//! A later version with a lower number than another one of the same device.

use super::twins::{Device, Folder, PlainOf, commitment, sealed, version};
use crate::overtaken::bring_forward;
use crate::report::{Fault, Report};
use countersign_model::port::{RecordStore, RepositoryError};
use countersign_model::{DeviceId, RecordVersion};
use countersign_vault::Commitment;

/// Device 2 has version 9 of device 1; a backup lost it, and a copy of device 1 wrote `lower` then.
fn restored(lower: RecordVersion, parent: Commitment, changed: u64) -> (Folder, Device) {
    let (folder, two) = (Folder::default(), Device::new(2));
    let higher = version(1, 1, 9);
    let bytes = sealed(higher, Commitment::NONE, 20, "the device's");
    folder.records.lock().unwrap().insert(higher, bytes);
    assert_eq!(two.exchange(&folder).pulled, 1);
    folder.records.lock().unwrap().clear();
    let bytes = sealed(lower, parent, changed, "the copy's");
    folder.records.lock().unwrap().insert(lower, bytes);
    (folder, two)
}

fn versions(report: &Report) -> Vec<RecordVersion> {
    report.overtaken.iter().map(|overtaken| overtaken.version).collect()
}

fn brought_forward(device: &Device, report: &Report) {
    let next = version(1, 2, 7);
    for overtaken in &report.overtaken {
        let changes = bring_forward(&device.vault, &PlainOf(DeviceId([2; 16])), overtaken, &next);
        device.vault.commit(&changes.unwrap().unwrap()).unwrap();
    }
}

#[test]
fn the_later_one_counts_everywhere_and_both_are_kept() {
    let lower = version(1, 1, 5);
    let (folder, two) = restored(lower, Commitment::NONE, 30);
    let report = two.exchange(&folder);
    assert_eq!((versions(&report), report.pushed), (vec![lower], 0));
    // It is still there until it has been sealed anew here.
    assert_eq!(versions(&two.exchange(&folder)), [lower]);
    brought_forward(&two, &report);
    assert_eq!(two.read(1).as_deref(), Some("the copy's"));
    let report = two.exchange(&folder);
    assert_eq!((report.overtaken.len(), report.pushed), (0, 2));

    let three = Device::new(3);
    three.exchange(&folder);
    assert_eq!(three.read(1).as_deref(), Some("the copy's"));
    assert_eq!(three.all_texts(1).len(), 2);
}

#[test]
fn the_earlier_one_is_history() {
    let (folder, two) = restored(version(1, 1, 5), Commitment::NONE, 10);
    let report = two.exchange(&folder);
    assert_eq!((report.overtaken.len(), report.pushed), (0, 1));
    assert_eq!(two.read(1).as_deref(), Some("the device's"));
    assert!(two.all_texts(1).contains("the copy's"));
}

#[test]
fn what_follows_what_counts_is_later_too() {
    let (folder, two) = restored(version(1, 1, 5), commitment(&version(1, 1, 9)), 1_020);
    assert_eq!(versions(&two.exchange(&folder)), [version(1, 1, 5)]);
}

#[test]
fn what_is_not_genuine_is_written_over_and_said() {
    let lower = version(1, 1, 5);
    let (folder, two) = restored(lower, Commitment::NONE, 30);
    folder.records.lock().unwrap().insert(lower, b"planted".to_vec());
    let report = two.exchange(&folder);
    assert_eq!((report.overtaken.len(), report.pushed), (0, 1));
    assert!(matches!(&report.faults[..], [.., Fault::Refused { version, .. }] if *version == lower));
    assert_eq!(two.all_texts(1).len(), 1);
}

#[test]
fn what_cannot_be_looked_at_is_not_written_over() {
    let (folder, two) = restored(version(1, 1, 5), Commitment::NONE, 30);
    let there = folder.records.lock().unwrap().clone();
    // The list is the last call that is answered.
    *folder.calls_left.lock().unwrap() = Some(1);
    let report = two.exchange(&folder);
    assert!(matches!(report.reached, Err(RepositoryError::Unreachable { .. })));
    assert_eq!((report.pushed, report.overtaken.len()), (0, 0));
    assert_eq!(*folder.records.lock().unwrap(), there);
}

#[test]
fn one_that_what_counts_has_passed_meanwhile_stays_history() {
    let lower = version(1, 1, 5);
    let (folder, two) = restored(lower, Commitment::NONE, 30);
    let report = two.exchange(&folder);
    two.write(1, "changed meanwhile", 40);
    brought_forward(&two, &report);
    assert_eq!(two.read(1).as_deref(), Some("changed meanwhile"));
    assert!(two.all_texts(1).contains("the copy's"));
    assert_eq!(two.exchange(&folder).pushed, 2);
}
