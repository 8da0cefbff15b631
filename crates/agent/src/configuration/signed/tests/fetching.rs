//! What is read, fetched, kept and removed on the way from one catalogue to the next.

use super::*;
use countersign_model::port::StoreError;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A device store that counts what is read and commited, on a disk that can be full.
struct Watched<'a> {
    store: &'a Store,
    read: Mutex<Vec<StoreKey>>,
    commits: AtomicUsize,
    /// How many bytes of values it still takes.
    room: AtomicUsize,
}

impl<'a> Watched<'a> {
    fn with_room(store: &'a Store, room: usize) -> Self {
        Self {
            store,
            read: Mutex::default(),
            commits: AtomicUsize::new(0),
            room: AtomicUsize::new(room),
        }
    }

    fn objects_read(&self) -> Vec<Digest> {
        let read = self.read.lock().unwrap();
        let objects = read.iter().filter(|key| key.kind == StoreKind::Object);
        objects.map(|key| key.id.clone().try_into().unwrap()).collect()
    }
}

impl RecordStore for Watched<'_> {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.read.lock().unwrap().push(key.clone());
        self.store.get(key)
    }

    fn holds(&self, key: &StoreKey) -> Result<bool, StoreError> {
        self.store.holds(key)
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store.ids(kind)
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let size = |change: &Change| match change {
            Change::Put(_, value) => value.len(),
            Change::Remove(_) => 0,
        };
        let needed: usize = batch.iter().map(size).sum();
        let take = |room: usize| room.checked_sub(needed);
        if self
            .room
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .is_err()
        {
            return Err(StoreError::NotSaved("No space left on device".to_owned()));
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.store.commit(batch)
    }
}

fn many(count: usize, size: usize) -> Objects {
    let object = |nth: usize| -> (EntryKind, &'static str, Vec<u8>) {
        let id: &'static str = Box::leak(format!("o{nth}").into_boxed_str());
        let mut bytes = format!("# {nth}\n[settings]\n").into_bytes();
        bytes.resize(size.max(bytes.len()), b'\n');
        (EntryKind::Override, id, bytes)
    };
    (0..count).map(object).collect()
}

/// Everything in force is held, as it was signed.
fn all_held(room: &Room, signed: &Signed) -> bool {
    let bytes = |digest: &Digest| room.device.get(&held::object_key(digest)).unwrap();
    let mut digests = signed.units.values().flat_map(|found| {
        let pages = found.trusted.catalogue().contents.pages().iter();
        pages.chain(found.entries().map(|entry| &entry.digest))
    });
    digests.all(|digest| bytes(digest).is_some_and(|bytes| digest_of(&bytes) == *digest))
}

#[test]
fn an_unchanged_page_is_not_read_again_and_a_change_is_one_commit() {
    let mut room = Room::new();
    let mut objects = many(300, 0);
    room.publish(2, "Sales", 1, &objects);
    assert_eq!(room.look(), Vec::<String>::new());
    let before = held::objects(&room.device).unwrap();
    assert_eq!(before.len(), 304);

    objects[200].2 = b"# other\n[settings]\n".to_vec();
    room.put("Sales", &objects[200..201].to_vec());
    room.swap("Sales", 2, &room.catalogue(2, "Sales", 2, &objects));
    let (watched, progress) = (Watched::with_room(&room.device, usize::MAX), Progress::default());
    let (next, reached) = room.followed(&watched, &progress, NOW);
    reached.unwrap();
    assert_eq!(next.faults(NOW), Vec::<String>::new());
    // Of all pages only the new one is looked for, and it is not here yet.
    let read = watched.objects_read();
    assert!(read.len() == 1 && !before.contains(&read[0]), "{}", read.len());
    assert_eq!(progress.told().of, 2, "a page and an object are fetched");
    assert_eq!(watched.commits.load(Ordering::SeqCst), 1);
    // The old page and the old object are gone with it.
    assert_eq!(held::objects(&room.device).unwrap().len(), 304);
    assert!(all_held(&room, &next));
    assert_eq!(next.report(NOW)[0].overrides, 300);
}

#[test]
fn what_another_catalogue_names_too_is_not_removed() {
    let mut room = Room::new();
    let shared = b"# shared\n[settings]\n".to_vec();
    let with = |id: &'static str| -> Objects { vec![(EntryKind::Override, id, shared.clone())] };
    room.publish(1, "", 1, &with("here"));
    let mut twice = with("there");
    twice.extend(with("twin"));
    room.publish(2, "Sales", 1, &twice);
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(held::objects(&room.device).unwrap().len(), 1);
    room.publish(2, "Sales", 2, &with("twin"));
    assert_eq!(room.look(), Vec::<String>::new());
    room.publish(2, "Sales", 3, &vec![]);
    assert_eq!(room.look(), Vec::<String>::new());
    assert!(all_held(&room, &room.signed));
    room.publish(1, "", 2, &vec![]);
    assert_eq!(room.look(), Vec::<String>::new());
    assert!(held::objects(&room.device).unwrap().is_empty());
}

#[test]
fn a_full_disk_is_said_and_nothing_is_in_force_that_is_not_held() {
    const SIZE: usize = 100_000;
    let mut room = Room::new();
    room.publish(2, "Sales", 1, &one("org.example.one"));
    room.look();
    let templates = room.templates();
    let objects = many(130, SIZE);
    room.publish(2, "Sales", 2, &objects);
    // Full before anything came, after some of it, and before the catalogue itself.
    for (space, kept) in [(0, 1), (60 * SIZE, 40), (70 * SIZE, 100)] {
        let watched = Watched::with_room(&room.device, space);
        let (next, reached) = room.followed(&watched, &Progress::default(), NOW);
        reached.unwrap();
        let faults = next.faults(NOW);
        assert!(
            faults.len() == 1
                && faults[0]
                    .contains("cannot be kept: the change was not saved: No space left on device; free some space"),
            "{faults:?}"
        );
        assert_eq!(next.units[&unit("Sales")].trusted.catalogue().heading.sequence, 1);
        assert!(all_held(&room, &next));
        assert!(held::objects(&room.device).unwrap().len() >= kept, "{space}");
        room.signed = next;
        assert_eq!(room.templates(), templates);
        assert!(all_held(&room, &room.restarted()));
    }
    // With space again, only the rest is fetched.
    let progress = Progress::default();
    let (next, reached) = room.followed(&room.device, &progress, NOW);
    reached.unwrap();
    assert_eq!(next.faults(NOW), Vec::<String>::new());
    assert!((1..=50).contains(&progress.told().of), "{:?}", progress.told());
    assert_eq!(next.report(NOW)[0].overrides, 130);
    assert!(all_held(&room, &next));
}
