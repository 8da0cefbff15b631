//! The tests that run Argon2id.

use super::fixtures::{ANSWER, PASSWORD, device_secret, fixture};
use super::{ada, cheap, key, owner, password};
use crate::{
    EnrollError, UnlockError, Unlocked, derive_device_store_key, normalise_answer, unlock_login, unlock_passphrase,
};
use countersign_secret::Password;
use sha2::{Digest, Sha256};

fn login(device_slots: &[u8], typed: &Password) -> Result<Unlocked, UnlockError> {
    let user = ada();
    unlock_login(
        &owner(&user),
        &fixture("header.bin"),
        device_slots,
        typed,
        &device_secret(),
    )
}

fn passphrase(header: &[u8], device_slots: Option<&[u8]>, typed: &str) -> Result<Unlocked, UnlockError> {
    let user = ada();
    let answer = normalise_answer(&password(typed)).unwrap();
    unlock_passphrase(&owner(&user), header, device_slots, &answer)
}

pub(super) fn unlocked_fixture() -> Unlocked {
    login(&fixture("device-slots.bin"), &password(PASSWORD)).unwrap()
}

/// Makes the checksum right again, as anybody can.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
    bytes
}

#[test]
fn a_wrong_password_is_a_wrong_password_and_not_damage() {
    let wrong = login(&fixture("device-slots.bin"), &password("Tr0ub4dor & Drei"));
    assert_eq!(wrong.unwrap_err(), UnlockError::WrongSecret);
    let mut damaged = fixture("device-slots.bin");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let wrong = login(&damaged, &password(PASSWORD));
    assert!(matches!(wrong.unwrap_err(), UnlockError::Damaged { .. }));
}

#[test]
fn a_changed_password_is_rewrapped_after_the_passphrase() {
    let header = fixture("header.bin");
    let slots = fixture("device-slots.bin");
    let unlocked = passphrase(&header, Some(&slots), "correct horse STRASSE five").unwrap();
    let before = crate::inspect_device_slots(&slots).unwrap();
    assert_eq!([unlocked.device_id()], before.devices[..]);
    assert_eq!(
        unlocked
            .rewrap_login(&password(""), &device_secret(), cheap())
            .unwrap_err(),
        EnrollError::EmptyPassword
    );
    let new = unlocked
        .rewrap_login(&password("a new one"), &device_secret(), cheap())
        .unwrap();
    assert_eq!(login(&new, &password(PASSWORD)).unwrap_err(), UnlockError::WrongSecret);
    let again = login(&new, &password("a new one")).unwrap();
    assert!(again.store_key() == unlocked.store_key());
}

#[test]
fn a_wrong_answer_is_a_wrong_answer() {
    let wrong = passphrase(&fixture("header.bin"), None, "correct horse strasse six");
    assert_eq!(wrong.unwrap_err(), UnlockError::WrongSecret);
}

#[test]
fn a_machine_without_slots_joins_under_a_new_id() {
    let unlocked = passphrase(&fixture("header.bin"), Some(b"lost"), ANSWER).unwrap();
    let known = crate::inspect_header(&fixture("header.bin")).unwrap().devices;
    assert!(!known.contains(&unlocked.device_id()));
    let next = unlocked.header_with_this_device().unwrap();
    let joined = passphrase(&next, None, ANSWER).unwrap();
    assert_eq!(joined.devices().len(), 2);
    assert_eq!(joined.header_version().0, 2);
}

#[test]
fn a_header_changed_by_somebody_without_the_key_is_told_apart() {
    let mut header = fixture("header.bin");
    // The version number.
    header[12] = 9;
    let error = passphrase(&with_checksum(header), None, ANSWER).unwrap_err();
    assert_eq!(error, UnlockError::Altered { part: "vault header" });
    let mut header = fixture("header.bin");
    // The last byte of the wrapped key: the commitment still holds.
    let at = header.len() - 64 - 16 - 1;
    header[at] ^= 1;
    let error = passphrase(&with_checksum(header), None, ANSWER).unwrap_err();
    assert_eq!(error, UnlockError::Altered { part: "vault header" });
}

#[test]
fn lowered_parameters_within_bounds_open_nothing() {
    let mut header = fixture("header.bin");
    let at = header.windows(5).position(|window| window == [2, 0, 1, 3, 1]).unwrap() + 5;
    header[at + 8] = 2;
    let error = passphrase(&with_checksum(header), None, ANSWER).unwrap_err();
    assert_eq!(error, UnlockError::WrongSecret);
}

#[test]
fn the_owner_proves_himself_with_the_password() {
    let unlocked = unlocked_fixture();
    let slots = fixture("device-slots.bin");
    assert!(
        unlocked
            .reauthenticate(&slots, &password(PASSWORD), &device_secret())
            .is_ok()
    );
    let wrong = unlocked.reauthenticate(&slots, &password("x"), &device_secret());
    assert_eq!(wrong.unwrap_err(), UnlockError::WrongSecret);
    let wrong = unlocked.reauthenticate(&slots, &password(PASSWORD), &key(8));
    assert_eq!(wrong.unwrap_err(), UnlockError::OtherDevice);
}

#[test]
fn a_new_passphrase_takes_the_place_of_the_old_one() {
    let unlocked = unlocked_fixture();
    let answer = normalise_answer(&password("quite another answer")).unwrap();
    let next = unlocked.header_with_passphrase(&answer, cheap()).unwrap();
    assert_eq!(passphrase(&next, None, ANSWER).unwrap_err(), UnlockError::WrongSecret);
    let opened = passphrase(&next, None, "Quite ANOTHER answer").unwrap();
    assert_eq!(opened.directory_slots().len(), 1);
    assert!(opened.store_key() == unlocked.store_key());
    assert!(opened.store_key() != derive_device_store_key(&device_secret()));
}
