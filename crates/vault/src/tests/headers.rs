use super::fixtures::{ANSWER, device_secret, fixture};
use super::{ada, home, key, owner};
use crate::derive::{Purpose, VaultKey};
use crate::header::{DeviceSlots, Header, ReadError};
use crate::{
    AnswerOrigin, Circumstances, DeviceSecretHome, SlotKind, UnlockError, inspect_device_slots, inspect_header,
    normalise_answer, unlock_login, unlock_passphrase,
};
use countersign_model::{HeaderVersion, UserId, VaultId};
use sha2::{Digest, Sha256};

/// Makes the checksum right again, as anybody can.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(32));
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
    bytes
}

#[test]
fn every_flipped_byte_of_a_header_is_damage() {
    let bytes = fixture("header.bin");
    for at in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 0x40;
        // Format bytes say another format instead.
        let wanted = matches!(
            inspect_header(&broken),
            Err(UnlockError::Damaged { .. } | UnlockError::Unsupported(_))
        );
        assert!(wanted, "byte {at}: {:?}", inspect_header(&broken));
    }
}

#[test]
fn every_truncation_of_a_header_or_slot_set_is_damage() {
    let bytes = fixture("header.bin");
    for len in 0..bytes.len() {
        assert!(
            matches!(inspect_header(&bytes[..len]), Err(UnlockError::Damaged { .. })),
            "{len}"
        );
    }
    let bytes = fixture("device-slots.bin");
    for len in 0..bytes.len() {
        assert!(
            matches!(inspect_device_slots(&bytes[..len]), Err(UnlockError::Damaged { .. })),
            "{len}"
        );
    }
}

#[test]
fn every_byte_changed_with_a_new_checksum_is_noticed_under_the_vault_key() {
    let place = inspect_header(&fixture("header.bin")).unwrap();
    let slots_key = VaultKey::from_key(super::fixtures::vault_key()).derive(Purpose::Slots, place.vault, place.epoch);
    let header = fixture("header.bin");
    assert!(Header::read(&header).unwrap().is_authentic(&slots_key));
    for at in 0..header.len() - 32 {
        let mut changed = header.clone();
        changed[at] ^= 0x01;
        let changed = with_checksum(changed);
        let noticed = Header::read(&changed).is_err() || !Header::read(&changed).unwrap().is_authentic(&slots_key);
        assert!(noticed, "byte {at}");
    }
    let slots = fixture("device-slots.bin");
    let read = DeviceSlots::read(&slots).unwrap();
    assert!(read.is_authentic(&slots_key) && read.is_of_device(&device_secret()));
    for at in 0..slots.len() - 32 {
        let mut changed = slots.clone();
        changed[at] ^= 0x01;
        let changed = with_checksum(changed);
        let noticed = DeviceSlots::read(&changed).map_or(true, |read| {
            !(read.is_authentic(&slots_key) && read.is_of_device(&device_secret()))
        });
        assert!(noticed, "byte {at}");
    }
}

#[test]
fn containers_in_each_others_place_are_misplaced() {
    let user = ada();
    let (header, slots, record) = (fixture("header.bin"), fixture("device-slots.bin"), fixture("logon.bin"));
    let answer = normalise_answer(&super::password(ANSWER)).unwrap();
    for wrong in [&slots, &record] {
        let error = unlock_passphrase(&owner(&user), wrong, None, &answer).unwrap_err();
        assert!(matches!(error, UnlockError::Misplaced { .. }), "{error:?}");
    }
    for wrong in [&header, &record] {
        let error = unlock_login(&owner(&user), &header, wrong, &super::password("x"), &device_secret()).unwrap_err();
        assert!(matches!(error, UnlockError::Misplaced { .. }), "{error:?}");
    }
    let unlocked = home();
    for wrong in [&header, &slots] {
        let error = unlocked.open_record(&super::first(&unlocked), wrong).unwrap_err();
        assert_eq!(error, crate::OpenError::Misplaced(crate::Mismatch::Kind));
    }
}

#[test]
fn headers_of_others_are_misplaced_before_anything_runs() {
    let header = fixture("header.bin");
    let (user, other) = (ada(), UserId("bob".to_owned()));
    let answer = normalise_answer(&super::password("wrong")).unwrap();
    let refuse = |owner: crate::Owner<'_>| unlock_passphrase(&owner, &header, None, &answer).unwrap_err();
    let misplaced = |error: &UnlockError, wanted: &str| match error {
        UnlockError::Misplaced { what, .. } => assert_eq!(*what, wanted),
        other => panic!("{other:?}"),
    };
    misplaced(&refuse(owner(&other)), "user");
    let mut of_vault = owner(&user);
    of_vault.vault = Some(VaultId([0xee; 16]));
    misplaced(&refuse(of_vault), "vault");
    let mut filed = owner(&user);
    filed.filed = Some(HeaderVersion(2));
    misplaced(&refuse(filed), "version");
    let mut seen = owner(&user);
    seen.at_least = HeaderVersion(4);
    assert_eq!(
        refuse(seen),
        UnlockError::RolledBack {
            at_least: HeaderVersion(4),
            found: HeaderVersion(1)
        }
    );
}

#[test]
fn a_slot_set_of_another_vault_or_epoch_is_misplaced() {
    let user = ada();
    let header = fixture("header.bin");
    for (at, wanted) in [(12, "vault"), (28, "epoch")] {
        let mut slots = fixture("device-slots.bin");
        slots[at] ^= 1;
        let slots = with_checksum(slots);
        match unlock_login(&owner(&user), &header, &slots, &super::password("x"), &device_secret()) {
            Err(UnlockError::Misplaced { what, .. }) => assert_eq!(what, wanted),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn another_device_secret_is_told_before_anything_runs() {
    let user = ada();
    let error = unlock_login(
        &owner(&user),
        &fixture("header.bin"),
        &fixture("device-slots.bin"),
        &super::password("x"),
        &key(9),
    );
    assert_eq!(error.unwrap_err(), UnlockError::OtherDevice);
}

#[test]
fn parameters_out_of_bounds_are_refused_before_they_run() {
    let user = ada();
    let answer = normalise_answer(&super::password("wrong")).unwrap();
    let header = fixture("header.bin");
    // In the one slot: kind 2, one factor, Argon2id; then memory, passes, lanes.
    let at = header.windows(5).position(|window| window == [2, 0, 1, 3, 1]).unwrap() + 5;
    for (offset, value) in [
        (0, 19 * 1024_u32),
        (0, 64 * 1024 + 1),
        (0, 4 * 1024 * 1024),
        (0, u32::MAX),
        (4, 2),
        (4, 11),
        (4, u32::MAX),
        (8, 0),
        (8, 9),
        (8, u32::MAX),
    ] {
        let mut changed = header.clone();
        changed[at + offset..at + offset + 4].copy_from_slice(&value.to_le_bytes());
        let error = unlock_passphrase(&owner(&user), &with_checksum(changed), None, &answer).unwrap_err();
        assert!(
            matches!(error, UnlockError::ParametersOutOfBounds(_)),
            "{offset} {value}: {error:?}"
        );
    }
}

#[test]
fn newer_formats_are_said() {
    let mut header = fixture("header.bin");
    header[8] = 3;
    assert_eq!(inspect_header(&header).unwrap_err(), UnlockError::Unsupported(3));
    assert!(matches!(Header::read(&header), Err(ReadError::Unsupported(3))));
}

#[test]
fn what_a_header_says_can_be_shown() {
    let facts = inspect_header(&fixture("header.bin")).unwrap();
    assert_eq!(facts.user, Some(ada()));
    assert_eq!(facts.version, HeaderVersion(1));
    assert_eq!(facts.devices.len(), 1);
    assert_eq!(facts.slots.len(), 1);
    assert_eq!(facts.slots[0].kind, Some(SlotKind::Passphrase));
    assert_eq!(facts.slots[0].kdf, Some(super::cheap()));
    let device = inspect_device_slots(&fixture("device-slots.bin")).unwrap();
    assert_eq!(device.slots[0].kind, Some(SlotKind::Login));
    assert_eq!(device.devices, facts.devices);
    let circumstances = Circumstances {
        device_secret: DeviceSecretHome::UserFile,
        answer: AnswerOrigin::Own,
    };
    assert_eq!(device.slots[0].kind.unwrap().rating(circumstances).sentences().len(), 4);
}

#[test]
fn a_device_joins_once_and_in_order() {
    let joining = super::vault(1, 1, 1, 2);
    let next = joining.header_with_this_device().unwrap();
    let facts = inspect_header(&next).unwrap();
    assert_eq!(facts.version, HeaderVersion(4));
    assert_eq!(
        facts.devices.iter().map(|device| device.0[0]).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert!(home().header_with_this_device().is_none());
}

/// Every door, with every container in the place of every other.
#[test]
fn any_two_containers_swapped_are_refused() {
    let user = ada();
    let unlocked = home();
    let answer = normalise_answer(&super::password("x")).unwrap();
    let ring = crate::make_ring_key().unwrap();
    let key_file = crate::seal_key_file(
        (crate::KeyKind::Ring, "desk"),
        &ring.public().0,
        ring.private(),
        &answer,
        super::cheap(),
    );
    let containers = [
        (
            "record",
            unlocked
                .seal_logon(&super::logon(super::RECORD), 1, crate::Commitment::NONE)
                .unwrap(),
        ),
        ("header", unlocked.seal_header()),
        ("slots", unlocked.device_slots(&device_secret()).unwrap()),
        ("join", crate::make_join_request(&user, "laptop").unwrap().request),
        ("key file", key_file.unwrap()),
    ];
    for (kind, bytes) in &containers {
        let record = unlocked.open_record(&super::first(&unlocked), bytes);
        assert_eq!(record.is_ok(), *kind == "record", "{kind} as a record");
        let header = inspect_header(bytes);
        assert_eq!(header.is_ok(), *kind == "header", "{kind} as a header");
        let slots = inspect_device_slots(bytes);
        assert_eq!(slots.is_ok(), *kind == "slots", "{kind} as slots");
        assert_eq!(
            crate::inspect_join_request(bytes).is_ok(),
            *kind == "join",
            "{kind} as a request"
        );
        assert_eq!(
            crate::inspect_key_file(bytes).is_ok(),
            *kind == "key file",
            "{kind} as a key file"
        );
        for refused in [header.err(), slots.err()].into_iter().flatten() {
            assert!(matches!(refused, UnlockError::Misplaced { .. }), "{kind}: {refused:?}");
        }
        // And none is a log.
        let log = crate::verify_audit(&key(3), bytes, None);
        assert!(log.fault.is_some() && log.entries.is_empty(), "{kind}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600), at in 0..2000_usize) {
        // Noise behind each magic, and noise within a genuine header under a right checksum.
        for magic in [b"CSVAULT\n\x02\0\0\0", b"CSSLOTS\n\x02\0\0\0", b"CSJOIN1\n\x01\0\0\0", b"CSKEYFL\n\x01\0\x03\0"] {
            let mut ours = [magic.as_slice(), &bytes, &[0; 32]].concat();
            ours = with_checksum(ours);
            proptest::prop_assert!(inspect_header(&ours).is_err());
            proptest::prop_assert!(inspect_device_slots(&ours).is_err());
            proptest::prop_assert!(crate::inspect_key_file(&ours).is_err());
            let _ = crate::inspect_join_request(&ours);
        }
        let mut header = home().seal_header();
        let from = at % (header.len() - 32);
        let end = header.len() - 32;
        for (place, noise) in header[from..end].iter_mut().zip(&bytes) {
            *place ^= noise;
        }
        let _ = inspect_header(&with_checksum(header));
        let report = crate::verify_audit(&key(3), &bytes, None);
        proptest::prop_assert!(report.entries.is_empty());
    }
}
