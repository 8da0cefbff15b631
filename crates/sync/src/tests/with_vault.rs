//! With real seals: only what the vault opens as exactly that version is taken.

use super::twins::{Folder, Shelves};
use crate::exchange::{Ends, exchange};
use crate::layout::record_key;
use crate::report::{Fault, Report};
use countersign_model::port::{RecordStore, VaultRepository};
use countersign_model::{
    Binding, Change, FieldKind, FieldName, FieldValues, Logon, PasswordJournal, Publisher, RecordId, RecordVersion,
    TemplateId, Timestamp, UserId,
};
use countersign_secret::{Key, Password};
use countersign_vault::{
    Commitment, Enroll, KdfParameters, OpenedRecord, Owner, Unlocked, Written, enroll, normalise_answer,
    unlock_passphrase,
};

struct Device {
    vault: Unlocked,
    device: Shelves,
    records: Shelves,
}

impl Device {
    fn of(vault: Unlocked) -> Self {
        Self {
            vault,
            device: Shelves::default(),
            records: Shelves::default(),
        }
    }

    fn exchange(&self, folder: &Folder) -> Report {
        let user = UserId::from("ada");
        exchange(
            Ends {
                device: &self.device,
                repository: folder,
                user: &user,
            },
            &self.records,
            &self.vault,
        )
        .unwrap()
    }

    fn store(&self, record: u8, password: &str, counter: u64, changed: u64) {
        let logon = Logon {
            id: RecordId([record; 16]),
            template: TemplateId::from("org.example.App"),
            label: "work".into(),
            fields: FieldValues(vec![(
                FieldName::from("password"),
                FieldKind::Secret,
                Password::from_string(password.into()).unwrap(),
            )]),
            binding: Binding {
                publisher: Publisher::Package,
                executable: None,
            },
            changed: Timestamp(changed),
            journal: PasswordJournal::default(),
        };
        let sealed = self.vault.seal_logon(&logon, counter, Commitment::NONE).unwrap();
        self.records
            .commit(&[Change::Put(record_key(logon.id), sealed)])
            .unwrap();
    }

    fn changed(&self, record: u8) -> Option<u64> {
        let id = RecordId([record; 16]);
        let sealed = self.records.get(&record_key(id)).unwrap()?;
        Some(
            match self
                .vault
                .open_record(&self.vault.expect(id, Written::AtLeast(1)), &sealed)
                .unwrap()
            {
                OpenedRecord::Logon(opened) => opened.summary().changed.0,
                OpenedRecord::Tombstone(tombstone) => tombstone.removed.0,
            },
        )
    }
}

fn two_devices() -> (Device, Device) {
    let user = UserId::from("ada");
    let password = Password::from_string("correct horse".into()).unwrap();
    let answer = normalise_answer(&Password::from_string("battery staple and more words".into()).unwrap()).unwrap();
    let wanted = Enroll {
        user: &user,
        password: &password,
        answer: &answer,
        device_secret: &Key::from_fill(|bytes| bytes.fill(1)),
        kdf: KdfParameters::new(64, 3, 4).unwrap(),
        after: countersign_model::HeaderVersion(0),
    };
    let enrolled = enroll(&wanted).unwrap();
    let owner = Owner {
        user: &user,
        vault: None,
        filed: None,
        at_least: countersign_model::HeaderVersion(1),
    };
    let second = unlock_passphrase(&owner, &enrolled.header, None, &answer).unwrap();
    (Device::of(enrolled.unlocked), Device::of(second))
}

#[test]
fn sealed_records_travel_and_nothing_else_is_taken() {
    let (folder, user) = (Folder::default(), UserId::from("ada"));
    let (one, two) = two_devices();
    one.store(1, "secret one", 1, 10);
    one.store(2, "secret two", 2, 10);
    assert_eq!(one.exchange(&folder).pushed, 2);
    let report = two.exchange(&folder);
    assert_eq!((report.pulled, report.faults.len()), (2, 0));
    assert_eq!(two.changed(1), Some(10));

    // Deleted by a tombstone, and by nothing else.
    let tombstone = two
        .vault
        .seal_tombstone(RecordId([2; 16]), Timestamp(20), 1, Commitment::NONE)
        .unwrap();
    two.records
        .commit(&[Change::Put(record_key(RecordId([2; 16])), tombstone)])
        .unwrap();
    two.exchange(&folder);
    assert_eq!(one.exchange(&folder).changed, [RecordId([2; 16])]);
    assert_eq!(one.changed(2), Some(20));

    // Swapped, moved, damaged, foreign.
    let version = |record: u8, counter| RecordVersion {
        record: RecordId([record; 16]),
        device: one.vault.device_id(),
        counter,
    };
    let genuine = folder.pull(&user, &version(1, 1)).unwrap();
    let mut flipped = genuine.clone();
    flipped[100] ^= 1;
    folder.push(&user, &version(1, 7), &genuine).unwrap();
    folder.push(&user, &version(9, 1), &genuine).unwrap();
    folder.push(&user, &version(8, 1), &flipped).unwrap();
    let (stranger, _) = two_devices();
    stranger.store(1, "foreign", 8, 99);
    let foreign = stranger.records.get(&record_key(RecordId([1; 16]))).unwrap().unwrap();
    let filed = RecordVersion {
        device: stranger.vault.device_id(),
        ..version(1, 8)
    };
    folder.push(&user, &filed, &foreign).unwrap();
    let report = two.exchange(&folder);
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
    assert_eq!((two.changed(1), two.changed(8), two.changed(9)), (Some(10), None, None));
}
