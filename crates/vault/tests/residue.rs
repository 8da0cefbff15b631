//! After a vault, a logon and everything derived are dropped, nothing of them is left anywhere in this process's memory.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, PasswordJournal, Publisher, RecordId,
    TemplateId, Timestamp, UserId,
};
use countersign_secret::{Key, Password};
use countersign_vault::{
    Commitment, HalfA, HalfB, KdfParameters, LiveBinding, Owner, RecoveryAtRoll, Rings, RollPlan, Unlocked, Written,
    derive_vault_name, make_ring_key, normalise_answer, recover, release, unlock_login, unseal_half,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Secrets are kept masked in this test, so that the test itself leaves none.
const MASK: u8 = 0xa5;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Masked(Vec<u8>);

/// In clear: only a failure shows it.
impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain: Vec<u8> = self.0.iter().map(|byte| byte ^ MASK).collect();
        write!(f, "{:?}", String::from_utf8_lossy(&plain))
    }
}

/// What was found, where, and the eight bytes of it.
type Hit = (&'static str, String, Masked);

impl Masked {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|byte| byte ^ MASK).collect())
    }

    /// The secret, written straight into locked memory.
    fn password(&self) -> Password {
        let mut bytes = countersign_secret::SecretBytes::zeroed(self.0.len());
        for (plain, masked) in bytes.expose_mut().iter_mut().zip(&self.0) {
            *plain = masked ^ MASK;
        }
        Password::from_utf8(bytes.expose()).unwrap()
    }
}

const WIDTH: usize = 8;

/// One test at a time: each searches all of this process.
static ALONE: Mutex<()> = Mutex::new(());

/// Which needles are found, any eight bytes of them, and where, in the writable memory of this process.
fn found(needles: &[(&'static str, &Masked)]) -> BTreeSet<Hit> {
    found_where(needles, |_| true)
}

/// As [`found`], for the windows that `counts`.
fn found_where(needles: &[(&'static str, &Masked)], counts: impl Fn(&[u8]) -> bool) -> BTreeSet<Hit> {
    let mut windows = HashMap::new();
    let mut first = vec![false; 1 << 16];
    for (what, needle) in needles {
        for window in needle.0.windows(WIDTH).filter(|window| counts(window)) {
            windows.insert(window, *what);
            first[usize::from(u16::from_le_bytes([window[0], window[1]]))] = true;
        }
    }
    let mut hits = BTreeSet::new();
    each_window(|window, place| {
        if first[usize::from(u16::from_le_bytes([window[0], window[1]]))]
            && let Some(what) = windows.get(window)
        {
            hits.insert((*what, place.to_owned(), Masked(window.to_vec())));
        }
    });
    hits
}

/// Two words and the space between them, or part of it: the word list itself holds every word.
fn crosses_words(window: &[u8]) -> bool {
    let plain = |byte: &u8| byte ^ MASK;
    window.iter().any(|byte| plain(byte) == b' ') && window.iter().all(|byte| matches!(plain(byte), b' ' | b'a'..=b'z'))
}

/// What [`crosses_words`] in this process before there is any code: the harness keeps the description of its options, in plain English.
/// It writes the tests' names later, so these begin with no word of the list ("test nothing", say).
fn english() -> HashSet<[u8; WIDTH]> {
    let mut found = HashSet::new();
    each_window(|window, _| {
        if crosses_words(window) {
            found.extend(<[u8; WIDTH]>::try_from(window));
        }
    });
    found
}

/// Every eight bytes of this process's writable memory, masked, with the line of its map they are in.
fn each_window(mut see: impl FnMut(&[u8], &str)) {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut buffer = vec![0; 1 << 20];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        let (mut at, to) = (
            u64::from_str_radix(from, 16).unwrap(),
            u64::from_str_radix(to, 16).unwrap(),
        );
        while at < to {
            let len = usize::try_from(to - at).unwrap().min(buffer.len());
            memory.seek(SeekFrom::Start(at)).unwrap();
            if memory.read_exact(&mut buffer[..len]).is_err() {
                break;
            }
            buffer[..len].iter_mut().for_each(|byte| *byte ^= MASK);
            for window in buffer[..len].windows(WIDTH) {
                see(window, line);
            }
            // Masking has turned the masked needles into plain ones: the search must not find itself.
            buffer.fill(0);
            if at + u64::try_from(len).unwrap() == to {
                break;
            }
            at += u64::try_from(len - WIDTH).unwrap();
        }
    }
}

fn fixture(name: &str) -> Vec<u8> {
    let place: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name].iter().collect();
    fs::read(place).unwrap()
}

/// Reads a fixture without leaving its bytes in a freed buffer.
fn masked_fixture(name: &str) -> Masked {
    let mut bytes = fixture(name);
    let masked = Masked::of(&bytes);
    bytes.fill(0);
    std::hint::black_box(&mut bytes);
    masked
}

#[inline(never)]
fn work(password: &Masked, secret: &Masked, answer: &Masked) -> (Masked, Masked) {
    let user = UserId("ada".to_owned());
    let owner = Owner {
        user: &user,
        vault: None,
        filed: None,
        at_least: HeaderVersion(1),
    };
    let device_secret = Key::from_fill(|out| out.fill(7));
    let unlocked = unlock_login(
        &owner,
        &fixture("header.bin"),
        &fixture("device-slots.bin"),
        &password.password(),
        &device_secret,
    )
    .unwrap();
    for counter in 1..50 {
        once(&unlocked, secret, counter);
    }
    let normal = normalise_answer(&answer.password()).unwrap();
    (
        Masked::of(unlocked.store_key().expose()),
        Masked::of(normal.text().expose().as_bytes()),
    )
}

fn once(unlocked: &Unlocked, secret: &Masked, counter: u64) {
    let program = Path::new("/usr/bin/filezilla");
    let logon = Logon {
        id: RecordId([1; 16]),
        template: TemplateId::from("org.filezilla.FileZilla"),
        label: "Test".to_owned(),
        fields: FieldValues(vec![(
            FieldName::from("password"),
            FieldKind::Secret,
            secret.password(),
        )]),
        binding: Binding {
            publisher: Publisher::Package,
            executable: Some(program.to_owned()),
        },
        changed: Timestamp(0),
        journal: PasswordJournal::default(),
    };
    let sealed = unlocked.seal_logon(&logon, counter, Commitment::NONE).unwrap();
    let device: DeviceId = unlocked.device_id();
    let opened = unlocked
        .open_logon(&unlocked.expect(logon.id, Written::By(device, counter)), &sealed)
        .unwrap();
    let live = LiveBinding {
        template: logon.template,
        publisher: Publisher::Package,
        executable: program.to_owned(),
    };
    let released = release(opened, &live).unwrap();
    assert_eq!(released.fields().get(&FieldName::from("password")).unwrap().chars(), 26);
}

/// A recovery from the helpdesk's words to the roll after it: the words, both halves' keys gone again.
#[inline(never)]
fn recovery(password: &Masked, english: &HashSet<[u8; WIDTH]>) -> Vec<Masked> {
    let user = UserId("ada".to_owned());
    let owner = Owner {
        user: &user,
        vault: None,
        filed: None,
        at_least: HeaderVersion(1),
    };
    let secret = Key::from_fill(|out| out.fill(7));
    let slots = fixture("device-slots.bin");
    let mut unlocked = unlock_login(&owner, &fixture("header.bin"), &slots, &password.password(), &secret).unwrap();
    let ring = make_ring_key().unwrap();
    let rings = Rings::One(ring.public());
    let made = unlocked.header_with_recovery(&rings).unwrap();
    unlocked.follow(&owner, &made.header).unwrap();
    let name = derive_vault_name(unlocked.vault_id()).join(" ");
    let told = unseal_half(&ring, &made.header, &name).unwrap();
    let (a, b) = (
        HalfA::from_words(&told.words).unwrap(),
        HalfB::from_words(&made.printed).unwrap(),
    );
    let opened = recover(&owner, &made.header, None, &a, Some(&b)).unwrap();
    let rolled = opened.roll(&RollPlan {
        revoke: &[],
        renew: &[],
        remove: &[],
        recovery: RecoveryAtRoll::Renew(&rings),
        kdf: KdfParameters::new(64, 3, 1).unwrap(),
    });
    let rolled = rolled.unwrap();
    let heard = Masked::of(told.words.expose().as_bytes());
    let alive = found_where(&[("half A's words", &heard)], |window| {
        crosses_words(window) && !english.contains(window)
    });
    assert!(!alive.is_empty(), "the search finds what is there");
    vec![
        heard,
        Masked::of(made.printed.expose().as_bytes()),
        Masked::of(rolled.printed.as_ref().unwrap().expose().as_bytes()),
        Masked::of(ring.private().expose()),
        Masked::of(rolled.unlocked.store_key().expose()),
        Masked::of(opened.store_key().expose()),
    ]
}

#[test]
fn no_code_is_left_in_memory_after_a_recovery() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let password = Masked(vec![
        0xf1, 0xd7, 0x95, 0xd0, 0xc7, 0x91, 0xc1, 0xca, 0xd7, 0x85, 0x83, 0x85, 0xc1, 0xd7, 0xc0, 0xcc,
    ]);
    let english = english();
    let left = recovery(&password, &english);
    let words = [
        ("half A's words", &left[0]),
        ("the printed code", &left[1]),
        ("the new code", &left[2]),
    ];
    let hits = found_where(&words, |window| crosses_words(window) && !english.contains(window));
    assert!(hits.is_empty(), "{hits:#?}");
    let hits = found(&[
        ("the ring's key", &left[3]),
        ("the new store key", &left[4]),
        ("the store key", &left[5]),
        ("the password", &password),
    ]);
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn no_secret_is_left_in_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let vault_key = masked_fixture("vault-key.bin");
    // "Tr0ub4dor & drei", "xK7#qz!mW2$vR9&hN4*pL6^tB1", "  Correct HORSE  Straße ﬁve ": the masked forms, never the texts.
    let password = Masked(vec![
        0xf1, 0xd7, 0x95, 0xd0, 0xc7, 0x91, 0xc1, 0xca, 0xd7, 0x85, 0x83, 0x85, 0xc1, 0xd7, 0xc0, 0xcc,
    ]);
    let secret = Masked(vec![
        0xdd, 0xee, 0x92, 0x86, 0xd4, 0xdf, 0x84, 0xc8, 0xf2, 0x97, 0x81, 0xd3, 0xf7, 0x9c, 0x83, 0xcd, 0xeb, 0x91,
        0x8f, 0xd5, 0xe9, 0x93, 0xfb, 0xd1, 0xe7, 0x94,
    ]);
    let answer = Masked(secret.0.iter().rev().copied().collect());

    let alive = secret.password();
    let there = found(&[("a field", &secret)]);
    assert!(!there.is_empty(), "the search finds what is there");
    drop(alive);

    let (store_key, normal) = work(&password, &secret, &answer);
    let hits = found(&[
        ("the vault key", &vault_key),
        ("the store key", &store_key),
        ("the password", &password),
        ("a field", &secret),
        ("the answer", &normal),
    ]);
    assert!(hits.is_empty(), "{hits:#?}");
}
