//! Every kind of slot: made, opened, refused, kept.

use super::rolls::follow;
use super::{ada, cheap, home, key, owner, password};
use crate::{
    EnrollError, JoinError, SlotKind, SlotSecrets, ThisDevice, UnlockError, Unlocked, complete_join, inspect_header,
    inspect_join_request, make_join_request, unlock,
};
use countersign_model::{HeaderVersion, Timestamp, UserId};
use countersign_secret::{Key, SecretBytes};

fn open(header: &[u8], device: Option<(&[u8], &Key)>, secrets: &SlotSecrets<'_>) -> Result<Unlocked, UnlockError> {
    let user = ada();
    let device = device.map(|(slots, secret)| ThisDevice { slots, secret });
    unlock(&owner(&user), header, device.as_ref(), secrets)
}

fn answer_of(length: usize) -> SecretBytes {
    let mut answer = SecretBytes::zeroed(length);
    answer.expose_mut().fill(0x61);
    answer
}

#[test]
fn slots_of_the_directory_open_on_any_machine() {
    let unlocked = home();
    let (typed, directory, other) = (password("pass"), key(50), key(51));
    let cases = [
        (
            SlotSecrets::silent(&typed, &directory),
            SlotSecrets::silent(&typed, &other),
        ),
        (
            SlotSecrets::directory_key(&directory),
            SlotSecrets::directory_key(&other),
        ),
    ];
    for (right, wrong) in cases {
        let kind = right.kind();
        let header = unlocked.header_with_slot(&right, cheap()).unwrap();
        let opened = open(&header, None, &right).unwrap();
        assert!(opened.store_key() == unlocked.store_key(), "{kind:?}");
        assert!(!opened.devices().contains(&opened.device_id()));
        assert_eq!(open(&header, None, &wrong).unwrap_err(), UnlockError::WrongSecret);
        assert_eq!(
            open(&unlocked.seal_header(), None, &right).unwrap_err(),
            UnlockError::NoSlot(kind)
        );
        let without = opened.header_without_slot(kind).unwrap();
        assert_eq!(open(&without, None, &right).unwrap_err(), UnlockError::NoSlot(kind));
        assert_eq!(inspect_header(&without).unwrap().version, HeaderVersion(5));
        assert_eq!(
            unlocked.device_slots_with(&right, &key(7), cheap()).unwrap_err(),
            EnrollError::WrongPlace(kind)
        );
    }
    assert!(unlocked.header_without_slot(SlotKind::Silent).is_none());
}

#[test]
fn slots_of_the_device_open_on_it_alone() {
    let (secret, stolen) = (key(7), key(8));
    let (kept, other) = (key(60), key(61));
    let (answer, another) = (answer_of(32), answer_of(33));
    let cases = [
        (SlotSecrets::os_protection(&kept), SlotSecrets::os_protection(&other)),
        (
            SlotSecrets::directory_identity(b"S-1-5-21-1", &secret).unwrap(),
            SlotSecrets::directory_identity(b"S-1-5-21-2", &secret).unwrap(),
        ),
        (
            SlotSecrets::program(&answer, &secret).unwrap(),
            SlotSecrets::program(&another, &secret).unwrap(),
        ),
    ];
    for (right, wrong) in cases {
        let unlocked = home();
        let header = unlocked.seal_header();
        let kind = right.kind();
        let slots = unlocked.device_slots_with(&right, &secret, cheap()).unwrap();
        let opened = open(&header, Some((&slots, &secret)), &right).unwrap();
        assert!(opened.store_key() == unlocked.store_key(), "{kind:?}");
        assert_eq!(opened.device_id(), unlocked.device_id());
        assert_eq!(opened.device_slot_facts()[0].kind, Some(kind));
        assert!(opened.header_with_this_device().is_none(), "its key is the listed one");
        assert_eq!(
            open(&header, Some((&slots, &secret)), &wrong).unwrap_err(),
            UnlockError::WrongSecret
        );
        assert_eq!(
            open(&header, Some((&slots, &stolen)), &right).unwrap_err(),
            UnlockError::OtherDevice
        );
        assert_eq!(open(&header, None, &right).unwrap_err(), UnlockError::NoSlot(kind));
        assert_eq!(
            unlocked.header_with_slot(&right, cheap()).unwrap_err(),
            EnrollError::WrongPlace(kind)
        );
        let two = opened
            .device_slots_with(&SlotSecrets::os_protection(&other), &secret, cheap())
            .unwrap();
        let both = open(&header, Some((&two, &secret)), &SlotSecrets::os_protection(&other)).unwrap();
        let count = if kind == SlotKind::OsProtection { 1 } else { 2 };
        assert_eq!(both.device_slot_facts().len(), count);
        let without = both
            .device_slots_without(SlotKind::OsProtection, &secret)
            .unwrap()
            .unwrap();
        assert_eq!(
            open(&header, Some((&without, &secret)), &SlotSecrets::os_protection(&other)).unwrap_err(),
            UnlockError::NoSlot(SlotKind::OsProtection)
        );
        assert_eq!(both.device_slots_without(SlotKind::Login, &secret).unwrap(), None);
    }
}

#[test]
fn secrets_that_are_too_short_make_no_slot() {
    let secret = key(7);
    for (length, good) in [(0, false), (31, false), (32, true), (4096, true), (4097, false)] {
        let answer = answer_of(length);
        let made = SlotSecrets::program(&answer, &secret);
        assert_eq!(made.is_ok(), good, "{length}");
        if let Err(error) = made {
            assert_eq!((error.found, error.least, error.most), (length, 32, 4096));
        }
    }
    assert!(SlotSecrets::directory_identity(b"", &secret).is_err());
    assert!(SlotSecrets::directory_identity(b"x", &secret).is_ok());
    let empty = password("");
    let blank = SlotSecrets::silent(&empty, &secret);
    assert_eq!(
        home().header_with_slot(&blank, cheap()).unwrap_err(),
        EnrollError::EmptyPassword
    );
}

#[test]
fn nothing_secret_is_shown() {
    let typed = password("hunter2 hunter2");
    let device_secret = key(7);
    let secrets = SlotSecrets::login(&typed, &device_secret);
    assert_eq!(format!("{secrets:?}"), "SlotSecrets(login, redacted)");
    let ring = crate::make_ring_key().unwrap();
    assert!(format!("{ring:?}").ends_with("redacted)"));
    let mut unlocked = home();
    let made = unlocked
        .header_with_recovery(&crate::Rings::One(ring.public()))
        .unwrap();
    assert_eq!(format!("{made:?}"), "NewRecovery(redacted)");
    follow(&mut unlocked, &made.header).unwrap();
    let name = crate::derive_vault_name(unlocked.vault_id()).join(" ");
    let half = crate::unseal_half(&ring, &made.header, &name).unwrap();
    let shown = format!(
        "{half:?} {unlocked:?} {:?}",
        crate::HalfA::from_words(&half.words).unwrap()
    );
    let words: Vec<&str> = half.words.expose().split(' ').collect();
    assert!(words.windows(2).all(|pair| !shown.contains(&pair.join(" "))), "{shown}");
    let joining = make_join_request(&ada(), "laptop").unwrap();
    assert!(format!("{joining:?}").ends_with("redacted)"));
    let rolled = unlocked.roll(&super::rolls::plan()).unwrap();
    assert!(format!("{rolled:?}").contains("Unlocked { vault"));
}

#[test]
fn slots_of_newer_versions_are_kept_through_every_change() {
    let mut unlocked = home();
    let bytes = [1, 0, 6, 0, 0, 0, 0x34, 0x12, 9, 8, 7, 6];
    let newer = crate::slot::SlotSet::decode(crate::slot::Form::Two, &mut crate::bytes::Reader::new(&bytes)).unwrap();
    unlocked.header.slots = newer;
    let directory = key(50);
    let header = unlocked
        .header_with_slot(&SlotSecrets::directory_key(&directory), cheap())
        .unwrap();
    follow(&mut unlocked, &header).unwrap();
    let rolled = unlocked.roll(&super::rolls::plan()).unwrap();
    for header in [&header, &rolled.header] {
        assert!(header.windows(6).any(|window| window == [0x34, 0x12, 9, 8, 7, 6]));
        let facts = inspect_header(header).unwrap();
        assert_eq!((facts.slots[0].code, facts.slots[0].kind), (0x1234, None));
    }
    assert_eq!(rolled.left_behind.len(), 1);
    assert_eq!(rolled.left_behind[0].code, 0x1234);
}

#[test]
fn a_machine_joins_by_its_users_approval() {
    let enrolled = home();
    let joining = make_join_request(&ada(), "laptop").unwrap();
    let request = inspect_join_request(&joining.request).unwrap();
    assert_eq!((request.name.as_str(), request.words.len()), ("laptop", 6));
    let words = request.words.join(" ");
    let approved = enrolled
        .approve(&joining.request, &words.to_uppercase(), Timestamp(9))
        .unwrap();
    assert_eq!(approved.words.len(), 6);
    let user = ada();
    let typed = approved.words.join(" ");
    let joined = complete_join(&owner(&user), &approved.header, &joining, &typed).unwrap();
    assert!(joined.store_key() == enrolled.store_key());
    assert_eq!(joined.device_id(), request.device);
    assert!(joined.header_with_this_device().is_none());
    let listed = joined
        .device_list()
        .into_iter()
        .find(|device| device.id == request.device)
        .unwrap();
    assert_eq!((listed.name.as_str(), listed.added), ("laptop", Timestamp(9)));
    assert_eq!(
        complete_join(&owner(&user), &enrolled.seal_header(), &joining, &typed).unwrap_err(),
        JoinError::NotYet
    );
    assert_eq!(
        complete_join(&owner(&user), &approved.header, &joining, &words).unwrap_err(),
        JoinError::OtherApproval
    );
    // It follows rolls like any other.
    let mut joined = joined;
    let mut enrolled = enrolled;
    follow(&mut enrolled, &approved.header).unwrap();
    let rolled = enrolled.roll(&super::rolls::plan()).unwrap();
    assert!(follow(&mut joined, &rolled.header).is_ok());
}

#[test]
fn a_request_the_directory_put_there_is_not_approved() {
    let enrolled = home();
    let (mine, theirs) = (make_join_request(&ada(), "laptop"), make_join_request(&ada(), "laptop"));
    let (mine, theirs) = (mine.unwrap(), theirs.unwrap());
    let words = inspect_join_request(&mine.request).unwrap().words.join(" ");
    assert_eq!(
        enrolled.approve(&theirs.request, &words, Timestamp(9)).unwrap_err(),
        JoinError::OtherRequest
    );
    let other = make_join_request(&UserId("bob".to_owned()), "laptop").unwrap();
    let words = inspect_join_request(&other.request).unwrap().words.join(" ");
    assert_eq!(
        enrolled.approve(&other.request, &words, Timestamp(9)).unwrap_err(),
        JoinError::OtherUser
    );
}

#[test]
fn an_approval_the_directory_made_is_not_believed() {
    // The directory seals a vault of its own to the waiting machine.
    let theirs = super::vault(66, 1, 1, 1);
    let joining = make_join_request(&ada(), "laptop").unwrap();
    let words = inspect_join_request(&joining.request).unwrap().words.join(" ");
    let forged = theirs.approve(&joining.request, &words, Timestamp(9)).unwrap();
    let genuine = home().approve(&joining.request, &words, Timestamp(9)).unwrap();
    let user = ada();
    let typed = genuine.words.join(" ");
    assert_eq!(
        complete_join(&owner(&user), &forged.header, &joining, &typed).unwrap_err(),
        JoinError::OtherApproval
    );
    assert!(complete_join(&owner(&user), &genuine.header, &joining, &typed).is_ok());
    let other = make_join_request(&ada(), "laptop").unwrap();
    assert!(complete_join(&owner(&user), &genuine.header, &other, &typed).is_err());
}

#[test]
fn requests_are_read_strictly() {
    let joining = make_join_request(&ada(), "laptop").unwrap();
    let request = &joining.request;
    for len in 0..request.len() {
        assert!(
            matches!(inspect_join_request(&request[..len]), Err(JoinError::Damaged(_))),
            "{len}"
        );
    }
    let long = [request.as_slice(), &[0]].concat();
    assert!(matches!(inspect_join_request(&long), Err(JoinError::Damaged(_))));
    let mut newer = request.clone();
    newer[8] = 2;
    assert_eq!(inspect_join_request(&newer).unwrap_err(), JoinError::Unsupported(2));
    let mut flags = request.clone();
    flags[10] = 1;
    assert!(matches!(inspect_join_request(&flags), Err(JoinError::Damaged("flags"))));
    let words = inspect_join_request(request).unwrap().words;
    let mut changed = request.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_ne!(inspect_join_request(&changed).unwrap().words, words);
    assert!(make_join_request(&ada(), &"x".repeat(129)).is_err());
    assert!(make_join_request(&UserId(String::new()), "x").is_err());
}

#[test]
fn vaults_of_the_first_format_go_on_in_the_second() {
    let user = ada();
    let secret = super::fixtures::device_secret();
    let (header, slots) = (
        super::fixtures::fixture("header.bin"),
        super::fixtures::fixture("device-slots.bin"),
    );
    let typed = password(super::fixtures::PASSWORD);
    let login = SlotSecrets::login(&typed, &secret);
    let here = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    let opened = unlock(&owner(&user), &header, Some(&here), &login).unwrap();
    assert_eq!(opened.device_list()[0].key, None);
    let joined = opened.join_header("desk", Timestamp(3)).unwrap().unwrap();
    let slots = opened.device_slots(&secret).unwrap();
    let here = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    let mut again = unlock(&owner(&user), &joined, Some(&here), &login).unwrap();
    assert_eq!(again.device_id(), opened.device_id());
    assert!(again.device_list()[0].key.is_some());
    // The passphrase slot was never opened in this format: a roll cannot carry it, and says so.
    let rolled = again.roll(&super::rolls::plan()).unwrap();
    assert_eq!(rolled.left_behind[0].kind, Some(SlotKind::Passphrase));
    let answer = crate::normalise_answer(&password(super::fixtures::ANSWER)).unwrap();
    let passphrase = SlotSecrets::passphrase(&answer);
    assert_eq!(
        unlock(&owner(&user), &rolled.header, None, &passphrase).unwrap_err(),
        UnlockError::LeftBehind(SlotKind::Passphrase)
    );
    // Opened once by its answer, it is.
    let by_answer = unlock(&owner(&user), &joined, Some(&here), &passphrase).unwrap();
    assert_eq!(by_answer.device_id(), opened.device_id());
    let next = by_answer
        .header_with_slot(&SlotSecrets::directory_key(&secret), cheap())
        .unwrap();
    follow(&mut again, &next).unwrap();
    let rolled = again.roll(&super::rolls::plan()).unwrap();
    assert!(rolled.left_behind.is_empty());
    assert!(unlock(&owner(&user), &rolled.header, None, &passphrase).is_ok());
    // And the login slot goes on without the password being typed for it.
    let slots = rolled.unlocked.device_slots(&secret).unwrap();
    let here = ThisDevice {
        slots: &slots,
        secret: &secret,
    };
    assert_eq!(
        unlock(&owner(&user), &rolled.header, Some(&here), &login)
            .unwrap()
            .epoch(),
        2
    );
}
