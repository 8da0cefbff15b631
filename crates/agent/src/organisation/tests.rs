use super::*;
use countersign_secret::Key;
use countersign_store::Store;
use countersign_trust::{RootKey, rotate_list, sign_list};

const DAY: u64 = 24 * 60 * 60 * 1000;
const NOW: Timestamp = Timestamp(100 * DAY);

fn root(byte: u8) -> RootKey {
    RootKey::from_seed(Key::from_fill(|out| out.fill(byte)))
}

fn list(root: &RootKey, version: u64, recovery: Recovery) -> RootList {
    RootList {
        organisation: "Example".to_owned(),
        version,
        issued: NOW,
        expires: Timestamp(NOW.0 + DAY),
        root: root.public(),
        recovery,
        publishers: Vec::new(),
        revoked: Vec::new(),
        others: Vec::new(),
        settings: String::new(),
    }
}

fn ring(byte: u8) -> ListedRing {
    ListedRing {
        name: format!("desk {byte}"),
        key: [byte; 32],
    }
}

struct Device {
    _folder: tempfile::TempDir,
    paths: Paths,
    store: Store,
}

impl Device {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let below = |name: &str| folder.path().join(name);
        let paths = Paths {
            runtime: below("runtime"),
            state: below("state"),
            user_settings: below("config/settings.toml"),
            machine_settings: below("etc/settings.toml"),
            machine_secret: below("lib/machine-secret"),
            package: below("package"),
            default_repository: below("repository"),
        };
        let (store, _) = Store::open(&below("device"), Key::from_fill(|out| out.fill(7))).unwrap();
        Self {
            _folder: folder,
            paths,
            store,
        }
    }

    fn organisation(&self) -> Organisation {
        Organisation::load(&self.paths, &self.store)
    }
}

#[test]
fn without_a_pin_nothing_the_repository_shows_counts() {
    let (device, root) = (Device::new(), root(1));
    let mut organisation = device.organisation();
    let signed = sign_list(&root, &list(&root, 1, Recovery::One(ring(3)))).unwrap();
    organisation.take(vec![signed], &device.store, NOW);
    assert!(organisation.recovery() == Known::Nothing);
    let report = organisation.report(NOW);
    assert!(report.published && report.pinned.is_none() && report.name.is_none());
}

#[test]
fn six_words_pin_the_root_and_its_rings_are_kept() {
    let (device, own, other) = (Device::new(), root(1), root(2));
    let mut organisation = device.organisation();
    let words = own.public().fingerprint().join(" ");
    let nothing = organisation.pin(&words, &device.store, NOW).unwrap_err();
    assert_eq!(nothing.code, ErrorCode::NoMatch);
    let signed = sign_list(&own, &list(&own, 1, Recovery::One(ring(3)))).unwrap();
    organisation.take(vec![signed.clone()], &device.store, NOW);
    let wrong = organisation.pin(&other.public().fingerprint().join(" "), &device.store, NOW);
    assert_eq!(wrong.unwrap_err().code, ErrorCode::Refused);
    assert!(organisation.recovery() == Known::Nothing);
    organisation.pin(&words, &device.store, NOW).unwrap();
    assert_eq!(organisation.recovery(), Known::Rings(Rings::One(PublicKey([3; 32]))));

    // Another root's list, a changed one, an older one: what was accepted stays in force, and it is said.
    let two = sign_list(&own, &list(&own, 2, Recovery::Two(ring(3), ring(4)))).unwrap();
    let mut changed = two.clone();
    changed[40] ^= 1;
    let forged = sign_list(&other, &list(&other, 2, Recovery::One(ring(9)))).unwrap();
    for bad in [forged, changed] {
        organisation.take(vec![bad], &device.store, NOW);
        assert_eq!(organisation.recovery(), Known::Rings(Rings::One(PublicKey([3; 32]))));
        assert!(organisation.problem(NOW).is_some());
    }
    organisation.take(vec![signed.clone(), two], &device.store, NOW);
    let both = Known::Rings(Rings::Two(PublicKey([3; 32]), PublicKey([4; 32])));
    assert_eq!((organisation.recovery(), organisation.problem(NOW)), (both, None));
    organisation.take(vec![signed], &device.store, NOW);
    assert_eq!(organisation.recovery(), both);
    assert!(organisation.problem(NOW).unwrap().contains("went back"));

    // The next start knows it without the repository; expired it stays in force and says so.
    let later = Timestamp(NOW.0 + 2 * DAY);
    let organisation = device.organisation();
    assert_eq!(organisation.recovery(), both);
    assert!(organisation.report(later).stale && organisation.problem(later).is_some());
}

#[test]
fn a_rotation_moves_the_pin() {
    let (device, old, new) = (Device::new(), root(1), root(2));
    let mut organisation = device.organisation();
    let first = sign_list(&old, &list(&old, 1, Recovery::Off)).unwrap();
    organisation.take(vec![first.clone()], &device.store, NOW);
    organisation
        .pin(&old.public().fingerprint().join("-"), &device.store, NOW)
        .unwrap();
    let second = rotate_list(&old, &new, &list(&new, 2, Recovery::One(ring(5)))).unwrap();
    let third = sign_list(&new, &list(&new, 3, Recovery::One(ring(6)))).unwrap();
    organisation.take(vec![first, second, third], &device.store, NOW);
    assert_eq!(organisation.problem(NOW), None);
    assert_eq!(organisation.recovery(), Known::Rings(Rings::One(PublicKey([6; 32]))));
    let organisation = device.organisation();
    assert_eq!(
        organisation.report(NOW).words,
        Some(new.public().fingerprint().join(" "))
    );
}
