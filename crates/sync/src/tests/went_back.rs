//! A repository that was put back to an earlier state.

use super::twins::{Device, Folder, version};
use crate::report::Fault;
use crate::told;

#[test]
fn what_was_seen_is_remembered_although_the_exchange_was_cut_off() {
    for commits in 1..4 {
        let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
        two.exchange(&folder);
        one.write(1, "seen", 10);
        one.exchange(&folder);
        *two.device.commits_left.lock().unwrap() = Some(commits);
        let _cut_off = two.try_exchange(&folder);
        *two.device.commits_left.lock().unwrap() = None;
        folder.records.lock().unwrap().clear();
        assert_eq!(
            two.exchange(&folder).faults,
            [Fault::WentBack(version(1, 1, 1))],
            "{commits}"
        );
    }
}

#[test]
fn it_is_said_although_the_exchange_that_noticed_it_was_cut_off_and_all_is_healed() {
    for commits in 1..4 {
        let (folder, one) = (Folder::default(), Device::new(1));
        one.write(1, "first", 10);
        one.exchange(&folder);
        folder.records.lock().unwrap().clear();
        one.write(2, "second", 20);
        *one.device.commits_left.lock().unwrap() = Some(commits);
        let _cut_off = one.try_exchange(&folder);
        *one.device.commits_left.lock().unwrap() = None;
        for _ in 0..2 {
            assert_eq!(
                one.exchange(&folder).faults,
                [Fault::WentBack(version(1, 1, 1))],
                "{commits}"
            );
            assert_eq!(folder.records.lock().unwrap().len(), 2);
        }
        // Offline it is said, too.
        *folder.calls_left.lock().unwrap() = Some(0);
        assert_eq!(one.exchange(&folder).faults, [Fault::WentBack(version(1, 1, 1))]);
        *folder.calls_left.lock().unwrap() = None;
        told(&one.device).unwrap();
        assert_eq!(one.exchange(&folder).faults, []);
    }
}
