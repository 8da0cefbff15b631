use super::twins::{Device, Folder, sealed, version};
use crate::layout::{history_key, record_key};
use crate::report::Fault;
use countersign_model::port::{RecordStore, RepositoryError, VaultRepository};
use countersign_model::{RecordId, StoreKind, UserId};
use countersign_vault::Commitment;

#[test]
fn what_one_device_writes_the_other_has() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "first", 10);
    one.write(2, "second", 11);
    let report = one.exchange(&folder);
    assert_eq!((report.pushed, report.pulled, report.waiting), (2, 0, 0));
    let report = two.exchange(&folder);
    assert_eq!((report.pushed, report.pulled, report.changed.len()), (0, 2, 2));
    assert_eq!(
        (two.read(1).as_deref(), two.read(2).as_deref()),
        (Some("first"), Some("second"))
    );
    // Nothing changed: nothing is sent, fetched or written.
    for device in [&one, &two] {
        *device.device.commits_left.lock().unwrap() = Some(0);
        *device.vault.commits_left.lock().unwrap() = Some(0);
        let report = device.exchange(&folder);
        assert_eq!((report.pushed, report.pulled, report.faults.len()), (0, 0, 0));
    }
}

#[test]
fn concurrent_versions_are_both_kept_and_all_devices_agree() {
    let folder = Folder::default();
    let devices = [Device::new(1), Device::new(2), Device::new(3)];
    devices[0].write(1, "base", 1);
    for device in &devices {
        device.exchange(&folder);
    }
    devices[0].write(1, "by one", 20);
    devices[1].write(1, "by two", 30);
    devices[2].write(1, "by three", 25);
    for device in devices.iter().chain(devices.iter()) {
        device.exchange(&folder);
    }
    for device in &devices {
        assert_eq!(device.read(1).as_deref(), Some("by two"));
        assert!(
            device
                .all_texts(1)
                .is_superset(&["by one", "by two", "by three"].map(str::to_owned).into())
        );
    }
    // A later edit, on top of what counts, wins everywhere.
    devices[2].write(1, "after", 31);
    for device in devices.iter().rev().chain(devices.iter()) {
        device.exchange(&folder);
    }
    for device in &devices {
        assert_eq!(device.read(1).as_deref(), Some("after"));
    }
}

#[test]
fn a_number_is_never_used_twice_although_its_version_lost() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "loses", 1);
    two.write(1, "wins", 2);
    one.exchange(&folder);
    two.exchange(&folder);
    one.exchange(&folder);
    assert_eq!(one.read(1).as_deref(), Some("wins"));
    assert_eq!(one.write(1, "next", 3).counter, 2);
    assert_eq!(one.exchange(&folder).faults, []);
    two.exchange(&folder);
    assert_eq!(two.read(1).as_deref(), Some("next"));
}

#[test]
fn absence_is_never_deletion() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "kept", 1);
    one.exchange(&folder);
    two.exchange(&folder);
    folder.records.lock().unwrap().clear();
    let report = two.exchange(&folder);
    assert_eq!(report.faults, [Fault::WentBack(version(1, 1, 1))]);
    assert_eq!(report.pushed, 1);
    assert_eq!(two.read(1).as_deref(), Some("kept"));
    // It is back, and it is said until somebody was told.
    assert_eq!(two.exchange(&folder).faults, [Fault::WentBack(version(1, 1, 1))]);
    crate::told(&two.device).unwrap();
    assert_eq!(two.exchange(&folder).faults, []);
    let fresh = Device::new(3);
    fresh.exchange(&folder);
    assert_eq!(fresh.read(1).as_deref(), Some("kept"));
}

#[test]
fn offline_is_a_result_at_every_call_and_the_next_exchange_completes_it() {
    for calls in 0..8 {
        let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
        for record in 1..=3 {
            one.write(record, "one", 1);
            two.write(record + 10, "two", 1);
        }
        two.exchange(&folder);
        *folder.calls_left.lock().unwrap() = Some(calls);
        let report = one.exchange(&folder);
        if calls < 7 {
            assert!(
                matches!(report.reached, Err(RepositoryError::Unreachable { .. })),
                "{calls}"
            );
            assert_eq!(report.waiting, 3 - report.pushed);
        }
        *folder.calls_left.lock().unwrap() = None;
        let rest = one.exchange(&folder);
        assert_eq!((rest.reached, rest.waiting), (Ok(()), 0));
        assert_eq!((report.pushed + rest.pushed, report.pulled + rest.pulled), (3, 3));
        assert_eq!(one.read(12).as_deref(), Some("two"));
    }
}

#[test]
fn a_full_disk_at_every_commit_loses_nothing() {
    for commits in 0..6 {
        for which in [0, 1] {
            let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
            two.write(1, "one", 5);
            two.exchange(&folder);
            one.write(1, "mine", 1);
            let store = [&one.device, &one.vault][which];
            *store.commits_left.lock().unwrap() = Some(commits);
            let _ = one.try_exchange(&folder);
            *store.commits_left.lock().unwrap() = None;
            one.exchange(&folder);
            assert_eq!(one.read(1).as_deref(), Some("one"), "{commits} {which}");
            assert_eq!(one.all_texts(1).len(), 2);
            assert_eq!(folder.records.lock().unwrap().len(), 2);
            assert_eq!(one.device.ids(StoreKind::Inbox).unwrap().len(), 0);
        }
    }
}

#[test]
fn locked_it_fetches_and_unlocked_it_merges() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "old", 1);
    one.exchange(&folder);
    two.exchange(&folder);
    two.write(1, "new", 2);
    two.exchange(&folder);
    let report = one.fetch(&folder);
    assert_eq!((report.pulled, report.pushed), (1, 0));
    assert_eq!(one.fetch(&folder).pulled, 0);
    assert_eq!(one.read(1).as_deref(), Some("old"));
    *folder.calls_left.lock().unwrap() = Some(0);
    let report = one.exchange(&folder);
    assert!(report.reached.is_err());
    assert_eq!(report.changed, [RecordId([1; 16])]);
    assert_eq!(one.read(1).as_deref(), Some("new"));
}

#[test]
fn what_is_not_what_it_was_filed_as_is_named_and_counts_for_nothing() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.write(1, "mine", 1);
    let moved = sealed(version(1, 2, 3), Commitment::NONE, 99, "moved");
    for filed in [version(1, 2, 4), version(2, 2, 3), version(1, 3, u64::MAX)] {
        folder.push(&UserId::from("ada"), &filed, &moved).unwrap();
    }
    folder.push(&UserId::from("ada"), &version(3, 2, 1), b"short").unwrap();
    for pulled in [4, 0] {
        let report = one.exchange(&folder);
        assert_eq!(report.pulled, pulled);
        assert_eq!(
            report
                .faults
                .iter()
                .filter(|fault| matches!(fault, Fault::Refused { .. }))
                .count(),
            4,
            "{:?}",
            report.faults
        );
        assert_eq!(report.faults.len(), 4);
    }
    assert_eq!(one.read(1).as_deref(), Some("mine"));
    assert_eq!(one.all_texts(2).len() + one.all_texts(3).len(), 0);
    // The good version below a bad one is taken as soon as it is listed, and clears the bad ones of its device it supersedes.
    folder.records.lock().unwrap().remove(&version(1, 2, 4));
    folder.push(&UserId::from("ada"), &version(1, 2, 3), &moved).unwrap();
    one.exchange(&folder);
    assert_eq!(one.read(1).as_deref(), Some("moved"));
}

#[test]
fn a_damaged_record_comes_back_from_the_repository() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.write(1, "good", 1);
    one.exchange(&folder);
    one.vault.broken.lock().unwrap().insert(record_key(RecordId([1; 16])));
    let report = one.exchange(&folder);
    assert!(
        matches!(report.faults[..], [Fault::Unreadable { .. }]),
        "{:?}",
        report.faults
    );
    assert_eq!(report.changed, [RecordId([1; 16])]);
    assert_eq!(one.read(1).as_deref(), Some("good"));
    assert_eq!(one.exchange(&folder).faults, []);
}

#[test]
fn history_is_bounded_and_keeps_every_devices_newest() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    two.write(1, "concurrent", 1);
    two.exchange(&folder);
    one.write(1, "start", 2);
    one.exchange(&folder);
    for at in 0..40 {
        one.write(1, &format!("edit {at}"), 10 + at);
        // Something comes in now and then.
        two.write(2, "other", 10 + at);
        two.write(1, &format!("two {at}"), 5);
        two.exchange(&folder);
        one.exchange(&folder);
    }
    let texts = one.all_texts(1);
    assert!(texts.len() <= 22, "{}", texts.len());
    assert!(one.read(1).is_some());
    assert!(two.all_texts(1).len() <= 22);
    assert!(one.vault.get(&history_key(&version(1, 1, 1))).unwrap().is_none());
}

#[test]
fn devices_in_any_order_come_to_the_same() {
    // A small deterministic storm: five devices, edits and exchanges in an order made from a seed.
    for seed in 1..60_u64 {
        let folder = Folder::default();
        let devices: Vec<_> = (1..=5).map(Device::new).collect();
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = |bound: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % bound
        };
        let mut written = Vec::new();
        for clock in 0..60 {
            let device = &devices[usize::try_from(next(5)).unwrap()];
            if next(2) == 0 {
                let record = u8::try_from(1 + next(3)).unwrap();
                // Clocks differ by up to 20.
                written.push((
                    device.write(record, &format!("{clock}"), 100 + clock + next(20)),
                    format!("{clock}"),
                ));
            } else {
                *folder.calls_left.lock().unwrap() = (next(4) == 0).then_some(1 + u32::try_from(next(4)).unwrap());
                device.exchange(&folder);
                *folder.calls_left.lock().unwrap() = None;
            }
        }
        for _ in 0..2 {
            for device in &devices {
                assert_eq!(device.exchange(&folder).faults, [], "seed {seed}");
            }
        }
        for record in 1..=3 {
            let chosen: std::collections::BTreeSet<_> = devices.iter().map(|device| device.read(record)).collect();
            assert_eq!(chosen.len(), 1, "seed {seed}, record {record}: {chosen:?}");
            // The newest version of every device is on every device.
            for number in 1..=5 {
                let newest = written
                    .iter()
                    .filter(|(version, _)| *version == super::twins::version(record, number, version.counter));
                if let Some((_, text)) = newest.max_by_key(|(version, _)| version.counter) {
                    for device in &devices {
                        assert!(device.all_texts(record).contains(text), "seed {seed}: {text} is lost");
                    }
                }
            }
        }
    }
}
