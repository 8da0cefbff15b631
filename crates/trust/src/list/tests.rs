use super::form::{LONGEST_SETTINGS, MAGIC};
use super::*;
use crate::publisher::{EntryKind, Kinds};
use countersign_model::Unit;
use countersign_secret::Key;

fn root(byte: u8) -> RootKey {
    RootKey::from_seed(Key::from_fill(|out| out.fill(byte)))
}

fn ring(byte: u8) -> ListedRing {
    ListedRing {
        name: format!("desk {byte}"),
        key: [byte; 32],
    }
}

fn list(version: u64) -> RootList {
    RootList {
        organisation: "Example".to_owned(),
        version,
        issued: Timestamp(1000),
        expires: Timestamp(2000),
        root: root(1).public(),
        recovery: Recovery::Two(ring(7), ring(8)),
        publishers: Vec::new(),
        revoked: Vec::new(),
        others: vec![Member {
            kind: 77,
            name: "of a newer version".to_owned(),
            key: [9; 32],
            more: Vec::new(),
        }],
        settings: "unlock.floor = \"fair\"\n".to_owned(),
    }
}

const NOW: Timestamp = Timestamp(1500);

fn accept(bytes: &[u8], before: Option<&RootList>) -> Result<RootList, ListError> {
    accept_list(Pin(root(1).public()), bytes, before, NOW).map(|accepted| accepted.list)
}

#[test]
fn a_signed_list_is_accepted_as_it_was_written() {
    for recovery in [Recovery::Off, Recovery::One(ring(7)), Recovery::Two(ring(7), ring(8))] {
        let list = RootList { recovery, ..list(1) };
        let bytes = sign_list(&root(1), &list).unwrap();
        assert_eq!(accept(&bytes, None), Ok(list.clone()));
        assert_eq!(accept(&bytes, Some(&list)), Ok(list.clone()));
        assert_eq!(inspect_list(&bytes), Ok(list));
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let bytes = sign_list(&root(1), &list(1)).unwrap();
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(accept(&changed, None).is_err(), "byte {at}");
        }
    }
    for len in 0..bytes.len() {
        assert!(accept(&bytes[..len], None).is_err(), "cut at {len}");
    }
    assert!(accept(&[bytes.as_slice(), &[0]].concat(), None).is_err());
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(accept(&changed, None), Err(ListError::BadSignature));
    let mut newer = bytes;
    newer[8] = 3;
    assert_eq!(accept(&newer, None), Err(ListError::Unsupported(3)));
}

#[test]
fn another_root_signs_nothing_here() {
    let bytes = sign_list(&root(2), &list(1)).unwrap();
    assert_eq!(accept(&bytes, None), Err(ListError::OtherRoot));
    // Naming our root does not help.
    let mut named = bytes;
    let at = named
        .windows(32)
        .position(|window| *window == root(2).public().0)
        .unwrap();
    named[at..at + 32].copy_from_slice(&root(1).public().0);
    assert_eq!(accept(&named, None), Err(ListError::BadSignature));
}

#[test]
fn versions_only_go_on() {
    let signed = |list: &RootList| sign_list(&root(1), list).unwrap();
    let (old, new) = (list(4), list(5));
    assert_eq!(accept(&signed(&new), Some(&old)), Ok(new.clone()));
    assert_eq!(accept(&signed(&list(9)), Some(&old)), Ok(list(9)));
    assert_eq!(
        accept(&signed(&old), Some(&new)),
        Err(ListError::WentBack { seen: 5, found: 4 })
    );
    let twin = RootList {
        recovery: Recovery::Off,
        ..list(5)
    };
    assert_eq!(accept(&signed(&twin), Some(&new)), Err(ListError::TwoOfOneVersion(5)));
    let other = RootList {
        organisation: "Other".to_owned(),
        ..list(6)
    };
    assert_eq!(accept(&signed(&other), Some(&new)), Err(ListError::OtherOrganisation));
}

#[test]
fn expiry_refuses_a_first_list_and_makes_a_later_one_stale() {
    let bytes = sign_list(&root(1), &list(1)).unwrap();
    let at = |now: u64, before: Option<&RootList>| accept_list(Pin(root(1).public()), &bytes, before, Timestamp(now));
    assert_eq!(at(2000, None), Err(ListError::Expired));
    assert!(at(1999, None).is_ok());
    assert!(at(5000, Some(&list(1))).is_ok());
    assert_eq!(standing(&list(1), Timestamp(1999)), Standing::Good);
    assert_eq!(standing(&list(1), Timestamp(2000)), Standing::Stale);
    assert_eq!(at(999, None), Err(ListError::NotYet));
    assert!(at(1000, None).is_ok());
    assert!(at(999, Some(&list(1))).is_ok());
}

#[test]
fn a_root_is_rotated_by_both_keys_without_a_gap() {
    let bytes = rotate_list(&root(1), &root(2), &list(5)).unwrap();
    let accepted = accept_list(Pin(root(1).public()), &bytes, Some(&list(4)), NOW).unwrap();
    assert_eq!(accepted.pin, Pin(root(2).public()));
    assert_eq!(accepted.list.root, root(2).public());
    // With the new pin it is the list in force, and goes on from there.
    let again = accept_list(accepted.pin, &bytes, Some(&accepted.list), NOW).unwrap();
    assert_eq!(again, accepted);
    let next = sign_list(&root(2), &list(6)).unwrap();
    assert!(accept_list(accepted.pin, &next, Some(&accepted.list), NOW).is_ok());
    assert_eq!(accept(&next, Some(&list(4))), Err(ListError::OtherRoot));
    assert_eq!(
        accept_list(Pin(root(1).public()), &bytes, Some(&list(3)), NOW),
        Err(ListError::Skipped { seen: 3, found: 5 })
    );
    let forged = rotate_list(&root(3), &root(2), &list(5)).unwrap();
    assert_eq!(accept(&forged, Some(&list(4))), Err(ListError::OtherRoot));
    // Neither signature may be missing or made up.
    for at in [bytes.len() - 1, bytes.len() - 65] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(accept(&changed, Some(&list(4))).is_err());
    }
    let mut plain = bytes[..bytes.len() - 64].to_vec();
    plain[10] = 0;
    assert_eq!(
        accept_list(Pin(root(2).public()), &plain, None, NOW),
        Err(ListError::BadSignature)
    );
}

#[test]
fn what_is_out_of_bounds_is_not_signed() {
    let refuse = |list: RootList| {
        let made = sign_list(&root(1), &list);
        assert!(matches!(made, Err(ListError::OutOfBounds(_))), "{list:?}");
    };
    refuse(list(0));
    refuse(RootList {
        organisation: String::new(),
        ..list(1)
    });
    refuse(RootList {
        organisation: "x".repeat(257),
        ..list(1)
    });
    refuse(RootList {
        expires: Timestamp(1000),
        ..list(1)
    });
    refuse(RootList {
        recovery: Recovery::Two(ring(7), ring(7)),
        ..list(1)
    });
    let member = list(1).others.remove(0);
    refuse(RootList {
        others: vec![member; 300],
        ..list(1)
    });
    refuse(RootList {
        settings: "#".repeat(LONGEST_SETTINGS + 1),
        ..list(1)
    });
}

fn publisher(byte: u8, unit: &str) -> ListedPublisher {
    ListedPublisher {
        name: format!("publisher {byte}"),
        key: PublisherPublic([byte; 32]),
        unit: Unit::new(unit).unwrap(),
        kinds: Kinds::all(),
    }
}

fn with_publishers(version: u64) -> RootList {
    let mut list = RootList {
        publishers: vec![publisher(3, ""), publisher(4, "Sales")],
        revoked: vec![[5; 32], [6; 32]],
        ..list(version)
    };
    list.publishers[1].kinds = [EntryKind::Template].into_iter().collect();
    list.others[0].more = vec![1, 2, 3];
    list
}

#[test]
fn publishers_and_revoked_keys_take_the_second_format() {
    let plain = sign_list(&root(1), &list(1)).unwrap();
    assert_eq!(plain[8..10], [1, 0], "agents that know no publishers can read it");
    let list = with_publishers(1);
    let bytes = sign_list(&root(1), &list).unwrap();
    assert_eq!(bytes[8..10], [2, 0]);
    assert_eq!(accept(&bytes, None), Ok(list));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(accept(&changed, None).is_err(), "byte {at}");
        assert!(accept(&bytes[..at], None).is_err(), "cut at {at}");
    }
}

#[test]
fn a_revoked_key_goes_off_the_list_and_stays_off() {
    let mut list = with_publishers(1);
    assert!(list.revoke(PublisherPublic([4; 32])));
    assert!(!list.revoke(PublisherPublic([5; 32])));
    assert_eq!(list.revoked, [[4; 32], [5; 32], [6; 32]]);
    assert_eq!(list.publishers, [publisher(3, "")]);
    assert!(list.is_revoked(PublisherPublic([6; 32])) && !list.is_revoked(PublisherPublic([3; 32])));
    let wrong = [
        RootList {
            publishers: vec![publisher(5, "")],
            ..list.clone()
        },
        RootList {
            revoked: vec![[6; 32], [5; 32]],
            ..list.clone()
        },
        RootList {
            revoked: vec![[5; 32], [5; 32]],
            ..list.clone()
        },
    ];
    for wrong in wrong {
        assert!(matches!(sign_list(&root(1), &wrong), Err(ListError::OutOfBounds(_))));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        for format in [1, 2] {
            let ours = [MAGIC.as_slice(), &[format, 0, 0, 0], &bytes].concat();
            proptest::prop_assert!(accept(&ours, None).is_err());
        }
        proptest::prop_assert!(accept(&bytes, None).is_err());
    }
}
