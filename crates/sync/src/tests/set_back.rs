//! A device that was set back to an earlier state, or copied.

use super::twins::{Device, Folder, sealed, version};
use crate::sent::SetBack;
use countersign_model::port::StoreError;
use countersign_vault::Commitment;

#[test]
fn a_device_that_was_set_back_writes_and_merges_nothing() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.write(1, "first", 10);
    one.exchange(&folder);
    let image = one.image();
    one.write(1, "of before the restore", 20);
    one.exchange(&folder);
    one.restore(image);
    // As many versions as its former self wrote: the numbers alone do not tell.
    one.write(1, "written offline", 30);
    let there = folder.records.lock().unwrap().clone();
    for fetched_while_locked in [false, true] {
        if fetched_while_locked {
            one.fetch(&folder);
        }
        let report = one.exchange(&folder);
        assert_eq!(report.set_back, Some(SetBack { found: 2, sent: 1 }));
        assert_eq!((report.pushed, report.changed.len()), (0, 0));
        assert_eq!(one.read(1).as_deref(), Some("written offline"));
        assert_eq!(*folder.records.lock().unwrap(), there);
    }
}

#[test]
fn one_that_was_set_back_before_it_ever_sent_anything_notices_too() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.exchange(&folder);
    let image = one.image();
    one.write(1, "former self", 10);
    one.exchange(&folder);
    one.restore(image);
    one.write(2, "later", 20);
    *folder.calls_left.lock().unwrap() = Some(0);
    assert_eq!(one.exchange(&folder).set_back, None);
    *folder.calls_left.lock().unwrap() = None;
    assert_eq!(one.exchange(&folder).set_back, Some(SetBack { found: 1, sent: 0 }));
}

#[test]
fn what_is_only_filed_under_its_id_does_not_move_it() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "mine", 10);
    one.exchange(&folder);
    two.write(2, "theirs", 11);
    let forged = sealed(version(2, 2, 1), Commitment::NONE, 99, "planted");
    folder.records.lock().unwrap().insert(version(2, 1, 77), forged);
    let report = one.exchange(&folder);
    assert_eq!((report.set_back, report.faults.len()), (None, 1));
    one.write(1, "goes on", 20);
    assert_eq!(one.exchange(&folder).pushed, 1);
}

#[test]
fn a_crash_while_it_sends_is_no_set_back() {
    for calls in 0..6 {
        for commits in 0..6 {
            let (folder, one) = (Folder::default(), Device::new(1));
            one.write(1, "first", 10);
            one.write(2, "second", 11);
            *folder.calls_left.lock().unwrap() = Some(calls);
            *one.device.commits_left.lock().unwrap() = Some(commits);
            match one.try_exchange(&folder) {
                Ok(report) => assert_eq!(report.set_back, None),
                Err(error) => assert!(matches!(error, StoreError::NotSaved(_))),
            }
            *folder.calls_left.lock().unwrap() = None;
            *one.device.commits_left.lock().unwrap() = None;
            one.write(1, "after the crash", 20);
            assert_eq!(one.exchange(&folder).set_back, None, "{calls} calls, {commits} commits");
        }
    }
}

#[test]
fn a_store_of_before_this_was_kept_in_mind_goes_on() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.write(1, "first", 10);
    one.exchange(&folder);
    one.device
        .values
        .lock()
        .unwrap()
        .retain(|key, _| key.id != b"records.sent");
    one.write(1, "second", 20);
    let report = one.exchange(&folder);
    assert_eq!((report.set_back, report.pushed), (None, 1));
}
