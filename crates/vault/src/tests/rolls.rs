//! Rolling the key, following it, and what somebody without the key can try.

use super::{ada, cheap, home, key, owner};
use crate::slot::SlotSecrets;
use crate::{
    Followed, RecoveryAtRoll, Rings, RollError, RollPlan, Rolled, SlotKind, ThisDevice, UnlockError, Unlocked, Written,
    make_ring_key, unlock,
};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use countersign_secret::Key;

pub(super) const ONE: DeviceId = DeviceId([1; 16]);
pub(super) const THREE: DeviceId = DeviceId([3; 16]);

pub(super) fn plan<'a>() -> RollPlan<'a> {
    RollPlan {
        revoke: &[],
        renew: &[],
        remove: &[],
        recovery: RecoveryAtRoll::Keep,
        kdf: cheap(),
    }
}

pub(super) fn roll(unlocked: &Unlocked) -> Rolled {
    unlocked.roll(&plan()).unwrap()
}

/// The vault of [`home`] as its header says, with a directory-key slot (no Argon2id), open on the device `device`.
pub(super) fn on(device: u8) -> Unlocked {
    super::vault(1, 1, 1, device)
}

pub(super) fn follow(unlocked: &mut Unlocked, header: &[u8]) -> Result<Followed, UnlockError> {
    let user = ada();
    unlocked.follow(&owner(&user), header)
}

/// A vault with a slot that opens by a key in the directory.
pub(super) fn with_directory_key() -> Unlocked {
    let mut unlocked = home();
    let secret = key(50);
    let header = unlocked
        .header_with_slot(&SlotSecrets::directory_key(&secret), cheap())
        .unwrap();
    assert_eq!(follow(&mut unlocked, &header).unwrap(), Followed::Newer);
    unlocked
}

pub(super) fn open_by_directory_key(header: &[u8]) -> Result<Unlocked, UnlockError> {
    let user = ada();
    unlock(&owner(&user), header, None, &SlotSecrets::directory_key(&key(50)))
}

#[test]
fn a_roll_is_followed_by_the_devices_that_stay() {
    let rolled = roll(&home());
    assert_eq!(
        (rolled.unlocked.epoch(), rolled.unlocked.header_version()),
        (2, HeaderVersion(4))
    );
    let mut other = on(3);
    let followed = follow(&mut other, &rolled.header).unwrap();
    assert_eq!(
        followed,
        Followed::Rolled {
            from: 1,
            to: 2,
            gone: vec![]
        }
    );
    assert!(other.store_key() == rolled.unlocked.store_key());
    assert!(other.store_key() != home().store_key());
    assert!(other.store_key_of(1).unwrap() == home().store_key());
    assert!(other.store_key_of(2).unwrap() == other.store_key());
    assert!(other.store_key_of(3).is_none());
    assert_eq!(other.epochs(), [2, 1]);
    assert_eq!(follow(&mut other, &rolled.header).unwrap(), Followed::Same);
    assert!(rolled.printed.is_none() && rolled.left_behind.is_empty() && rolled.keyless.is_empty());
}

#[test]
fn several_rolls_are_followed_at_once() {
    let mut newest = roll(&home());
    for _ in 0..4 {
        newest = roll(&newest.unlocked);
    }
    let mut other = on(3);
    assert!(matches!(
        follow(&mut other, &newest.header),
        Ok(Followed::Rolled { from: 1, to: 6, .. })
    ));
    assert_eq!(other.epochs(), [6, 5, 4, 3, 2, 1]);
    assert_eq!(crate::inspect_header(&newest.header).unwrap().rolls, 5);
}

#[test]
fn a_revoked_device_is_told_so_and_learns_nothing() {
    let unlocked = home();
    let rolled = unlocked.roll(&RollPlan {
        revoke: &[THREE],
        ..plan()
    });
    let rolled = rolled.unwrap();
    assert_eq!(rolled.unlocked.devices(), [ONE]);
    let mut revoked = on(3);
    assert_eq!(follow(&mut revoked, &rolled.header), Err(UnlockError::Revoked));
    assert_eq!(revoked.epoch(), 1);
    let mut stays = on(1);
    assert_eq!(
        follow(&mut stays, &rolled.header),
        Ok(Followed::Rolled {
            from: 1,
            to: 2,
            gone: vec![THREE]
        })
    );
    assert_eq!(
        unlocked
            .roll(&RollPlan {
                revoke: &[ONE],
                ..plan()
            })
            .unwrap_err(),
        RollError::ThisDevice
    );
    let stranger = DeviceId([9; 16]);
    assert_eq!(
        unlocked
            .roll(&RollPlan {
                revoke: &[stranger],
                ..plan()
            })
            .unwrap_err(),
        RollError::NoSuchDevice(stranger)
    );
}

#[test]
fn old_records_open_and_are_sealed_anew() {
    let old = home();
    let sealed = old
        .seal_logon(&super::logon(super::RECORD), 1, crate::Commitment::NONE)
        .unwrap();
    let gone = old
        .seal_tombstone(super::RECORD, Timestamp(7), 2, crate::Commitment::NONE)
        .unwrap();
    let new = roll(&old).unlocked;
    let expected = new.expect(super::RECORD, Written::By(ONE, 1));
    assert_eq!(
        new.open_logon(&expected, &sealed).unwrap_err(),
        crate::OpenError::Misplaced(crate::Mismatch::Epoch)
    );
    let earlier = expected.of_epoch(1);
    let opened = new.open_logon(&earlier, &sealed).unwrap();
    assert_eq!((new.epoch_of(&sealed), new.epoch_of(&gone)), (1, 1));
    assert_eq!((old.epoch_of(&sealed), new.epoch_of(b"short")), (1, 2));
    let twice = roll(&new).unlocked;
    let of_the_second = new
        .seal_logon(&super::logon(super::RECORD), 1, crate::Commitment::NONE)
        .unwrap();
    assert_eq!((twice.epoch_of(&sealed), twice.epoch_of(&of_the_second)), (1, 2));
    // An epoch it never had is not believed.
    assert_eq!(old.epoch_of(&of_the_second), 1);
    let again = new.reseal(&earlier, &sealed, 3).unwrap().unwrap();
    let expected = new
        .expect(super::RECORD, Written::By(ONE, 3))
        .replacing(opened.commitment());
    assert_eq!(new.open_logon(&expected, &again).unwrap().logon.label, "Test server");
    assert_eq!(new.reseal(&expected, &again, 4).unwrap(), None);
    let earlier = new.expect(super::RECORD, Written::By(ONE, 2)).of_epoch(1);
    let again = new.reseal(&earlier, &gone, 4).unwrap().unwrap();
    let expected = new.expect(super::RECORD, Written::By(ONE, 4));
    assert!(matches!(
        new.open_record(&expected, &again),
        Ok(crate::OpenedRecord::Tombstone(gone)) if gone.removed == Timestamp(8)
    ));
    let unknown = new.expect(super::RECORD, Written::By(ONE, 1)).of_epoch(9);
    assert!(new.reseal(&unknown, &sealed, 5).is_err());
}

#[test]
fn slots_are_carried_forward_without_their_secrets() {
    let before = with_directory_key();
    let first = roll(&before);
    let second = roll(&first.unlocked);
    for header in [&first.header, &second.header] {
        let opened = open_by_directory_key(header).unwrap();
        assert_eq!(opened.epoch(), crate::inspect_header(header).unwrap().epoch);
        assert!(opened.store_key_of(1).unwrap() == before.store_key());
    }
    assert!(open_by_directory_key(&second.header).unwrap().store_key() == second.unlocked.store_key());
    let removed = before.roll(&RollPlan {
        remove: &[SlotKind::DirectoryKey],
        ..plan()
    });
    assert_eq!(
        open_by_directory_key(&removed.unwrap().header).unwrap_err(),
        UnlockError::NoSlot(SlotKind::DirectoryKey)
    );
    let other = key(51);
    let renewed = before.roll(&RollPlan {
        renew: &[SlotSecrets::directory_key(&other)],
        ..plan()
    });
    assert_eq!(
        open_by_directory_key(&renewed.unwrap().header).unwrap_err(),
        UnlockError::WrongSecret
    );
}

#[test]
fn a_locked_device_follows_when_it_opens_its_own_slot() {
    let (user, secret, kept) = (ada(), key(7), key(60));
    let mut device = on(3);
    let slots = device
        .device_slots_with(&SlotSecrets::os_protection(&kept), &secret, cheap())
        .unwrap();
    let rolled = roll(&roll(&home()).unlocked);
    let open = |header: &[u8], slots: &[u8], secret: &Key| {
        let device = ThisDevice { slots, secret };
        unlock(&owner(&user), header, Some(&device), &SlotSecrets::os_protection(&kept))
    };
    let opened = open(&rolled.header, &slots, &secret).unwrap();
    assert_eq!((opened.epoch(), opened.device_id()), (3, THREE));
    // Its slots in the new epoch, made without the secret of the slot.
    let moved = opened.device_slots(&secret).unwrap();
    assert!(open(&rolled.header, &moved, &secret).unwrap().store_key() == opened.store_key());
    assert_eq!(
        open(&home().seal_header(), &moved, &secret).unwrap_err(),
        UnlockError::EpochWentBack { at_least: 3, found: 1 }
    );
    assert_eq!(
        open(&rolled.header, &moved, &key(8)).unwrap_err(),
        UnlockError::OtherDevice
    );
    follow(&mut device, &rolled.header).unwrap();
    let moved = device.device_slots(&secret).unwrap();
    assert!(open(&rolled.header, &moved, &secret).is_ok());
}

#[test]
fn a_revoked_locked_device_is_told_so() {
    let (user, secret, kept) = (ada(), key(7), key(60));
    let slots = on(3)
        .device_slots_with(&SlotSecrets::os_protection(&kept), &secret, cheap())
        .unwrap();
    let rolled = home().roll(&RollPlan {
        revoke: &[THREE],
        ..plan()
    });
    let device = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    let opened = unlock(
        &owner(&user),
        &rolled.unwrap().header,
        Some(&device),
        &SlotSecrets::os_protection(&kept),
    );
    assert_eq!(opened.unwrap_err(), UnlockError::Revoked);
}

#[test]
fn two_successors_of_one_epoch_are_an_alarm() {
    let (mine, theirs) = (roll(&home()), roll(&home()));
    let mut device = on(3);
    follow(&mut device, &mine.header).unwrap();
    let alarm = Err(UnlockError::TwoSuccessors { epoch: 1 });
    assert_eq!(follow(&mut device, &theirs.header), alarm);
    // And of a chain that goes on from the other one.
    let further = roll(&theirs.unlocked);
    assert_eq!(follow(&mut device, &further.header), alarm);
    assert!(device.store_key() == mine.unlocked.store_key());
    // A locked device notices, too.
    let (user, secret, kept) = (ada(), key(7), key(60));
    let slots = device
        .device_slots_with(&SlotSecrets::os_protection(&kept), &secret, cheap())
        .unwrap();
    let here = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    for header in [&theirs.header, &further.header] {
        let opened = unlock(&owner(&user), header, Some(&here), &SlotSecrets::os_protection(&kept));
        assert_eq!(opened.unwrap_err(), UnlockError::TwoSuccessors { epoch: 1 });
    }
}

#[test]
fn headers_that_go_back_are_noticed() {
    let first = roll(&home());
    let second = roll(&first.unlocked);
    let mut device = on(3);
    follow(&mut device, &second.header).unwrap();
    assert_eq!(
        follow(&mut device, &first.header),
        Err(UnlockError::RolledBack {
            at_least: HeaderVersion(5),
            found: HeaderVersion(4)
        })
    );
    // An old epoch under a higher number: somebody with the old key counts on.
    let mut stale = home();
    stale.header.version = HeaderVersion(90);
    assert_eq!(
        follow(&mut device, &stale.seal_header()),
        Err(UnlockError::EpochWentBack { at_least: 3, found: 1 })
    );
}

#[test]
fn devices_without_keys_are_named_and_cannot_follow() {
    let mut old = home();
    old.header.put_device(crate::header::Device::without_key(THREE));
    let rolled = roll(&old);
    assert_eq!(rolled.keyless, [THREE]);
    let mut device = on(3);
    device.header = old.header.clone();
    assert_eq!(follow(&mut device, &rolled.header), Err(UnlockError::CannotFollow));
}

#[test]
fn a_roll_renews_recovery_only_when_asked_and_always_after_use() {
    let rings = Rings::One(make_ring_key().unwrap().public());
    let mut unlocked = home();
    let made = unlocked.header_with_recovery(&rings).unwrap();
    follow(&mut unlocked, &made.header).unwrap();
    let kept = roll(&unlocked);
    assert_eq!(crate::inspect_header(&kept.header).unwrap().recovery.unwrap().serial, 1);
    let renewed = unlocked.roll(&RollPlan {
        recovery: RecoveryAtRoll::Renew(&rings),
        ..plan()
    });
    let renewed = renewed.unwrap();
    assert_eq!(
        crate::inspect_header(&renewed.header).unwrap().recovery.unwrap().serial,
        2
    );
    assert!(renewed.printed.is_some());
    let dropped = unlocked.roll(&RollPlan {
        recovery: RecoveryAtRoll::Drop,
        ..plan()
    });
    let facts = crate::inspect_header(&dropped.unwrap().header).unwrap();
    assert!(facts.recovery.is_none() && facts.slots.is_empty());
    unlocked.remember_recovery(1);
    assert!(unlocked.owes_recovery());
    assert_eq!(unlocked.roll(&plan()).unwrap_err(), RollError::RecoveryUsed);
    assert!(
        unlocked
            .roll(&RollPlan {
                recovery: RecoveryAtRoll::Renew(&rings),
                ..plan()
            })
            .is_ok()
    );
}

#[test]
fn there_is_an_end_to_rolling() {
    let mut unlocked = home();
    let one = roll(&unlocked).unlocked.header.rolls[0].clone();
    unlocked.header.rolls = vec![one; usize::from(crate::header::MOST_ROLLS)];
    assert_eq!(unlocked.roll(&plan()).unwrap_err(), RollError::TooManyRolls);
}

#[test]
fn a_copy_goes_on_as_a_device_of_its_own() {
    let rolled = roll(&on(1));
    let other = on(3);
    let mut copy = other.another_device().unwrap();
    assert_ne!(copy.device_id(), THREE);
    assert!(copy.store_key() == other.store_key() && !copy.devices().contains(&copy.device_id()));
    // It was rolled before the copy could join: the device that it was is let in, and as long as it stays open, it is.
    assert!(matches!(
        follow(&mut copy, &rolled.header),
        Ok(Followed::Rolled { from: 1, to: 2, .. })
    ));
    let again = roll(&rolled.unlocked);
    follow(&mut copy, &again.header).unwrap();
    assert_eq!(copy.epochs(), [3, 2, 1]);
    let joined = copy.join_header("copy", Timestamp(9)).unwrap().unwrap();
    follow(&mut copy, &joined).unwrap();
    assert_eq!(copy.devices().len(), 3);
    assert_eq!(copy.another_device().unwrap().epochs(), [3, 2, 1]);
    // Taken off, neither is let in: not by its own id, not by the one it had.
    let both = copy.device_id();
    let mut stays = on(1);
    follow(&mut stays, &joined).unwrap();
    let revoke = [THREE, both];
    let gone = stays.roll(&RollPlan {
        revoke: &revoke,
        ..plan()
    });
    assert_eq!(follow(&mut copy, &gone.unwrap().header), Err(UnlockError::Revoked));
}

#[test]
fn a_device_without_a_name_gets_one_once() {
    let (user, password, secret) = (ada(), super::password("p4ss"), key(7));
    let answer = crate::normalise_answer(&super::password("otter lantern quartz violin")).unwrap();
    let enrolled = crate::enroll(&crate::Enroll {
        user: &user,
        password: &password,
        answer: &answer,
        device_secret: &secret,
        kdf: cheap(),
        after: HeaderVersion(0),
    });
    let enrolled = enrolled.unwrap();
    let kinds = |of: &[u8]| -> Vec<SlotKind> {
        let facts = crate::inspect_header(of).unwrap();
        facts.slots.into_iter().filter_map(|slot| slot.kind).collect()
    };
    assert_eq!(kinds(&enrolled.header), [SlotKind::Passphrase]);
    let mut nameless = enrolled.unlocked;
    let name_of = |vault: &Unlocked| {
        let own = vault.device_list().into_iter().find(|one| one.id == vault.device_id());
        own.unwrap().name
    };
    assert_eq!(name_of(&nameless), "");
    assert_eq!(nameless.header_with_name("", Timestamp(5)), Ok(None));
    let named = nameless.header_with_name("desk", Timestamp(5)).unwrap().unwrap();
    let own = crate::Owner {
        vault: None,
        ..owner(&user)
    };
    nameless.follow(&own, &named).unwrap();
    assert_eq!(name_of(&nameless), "desk");
    assert_eq!(nameless.header_with_name("other", Timestamp(6)), Ok(None));
    // One that the header does not list joins in another way.
    let copy = nameless.another_device().unwrap();
    assert_eq!(copy.header_with_name("copy", Timestamp(7)), Ok(None));
}

#[test]
fn a_record_is_sealed_again_by_another_device_of_the_same_epoch() {
    let vault = on(3);
    let sealed = vault
        .seal_logon(&super::logon(super::RECORD), 7, crate::Commitment::NONE)
        .unwrap();
    let copy = vault.another_device().unwrap();
    let expected = copy.expect(super::RECORD, Written::By(THREE, 7));
    let again = copy.seal_again(&expected, &sealed, 1).unwrap();
    let expected = vault.expect(super::RECORD, Written::By(copy.device_id(), 1));
    let opened = vault.open_logon(&expected, &again).unwrap();
    assert_eq!(opened.summary().label, super::logon(super::RECORD).label);
    assert!(copy.seal_again(&expected, &sealed, 1).is_err());
}
