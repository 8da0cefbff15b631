//! A hostile directory: it has every byte of the header, writes what it likes and seals to any public key. One test an attack.

use super::rolls::{THREE, follow, on, open_by_directory_key, plan, roll, with_directory_key};
use super::{ada, cheap, home, key, owner};
use crate::derive::VaultKey;
use crate::header::{Device, Header, Roll, Successor};
use crate::hpke::derive_public;
use crate::slot::{Place, Slot, SlotSecrets, SlotSet};
use crate::unlocked::Unlocked;
use crate::{SlotKind, Tampering, ThisDevice, UnlockError, unlock};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use sha2::{Digest, Sha256};

/// The bytes of `changed` as the directory can write them: everything as it likes, but the manifest and MAC of the genuine header.
pub(super) fn forged(genuine: &Unlocked, changed: &Header) -> Vec<u8> {
    let ours = genuine.seal_header();
    let theirs = changed.seal(&key(66));
    let tail = |header: &Header, sealed: &[u8]| {
        let mut with_manifest = header.clone();
        with_manifest.version = header.version;
        let entries = header.slots.entries().count() + header.devices.len() + 2;
        let length = 2 + entries * 62 + 32 + 32 + 32;
        sealed.len() - length
    };
    let mut bytes = theirs[..tail(changed, &theirs)].to_vec();
    bytes.extend_from_slice(&ours[tail(&genuine.header, &ours)..ours.len() - 32]);
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
    bytes
}

/// What two doors say about a changed header: the slot in the directory, and a device that is unlocked.
fn noticed(genuine: &Unlocked, changed: &Header, wanted: Tampering) {
    let bytes = forged(genuine, changed);
    let wanted = UnlockError::Tampered(wanted);
    let mut unlocked = super::rolls::with_directory_key();
    unlocked.header.version = HeaderVersion(0);
    assert_eq!(follow(&mut on(3), &bytes).unwrap_err(), wanted);
    if changed.slots.get(SlotKind::DirectoryKey) == genuine.header.slots.get(SlotKind::DirectoryKey) {
        assert_eq!(open_by_directory_key(&bytes).unwrap_err(), wanted);
    }
}

pub(super) fn slot(secret: u8, kind: SlotKind) -> Slot {
    let place = home().header.place;
    let (directory, vault_key) = (key(secret), VaultKey::from_key(key(secret)));
    let password = super::password("known to the admin");
    let secrets = match kind {
        SlotKind::Silent => SlotSecrets::silent(&password, &directory),
        _ => SlotSecrets::directory_key(&directory),
    };
    Slot::make(place, &secrets, cheap(), &vault_key).unwrap()
}

#[test]
fn the_forger_of_these_tests_can_leave_a_header_as_it_is() {
    let genuine = with_directory_key();
    let bytes = forged(&genuine, &genuine.header);
    assert_eq!(bytes, genuine.seal_header());
    assert!(open_by_directory_key(&bytes).is_ok());
}

#[test]
fn an_added_slot_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    changed.slots.replace(slot(9, SlotKind::Silent));
    noticed(&genuine, &changed, Tampering::SlotAdded(4));
}

#[test]
fn a_dropped_slot_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    changed.slots = SlotSet::default();
    noticed(&genuine, &changed, Tampering::SlotRemoved(5));
}

#[test]
fn a_swapped_slot_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    changed.slots.replace(slot(9, SlotKind::DirectoryKey));
    noticed(&genuine, &changed, Tampering::SlotReplaced(5));
}

#[test]
fn a_slot_brought_back_from_an_older_header_is_named() {
    let older = with_directory_key();
    let secret = key(51);
    let mut genuine = on(1);
    follow(&mut genuine, &older.seal_header()).unwrap();
    let newer = genuine
        .header_with_slot(&SlotSecrets::directory_key(&secret), cheap())
        .unwrap();
    follow(&mut genuine, &newer).unwrap();
    let mut changed = genuine.header.clone();
    changed.slots = older.header.slots.clone();
    let bytes = forged(&genuine, &changed);
    let wanted = UnlockError::Tampered(Tampering::SlotReplaced(5));
    assert_eq!(follow(&mut on(3), &bytes).unwrap_err(), wanted);
    // The old secret opens the slot, and still not the vault.
    assert_eq!(open_by_directory_key(&bytes).unwrap_err(), wanted);
}

#[test]
fn a_lowered_cost_is_named() {
    let mut genuine = home();
    let answer = crate::normalise_answer(&super::password("correct horse")).unwrap();
    let dear = crate::KdfParameters::new(64, 4, 1).unwrap();
    let header = genuine.header_with_passphrase(&answer, dear).unwrap();
    follow(&mut genuine, &header).unwrap();
    let mut bytes = genuine.seal_header();
    let at = bytes.windows(5).position(|window| window == [2, 0, 1, 3, 1]).unwrap() + 9;
    assert_eq!(bytes[at], 4);
    bytes[at] = 3;
    bytes.truncate(bytes.len() - 32);
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
    assert_eq!(
        follow(&mut on(3), &bytes).unwrap_err(),
        UnlockError::Tampered(Tampering::SlotCostChanged(2))
    );
    // Nothing opens at the lowered cost.
    let user = ada();
    let opened = unlock(&owner(&user), &bytes, None, &SlotSecrets::passphrase(&answer));
    assert_eq!(opened.unwrap_err(), UnlockError::WrongSecret);
}

#[test]
fn a_substituted_device_key_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    let named = (THREE, "machine", Timestamp(5));
    let theirs = Device::make(
        named,
        derive_public(&key(66)),
        changed.place,
        &VaultKey::from_key(key(66)),
    );
    changed.put_device(theirs.unwrap());
    noticed(&genuine, &changed, Tampering::DeviceReplaced(THREE));
}

#[test]
fn an_added_device_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    let stranger = DeviceId([0x66; 16]);
    let named = (stranger, "machine", Timestamp(5));
    let theirs = Device::make(
        named,
        derive_public(&key(66)),
        changed.place,
        &VaultKey::from_key(key(66)),
    );
    changed.put_device(theirs.unwrap());
    noticed(&genuine, &changed, Tampering::DeviceAdded(stranger));
}

#[test]
fn a_dropped_device_is_named() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    changed.devices.retain(|device| device.id == THREE);
    noticed(&genuine, &changed, Tampering::DeviceRemoved(DeviceId([1; 16])));
}

#[test]
fn changed_rolls_and_recovery_are_named() {
    let mut genuine = roll(&with_directory_key()).unlocked;
    let other = roll(&home()).unlocked;
    let mut changed = genuine.header.clone();
    changed.rolls = other.header.rolls.clone();
    let mut device = on(1);
    device.header.version = HeaderVersion(0);
    let bytes = forged(&genuine, &changed);
    assert_eq!(
        open_by_directory_key(&bytes).unwrap_err(),
        UnlockError::Tampered(Tampering::Rolls)
    );
    let rings = crate::Rings::One(crate::make_ring_key().unwrap().public());
    let header = genuine.header_with_recovery(&rings).unwrap().header;
    follow(&mut genuine, &header).unwrap();
    let again = genuine.header_with_recovery(&rings).unwrap().header;
    let again = Header::read(&again).unwrap().header;
    let mut changed = genuine.header.clone();
    changed.recovery = again.recovery;
    assert_eq!(
        open_by_directory_key(&forged(&genuine, &changed)).unwrap_err(),
        UnlockError::Tampered(Tampering::Recovery)
    );
    changed.recovery = None;
    assert_eq!(
        open_by_directory_key(&forged(&genuine, &changed)).unwrap_err(),
        UnlockError::Tampered(Tampering::Recovery)
    );
}

#[test]
fn a_changed_version_or_user_is_altered() {
    let genuine = with_directory_key();
    let mut changed = genuine.header.clone();
    changed.version = HeaderVersion(77);
    let bytes = forged(&genuine, &changed);
    let wanted = UnlockError::Altered { part: "vault header" };
    assert_eq!(open_by_directory_key(&bytes).unwrap_err(), wanted);
    assert_eq!(follow(&mut on(3), &bytes).unwrap_err(), wanted);
}

/// The header of an epoch the directory began itself: a key it knows, sealed to every device and slot, MACed under that key.
pub(super) fn own_epoch(genuine: &Unlocked, believed: &VaultKey) -> Vec<u8> {
    let old = genuine.header.place;
    let place = Place {
        vault: old.vault,
        epoch: old.epoch + 1,
    };
    let theirs = VaultKey::from_key(key(66));
    let mut header = genuine.header.clone();
    header.version = HeaderVersion(header.version.0 + 1);
    header.place = place;
    for device in &mut header.devices {
        *device = device.carried(place, &theirs).unwrap();
    }
    header.slots = header.slots.carried(place, &theirs).unwrap().0;
    let keys = Successor {
        old: believed,
        new: &theirs,
    };
    let roll = Roll::make(old, header.version, header.content(), &keys).unwrap();
    header.rolls.push(roll);
    header.seal(&crate::unlock::slots_key(&theirs, place))
}

#[test]
fn an_epoch_the_directory_began_is_refused() {
    let genuine = with_directory_key();
    let bytes = own_epoch(&genuine, &VaultKey::from_key(key(67)));
    let wanted = UnlockError::ForgedRoll { epoch: 2 };
    // A device that is unlocked, a machine that has only the slot's secret, and a locked device.
    assert_eq!(follow(&mut on(3), &bytes).unwrap_err(), wanted);
    assert_eq!(open_by_directory_key(&bytes).unwrap_err(), wanted);
    let (user, secret, kept) = (ada(), key(7), key(60));
    let slots = on(3)
        .device_slots_with(&SlotSecrets::os_protection(&kept), &secret, cheap())
        .unwrap();
    let device = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    let opened = unlock(&owner(&user), &bytes, Some(&device), &SlotSecrets::os_protection(&kept));
    assert_eq!(opened.unwrap_err(), wanted);
}

#[test]
fn an_epoch_without_a_chain_is_refused() {
    let genuine = with_directory_key();
    let bytes = own_epoch(&genuine, &VaultKey::from_key(key(67)));
    let mut header = Header::read(&bytes).unwrap().header;
    header.rolls.clear();
    let bytes = header.seal(&crate::unlock::slots_key(&VaultKey::from_key(key(66)), header.place));
    let wanted = UnlockError::ForgedRoll { epoch: 2 };
    assert_eq!(follow(&mut on(3), &bytes).unwrap_err(), wanted);
    assert_eq!(open_by_directory_key(&bytes).unwrap_err(), wanted);
}

#[test]
fn a_chain_with_another_proof_or_content_is_refused() {
    let genuine = with_directory_key();
    let rolled = roll(&genuine);
    let key = rolled.unlocked.vault_key.duplicate();
    let slots_key = crate::unlock::slots_key(&key, rolled.unlocked.header.place);
    // Even somebody with the new key alone cannot change what was proven under the old one.
    let mut header = rolled.unlocked.header.clone();
    header.rolls[0].content[0] ^= 1;
    assert_eq!(
        follow(&mut on(3), &header.seal(&slots_key)).unwrap_err(),
        UnlockError::ForgedRoll { epoch: 2 }
    );
    let mut header = rolled.unlocked.header.clone();
    header.rolls[0].successor[0] ^= 1;
    assert_eq!(
        follow(&mut on(3), &header.seal(&slots_key)).unwrap_err(),
        UnlockError::ForgedRoll { epoch: 2 }
    );
    // The header a roll was first written in holds exactly what was proven.
    let mut header = rolled.unlocked.header.clone();
    header.devices.retain(|device| device.id == THREE);
    assert_eq!(
        follow(&mut on(3), &header.seal(&slots_key)).unwrap_err(),
        UnlockError::Tampered(Tampering::Rolls)
    );
    header.version = HeaderVersion(header.version.0 + 1);
    assert!(follow(&mut on(3), &header.seal(&slots_key)).is_ok());
}

#[test]
fn a_replayed_header_is_noticed_by_whoever_saw_a_newer_one() {
    let genuine = with_directory_key();
    let old = home().seal_header();
    let user = ada();
    let mut seen = owner(&user);
    seen.at_least = genuine.header_version();
    let opened = unlock(&seen, &old, None, &SlotSecrets::directory_key(&key(50)));
    assert_eq!(
        opened.unwrap_err(),
        UnlockError::RolledBack {
            at_least: HeaderVersion(4),
            found: HeaderVersion(3)
        }
    );
    let mut device = genuine;
    assert!(matches!(follow(&mut device, &old), Err(UnlockError::RolledBack { .. })));
}

#[test]
fn a_replaced_device_key_stops_a_device_from_following_a_forged_epoch() {
    let genuine = with_directory_key();
    let rolled = genuine.roll(&plan()).unwrap();
    let mut header = rolled.unlocked.header.clone();
    let named = (THREE, "machine", Timestamp(5));
    let theirs = Device::make(
        named,
        derive_public(&key(66)),
        header.place,
        &VaultKey::from_key(key(66)),
    );
    header.put_device(theirs.unwrap());
    let bytes = forged(&rolled.unlocked, &header);
    assert_eq!(
        follow(&mut on(3), &bytes).unwrap_err(),
        UnlockError::Tampered(Tampering::DeviceReplaced(THREE))
    );
}
