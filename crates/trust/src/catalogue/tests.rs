use super::*;
use crate::list::{Recovery, RootList, Standing, make_list_for_tests};
use crate::publisher::{Kinds, ListedPublisher};
use countersign_secret::Key;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW: Timestamp = Timestamp(1_000_000);
const AGENT: AgentVersion = AgentVersion(1, 2, 3);

fn key(byte: u8) -> PublisherKey {
    PublisherKey::from_seed(Key::from_fill(|out| out.fill(byte)))
}

fn unit_of(path: &str) -> Unit {
    Unit::new(path).unwrap()
}

fn listed(byte: u8, unit: &str, kinds: Kinds) -> ListedPublisher {
    ListedPublisher {
        name: format!("desk {byte}"),
        key: key(byte).public(),
        unit: unit_of(unit),
        kinds,
    }
}

fn list() -> RootList {
    RootList {
        recovery: Recovery::Off,
        version: 3,
        publishers: vec![
            listed(1, "Sales", Kinds::all()),
            listed(2, "", [EntryKind::Template].into_iter().collect()),
        ],
        revoked: vec![key(9).public().0],
        ..make_list_for_tests()
    }
}

fn heading(sequence: u64) -> Heading {
    Heading {
        organisation: "Example".to_owned(),
        unit: unit_of("Sales"),
        list_version: 3,
        sequence,
        issued: Timestamp(NOW.0 - 1000),
        expires: Timestamp(NOW.0 + 1000),
        min_agent: AgentVersion(1, 0, 0),
    }
}

fn entry(kind: EntryKind, id: &str) -> Entry {
    Entry {
        kind,
        id: id.to_owned(),
        version: 7,
        digest: digest_of(id.as_bytes()),
        size: 4096,
    }
}

fn few() -> Vec<Entry> {
    vec![
        entry(EntryKind::Override, "settings"),
        entry(EntryKind::Template, "org.example.two"),
        entry(EntryKind::Template, "org.example.one"),
        entry(EntryKind::Policy, "company"),
    ]
}

fn many(count: usize) -> Vec<Entry> {
    (0..count)
        .map(|nth| entry(EntryKind::Template, &format!("org.example.a{nth}")))
        .collect()
}

fn sign(heading: &Heading) -> Vec<u8> {
    sign_catalogue(&key(1), heading, few()).unwrap().bytes
}

fn accept(bytes: &[u8], mark: Option<Mark>) -> Result<Trusted, CatalogueError> {
    accept_catalogue(
        bytes,
        Terms {
            list: &list(),
            unit: &unit_of("Sales"),
            agent: AGENT,
            mark,
            now: NOW,
        },
    )
}

#[test]
fn a_signed_catalogue_is_accepted_and_names_what_was_put_in_in_order() {
    let accepted = accept(&sign(&heading(4)), None).unwrap();
    assert_eq!(accepted.publisher(), "desk 1");
    assert_eq!(accepted.catalogue().heading, heading(4));
    let entries = accepted.entries(|_| None).unwrap();
    let ids: Vec<_> = entries
        .iter()
        .map(|entry| (entry.kind.name(), entry.id.as_str()))
        .collect();
    assert_eq!(
        ids,
        [
            ("template", "org.example.one"),
            ("template", "org.example.two"),
            ("policy", "company"),
            ("override", "settings")
        ]
    );
    assert_eq!(Mark::of_bytes(&accepted.mark().to_bytes()), Some(accepted.mark()));
    // The same again, after it expired: it stays in force and is stale.
    let again = accept_catalogue(
        &sign(&heading(4)),
        Terms {
            list: &list(),
            unit: &unit_of("Sales"),
            agent: AGENT,
            mark: Some(accepted.mark()),
            now: Timestamp(NOW.0 + 5000),
        },
    );
    assert_eq!(again.unwrap().standing(Timestamp(NOW.0 + 5000)), Standing::Stale);
}

#[test]
fn what_does_not_count_is_refused_with_its_reason() {
    let with = |change: &dyn Fn(&mut Heading)| {
        let mut heading = heading(4);
        change(&mut heading);
        sign(&heading)
    };
    let by = |byte: u8, entries: Vec<Entry>| sign_catalogue(&key(byte), &heading(4), entries).unwrap().bytes;
    let refused = |bytes: &[u8]| accept(bytes, None).unwrap_err();
    let other = with(&|heading| heading.organisation = "Other".to_owned());
    assert_eq!(refused(&other), CatalogueError::OtherOrganisation("Other".to_owned()));
    let elsewhere = with(&|heading| heading.unit = unit_of("Sales/Berlin"));
    assert!(matches!(refused(&elsewhere), CatalogueError::OtherUnit { .. }));
    assert_eq!(refused(&by(7, few())), CatalogueError::NotListed);
    assert_eq!(refused(&by(9, few())), CatalogueError::Revoked);
    assert_eq!(
        refused(&by(2, few())),
        CatalogueError::KindNotAllowed {
            publisher: "desk 2".to_owned(),
            kind: EntryKind::Policy,
            id: "company".to_owned()
        }
    );
    assert!(accept(&by(2, many(3)), None).is_ok());
    let below = sign_catalogue(
        &key(1),
        &Heading {
            unit: Unit::root(),
            ..heading(4)
        },
        few(),
    );
    let above = trusted_still(&below.unwrap().bytes, &list(), &Unit::root(), AGENT);
    assert!(matches!(above, Err(CatalogueError::NotCovered { .. })));
    assert_eq!(
        refused(&with(&|heading| heading.expires = NOW)),
        CatalogueError::Expired
    );
    let later = with(&|heading| {
        heading.issued = Timestamp(NOW.0 + 10 * 60 * 1000 + 1);
        heading.expires = Timestamp(u64::MAX);
    });
    assert_eq!(refused(&later), CatalogueError::NotYet);
    let fenced = with(&|heading| heading.min_agent = AgentVersion(1, 3, 0));
    assert_eq!(
        refused(&fenced),
        CatalogueError::NeedsAgent {
            needed: AgentVersion(1, 3, 0),
            have: AGENT
        }
    );
    let ahead = with(&|heading| heading.list_version = 4);
    assert_eq!(refused(&ahead), CatalogueError::ListUnknown { needed: 4, have: 3 });
}

#[test]
fn numbers_only_go_up() {
    let seen = accept(&sign(&heading(4)), None).unwrap().mark();
    assert!(accept(&sign(&heading(5)), Some(seen)).is_ok());
    assert_eq!(
        accept(&sign(&heading(3)), Some(seen)),
        Err(CatalogueError::WentBack { seen: 4, found: 3 })
    );
    let twin = sign_catalogue(&key(1), &heading(4), many(2)).unwrap().bytes;
    assert_eq!(accept(&twin, Some(seen)), Err(CatalogueError::TwoOfOneNumber(4)));
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let bytes = sign(&heading(4));
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(accept(&changed, None).is_err(), "byte {at}");
        }
        assert!(accept(&bytes[..at], None).is_err(), "cut at {at}");
    }
    assert!(accept(&[bytes.as_slice(), &[0]].concat(), None).is_err());
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(accept(&newer, None), Err(CatalogueError::Unsupported(2)));
    let mut signature = bytes;
    *signature.last_mut().unwrap() ^= 1;
    assert_eq!(accept(&signature, None), Err(CatalogueError::BadSignature));
}

/// The bytes of a catalogue whose entries are written as they are given, signed by a publisher that may.
fn as_written(entries: &[Entry]) -> Vec<u8> {
    let contents = Contents::Inline(entries.to_vec());
    let mut bytes = form::encode(&heading(4), key(1).public(), &contents).unwrap();
    let signature = key(1).sign(&message(&bytes));
    bytes.extend_from_slice(&signature);
    bytes
}

#[test]
fn only_the_one_form_is_read() {
    let (one, two) = (entry(EntryKind::Template, "a"), entry(EntryKind::Template, "b"));
    assert!(accept(&as_written(&[one.clone(), two.clone()]), None).is_ok());
    let order = Err(CatalogueError::Damaged("order of entries"));
    assert_eq!(accept(&as_written(&[two, one.clone()]), None), order);
    assert_eq!(accept(&as_written(&[one.clone(), one]), None), order);
    for id in ["", ".hidden", "a/b", "a\nb", "a b", &"x".repeat(65)] {
        assert!(
            accept(&as_written(&[entry(EntryKind::Template, id)]), None).is_err(),
            "{id:?}"
        );
    }
    // More than 128 belong on pages.
    let mut too_many = many(129);
    too_many.sort();
    assert_eq!(
        accept(&as_written(&too_many), None),
        Err(CatalogueError::Damaged("entries"))
    );
    let mut unknown = as_written(&[entry(EntryKind::Template, "a")]);
    let at = unknown.len() - 64 - (4 + 32 + 8 + 1 + 2) - 1;
    assert_eq!(unknown[at], 1);
    unknown[at] = 9;
    assert_eq!(accept(&unknown, None), Err(CatalogueError::UnknownKind(9)));
}

#[test]
fn pages_are_believed_by_their_hash_and_place() {
    let signed = sign_catalogue(&key(1), &heading(4), many(1000)).unwrap();
    assert_eq!(signed.pages.len(), 8);
    let accepted = accept(&signed.bytes, None).unwrap();
    let held: BTreeMap<_, _> = signed.pages.iter().cloned().collect();
    let mut wanted = many(1000);
    wanted.sort();
    assert_eq!(accepted.entries(|digest| held.get(digest).cloned()), Ok(wanted));
    let first = &signed.pages[0].1;
    for at in 0..first.len() {
        let mut changed = first.clone();
        changed[at] ^= 1;
        assert_eq!(accepted.page(0, &changed), Err(CatalogueError::PageMissing));
    }
    assert_eq!(accepted.page(1, first), Err(CatalogueError::PageMissing));
    assert_eq!(accepted.page(8, first), Err(CatalogueError::PageMissing));
    assert_eq!(accepted.entries(|_| None), Err(CatalogueError::PageMissing));
    // A publisher that signs a page of the wrong kind, or pages that are garbage, gains nothing.
    let overrides: Vec<_> = (0..200)
        .map(|nth| entry(EntryKind::Override, &format!("o{nth}")))
        .collect();
    let wrong = sign_catalogue(&key(2), &heading(4), overrides).unwrap();
    let accepted = accept(&wrong.bytes, None).unwrap();
    assert!(matches!(
        accepted.page(0, &wrong.pages[0].1),
        Err(CatalogueError::KindNotAllowed { .. })
    ));
}

#[test]
fn garbage_that_is_signed_as_a_page_is_refused() {
    let good = pages::laid_out(many(200)).unwrap().1;
    let swapped = good[1].1.clone();
    for garbage in [
        Vec::new(),
        b"CSCATPG\n".to_vec(),
        vec![0; 100],
        swapped,
        vec![7; 300_000],
    ] {
        let contents = Contents::Paged {
            entries: 200,
            pages: vec![digest_of(&garbage), good[1].0],
        };
        let mut bytes = form::encode(&heading(4), key(1).public(), &contents).unwrap();
        let signature = key(1).sign(&message(&bytes));
        bytes.extend_from_slice(&signature);
        let accepted = accept(&bytes, None).unwrap();
        assert!(matches!(accepted.page(0, &garbage), Err(CatalogueError::Damaged(_))));
    }
}

#[test]
fn a_change_of_one_object_changes_one_page() {
    let before = pages::laid_out(many(10_000)).unwrap().1;
    assert_eq!(before.len(), 128);
    let mut changed = many(10_000);
    changed[5000].version = 8;
    let after = pages::laid_out(changed).unwrap().1;
    let other = before.iter().zip(&after).filter(|(one, other)| one != other).count();
    assert_eq!(other, 1);
    assert!(before.iter().all(|(_, page)| page.len() < 16 * 1024));
}

#[test]
fn what_is_out_of_bounds_is_not_signed() {
    let refuse = |heading: &Heading, entries: Vec<Entry>| {
        let made = sign_catalogue(&key(1), heading, entries);
        assert!(matches!(made, Err(CatalogueError::OutOfBounds(_))), "{heading:?}");
    };
    refuse(&heading(0), few());
    refuse(
        &Heading {
            expires: heading(1).issued,
            ..heading(1)
        },
        few(),
    );
    refuse(
        &Heading {
            organisation: String::new(),
            ..heading(1)
        },
        few(),
    );
    refuse(
        &heading(1),
        vec![entry(EntryKind::Policy, "a"), entry(EntryKind::Policy, "a")],
    );
    refuse(&heading(1), vec![entry(EntryKind::Policy, "a/b")]);
    refuse(&heading(1), many(200_001));
}

#[test]
fn a_list_that_changes_takes_along_what_its_publishers_signed() {
    let bytes = sign(&heading(4));
    let mut list = list();
    assert!(trusted_still(&bytes, &list, &unit_of("Sales"), AGENT).is_ok());
    list.revoke(key(1).public());
    assert_eq!(
        trusted_still(&bytes, &list, &unit_of("Sales"), AGENT),
        Err(CatalogueError::Revoked)
    );
    list.publishers.clear();
    list.revoked.clear();
    assert_eq!(
        trusted_still(&bytes, &list, &unit_of("Sales"), AGENT),
        Err(CatalogueError::NotListed)
    );
}

#[test]
fn versions_are_three_numbers() {
    assert_eq!("1.20.3".parse(), Ok(AgentVersion(1, 20, 3)));
    assert!(AgentVersion(1, 10, 0) > AgentVersion(1, 9, 9));
    for bad in ["", "1.2", "1.2.3.4", "1.2.x", "1.2.99999"] {
        assert!(bad.parse::<AgentVersion>().is_err(), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_set_gives_the_same_bytes(ids in proptest::collection::btree_set("[a-z]{1,6}", 0..400), turn in any::<prop::sample::Index>()) {
        let entries: Vec<_> = ids.iter().map(|id| entry(EntryKind::Template, id)).collect();
        let mut turned = entries.clone();
        if !turned.is_empty() {
            turned.rotate_left(turn.index(entries.len()));
        }
        let one = sign_catalogue(&key(1), &heading(4), entries).unwrap();
        prop_assert_eq!(&one, &sign_catalogue(&key(1), &heading(4), turned).unwrap());
        let accepted = accept(&one.bytes, None).unwrap();
        let held: BTreeMap<_, _> = one.pages.into_iter().collect();
        let back: BTreeSet<_> = accepted.entries(|digest| held.get(digest).cloned()).unwrap().into_iter().map(|entry| entry.id).collect();
        prop_assert_eq!(back, ids);
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(accept(&bytes, None).is_err());
        prop_assert!(accept(&[b"CSCATLG\n\x01\x00", bytes.as_slice()].concat(), None).is_err());
        prop_assert!(pages::read(&bytes, 1000, 0).is_err());
        let page = [b"CSCATPG\n\x01\x00\x03\x00\x00".as_slice(), bytes.as_slice()].concat();
        let _ = pages::read(&page, 1000, 0);
    }
}
