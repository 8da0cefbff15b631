//! Recovery between the user, the helpdesk and a directory that helps neither.

use super::rolls::{follow, on, plan};
use super::{ada, cheap, home, key, owner, password};
use crate::header::Header;
use crate::{
    HalfA, HalfB, HelpdeskHalf, RecoverError, RecoveryAtRoll, RingKey, Rings, RollPlan, SlotSecrets, ThisDevice,
    UnlockError, Unlocked, UnsealError, derive_vault_name, make_ring_key, recover, unseal_half,
};
use countersign_model::UserId;
use countersign_secret::{Key, Password};

fn secret() -> Key {
    key(7)
}

/// A vault with recovery, the device's slots, the printed code.
struct Set {
    unlocked: Unlocked,
    header: Vec<u8>,
    slots: Vec<u8>,
    printed: Password,
}

fn set_up(mut unlocked: Unlocked, rings: &Rings) -> Set {
    let made = unlocked.header_with_recovery(rings).unwrap();
    follow_as(&mut unlocked, &made.header);
    Set {
        slots: unlocked
            .device_slots_with(&SlotSecrets::os_protection(&key(60)), &secret(), cheap())
            .unwrap(),
        unlocked,
        header: made.header,
        printed: made.printed,
    }
}

fn follow_as(unlocked: &mut Unlocked, header: &[u8]) {
    let user = unlocked.user().clone();
    unlocked.follow(&owner(&user), header).unwrap();
}

fn desk(ring: &RingKey, header: &[u8]) -> Result<HelpdeskHalf, UnsealError> {
    let vault = crate::inspect_header(header).unwrap().vault;
    unseal_half(ring, header, &derive_vault_name(vault).join(" "))
}

fn half_a(ring: &RingKey, header: &[u8]) -> HalfA {
    HalfA::from_words(&desk(ring, header).unwrap().words).unwrap()
}

fn try_recover(header: &[u8], slots: Option<&[u8]>, a: &HalfA, b: Option<&HalfB>) -> Result<Unlocked, RecoverError> {
    let (user, secret) = (ada(), secret());
    let device = slots.map(|slots| ThisDevice { slots, secret: &secret });
    recover(&owner(&user), header, device.as_ref(), a, b)
}

#[test]
fn the_two_halves_open_the_vault_and_are_then_renewed() {
    let ring = make_ring_key().unwrap();
    let rings = Rings::One(ring.public());
    assert_eq!(home().recovery_rings(), None);
    let set = set_up(home(), &rings);
    assert_eq!(set.unlocked.recovery_rings(), Some(rings));
    assert!(set.unlocked.printed_code() == Some(set.printed.duplicate()) && home().printed_code().is_none());
    let told = desk(&ring, &set.header).unwrap();
    assert_eq!((told.user.as_str(), told.people, told.serial), ("ada", 1, 1));
    assert_eq!(told.vault, set.unlocked.vault_id());
    let a = HalfA::from_words(&told.words).unwrap();
    let mut opened = try_recover(&set.header, Some(&set.slots), &a, None).unwrap();
    assert!(opened.store_key() == set.unlocked.store_key());
    assert_eq!(opened.device_id(), set.unlocked.device_id());
    assert!(opened.owes_recovery() && !set.unlocked.owes_recovery());
    // Offline: the device remembers that the words were used.
    let slots = opened.device_slots(&secret()).unwrap();
    let again = try_recover(&set.header, Some(&slots), &a, None);
    assert_eq!(again.unwrap_err(), RecoverError::UsedWords);
    // Online: new halves, a new epoch.
    let rolled = opened
        .roll(&RollPlan {
            recovery: RecoveryAtRoll::Renew(&rings),
            ..plan()
        })
        .unwrap();
    let after = try_recover(&rolled.header, Some(&slots), &a, None);
    assert_eq!(after.unwrap_err(), RecoverError::UsedWords);
    let new = half_a(&ring, &rolled.header);
    let printed = HalfB::from_words(rolled.printed.as_ref().unwrap()).unwrap();
    assert!(try_recover(&rolled.header, None, &new, Some(&printed)).is_ok());
    // The user's other devices follow, and get the new half B.
    let mut other = on(3);
    follow(&mut other, &set.header).unwrap();
    follow(&mut other, &rolled.header).unwrap();
    let slots = other.device_slots(&secret()).unwrap();
    assert!(try_recover(&rolled.header, Some(&slots), &new, None).is_ok());
    assert!(!rolled.unlocked.owes_recovery());
    follow(&mut opened, &rolled.header).unwrap();
    assert_eq!(opened.epoch(), 2);
}

#[test]
fn only_without_its_own_slot_a_vault_has_no_recovery() {
    let ring = make_ring_key().unwrap();
    let set = set_up(super::rolls::with_directory_key(), &Rings::One(ring.public()));
    let recovery = |kind| {
        let header = set.unlocked.header_without_slot(kind).unwrap();
        crate::inspect_header(&header).unwrap().recovery
    };
    assert!(recovery(crate::SlotKind::DirectoryKey).is_some());
    assert!(recovery(crate::SlotKind::Recovery).is_none());
}

#[test]
fn a_new_machine_takes_the_printed_code() {
    let ring = make_ring_key().unwrap();
    let set = set_up(home(), &Rings::One(ring.public()));
    let a = half_a(&ring, &set.header);
    assert_eq!(
        try_recover(&set.header, None, &a, None).unwrap_err(),
        RecoverError::HalfBMissing
    );
    let printed = HalfB::from_words(&set.printed).unwrap();
    let opened = try_recover(&set.header, None, &a, Some(&printed)).unwrap();
    assert!(!opened.devices().contains(&opened.device_id()));
    assert!(
        opened
            .join_header("new", countersign_model::Timestamp(1))
            .unwrap()
            .is_some()
    );
    // Slots of a device with another secret are not believed.
    let user = ada();
    let stranger = key(8);
    let device = ThisDevice {
        slots: &set.slots,
        secret: &stranger,
    };
    assert_eq!(
        recover(&owner(&user), &set.header, Some(&device), &a, None).unwrap_err(),
        RecoverError::HalfBMissing
    );
}

#[test]
fn wrong_old_and_foreign_words_are_told_apart() {
    let ring = make_ring_key().unwrap();
    let rings = Rings::One(ring.public());
    let set = set_up(home(), &rings);
    let bob = super::vault(2, 2, 1, 1);
    let others = set_up(bob, &rings);
    let foreign = half_a(&ring, &others.header);
    assert_eq!(
        try_recover(&set.header, Some(&set.slots), &foreign, None).unwrap_err(),
        RecoverError::OtherWords
    );
    let a = half_a(&ring, &set.header);
    let code = HalfB::from_words(&others.printed).unwrap();
    assert_eq!(
        try_recover(&set.header, None, &a, Some(&code)).unwrap_err(),
        RecoverError::OtherCode
    );
    let next = set.unlocked.header_with_recovery(&rings).unwrap();
    assert_eq!(
        try_recover(&next.header, Some(&set.slots), &a, None).unwrap_err(),
        RecoverError::OldWords
    );
    let new = half_a(&ring, &next.header);
    // The device's half is of the old set, too.
    assert_eq!(
        try_recover(&next.header, Some(&set.slots), &new, None).unwrap_err(),
        RecoverError::HalfBMissing
    );
    let old_code = HalfB::from_words(&set.printed).unwrap();
    assert_eq!(
        try_recover(&next.header, None, &new, Some(&old_code)).unwrap_err(),
        RecoverError::OldCode
    );
    let code = HalfB::from_words(&next.printed).unwrap();
    assert!(try_recover(&next.header, None, &new, Some(&code)).is_ok());
    let without = home().seal_header();
    assert_eq!(
        try_recover(&without, None, &a, Some(&code)).unwrap_err(),
        RecoverError::NoRecovery
    );
    let user = UserId("bob".to_owned());
    assert!(matches!(
        recover(&owner(&user), &set.header, None, &a, None),
        Err(RecoverError::Unlock(UnlockError::Misplaced { what: "user", .. }))
    ));
}

#[test]
fn two_operators_are_both_needed() {
    let (first, second) = (make_ring_key().unwrap(), make_ring_key().unwrap());
    let rings = Rings::Two(first.public(), second.public());
    let set = set_up(home(), &rings);
    assert_eq!(set.unlocked.recovery_rings(), Some(rings));
    let (one, two) = (desk(&first, &set.header).unwrap(), desk(&second, &set.header).unwrap());
    assert_eq!((one.people, two.people), (2, 2));
    assert_eq!(HalfA::from_words(&one.words).unwrap_err(), crate::HalfError::OneOfTwo);
    for typed in [[&one, &two], [&two, &one]] {
        let typed = password(&typed.map(|half| half.words.expose()).join("\n"));
        let a = HalfA::from_words(&typed).unwrap();
        assert!(try_recover(&set.header, Some(&set.slots), &a, None).is_ok());
    }
    let stranger = make_ring_key().unwrap();
    assert_eq!(desk(&stranger, &set.header).unwrap_err(), UnsealError::OtherRing);
}

#[test]
fn the_helpdesk_is_not_fooled_by_what_lies_in_a_header() {
    let ring = make_ring_key().unwrap();
    let rings = Rings::One(ring.public());
    let set = set_up(home(), &rings);
    // Another vault's three words.
    let wrong = derive_vault_name(super::vault(2, 2, 1, 1).vault_id()).join(" ");
    assert_eq!(
        unseal_half(&ring, &set.header, &wrong).unwrap_err(),
        UnsealError::OtherVault
    );
    // Ada's half in the header of somebody else.
    let mallory = set_up(super::vault(2, 2, 1, 1), &rings);
    let mut header = mallory.unlocked.header.clone();
    header.recovery = set.unlocked.header.recovery.clone();
    assert_eq!(desk(&ring, &header.seal(&key(66))).unwrap_err(), UnsealError::Forged);
    // Ada's whole vault under another's name.
    let mut header = set.unlocked.header.clone();
    header.user = UserId("mallory".to_owned());
    assert_eq!(
        desk(&ring, &header.seal(&key(66))).unwrap_err(),
        UnsealError::OtherUser {
            sealed: ada(),
            filed: UserId("mallory".to_owned())
        }
    );
    // An older half under a newer number.
    let mut header = set.unlocked.header.clone();
    header.recovery.as_mut().unwrap().serial = 9;
    assert_eq!(desk(&ring, &header.seal(&key(66))).unwrap_err(), UnsealError::Forged);
    // A half the directory made up: its words open nothing.
    let mut forger = super::vault(66, 1, 1, 1);
    let made = forger.header_with_recovery(&rings).unwrap();
    follow_as(&mut forger, &made.header);
    let mut header = set.unlocked.header.clone();
    header.recovery.as_mut().unwrap().shares = forger.header.recovery.as_ref().unwrap().shares.clone();
    let bytes = header.seal(&key(66));
    let words = half_a(&ring, &bytes);
    assert_eq!(
        try_recover(&bytes, Some(&set.slots), &words, None).unwrap_err(),
        RecoverError::OtherWords
    );
    assert_eq!(desk(&ring, &home().seal_header()).unwrap_err(), UnsealError::NoRecovery);
    assert!(matches!(desk_raw(&ring, b"CSVAULT\n"), UnsealError::Header(_)));
    assert!(Header::read(&set.header).is_ok());
}

fn desk_raw(ring: &RingKey, header: &[u8]) -> UnsealError {
    unseal_half(ring, header, "a b c").unwrap_err()
}

#[test]
fn a_forged_recovery_of_the_directorys_own_opens_no_ones_vault() {
    // Recovery and slot both made by the directory, over its own key: both halves are right, and the MAC is of another key.
    let ring = make_ring_key().unwrap();
    let rings = Rings::One(ring.public());
    let genuine = set_up(home(), &rings);
    let forger = set_up(super::vault(66, 1, 1, 1), &rings);
    let mut header = genuine.unlocked.header.clone();
    header.recovery = forger.unlocked.header.recovery.clone();
    header.slots = forger.unlocked.header.slots.clone();
    let bytes = header.seal(&crate::unlock::slots_key(
        &genuine.unlocked.vault_key,
        genuine.unlocked.header.place,
    ));
    let a = half_a(&ring, &bytes);
    let b = HalfB::from_words(&forger.printed).unwrap();
    assert!(matches!(
        try_recover(&bytes, None, &a, Some(&b)),
        Err(RecoverError::Unlock(
            UnlockError::Altered { .. } | UnlockError::Tampered(_)
        ))
    ));
}
