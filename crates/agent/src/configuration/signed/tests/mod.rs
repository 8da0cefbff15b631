mod fetching;
mod policies;

use super::super::edition::Edition;
use super::*;
use crate::syncing::Progress;
use countersign_directory::{FolderRepository, WhenAbsent};
use countersign_model::port::{Publishing, RepositoryError};
use countersign_model::{ConfigName, Layer, SettingValue, TemplateId, UserId};
use countersign_secret::Key;
use countersign_store::Store;
use countersign_trust::{
    AgentVersion, EntryKind, Heading, Kinds, ListedPublisher, PublisherKey, Recovery, RootPublic, sign_catalogue,
};
use std::path::PathBuf;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const DAY: u64 = 24 * 60 * 60 * 1000;

fn key(byte: u8) -> PublisherKey {
    PublisherKey::from_seed(Key::from_fill(|out| out.fill(byte)))
}

fn unit(path: &str) -> Unit {
    Unit::new(path).unwrap()
}

fn template(id: &str) -> Vec<u8> {
    let text = include_str!("../../../../../../templates/org.gnome.zenity.password.toml");
    text.replacen("org.gnome.zenity.password", id, 1).into_bytes()
}

/// A list with publisher 1 everywhere and publisher 2 in Sales.
fn list(version: u64) -> RootList {
    let listed = |byte, path: &str| ListedPublisher {
        name: format!("desk {byte}"),
        key: key(byte).public(),
        unit: unit(path),
        kinds: Kinds::all(),
    };
    RootList {
        organisation: "Example".to_owned(),
        version,
        issued: NOW,
        expires: Timestamp(NOW.0 + 100 * DAY),
        root: RootPublic([1; 32]),
        recovery: Recovery::Off,
        publishers: vec![listed(1, ""), listed(2, "Sales")],
        revoked: Vec::new(),
        others: Vec::new(),
        settings: String::new(),
    }
}

struct Room {
    folder: tempfile::TempDir,
    repository: FolderRepository,
    device: Store,
    list: RootList,
    signed: Signed,
}

/// Objects of a unit by kind and id.
type Objects = Vec<(EntryKind, &'static str, Vec<u8>)>;

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = FolderRepository::new(folder.path().join("repository"), WhenAbsent::Make).unwrap();
        Self {
            device: store(&folder.path().join("device")),
            repository,
            folder,
            list: list(1),
            signed: Signed::default(),
        }
    }

    fn catalogue(&self, by: u8, path: &str, sequence: u64, objects: &Objects) -> Vec<u8> {
        let entries = objects.iter().map(|(kind, id, bytes)| Entry {
            kind: *kind,
            id: (*id).to_owned(),
            version: 1,
            digest: digest_of(bytes),
            size: u32::try_from(bytes.len()).unwrap(),
        });
        let heading = Heading {
            organisation: "Example".to_owned(),
            unit: unit(path),
            list_version: self.list.version,
            sequence,
            issued: NOW,
            expires: Timestamp(NOW.0 + DAY),
            min_agent: AgentVersion(0, 1, 0),
        };
        let made = sign_catalogue(&key(by), &heading, entries.collect()).unwrap();
        for (digest, page) in made.pages {
            let name = ConfigName::page(&digest);
            self.repository.put(&unit(path), &name, 1, &page).unwrap();
        }
        made.bytes
    }

    fn put(&self, path: &str, objects: &Objects) {
        for (kind, id, bytes) in objects {
            let name = kind.named(id).unwrap();
            self.repository.put(&unit(path), &name, 1, bytes).unwrap();
        }
    }

    fn swap(&self, path: &str, sequence: u64, bytes: &[u8]) {
        let before = countersign_model::port::ConfigurationRepository::catalogue(&self.repository, &unit(path));
        let before = before.map(|(number, _)| number).ok();
        self.repository
            .swap_catalogue(&unit(path), before, sequence, bytes)
            .unwrap();
    }

    fn publish(&self, by: u8, path: &str, sequence: u64, objects: &Objects) {
        self.put(path, objects);
        self.swap(path, sequence, &self.catalogue(by, path, sequence, objects));
    }

    fn look_at(&mut self, now: Timestamp) -> Vec<String> {
        let (next, reached) = self.followed(&self.device, &Progress::default(), now);
        reached.unwrap();
        self.signed = next;
        self.signed.faults(now)
    }

    fn followed(
        &self,
        device: &dyn RecordStore,
        progress: &Progress,
        now: Timestamp,
    ) -> (Signed, Result<(), RepositoryError>) {
        self.signed.followed(Following {
            repository: &self.repository,
            list: Some(&self.list),
            user: &UserId::from("anna"),
            device,
            progress,
            now,
            look: Look::Full,
        })
    }

    fn look(&mut self) -> Vec<String> {
        self.look_at(NOW)
    }

    fn restarted(&self) -> Signed {
        Signed::load(Some(&self.list), &self.device)
    }

    fn templates(&self) -> Vec<String> {
        let edition = Edition::first(&PathBuf::from("/nowhere"), &self.signed, &self.device);
        let set = edition.templates();
        set.templates()
            .map(|loaded| format!("{} {}", loaded.id(), loaded.publisher))
            .collect()
    }

    fn number(&self, path: &str) -> Option<u64> {
        let found = self.signed.units.get(&unit(path))?;
        Some(found.trusted.catalogue().heading.sequence)
    }

    fn file(&self, below: &str) -> PathBuf {
        self.folder.path().join("repository/config").join(below)
    }
}

fn store(path: &std::path::Path) -> Store {
    Store::open(path, Key::from_fill(|out| out.fill(7))).unwrap().0
}

fn one(id: &'static str) -> Objects {
    vec![(EntryKind::Template, id, template(id))]
}

#[test]
fn what_a_publisher_signed_is_in_force_and_stays_so_after_a_restart() {
    let mut room = Room::new();
    room.publish(1, "", 1, &one("org.example.one"));
    room.publish(2, "Sales", 1, &one("org.example.two"));
    assert_eq!(room.look(), Vec::<String>::new());
    let wanted = ["org.example.one desk 1 of Example", "org.example.two desk 2 of Example"];
    assert_eq!(room.templates(), wanted);
    room.signed = room.restarted();
    assert_eq!(room.templates(), wanted);
    // What the next catalogue does not name is withdrawn, and its bytes go.
    room.publish(1, "", 2, &vec![]);
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.templates(), [wanted[1]]);
    assert_eq!(held::objects(&room.device).unwrap().len(), 1);
    assert_eq!(room.signed.report(NOW)[1].number, 1);
}

#[test]
fn without_a_list_nothing_is_in_force() {
    let mut room = Room::new();
    room.publish(1, "", 1, &one("org.example.one"));
    room.look();
    let (nothing, _) = room.signed.followed(Following {
        progress: &Progress::default(),
        repository: &room.repository,
        list: None,
        user: &UserId::from("anna"),
        device: &room.device,
        now: NOW,
        look: Look::Full,
    });
    assert!(nothing.units.is_empty());
    assert!(room.restarted().units.is_empty(), "nor after a restart");
}

#[test]
fn a_deeper_unit_has_the_last_word_on_a_template() {
    let mut room = Room::new();
    room.publish(1, "", 1, &one("org.example.one"));
    room.publish(2, "Sales", 1, &one("org.example.one"));
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.templates(), ["org.example.one desk 2 of Example"]);
}

#[test]
fn a_catalogue_that_does_not_count_leaves_what_is_in_force() {
    let mut room = Room::new();
    room.publish(2, "Sales", 3, &one("org.example.one"));
    room.look();
    let before = room.templates();
    let mut number = 3;
    // By another's key, changed after it was signed, of another unit, an earlier one under a later number.
    let forged = room.catalogue(9, "Sales", 10, &vec![]);
    let mut changed = room.catalogue(2, "Sales", 10, &vec![]);
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let elsewhere = room.catalogue(2, "Sales/Berlin", 10, &vec![]);
    let early = room.catalogue(2, "Sales", 2, &vec![]);
    let twin = room.catalogue(2, "Sales", 3, &vec![]);
    let garbage = vec![0x30; 100];
    for (bytes, wanted) in [
        (forged, "is not on the organisation's list"),
        (changed, ""),
        (elsewhere, "was signed for the unit `Sales/Berlin`"),
        (early, "went back from number 3 to 2"),
        (twin, "two of number 3"),
        (garbage, "damaged"),
    ] {
        number += 1;
        room.swap("Sales", number, &bytes);
        let faults = room.look();
        assert!(faults.len() == 1 && faults[0].contains(wanted), "{wanted}: {faults:?}");
        assert!(faults[0].contains("number 3 stays in force"), "{faults:?}");
        assert_eq!(room.templates(), before);
    }
    // The mark survives a restart and the loss of the catalogue.
    room.signed = room.restarted();
    let old = room.catalogue(2, "Sales", 2, &vec![]);
    room.swap("Sales", number + 1, &old);
    assert!(room.look()[0].contains("went back"));
}

#[test]
fn what_is_missing_keeps_the_older_one_and_is_named() {
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    let next = one("org.example.two");
    room.swap("Sales", 2, &room.catalogue(2, "Sales", 2, &next));
    let faults = room.look();
    assert!(
        faults[0].contains("template org.example.two of what number 2 names is missing")
            && faults[0].contains("number 1 stays in force"),
        "{faults:?}"
    );
    // Something else under its name is missing, too.
    room.put(
        "Sales",
        &vec![(EntryKind::Template, "org.example.two", template("org.example.x"))],
    );
    assert!(room.look()[0].contains("is missing or is not what was signed"));
    assert_eq!(room.number("Sales"), Some(1));
    room.put("Sales", &next);
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.number("Sales"), Some(2));
    // A first catalogue counts as far as what it names is there.
    let mut both = one("org.example.here");
    both.extend(one("org.example.gone"));
    room.publish(1, "", 1, &both);
    std::fs::remove_file(room.file("templates/org.example.gone.toml")).unwrap();
    let faults = room.look();
    assert!(
        faults[0].contains("template org.example.gone") && faults[0].contains("the rest is in force"),
        "{faults:?}"
    );
    assert!(room.templates().iter().any(|found| found.contains("org.example.here")));
}

#[test]
fn a_garbled_page_is_refused_and_a_good_one_is_fetched_once() {
    let mut room = Room::new();
    let objects: Objects = (0..200)
        .map(|nth| -> (EntryKind, &'static str, Vec<u8>) {
            let id: &'static str = Box::leak(format!("o{nth}").into_boxed_str());
            (EntryKind::Override, id, format!("# {nth}\n[settings]\n").into_bytes())
        })
        .collect();
    room.publish(2, "Sales", 1, &objects);
    let pages: Vec<_> = std::fs::read_dir(room.file("Sales/.pages"))
        .unwrap()
        .map(|page| page.unwrap().path())
        .collect();
    assert_eq!(pages.len(), 2);
    let good = std::fs::read(&pages[0]).unwrap();
    std::fs::write(&pages[0], b"garbage").unwrap();
    let faults = room.look();
    assert!(
        faults[0].contains("a page of it is missing or is another one"),
        "{faults:?}"
    );
    assert_eq!(room.number("Sales"), None);
    std::fs::write(&pages[0], good).unwrap();
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(held::objects(&room.device).unwrap().len(), 202);
    // With everything held, only the catalogue is needed.
    std::fs::remove_dir_all(room.file("Sales/overrides")).unwrap();
    std::fs::remove_dir_all(room.file("Sales/.pages")).unwrap();
    room.signed = room.restarted();
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.signed.report(NOW)[0].overrides, 200);
}

#[test]
fn a_revoked_publisher_takes_along_what_it_signed_and_a_new_key_goes_on() {
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    let before = room.templates();
    // The new key under the same name, before the old one is revoked.
    room.list = list(2);
    room.list.publishers.push(ListedPublisher {
        key: key(3).public(),
        ..room.list.publishers[1].clone()
    });
    room.publish(3, "Sales", 2, &one("org.example.one"));
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.templates(), before);
    room.list.version = 3;
    room.list.revoke(key(2).public());
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.templates(), before);
    // Without a new catalogue it is out of force at once, and after a restart.
    room.list.version = 4;
    room.list.revoke(key(3).public());
    let faults = room.look();
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("out of force") && fault.contains("revoked")),
        "{faults:?}"
    );
    assert!(room.templates().is_empty() && room.restarted().units.is_empty());
}

#[test]
fn one_that_is_kept_back_stays_until_it_expires() {
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    std::fs::remove_file(room.file("Sales/catalogue.1")).unwrap();
    let faults = room.look();
    assert!(faults[0].contains("kept back; number 1 stays in force"), "{faults:?}");
    assert_eq!(room.templates().len(), 1);
    let faults = room.look_at(Timestamp(NOW.0 + 2 * DAY));
    assert!(faults[0].contains("has expired"), "{faults:?}");
    assert!(room.templates().is_empty());
}

#[test]
fn one_that_expires_is_stale_and_a_first_one_refused() {
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    let later = Timestamp(NOW.0 + 2 * DAY);
    let faults = room.look_at(later);
    assert!(
        faults.len() == 1 && faults[0].contains("stays in force until its publisher signs"),
        "{faults:?}"
    );
    assert!(room.signed.report(later)[0].stale && room.templates().len() == 1);
    let mut other = Room::new();
    other.publish(2, "Sales", 1, &one("org.example.one"));
    let faults = other.look_at(later);
    assert!(
        faults[0].contains("it has expired") && faults[0].contains("nothing of it is used"),
        "{faults:?}"
    );
}

#[test]
fn who_changes_groups_loses_what_is_closed_to_him_at_once() {
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    let mut before = room.signed.units[&unit("Sales")].trusted.clone();
    assert_eq!(before.publisher(), "desk 2");
    // He was in another group when it was seen last.
    let found = room.signed.units.get_mut(&unit("Sales")).unwrap();
    *found = Arc::new(InForce {
        seen_by: vec!["former".to_owned()],
        trusted: before.clone(),
        pages: found.pages.clone(),
        missing: BTreeSet::new(),
    });
    std::fs::remove_file(room.file("Sales/catalogue.1")).unwrap();
    assert_eq!(room.look(), Vec::<String>::new());
    assert!(room.templates().is_empty());
    // Back in the group, the same catalogue counts again: its mark was kept.
    let bytes = room.catalogue(2, "Sales", 1, &one("org.example.one"));
    room.swap("Sales", 1, &bytes);
    assert_eq!(room.look(), Vec::<String>::new());
    before = room.signed.units[&unit("Sales")].trusted.clone();
    assert_eq!(before.catalogue().heading.sequence, 1);
}

#[test]
fn groups_decide_who_gets_a_template() {
    let mut room = Room::new();
    let with = |id: &str, access: &str| {
        let mut text = String::from_utf8(template(id)).unwrap();
        text.push_str(&format!("\n[access]\n{access}\n"));
        text.into_bytes()
    };
    let mine = room.look();
    assert_eq!(mine, Vec::<String>::new());
    let group = room.signed.groups()[0].clone();
    let objects = vec![
        (
            EntryKind::Template,
            "org.example.allowed",
            with("org.example.allowed", &format!("allow = [\"{group}\"]")),
        ),
        (
            EntryKind::Template,
            "org.example.denied",
            with("org.example.denied", &format!("deny = [\"{group}\"]")),
        ),
        (
            EntryKind::Template,
            "org.example.others",
            with("org.example.others", "allow = [\"nobody is in it\"]"),
        ),
    ];
    room.publish(1, "", 1, &objects);
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(room.templates(), ["org.example.allowed desk 1 of Example"]);
}

#[test]
fn overrides_are_laid_by_depth_and_unreachable_keeps_them() {
    let mut room = Room::new();
    let base = b"[settings]\nloop.fills = 2\nlock.idle_minutes = 5\n".to_vec();
    let sales = b"[settings]\nloop.fills = 4\nunlock.floor = \"weak\"\n".to_vec();
    room.publish(1, "", 1, &vec![(EntryKind::Override, "base", base)]);
    room.publish(2, "Sales", 1, &vec![(EntryKind::Override, "sales", sales)]);
    room.look();
    let laid = |signed: &Signed, device: &Store| {
        let edition = Edition::first(&PathBuf::from("/nowhere"), signed, device);
        let (all, groups) = edition.overrides();
        StandingOverride::laid(all, groups, NOW).0
    };
    let layer = laid(&room.signed, &room.device);
    assert_eq!(layer.layer, Layer::Directory);
    assert_eq!(layer.values["loop.fills"].value, SettingValue::Number(4));
    assert_eq!(
        layer.values["loop.fills"].place,
        "Sales override sales by desk 2 of Example"
    );
    assert_eq!(layer.values["lock.idle_minutes"].value, SettingValue::Number(5));
    assert!(
        !layer.values.contains_key("unlock.floor"),
        "only the root decides on that"
    );
    // The directory goes away: everything stays.
    std::fs::rename(room.folder.path().join("repository"), room.folder.path().join("away")).unwrap();
    room.repository = FolderRepository::new(room.folder.path().join("repository"), WhenAbsent::Report).unwrap();
    let (next, reached) = room.signed.followed(Following {
        progress: &Progress::default(),
        repository: &room.repository,
        list: Some(&room.list),
        user: &UserId::from("anna"),
        device: &room.device,
        now: NOW,
        look: Look::Full,
    });
    assert!(
        matches!(reached, Err(RepositoryError::Unreachable { .. })),
        "{reached:?}"
    );
    assert_eq!(laid(&next, &room.device), layer);
    assert_eq!(laid(&room.restarted(), &room.device), layer);
    let template = TemplateId::from("none");
    assert!(
        Edition::first(&PathBuf::from("/"), &next, &room.device)
            .templates()
            .get(&template)
            .is_none()
    );
}
