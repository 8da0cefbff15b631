//! Lengths and counts: the longest that may be, and one more.

use super::rolls::{plan, roll};
use super::{RECORD, ada, first, home, key, logon};
use crate::bytes::Reader;
use crate::derive::VaultKey;
use crate::header::{Device, Header, MOST_DEVICES, MOST_ROLLS, ReadError};
use crate::record::{self, RecordHeader, RecordKeys};
use crate::recovery::Retired;
use crate::slot::{Form, SlotError, SlotSet};
use crate::{
    Commitment, EnrollError, Expected, ExpectedKind, OpenError, RecordKind, Rings, SealError, Subject, UnlockError,
    Written, make_join_request, make_ring_key,
};
use countersign_model::{DeviceId, FieldKind, FieldName, Logon, TemplateId, Timestamp, VaultId};
use countersign_secret::{Password, SecretBytes};
use std::path::PathBuf;

fn device(number: u16) -> Device {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&number.to_be_bytes());
    Device::without_key(DeviceId(id))
}

fn read(header: &Header) -> Result<(), ReadError> {
    Header::read(&header.seal(&key(9))).map(|_| ())
}

#[test]
fn a_header_has_so_many_devices_and_no_more() {
    let mut header = home().header;
    header.devices = (0..MOST_DEVICES).map(device).collect();
    assert_eq!(read(&header), Ok(()));
    header.devices.push(device(MOST_DEVICES));
    assert_eq!(read(&header), Err(ReadError::Damaged("device count")));
}

#[test]
fn the_last_device_joins_and_one_more_does_not() {
    let mut unlocked = home();
    unlocked.device = DeviceId([0xee; 16]);
    unlocked.header.devices = (0..MOST_DEVICES - 1).map(device).collect();
    assert!(matches!(unlocked.join_header("last", Timestamp(1)), Ok(Some(_))));
    unlocked.header.put_device(device(MOST_DEVICES));
    assert_eq!(
        unlocked.join_header("one more", Timestamp(1)),
        Err(EnrollError::TooManyDevices)
    );
    // One that is listed without its key still gets it.
    unlocked.device = device(7).id;
    assert!(matches!(unlocked.join_header("known", Timestamp(1)), Ok(Some(_))));
}

#[test]
fn a_header_has_so_many_rolls_and_no_more() {
    let one = roll(&home()).unlocked.header.rolls[0].clone();
    for (count, wanted) in [
        (MOST_ROLLS, Ok(())),
        (MOST_ROLLS + 1, Err(ReadError::Damaged("roll count"))),
    ] {
        let mut header = home().header;
        header.place.epoch = u64::from(count) + 1;
        header.rolls = vec![one.clone(); usize::from(count)];
        (1..).zip(&mut header.rolls).for_each(|(from, roll)| roll.from = from);
        assert_eq!(read(&header), wanted, "{count}");
    }
}

#[test]
fn a_header_remembers_so_many_used_halves_and_no_more() {
    let mut unlocked = home();
    let rings = Rings::One(make_ring_key().unwrap().public());
    let made = unlocked.header_with_recovery(&rings).unwrap().header;
    super::rolls::follow(&mut unlocked, &made).unwrap();
    let retired = |serial| Retired {
        serial,
        used: true,
        a: [1; 16],
        b: [2; 16],
    };
    let mut header = unlocked.header.clone();
    header.recovery.as_mut().unwrap().retired = (0..64).map(retired).collect();
    assert_eq!(read(&header), Ok(()));
    // The next ones push the oldest out.
    unlocked.header = header.clone();
    let next = unlocked.roll(&crate::RollPlan {
        recovery: crate::RecoveryAtRoll::Renew(&rings),
        ..plan()
    });
    let next = next.unwrap().unlocked.header.recovery.unwrap();
    let serials: Vec<u64> = next.retired.iter().map(|retired| retired.serial).collect();
    assert_eq!(serials, (1..64).chain([1]).collect::<Vec<_>>());
    header.recovery.as_mut().unwrap().retired.push(retired(64));
    assert_eq!(read(&header), Err(ReadError::Damaged("retired halves")));
}

#[test]
fn a_file_is_so_long_and_no_longer() {
    let of = |length: usize| Header::read(&vec![0; length]).map(|_| ()).unwrap_err();
    assert_eq!(of(256 * 1024), ReadError::Damaged("magic"));
    assert_eq!(of(256 * 1024 + 1), ReadError::Damaged("length"));
}

#[test]
fn a_set_has_so_many_slots_of_such_a_length_and_no_more() {
    let set = |count: u16, length: u32| {
        let mut bytes = count.to_le_bytes().to_vec();
        for _ in 0..count {
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&0x1234_u16.to_le_bytes());
            bytes.resize(bytes.len() + usize::try_from(length).unwrap() - 2, 7);
        }
        SlotSet::decode(Form::Two, &mut Reader::new(&bytes)).map(|set| set.facts().len())
    };
    assert_eq!(set(64, 2), Ok(64));
    assert_eq!(set(65, 2), Err(SlotError::Malformed("slot count")));
    assert_eq!(set(1, 4096), Ok(1));
    assert_eq!(set(1, 4097), Err(SlotError::Malformed("slot length")));
}

#[test]
fn a_device_has_a_name_of_so_many_bytes() {
    assert!(make_join_request(&ada(), &"x".repeat(128)).is_ok());
    assert!(make_join_request(&ada(), &"x".repeat(129)).is_err());
    let place = home().header.place;
    let vault_key = VaultKey::from_key(key(1));
    let name_of = |name: &str| {
        let named = (DeviceId([1; 16]), name, Timestamp(5));
        Device::make(named, crate::hpke::derive_public(&key(101)), place, &vault_key).map(|device| device.name.len())
    };
    assert_eq!(name_of("desk"), Ok(4));
    assert_eq!(name_of(&"x".repeat(128)), Ok(128));
    assert_eq!(name_of(&"x".repeat(129)), Ok(128));
    assert_eq!(name_of(&format!("x{}", "é".repeat(70))), Ok(127));
}

/// Makes something of a logon so many bytes or parts long.
type Change<'a> = &'a dyn Fn(&mut Logon, usize);

fn filled(change: Change<'_>, count: usize) -> Result<(), SealError> {
    let unlocked = home();
    let mut wanted = logon(RECORD);
    change(&mut wanted, count);
    let sealed = unlocked.seal_logon(&wanted, 1, Commitment::NONE)?;
    let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap().logon;
    assert_eq!((opened.label, opened.fields.0), (wanted.label, wanted.fields.0));
    assert_eq!((opened.template, opened.binding), (wanted.template, wanted.binding));
    Ok(())
}

#[test]
fn a_logon_may_be_so_large_and_no_larger() {
    let fields = |logon: &mut Logon, count: usize| {
        let field = |nth| (FieldName(format!("f{nth}")), FieldKind::Secret, super::password(""));
        logon.fields.0 = (0..count).map(field).collect();
    };
    let label = |logon: &mut Logon, length: usize| logon.label = "x".repeat(length);
    let template = |logon: &mut Logon, length: usize| logon.template = TemplateId("x".repeat(length));
    let path = |logon: &mut Logon, length: usize| {
        logon.binding.executable = Some(PathBuf::from("x".repeat(length)));
    };
    let name = |logon: &mut Logon, length: usize| logon.fields.0[0].0 = FieldName("x".repeat(length));
    let value = |logon: &mut Logon, length: usize| logon.fields.0[0].2 = super::password(&"x".repeat(length));
    let cases: [(Change<'_>, usize); 5] = [
        (&fields, 64),
        (&label, 1024),
        (&template, 255),
        (&path, 4096),
        (&name, 128),
    ];
    for (nth, (change, most)) in cases.into_iter().enumerate() {
        assert_eq!(filled(change, most), Ok(()), "case {nth}");
        let refused = filled(change, most + 1);
        assert!(
            matches!(refused, Err(SealError::OutOfBounds(_))),
            "case {nth}: {refused:?}"
        );
    }
    assert_eq!(filled(&value, Password::MAX), Ok(()));
}

#[test]
fn records_are_padded_to_powers_of_two_within_bounds() {
    let most = 512 * 1024;
    assert_eq!(record::padded_len(0), Ok(512));
    assert_eq!(record::padded_len(508), Ok(512));
    assert_eq!(record::padded_len(509), Ok(1024));
    assert_eq!(record::padded_len(most - 4), Ok(most));
    assert!(record::padded_len(most - 3).is_err());
    assert!(record::padded_len(usize::MAX).is_err());
}

/// What opening says of a record that somebody with the key padded as he liked.
fn padded(length: u32, total: usize, last: u8) -> Result<usize, OpenError> {
    let keys = RecordKeys {
        records: key(1),
        index: key(2),
    };
    let header = RecordHeader {
        kind: RecordKind::Logon,
        vault: VaultId([1; 16]),
        epoch: 1,
        record: RECORD,
        counter: 1,
        device: DeviceId([1; 16]),
        parent: Commitment::NONE,
        tag: [0; 32],
    };
    let expected = Expected {
        vault: header.vault,
        epoch: 1,
        kind: ExpectedKind::Any,
        record: RECORD,
        written: Written::AtLeast(1),
        subject: Subject::Any,
        parent: None,
    };
    let mut contents = SecretBytes::zeroed(total);
    contents.expose_mut()[..4].copy_from_slice(&length.to_le_bytes());
    contents.expose_mut()[total - 1] = last;
    let sealed = record::seal(&keys, &header, contents).unwrap();
    record::open(&keys, &expected, &sealed).map(|opened| opened.body().len())
}

#[test]
fn padding_is_exactly_what_it_has_to_be() {
    let damaged = |what| Err(OpenError::Damaged(what));
    assert_eq!(padded(10, 512, 0), Ok(10));
    assert_eq!(padded(508, 512, 9), Ok(508));
    assert_eq!(padded(509, 1024, 0), Ok(509));
    assert_eq!(padded(10, 512, 1), damaged("padding"));
    assert_eq!(padded(10, 1024, 0), damaged("padding"));
    assert_eq!(padded(509, 512, 0), damaged("padding"));
    assert_eq!(padded(10, 256, 0), damaged("length"));
    assert_eq!(padded(10, 768, 0), damaged("length"));
    assert_eq!(padded(10, 1024 * 1024, 0), damaged("length"));
    assert_eq!(padded(300_000, 512 * 1024, 0), Ok(300_000));
}

#[test]
fn the_version_that_was_seen_is_new_enough() {
    let unlocked = home();
    let sealed = unlocked.seal_logon(&logon(RECORD), 7, Commitment::NONE).unwrap();
    for written in [Written::Since(unlocked.device_id(), 7), Written::AtLeast(7)] {
        assert!(unlocked.open_record(&unlocked.expect(RECORD, written), &sealed).is_ok());
    }
    for written in [Written::Since(unlocked.device_id(), 8), Written::AtLeast(8)] {
        assert_eq!(
            unlocked
                .open_record(&unlocked.expect(RECORD, written), &sealed)
                .map(|_| ())
                .unwrap_err(),
            OpenError::RolledBack { at_least: 8, found: 7 }
        );
    }
}

#[test]
fn the_header_that_was_seen_is_new_enough() {
    let unlocked = home();
    let user = ada();
    let mut seen = super::owner(&user);
    seen.at_least = unlocked.header_version();
    let header = unlocked.seal_header();
    let request = crate::unlock::read_header(&seen, &header).map(|read| read.header.version);
    assert_eq!(request, Ok(unlocked.header_version()));
    seen.at_least.0 += 1;
    assert!(matches!(
        crate::unlock::read_header(&seen, &header).map(|read| read.header.version),
        Err(UnlockError::RolledBack { .. })
    ));
}
