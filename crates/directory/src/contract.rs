//! What every `DirectoryRepository` must do, as plain functions that panic when it does not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite: it fails by panicking"
)]

use crate::MAX_SEALED;
use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Publishing, RepositoryError, VaultRepository,
};
use countersign_model::{
    ConfigKind, ConfigName, DeviceId, HeaderVersion, RecordId, RecordVersion, RepositoryEvent, Timestamp, Unit,
    UnitState, UserId, Wanted,
};
use countersign_secret::Key;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The greatest number every directory can hold.
const MOST: u64 = i64::MAX.unsigned_abs();

/// An empty repository with the users ada, bob and grace.
pub trait Subject {
    /// The repository's type.
    type Repository: DirectoryRepository + Publishing;

    /// The repository, as one device sees it.
    fn repository(&self) -> &Self::Repository;
}

/// One with loose configuration that tells of changes, and the administrator's way to put configuration there.
pub trait Loose: Subject {
    /// Puts an object there.
    fn publish(&self, kind: ConfigKind, name: &str, bytes: &[u8]);
    /// Takes an object away.
    fn withdraw(&self, kind: ConfigKind, name: &str);
}

/// One clause and its name.
pub type Clause<S> = (&'static str, fn(&S));

/// Every clause, by name. Each wants an empty repository of its own.
pub fn clauses<S: Subject>() -> Vec<Clause<S>> {
    vec![
        ("an empty repository is empty", empty),
        ("a pushed record comes back", records_come_back),
        ("the newest version of each device is listed", newest_of_each_device),
        ("a version is written once", written_once),
        ("users are apart", users_are_apart),
        ("bad names and sizes are refused", bad_names_and_sizes),
        ("headers are compared and set", headers),
        ("one of many racing headers wins", racing_headers),
        ("requests to join are left and taken away", join_requests),
        ("records are set aside and headers count on", set_aside),
        ("catalogues are swapped and stand for objects", catalogues),
        ("a root's lists are published once each", root_lists),
        ("a slot key is placed once and taken away", slot_keys),
    ]
}

/// The clauses for repositories with loose configuration.
pub fn loose_clauses<S: Loose>() -> Vec<Clause<S>> {
    vec![
        ("loose configuration comes back", loose),
        ("changes are reported", changes_are_reported),
    ]
}

/// Runs every clause on a repository of its own.
pub fn hold<S: Loose>(mut fresh: impl FnMut() -> S) {
    for (_, clause) in clauses::<S>().into_iter().chain(loose_clauses::<S>()) {
        clause(&fresh());
    }
}

fn ada() -> UserId {
    UserId::from("ada")
}

fn bob() -> UserId {
    UserId::from("bob")
}

fn version(record: u8, device: u8, counter: u64) -> RecordVersion {
    RecordVersion {
        record: RecordId([record; 16]),
        device: DeviceId([device; 16]),
        counter,
    }
}

fn empty<S: Subject>(subject: &S) {
    let repository = subject.repository();
    assert_eq!(repository.list(&ada()), Ok(Vec::new()));
    assert_eq!(repository.header(&ada()), Ok(None));
    assert_eq!(repository.loose(), Ok((Vec::new(), Vec::new())));
    let missing = repository.pull(&ada(), &version(1, 1, 1)).unwrap_err();
    assert!(matches!(missing, RepositoryError::Missing(_)), "{missing}");
}

fn records_come_back<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let all_bytes: Vec<u8> = (0..=255).collect();
    for sealed in [
        b"".as_slice(),
        &all_bytes,
        &vec![7; usize::try_from(MAX_SEALED).unwrap()],
    ] {
        let version = version(1, 1, 1 + sealed.len() as u64);
        repository.push(&ada(), &version, sealed).unwrap();
        assert!(repository.pull(&ada(), &version).unwrap() == sealed);
    }
    let later = version(1, 1, MOST);
    repository.push(&ada(), &later, b"last").unwrap();
    assert_eq!(repository.list(&ada()).unwrap(), vec![later]);
    let missing = repository.pull(&ada(), &version(1, 2, 1)).unwrap_err();
    assert!(matches!(missing, RepositoryError::Missing(_)), "{missing}");
}

fn newest_of_each_device<S: Subject>(subject: &S) {
    let repository = subject.repository();
    for (record, device, counter) in [(1, 1, 9), (1, 1, 10), (1, 2, 3), (2, 1, 1), (1, 1, 2)] {
        repository
            .push(&ada(), &version(record, device, counter), &[record, device])
            .unwrap();
    }
    let mut listed = repository.list(&ada()).unwrap();
    listed.sort();
    assert_eq!(listed, vec![version(1, 1, 10), version(1, 2, 3), version(2, 1, 1)]);
}

fn written_once<S: Subject>(subject: &S) {
    let repository = subject.repository();
    repository.push(&ada(), &version(1, 1, 1), b"one").unwrap();
    repository.push(&ada(), &version(1, 1, 1), b"one").unwrap();
    let conflict = repository.push(&ada(), &version(1, 1, 1), b"two").unwrap_err();
    assert!(matches!(conflict, RepositoryError::Conflict(_)), "{conflict}");
    assert_eq!(repository.pull(&ada(), &version(1, 1, 1)).unwrap(), b"one");
}

fn join_requests<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let device = |byte| DeviceId([byte; 16]);
    assert_eq!(repository.join_requests(&ada()), Ok(Vec::new()));
    repository.remove_join_request(&ada(), device(1)).unwrap();
    repository.leave_join_request(&ada(), device(1), b"one").unwrap();
    repository.leave_join_request(&ada(), device(1), b"one").unwrap();
    repository.leave_join_request(&ada(), device(2), b"two").unwrap();
    let taken = repository
        .leave_join_request(&ada(), device(2), b"another")
        .unwrap_err();
    assert!(matches!(taken, RepositoryError::Conflict(_)), "{taken}");
    let mut waiting = repository.join_requests(&ada()).unwrap();
    waiting.sort();
    assert_eq!(waiting, [(device(1), b"one".to_vec()), (device(2), b"two".to_vec())]);
    assert_eq!(repository.join_requests(&UserId::from("grace")), Ok(Vec::new()));
    repository.remove_join_request(&ada(), device(1)).unwrap();
    assert_eq!(repository.join_requests(&ada()).unwrap().len(), 1);
    for byte in 10..60 {
        repository.leave_join_request(&ada(), device(byte), b"flood").unwrap();
    }
    assert_eq!(repository.join_requests(&ada()).unwrap().len(), 16);
    // They are no records and no header.
    assert_eq!(repository.list(&ada()), Ok(Vec::new()));
    assert_eq!(repository.header(&ada()), Ok(None));
}

fn users_are_apart<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let grace = UserId::from("grace");
    repository.push(&ada(), &version(1, 1, 1), b"ada's").unwrap();
    repository.push(&grace, &version(1, 1, 1), b"grace's").unwrap();
    assert_eq!(repository.pull(&ada(), &version(1, 1, 1)).unwrap(), b"ada's");
    assert_eq!(repository.pull(&grace, &version(1, 1, 1)).unwrap(), b"grace's");
    repository.replace_header(&ada(), None, b"h").unwrap();
    assert_eq!(repository.header(&grace), Ok(None));
}

fn bad_names_and_sizes<S: Subject>(subject: &S) {
    let repository = subject.repository();
    for bad in ["", "..", "../ada", "a/b", "/etc", "a\0b"] {
        let bad = UserId::from(bad);
        let refused = [
            repository.push(&bad, &version(1, 1, 1), b"x").unwrap_err(),
            repository.list(&bad).unwrap_err(),
            repository.pull(&bad, &version(1, 1, 1)).unwrap_err(),
            repository.header(&bad).unwrap_err(),
            repository.replace_header(&bad, None, b"x").unwrap_err(),
        ];
        for error in refused {
            assert!(matches!(error, RepositoryError::Invalid { .. }), "{bad:?}: {error}");
        }
    }
    let large = vec![0; usize::try_from(MAX_SEALED).unwrap() + 1];
    for refused in [
        repository.push(&ada(), &version(1, 1, 1), &large).unwrap_err(),
        repository.push(&ada(), &version(1, 1, 0), b"x").unwrap_err(),
        repository.replace_header(&ada(), None, &large).unwrap_err(),
    ] {
        assert!(matches!(refused, RepositoryError::Invalid { .. }), "{refused}");
    }
    assert_eq!(repository.list(&ada()), Ok(Vec::new()));
    assert_eq!(repository.header(&ada()), Ok(None));
}

fn headers<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let wrong = repository
        .replace_header(&ada(), Some(HeaderVersion(1)), b"x")
        .unwrap_err();
    assert!(matches!(wrong, RepositoryError::Conflict(_)), "{wrong}");
    let mut newest = None;
    for number in 1..=11 {
        let written = repository.replace_header(&ada(), newest, &[number]).unwrap();
        let conflict = repository.replace_header(&ada(), newest, b"late").unwrap_err();
        assert!(matches!(conflict, RepositoryError::Conflict(_)), "{conflict}");
        assert_eq!(repository.header(&ada()), Ok(Some((written, vec![number]))));
        newest = Some(written);
    }
    assert_eq!(newest, Some(HeaderVersion(11)));
}

fn racing_headers<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let won: Vec<u8> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8_u8)
            .map(|racer| scope.spawn(move || (racer, repository.replace_header(&ada(), None, &[racer]))))
            .collect();
        let results = racers.into_iter().map(|racer| racer.join().unwrap());
        results
            .filter_map(|(racer, result)| result.is_ok().then_some(racer))
            .collect()
    });
    assert_eq!(won.len(), 1);
    assert_eq!(repository.header(&ada()), Ok(Some((HeaderVersion(1), won))));
}

fn loose<S: Loose>(subject: &S) {
    let repository = subject.repository();
    let published = [
        (ConfigKind::Template, "one", b"a = 1".as_slice()),
        (ConfigKind::Template, "two", b""),
        (ConfigKind::Override, "settings", b"b = 2"),
    ];
    for (kind, name, bytes) in published {
        subject.publish(kind, name, bytes);
    }
    let listed = || {
        let (objects, faults) = repository.loose().unwrap();
        assert_eq!(faults, Vec::new());
        let places: std::collections::BTreeSet<_> = objects.iter().map(|object| object.place.clone()).collect();
        assert_eq!(places.len(), objects.len());
        let mut listed: Vec<_> = objects.into_iter().map(|object| (object.kind, object.bytes)).collect();
        listed.sort();
        listed
    };
    let mut expected: Vec<_> = published
        .iter()
        .map(|(kind, _, bytes)| (*kind, bytes.to_vec()))
        .collect();
    expected.sort();
    assert_eq!(listed(), expected);
    subject.withdraw(ConfigKind::Template, "one");
    expected.retain(|(_, bytes)| bytes != b"a = 1");
    assert_eq!(listed(), expected);
}

fn catalogues<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let (sales, berlin) = (Unit::new("Sales").unwrap(), Unit::new("Sales/Berlin").unwrap());
    let name = |kind, id: &str| ConfigName::new(kind, id).unwrap();
    let objects = |unit: &Unit, wanted: Wanted<'_>| {
        let mut found = Vec::new();
        repository
            .objects(unit, wanted, &mut |object| {
                found.push((object.kind, object.id, object.bytes))
            })
            .unwrap();
        found.sort();
        found
    };
    assert_eq!(repository.units().unwrap(), []);
    assert_eq!(
        repository.catalogue_numbers(std::slice::from_ref(&sales)).unwrap(),
        [None]
    );
    assert!(matches!(repository.catalogue(&sales), Err(RepositoryError::Missing(_))));
    assert_eq!(
        (repository.inventory(&sales).unwrap(), objects(&sales, Wanted::All)),
        (Vec::new(), Vec::new())
    );

    let erp = name(ConfigKind::Template, "erp");
    repository.put(&sales, &erp, 1, b"first").unwrap();
    repository.put(&sales, &erp, 2, b"second").unwrap();
    repository
        .put(&sales, &name(ConfigKind::Page, "0f"), 1, b"page")
        .unwrap();
    repository
        .put(&sales, &name(ConfigKind::Override, "erp"), 1, b"override")
        .unwrap();
    repository.swap_catalogue(&sales, None, 1, b"one").unwrap();
    repository.swap_catalogue(&berlin, None, 7, b"seven").unwrap();
    let state = |unit: &Unit, number| UnitState {
        unit: unit.clone(),
        number,
    };
    let mut units = repository.units().unwrap();
    units.sort();
    assert_eq!(units, [state(&sales, 1), state(&berlin, 7)]);
    let elsewhere = Unit::new("Elsewhere").unwrap();
    let asked = [berlin.clone(), elsewhere, sales.clone()];
    assert_eq!(repository.catalogue_numbers(&asked).unwrap(), [Some(7), None, Some(1)]);
    assert_eq!(repository.catalogue(&sales).unwrap(), (1, b"one".to_vec()));

    for (replaces, number) in [(None, 2), (Some(3), 4), (Some(7), 8)] {
        let conflict = repository
            .swap_catalogue(&sales, replaces, number, b"late")
            .unwrap_err();
        assert!(matches!(conflict, RepositoryError::Conflict(_)), "{conflict}");
    }
    repository.swap_catalogue(&sales, Some(1), 2, b"two").unwrap();
    repository.swap_catalogue(&sales, Some(2), 9, b"nine").unwrap();
    assert_eq!(repository.catalogue(&sales).unwrap(), (9, b"nine".to_vec()));

    let all = objects(&sales, Wanted::All);
    let expected = [
        (ConfigKind::Template, "erp".to_owned(), b"second".to_vec()),
        (ConfigKind::Override, "erp".to_owned(), b"override".to_vec()),
        (ConfigKind::Page, "0f".to_owned(), b"page".to_vec()),
    ];
    assert_eq!(all, expected);
    let some = [erp.clone(), name(ConfigKind::Policy, "none")];
    for wanted in [Wanted::These(&some), Wanted::Most(&some)] {
        assert_eq!(objects(&sales, wanted), expected[..1]);
    }
    assert_eq!(objects(&berlin, Wanted::All), []);
    assert_eq!(repository.loose().unwrap().0, []);
    let names: Vec<_> = repository
        .inventory(&sales)
        .unwrap()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), 3);
    repository.remove(&sales, &erp).unwrap();
    repository.remove(&sales, &erp).unwrap();
    assert_eq!(objects(&sales, Wanted::These(&some)), []);
    assert_eq!(repository.inventory(&sales).unwrap().len(), 2);
    assert!(repository.memberships(&ada()).is_ok());
}

fn changes_are_reported<S: Loose>(subject: &S) {
    let repository = subject.repository();
    let (sender, events) = channel();
    let watch = repository.watch(&ada(), sender).unwrap();
    subject.publish(ConfigKind::Template, "one", b"a = 1");
    wait_for(&events, &RepositoryEvent::Configuration);
    repository.push(&ada(), &version(1, 1, 1), b"sealed").unwrap();
    wait_for(&events, &RepositoryEvent::Records);
    repository.push(&ada(), &version(1, 1, 2), b"sealed").unwrap();
    wait_for(&events, &RepositoryEvent::Records);
    repository.replace_header(&ada(), None, b"header").unwrap();
    wait_for(&events, &RepositoryEvent::Records);
    subject.withdraw(ConfigKind::Template, "one");
    wait_for(&events, &RepositoryEvent::Configuration);
    drop(watch);
    while events.try_recv().is_ok() {}
    // Whatever sent is gone with the watch.
    assert!(events.recv().is_err());
}

fn wait_for(events: &Receiver<RepositoryEvent>, wanted: &RepositoryEvent) {
    loop {
        match events.recv_timeout(Duration::from_secs(30)) {
            Ok(event) if event == *wanted => return,
            Ok(RepositoryEvent::Lost(why)) => panic!("the watch ended: {why}"),
            Ok(_) => {}
            Err(error) => panic!("no {wanted:?}: {error}"),
        }
    }
}

fn slot_keys<S: Subject>(subject: &S) {
    let repository = subject.repository();
    let read = |user: &UserId| repository.slot_key(user).unwrap().map(|key| key.expose().to_vec());
    assert_eq!(read(&ada()), None);
    repository.remove_slot_key(&ada()).unwrap();
    let (one, other) = (Key::from_fill(|out| out.fill(1)), Key::from_fill(|out| out.fill(2)));
    repository.place_slot_key(&ada(), &one).unwrap();
    let taken = repository.place_slot_key(&ada(), &other);
    assert!(matches!(taken, Err(RepositoryError::Conflict(_))), "{taken:?}");
    assert_eq!(read(&ada()), Some(vec![1; 32]));
    assert_eq!(read(&UserId::from("grace")), None);
    repository.remove_slot_key(&ada()).unwrap();
    repository.place_slot_key(&ada(), &other).unwrap();
    assert_eq!(read(&ada()), Some(vec![2; 32]));
    let (ada, grace) = (repository.identity(&ada()), repository.identity(&UserId::from("grace")));
    assert!(!ada.as_ref().unwrap().is_empty() && ada.unwrap() != grace.unwrap());
}

fn set_aside<S: Subject>(subject: &S) {
    let repository = subject.repository();
    repository.set_aside(&ada(), Timestamp(5)).unwrap();
    repository.push(&ada(), &version(1, 1, 1), b"before").unwrap();
    repository
        .leave_join_request(&ada(), DeviceId([7; 16]), b"request")
        .unwrap();
    repository.push(&bob(), &version(1, 1, 1), b"another's").unwrap();
    let first = repository.replace_header(&ada(), None, b"first").unwrap();
    repository.set_aside(&ada(), Timestamp(7)).unwrap();
    assert!(repository.list(&ada()).unwrap().is_empty() && repository.join_requests(&ada()).unwrap().is_empty());
    assert_eq!(repository.list(&bob()).unwrap().len(), 1);
    assert_eq!(repository.header(&ada()).unwrap(), Some((first, b"first".to_vec())));
    let next = repository.replace_header(&ada(), Some(first), b"next").unwrap();
    assert_eq!(next.0, first.0 + 1);
    // The next vault's records have nothing to do with those before.
    repository.push(&ada(), &version(1, 1, 1), b"after").unwrap();
    repository.set_aside(&ada(), Timestamp(9)).unwrap();
    repository.forget_aside(&ada(), Timestamp(9)).unwrap();
    repository.forget_aside(&bob(), Timestamp(9)).unwrap();
    assert!(repository.list(&ada()).unwrap().is_empty());
}

fn root_lists<S: Subject>(subject: &S) {
    let repository = subject.repository();
    assert_eq!(repository.root_lists(0).unwrap(), Vec::<Vec<u8>>::new());
    for (number, list) in [(1, b"one"), (2, b"two"), (10, b"ten")] {
        repository.publish_root_list(number, list).unwrap();
    }
    assert_eq!(repository.root_lists(2).unwrap(), [b"two".to_vec(), b"ten".to_vec()]);
    let taken = repository.publish_root_list(2, b"other");
    assert!(matches!(taken, Err(RepositoryError::Conflict(_))), "{taken:?}");
    assert_eq!(repository.root_lists(0).unwrap().len(), 3);
    // They are no objects: no template and no setting override.
    let (objects, faults) = repository.loose().unwrap();
    assert!(objects.is_empty() && faults.is_empty(), "{objects:?} {faults:?}");
    for number in 11..=100 {
        repository.publish_root_list(number, b"more").unwrap();
    }
    assert_eq!(repository.root_lists(0).unwrap().len(), 64, "the newest");
}
