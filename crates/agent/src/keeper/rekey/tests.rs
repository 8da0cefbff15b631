//! A crash at every step of the way of a store to its new key.

use super::*;
use countersign_model::{StoreKey, UserId};
use countersign_secret::Password;
use countersign_vault::{Enroll, KdfParameters, RecoveryAtRoll, RollPlan, enroll, normalise_answer};
use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;

/// Enough for more than one batch.
const VALUES: u8 = 40;
const SIZE: usize = 40 << 10;

fn kdf() -> KdfParameters {
    KdfParameters::new(64, 3, 4).unwrap()
}

/// A vault of which the key was changed once.
fn rolled() -> Unlocked {
    let text = |text: &str| Password::from_utf8(text.as_bytes()).unwrap();
    let made = enroll(&Enroll {
        user: &UserId::from("ada"),
        password: &text("a password"),
        answer: &normalise_answer(&text("walrus tungsten orbit")).unwrap(),
        device_secret: &Key::from_fill(|out| out.fill(9)),
        kdf: kdf(),
        after: countersign_model::HeaderVersion(0),
    });
    let plan = RollPlan {
        revoke: &[],
        renew: &[],
        remove: &[],
        recovery: RecoveryAtRoll::Keep,
        kdf: kdf(),
    };
    made.unwrap().unlocked.roll(&plan).unwrap().unlocked
}

fn contents() -> BTreeMap<StoreKey, Vec<u8>> {
    let value = |number: u8| {
        let id = vec![number; if number.is_multiple_of(2) { 16 } else { 40 }];
        let kind = if number == 7 {
            StoreKind::Head
        } else {
            StoreKind::Record
        };
        (StoreKey { kind, id }, vec![number; SIZE])
    };
    (0..VALUES).map(value).collect()
}

fn filled(folder: &Path, key: Key) {
    let (store, _) = Store::open(folder, key).unwrap();
    for (key, value) in contents() {
        store.commit(&[Change::Put(key, value)]).unwrap();
    }
    store.close().unwrap();
}

fn is_whole(store: &Store) {
    let mut found = BTreeMap::new();
    for kind in [StoreKind::Record, StoreKind::Head] {
        for id in store.ids(kind).unwrap() {
            let key = StoreKey { kind, id };
            found.insert(key.clone(), store.get(&key).unwrap().unwrap());
        }
    }
    assert!(found == contents());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// The disk as a crash at each step leaves it.
fn crashes(unlocked: &Unlocked, place: &Path) -> Vec<(Step, PathBuf)> {
    let state = place.join("state");
    std::fs::create_dir(&state).unwrap();
    let vault = state.join("vault");
    filled(&vault, unlocked.store_key_of(1).unwrap());
    let mut images: Vec<(Step, PathBuf)> = Vec::new();
    let mut at = |step| {
        let image = place.join(format!("image.{}", images.len()));
        copy(&state, &image);
        images.push((step, image));
    };
    let (store, opened, tale) = open_and_move(&vault, unlocked, 1, &mut at).unwrap();
    is_whole(&store);
    assert!(opened.damage().is_none() && tale.is_none());
    let steps: Vec<_> = images.iter().map(|(step, _)| *step).collect();
    let expected = [
        Step::Emptied,
        Step::Some,
        Step::Written,
        Step::OldAway,
        Step::NewIn,
        Step::OldGone,
    ];
    assert_eq!(steps, expected);
    images
}

/// The agent's next start after a crash: everything is there under the new key, and nothing lies about.
fn recovers(image: &Path, unlocked: &Unlocked) {
    let vault = image.join("vault");
    let (store, opened, tale) = open_vault_store(&vault, unlocked, 2).unwrap();
    assert!(opened.damage().is_none() && tale.is_none());
    is_whole(&store);
    store.close().unwrap();
    let left: Vec<_> = std::fs::read_dir(image)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["vault"]);
    let (store, _) = Store::open(&vault, unlocked.store_key()).unwrap();
    is_whole(&store);
}

#[test]
fn wherever_a_crash_stops_it_the_next_start_finds_everything() {
    let unlocked = rolled();
    let place = tempfile::tempdir().unwrap();
    for (step, image) in crashes(&unlocked, place.path()) {
        // Twice: the second crash comes at the same step of the next start.
        let again = place.path().join(format!("again.{step:?}"));
        copy(&image, &again);
        let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            open_and_move(&again.join("vault"), &unlocked, 2, &mut |at| {
                assert_ne!(at, step, "a crash")
            })
        }));
        drop(stopped);
        recovers(&again, &unlocked);
        recovers(&image, &unlocked);
    }
}

#[test]
fn a_new_store_that_was_only_half_written_is_thrown_away() {
    let unlocked = rolled();
    let place = tempfile::tempdir().unwrap();
    let images = crashes(&unlocked, place.path());
    let halves = images
        .iter()
        .filter(|(step, _)| matches!(step, Step::Some | Step::Written));
    for (number, (_, image)) in halves.enumerate() {
        for (kind, spoil) in [
            (
                "torn",
                (|file: &std::fs::File, length| file.set_len(length / 2).unwrap()) as fn(&std::fs::File, u64),
            ),
            ("zeros", |file, length| {
                file.write_all_at(&vec![0; usize::try_from(length / 3).unwrap()], length / 3)
                    .unwrap();
            }),
            ("empty", |file, _| file.set_len(0).unwrap()),
        ] {
            let spoiled = place.path().join(format!("{kind}.{number}"));
            copy(image, &spoiled);
            for entry in std::fs::read_dir(spoiled.join("vault.next")).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                    spoil(&file, file.metadata().unwrap().len());
                }
            }
            recovers(&spoiled, &unlocked);
        }
    }
}

#[test]
fn an_old_store_that_was_half_removed_goes_for_good() {
    let unlocked = rolled();
    let place = tempfile::tempdir().unwrap();
    let images = crashes(&unlocked, place.path());
    let (_, image) = images.iter().find(|(step, _)| *step == Step::NewIn).unwrap();
    let files = std::fs::read_dir(image.join("vault.old")).unwrap();
    for path in files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .take(1)
    {
        std::fs::remove_file(path).unwrap();
    }
    recovers(image, &unlocked);
}

#[test]
fn a_disk_that_is_full_leaves_the_store_under_its_earlier_key() {
    let unlocked = rolled();
    let place = tempfile::tempdir().unwrap();
    let vault = place.path().join("vault");
    filled(&vault, unlocked.store_key_of(1).unwrap());
    // A file where the new store's folder would have to be made stands for a disk that takes nothing.
    std::fs::write(place.path().join("vault.next"), b"").unwrap();
    let (store, opened, tale) = open_vault_store(&vault, &unlocked, 2).unwrap();
    is_whole(&store);
    assert!(opened.damage().is_none() && tale.is_none());
    store.close().unwrap();
    std::fs::remove_file(place.path().join("vault.next")).unwrap();
    recovers(place.path(), &unlocked);
}
