use super::{RECORD, binding, first, home, logon, password, vault};
use crate::{Amendment, Commitment, Mismatch, OpenError, OpenedRecord, RecordKind, SealError, Unlocked, Written};
use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, Logon, PasswordJournal, Publisher, RecordId, TemplateId,
    Timestamp,
};
use countersign_secret::Password;
use proptest::prelude::*;
use std::path::PathBuf;

fn sealed(unlocked: &Unlocked) -> Vec<u8> {
    unlocked.seal_logon(&logon(RECORD), 1, Commitment::NONE).unwrap()
}

#[test]
fn a_record_opens_as_it_was_sealed() {
    let unlocked = home();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed(&unlocked)).unwrap();
    let summary = opened.summary();
    assert_eq!(summary.id, RECORD);
    assert_eq!(summary.template.as_str(), "org.filezilla.FileZilla");
    assert_eq!(summary.label, "Test server");
    assert_eq!(summary.plain, [(FieldName::from("username"), "ada".to_owned())]);
    assert_eq!(summary.secret, [FieldName::from("password")]);
    assert_eq!(opened.version().counter, 1);
    assert_eq!(opened.version().device, unlocked.device_id());
    assert_eq!(opened.parent(), Commitment::NONE);
    assert!(!format!("{opened:?}").contains("ENTER"));
}

#[test]
fn nothing_of_a_logon_is_in_the_clear() {
    let sealed = sealed(&home());
    for needle in ["ada", "filezilla", "FileZilla", "Test server", "ENTER"] {
        assert!(
            !sealed.windows(needle.len()).any(|window| window == needle.as_bytes()),
            "{needle}"
        );
    }
}

#[test]
fn the_same_logon_never_seals_to_the_same_bytes() {
    let unlocked = home();
    let (one, other) = (sealed(&unlocked), sealed(&unlocked));
    assert_eq!(one[..144], other[..144]);
    assert_ne!(one[144..176], other[144..176]);
    assert_ne!(one[176..], other[176..]);
}

/// A tag at 112 (docs/formats/vault.md) that everybody knew would say which records are deleted.
#[test]
fn the_tag_of_a_deleted_logon_is_the_vaults_own() {
    let tag = |unlocked: &Unlocked| {
        let sealed = unlocked.seal_tombstone(RECORD, Timestamp(5), 1, Commitment::NONE);
        sealed.unwrap()[112..144].to_vec()
    };
    let (mine, other) = (home(), vault(2, 1, 1, 1));
    assert_eq!(tag(&mine), tag(&mine));
    assert_ne!(tag(&mine), tag(&other));
}

#[test]
fn lengths_say_only_a_power_of_two() {
    let unlocked = home();
    let lengths = [0, 1, 100, 300, 500, 1200, 4096].map(|len| {
        let mut logon = logon(RECORD);
        logon.fields.0[1].2 = password(&"x".repeat(len));
        unlocked.seal_logon(&logon, 1, Commitment::NONE).unwrap().len() - 224
    });
    assert_eq!(lengths, [512, 512, 512, 512, 1024, 2048, 8192]);
}

#[test]
fn every_flipped_byte_is_noticed() {
    let unlocked = home();
    let sealed = sealed(&unlocked);
    for at in 0..sealed.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut broken = sealed.clone();
            broken[at] ^= flip;
            // As little is expected as ever could be, so that the seal itself has to notice.
            let expected = unlocked.expect(RECORD, Written::AtLeast(0));
            assert!(unlocked.open_record(&expected, &broken).is_err(), "byte {at}");
        }
    }
}

#[test]
fn every_truncation_and_every_addition_is_noticed() {
    let unlocked = home();
    let mut sealed = sealed(&unlocked);
    for len in 0..sealed.len() {
        assert!(
            unlocked.open_logon(&first(&unlocked), &sealed[..len]).is_err(),
            "{len} bytes"
        );
    }
    sealed.push(0);
    assert!(unlocked.open_logon(&first(&unlocked), &sealed).is_err());
    sealed.extend([0; 511]);
    assert!(unlocked.open_logon(&first(&unlocked), &sealed).is_err());
}

#[test]
fn any_two_records_swapped_are_misplaced() {
    let other_id = RecordId([0x0b; 16]);
    let unlocked = home();
    let tombstone = |unlocked: &Unlocked, record, counter| {
        unlocked
            .seal_tombstone(record, Timestamp(5), counter, Commitment::NONE)
            .unwrap()
    };
    let logon_of =
        |unlocked: &Unlocked, record, counter| unlocked.seal_logon(&logon(record), counter, Commitment::NONE).unwrap();
    let same_key_other_vault = vault(1, 2, 1, 1);
    let (other_vault, other_epoch, other_device) = (vault(2, 4, 1, 1), vault(1, 1, 2, 1), vault(1, 1, 1, 3));
    // What each is expected as, and its bytes.
    let filed = [
        (&unlocked, RECORD, RecordKind::Logon, 1, logon_of(&unlocked, RECORD, 1)),
        (&unlocked, RECORD, RecordKind::Logon, 2, logon_of(&unlocked, RECORD, 2)),
        (
            &unlocked,
            other_id,
            RecordKind::Logon,
            1,
            logon_of(&unlocked, other_id, 1),
        ),
        (
            &unlocked,
            RECORD,
            RecordKind::Tombstone,
            3,
            tombstone(&unlocked, RECORD, 3),
        ),
        (
            &unlocked,
            other_id,
            RecordKind::Tombstone,
            1,
            tombstone(&unlocked, other_id, 1),
        ),
        (
            &other_device,
            RECORD,
            RecordKind::Logon,
            1,
            logon_of(&other_device, RECORD, 1),
        ),
        (
            &other_epoch,
            RECORD,
            RecordKind::Logon,
            1,
            logon_of(&other_epoch, RECORD, 1),
        ),
        (
            &other_vault,
            RECORD,
            RecordKind::Logon,
            1,
            logon_of(&other_vault, RECORD, 1),
        ),
        (
            &same_key_other_vault,
            RECORD,
            RecordKind::Logon,
            1,
            logon_of(&same_key_other_vault, RECORD, 1),
        ),
    ];
    for (at, (unlocked, record, kind, counter, _)) in filed.iter().enumerate() {
        let expected = unlocked
            .expect(*record, Written::By(unlocked.device_id(), *counter))
            .of_kind(*kind);
        for (other, (.., bytes)) in filed.iter().enumerate() {
            match unlocked.open_record(&expected, bytes) {
                Ok(_) => assert_eq!(at, other),
                Err(OpenError::Misplaced(_)) => assert_ne!(at, other),
                Err(error) => panic!("{at} in the place of {other}: {error}"),
            }
        }
    }
}

#[test]
fn mismatches_are_named() {
    let unlocked = home();
    let sealed = sealed(&unlocked);
    let logon = logon(RECORD);
    let other_template = TemplateId::from("org.example.Other");
    let other_binding = binding(Some("/home/ada/filezilla"));
    let unsigned = Binding {
        publisher: Publisher::Unsigned,
        ..logon.binding.clone()
    };
    let unknown = binding(None);
    let expected = first(&unlocked);
    let of = |expected| unlocked.open_record(&expected, &sealed).map(|_| ()).unwrap_err();
    assert!(
        unlocked
            .open_record(&expected.about(&logon.template, &logon.binding), &sealed)
            .is_ok()
    );
    assert_eq!(
        of(expected.about(&other_template, &logon.binding)),
        OpenError::Misplaced(Mismatch::Subject)
    );
    assert_eq!(
        of(expected.about(&logon.template, &other_binding)),
        OpenError::Misplaced(Mismatch::Subject)
    );
    assert_eq!(
        of(expected.about(&logon.template, &unsigned)),
        OpenError::Misplaced(Mismatch::Subject)
    );
    assert_eq!(
        of(expected.about(&logon.template, &unknown)),
        OpenError::Misplaced(Mismatch::Subject)
    );
    assert_eq!(
        of(expected.of_kind(RecordKind::Tombstone)),
        OpenError::Misplaced(Mismatch::Kind)
    );
    assert_eq!(
        of(expected.replacing(Commitment([9; 32]))),
        OpenError::Misplaced(Mismatch::Parent)
    );
    assert_eq!(
        of(expected.written(Written::By(DeviceId([9; 16]), 1))),
        OpenError::Misplaced(Mismatch::Version)
    );
    assert_eq!(
        of(expected.written(Written::Since(DeviceId([9; 16]), 1))),
        OpenError::Misplaced(Mismatch::Version)
    );
    assert_eq!(
        of(expected.written(Written::Since(unlocked.device_id(), 2))),
        OpenError::RolledBack { at_least: 2, found: 1 }
    );
    assert_eq!(
        of(expected.written(Written::AtLeast(7))),
        OpenError::RolledBack { at_least: 7, found: 1 }
    );
}

#[test]
fn newer_formats_are_said_and_not_called_damage() {
    let unlocked = home();
    for (at, format, suite, kind) in [(8, 2, 1, 1), (10, 1, 2, 1), (12, 1, 1, 9)] {
        let mut newer = sealed(&unlocked);
        newer[at] = if at == 12 { 9 } else { 2 };
        assert_eq!(
            unlocked.open_logon(&first(&unlocked), &newer).unwrap_err(),
            OpenError::Unsupported { format, suite, kind }
        );
    }
}

#[test]
fn a_tombstone_is_no_logon_and_says_when() {
    let unlocked = home();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed(&unlocked)).unwrap();
    let sealed = unlocked
        .seal_tombstone(RECORD, Timestamp(77), 2, opened.commitment())
        .unwrap();
    let expected = unlocked
        .expect(RECORD, Written::AtLeast(2))
        .replacing(opened.commitment());
    match unlocked.open_record(&expected, &sealed).unwrap() {
        OpenedRecord::Tombstone(tombstone) => {
            assert_eq!(tombstone.removed, Timestamp(77));
            assert_eq!(tombstone.parent, opened.commitment());
            assert_eq!(tombstone.version.counter, 2);
        }
        OpenedRecord::Logon(_) => panic!("a tombstone was taken for a logon"),
    }
    assert_eq!(
        unlocked.open_logon(&expected, &sealed).unwrap_err(),
        OpenError::Misplaced(Mismatch::Kind)
    );
}

#[test]
fn amending_changes_what_is_named_and_nothing_else() {
    let unlocked = home();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed(&unlocked)).unwrap();
    let parent = opened.commitment();
    let amendment = Amendment {
        password: None,
        label: None,
        fields: vec![(FieldName::from("third"), FieldKind::Plain, password("domain"))],
        changed: Timestamp(9),
    };
    let sealed = unlocked.seal_amended(opened, amendment, 2).unwrap();
    let expected = unlocked.expect(RECORD, Written::AtLeast(2)).replacing(parent);
    let summary = unlocked.open_logon(&expected, &sealed).unwrap().summary();
    assert_eq!(summary.label, "Test server");
    assert_eq!(summary.plain.len(), 2);
    assert_eq!(summary.secret, [FieldName::from("password")]);
    assert_eq!(summary.changed, Timestamp(9));
    assert_eq!(summary.binding, logon(RECORD).binding);
}

#[test]
fn what_is_out_of_bounds_is_not_sealed() {
    let refused = |change: fn(&mut Logon)| {
        let mut logon = logon(RECORD);
        change(&mut logon);
        match home().seal_logon(&logon, 1, Commitment::NONE) {
            Err(SealError::OutOfBounds(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    refused(|logon| logon.label = "x".repeat(1025));
    refused(|logon| logon.template = TemplateId::from(""));
    refused(|logon| logon.template = TemplateId("x".repeat(256)));
    refused(|logon| logon.binding.executable = Some(PathBuf::new()));
    refused(|logon| logon.binding.executable = Some(PathBuf::from("x".repeat(4097))));
    refused(|logon| logon.fields.0[0].0 = FieldName::from(""));
    refused(|logon| logon.fields.0[0].0 = FieldName::from("password"));
    refused(|logon| {
        logon.fields.0 = (0..65)
            .map(|n| (FieldName(format!("f{n}")), FieldKind::Secret, password("")))
            .collect();
    });
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_survives() {
    use std::os::unix::ffi::OsStringExt;
    let unlocked = home();
    let mut logon = logon(RECORD);
    let path = PathBuf::from(std::ffi::OsString::from_vec(vec![b'/', 0xff, 0xfe]));
    logon.binding.executable = Some(path.clone());
    let sealed = unlocked.seal_logon(&logon, 1, Commitment::NONE).unwrap();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap();
    assert_eq!(opened.summary().binding.executable, Some(path));
}

fn any_field() -> impl Strategy<Value = (bool, String)> {
    (any::<bool>(), "\\PC{0,200}")
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_the_same(
        id in any::<[u8; 16]>(),
        template in "[a-z.]{1,255}",
        label in "\\PC{0,200}",
        path in proptest::option::of("/\\PC{1,300}"),
        fields in proptest::collection::btree_map("[a-z]{1,20}", any_field(), 0..12),
        counter in any::<u64>(),
        changed in any::<u64>(),
        parent in any::<[u8; 32]>(),
    ) {
        let unlocked = home();
        let values = fields.iter().map(|(name, (plain, value))| {
            let kind = if *plain { FieldKind::Plain } else { FieldKind::Secret };
            (FieldName(name.clone()), kind, Password::from_string(value.clone()).unwrap())
        });
        let logon = Logon {
            id: RecordId(id),
            template: TemplateId(template),
            label,
            fields: FieldValues(values.collect()),
            binding: binding(path.as_deref()),
            changed: Timestamp(changed),
            journal: PasswordJournal::default(),
        };
        let sealed = unlocked.seal_logon(&logon, counter, Commitment(parent)).unwrap();
        let expected = unlocked
            .expect(RecordId(id), Written::By(unlocked.device_id(), counter))
            .about(&logon.template, &logon.binding)
            .replacing(Commitment(parent));
        let opened = unlocked.open_logon(&expected, &sealed).unwrap().logon;
        prop_assert_eq!(opened.id, logon.id);
        prop_assert_eq!(opened.template, logon.template);
        prop_assert_eq!(opened.label, logon.label);
        prop_assert_eq!(opened.fields.0, logon.fields.0);
        prop_assert_eq!(opened.binding, logon.binding);
        prop_assert_eq!(opened.changed, logon.changed);
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1200)) {
        let unlocked = home();
        prop_assert!(unlocked.open_record(&first(&unlocked), &bytes).is_err());
    }
}
