//! Each condition of a door by itself: all others hold, this one does not.

use super::rolls::{THREE, follow, on, plan, roll, with_directory_key};
use super::{ada, cheap, home, key, owner, password, vault};
use crate::device::DeviceKey;
use crate::header::{Device, DeviceSlots, Header, KeptHalf};
use crate::{
    HalfA, HalfB, Owner, RecoveryAtRoll, Rings, RollPlan, SlotKind, SlotSecrets, ThisDevice, UnlockError, Unlocked,
    derive_vault_name, make_ring_key, recover, unlock, unseal_half,
};
use countersign_model::{DeviceId, Timestamp};
use countersign_secret::{Key, SecretBytes};

fn by_directory_key(header: &[u8], slots: &[u8], secret: &Key) -> Unlocked {
    let user = ada();
    let device = ThisDevice { slots, secret };
    unlock(
        &owner(&user),
        header,
        Some(&device),
        &SlotSecrets::directory_key(&key(50)),
    )
    .unwrap()
}

fn by_os(header: &[u8], slots: &[u8], secret: &Key) -> Result<Unlocked, UnlockError> {
    let user = ada();
    let device = ThisDevice { slots, secret };
    unlock(
        &owner(&user),
        header,
        Some(&device),
        &SlotSecrets::os_protection(&key(60)),
    )
}

fn os_slots(unlocked: &Unlocked, secret: &Key) -> Vec<u8> {
    unlocked
        .device_slots_with(&SlotSecrets::os_protection(&key(60)), secret, cheap())
        .unwrap()
}

#[test]
fn a_devices_own_slots_are_taken_over_when_another_slot_opens() {
    let secret = key(7);
    let before = with_directory_key();
    let slots = os_slots(&before, &secret);
    let header = before.seal_header();
    let opened = by_directory_key(&header, &slots, &secret);
    assert_eq!(opened.device_id(), before.device_id());
    assert_eq!(opened.device_slot_facts()[0].epoch, Some(1));
    // They are written anew as they were, and open again.
    let again = opened.device_slots(&secret).unwrap();
    assert!(by_os(&header, &again, &secret).is_ok());
    // An epoch later they are carried with it.
    let rolled = roll(&before);
    let opened = by_directory_key(&rolled.header, &slots, &secret);
    assert_eq!((opened.device_id(), opened.epoch()), (before.device_id(), 2));
    assert_eq!(opened.device_slot_facts()[0].epoch, Some(2));
    assert!(
        matches!(opened.local.key, DeviceKey::Open(_)),
        "its key is under the earlier epoch's"
    );
    let again = opened.device_slots(&secret).unwrap();
    assert_eq!(by_os(&rolled.header, &again, &secret).unwrap().epoch(), 2);
    assert!(
        opened.join_header("", Timestamp(1)).unwrap().is_none(),
        "its key is the listed one"
    );
}

#[test]
fn slots_of_a_device_not_listed_yet_are_its_own() {
    let secret = key(7);
    let before = with_directory_key();
    let copy = before.another_device().unwrap();
    let slots = copy.device_slots(&secret).unwrap();
    let opened = by_directory_key(&before.seal_header(), &slots, &secret);
    assert_eq!(opened.device_id(), copy.device_id());
}

#[test]
fn slots_that_are_not_this_devices_are_not_taken_over() {
    let secret = key(7);
    let before = with_directory_key();
    let header = before.seal_header();
    // Of another vault that has the same key; of this vault under another key.
    for stranger in [vault(1, 2, 1, 3), vault(66, 1, 1, 3)] {
        let slots = os_slots(&stranger, &secret);
        let opened = by_directory_key(&header, &slots, &secret);
        assert!(!opened.devices().contains(&opened.device_id()));
        assert!(opened.device_slot_facts().is_empty());
    }
    // Of a device that was revoked since.
    let slots = os_slots(&on(3), &secret);
    let rolled = before.roll(&RollPlan {
        revoke: &[THREE],
        ..plan()
    });
    let opened = by_directory_key(&rolled.unwrap().header, &slots, &secret);
    assert_ne!(opened.device_id(), THREE);
    assert!(opened.device_slot_facts().is_empty());
}

#[test]
fn slots_that_somebody_without_the_vaults_key_wrote_are_altered() {
    let secret = key(7);
    let slots = os_slots(&on(3), &secret);
    let header = home().seal_header();
    assert!(by_os(&header, &slots, &secret).is_ok());
    let forged = DeviceSlots::read(&slots).map(|read| read.set.seal(&key(99), &secret));
    let Ok(forged) = forged else { panic!("slots are read") };
    assert_eq!(
        by_os(&header, &forged, &secret).unwrap_err(),
        UnlockError::Altered {
            part: "device's slot set"
        }
    );
}

#[test]
fn slots_are_read_with_and_without_a_key_and_a_recovery_half() {
    let secret = key(7);
    let slots = os_slots(&on(3), &secret);
    let whole = DeviceSlots::read(&slots).map(|read| read.set);
    let Ok(whole) = whole else { panic!("slots are read") };
    assert!(whole.key.is_some());
    let half = KeptHalf::seal(whole.place, 7, &secret, &SecretBytes::zeroed(16)).ok();
    for (own, half) in [
        (None, None),
        (None, half.clone()),
        (whole.key.clone(), None),
        (whole.key.clone(), half),
    ] {
        let set = DeviceSlots {
            key: own,
            half,
            ..whole.clone()
        };
        let sealed = set.seal(&key(1), &secret);
        assert_eq!(DeviceSlots::read(&sealed).map(|read| read.set), Ok(set));
    }
}

#[test]
fn slots_of_an_epoch_the_header_does_not_know_are_misplaced() {
    let secret = key(7);
    let slots = os_slots(&on(3), &secret);
    let unlocked = roll(&home()).unlocked;
    let mut header = unlocked.header.clone();
    header.rolls.clear();
    assert_eq!(
        by_os(&header.seal(&unlocked.slots_key), &slots, &secret).unwrap_err(),
        UnlockError::Misplaced {
            part: "device's slot set",
            what: "epoch"
        }
    );
}

#[test]
fn a_vault_follows_no_other_vault_with_its_key() {
    let user = ada();
    let anybodys = Owner {
        vault: None,
        ..owner(&user)
    };
    let other = vault(1, 2, 1, 1).seal_header();
    assert_eq!(
        home().follow(&anybodys, &other).unwrap_err(),
        UnlockError::Misplaced {
            part: "vault header",
            what: "vault"
        }
    );
}

#[test]
fn an_owner_is_recognised_by_the_same_vault_epoch_and_key() {
    let unlocked = home();
    assert!(unlocked.recognise(&on(3)).is_some());
    for other in [
        vault(66, 1, 1, 1),
        vault(1, 2, 1, 1),
        vault(1, 1, 2, 1),
        roll(&unlocked).unlocked,
    ] {
        assert!(unlocked.recognise(&other).is_none(), "{other:?}");
    }
}

#[test]
fn a_device_with_another_key_joins_again() {
    let mut unlocked = home();
    assert_eq!(unlocked.join_header("desk", Timestamp(1)), Ok(None));
    unlocked.local.key = DeviceKey::open(key(77));
    let header = unlocked.join_header("desk", Timestamp(1)).unwrap().unwrap();
    let listed = Header::read(&header).map(|read| read.header.device(DeviceId([1; 16])).cloned());
    let Ok(Some(listed)) = listed else {
        panic!("the device is listed")
    };
    assert_eq!(listed.key, crate::hpke::derive_public(&key(77)));
}

#[test]
fn a_device_without_a_key_is_named_with_one() {
    let mut unlocked = home();
    unlocked.header.put_device(Device::without_key(DeviceId([1; 16])));
    let header = unlocked.header_with_name("", Timestamp(1)).unwrap().unwrap();
    follow(&mut unlocked, &header).unwrap();
    assert!(unlocked.device_list().iter().all(|device| device.key.is_some()));
}

#[test]
fn words_count_as_used_only_by_this_device_and_vault() {
    let (ring, secret) = (make_ring_key().unwrap(), key(7));
    let rings = Rings::One(ring.public());
    let mut unlocked = home();
    let made = unlocked.header_with_recovery(&rings).unwrap();
    follow(&mut unlocked, &made.header).unwrap();
    let name = derive_vault_name(unlocked.vault_id()).join(" ");
    let half = unseal_half(&ring, &made.header, &name).unwrap();
    let (a, b) = (
        HalfA::from_words(&half.words).unwrap(),
        HalfB::from_words(&made.printed).unwrap(),
    );
    unlocked.remember_recovery(9);
    let mut other = vault(2, 2, 1, 1);
    other.remember_recovery(9);
    let user = ada();
    let attempt = |slots: &[u8]| {
        let device = ThisDevice { slots, secret: &secret };
        recover(&owner(&user), &made.header, Some(&device), &a, Some(&b)).map(|_| ())
    };
    let used = unlocked.device_slots(&secret).unwrap();
    assert_eq!(attempt(&used).unwrap_err(), crate::RecoverError::UsedWords);
    let of_another_device = unlocked.device_slots(&key(8)).unwrap();
    assert_eq!(attempt(&of_another_device), Ok(()));
    let of_another_vault = other.device_slots(&secret).unwrap();
    assert_eq!(attempt(&of_another_vault), Ok(()));
}

#[test]
fn recovery_that_is_kept_goes_on_under_the_new_key() {
    let rings = Rings::One(make_ring_key().unwrap().public());
    let mut unlocked = with_directory_key();
    let made = unlocked.header_with_recovery(&rings).unwrap();
    follow(&mut unlocked, &made.header).unwrap();
    let rolled = unlocked.roll(&RollPlan {
        remove: &[SlotKind::DirectoryKey],
        recovery: RecoveryAtRoll::Keep,
        ..plan()
    });
    let rolled = rolled.unwrap().unlocked;
    assert!(rolled.printed_code() == Some(made.printed));
    let kinds: Vec<_> = rolled.directory_slots().iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [Some(SlotKind::Recovery)]);
    // A kind of slot is left out whether or not recovery is kept.
    let nothing = unlocked.roll(&RollPlan {
        remove: &[SlotKind::DirectoryKey],
        recovery: RecoveryAtRoll::Drop,
        ..plan()
    });
    assert!(nothing.unwrap().unlocked.directory_slots().is_empty());
}

#[test]
fn what_is_not_blank_makes_a_slot_and_what_is_blank_does_not() {
    let (empty, typed, secret) = (password(""), password("x"), key(7));
    assert!(SlotSecrets::login(&empty, &secret).is_blank());
    assert!(!SlotSecrets::login(&typed, &secret).is_blank());
    assert!(!SlotSecrets::os_protection(&secret).is_blank());
}
