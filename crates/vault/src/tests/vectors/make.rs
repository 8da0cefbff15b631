//! Makes the vectors, once. What each must do is written here by hand; a vector that is there is never made again.

use super::super::rolls::{THREE, follow, on, plan, roll};
use super::super::{ada, cheap, home, key, logon, password};
use super::{folder, hex};
use crate::derive::VaultKey;
use crate::header::{Device, Header};
use crate::hpke::derive_public;
use crate::slot::{Form, SlotSecrets, SlotSet};
use crate::unlock::slots_key;
use crate::unlocked::Unlocked;
use crate::{
    AuditEntry, AuditEvent, AuditHead, Commitment, KeyKind, RecoveryAtRoll, Rings, RollPlan, append_audit,
    derive_vault_name, make_join_request, ring_key, seal_key_file,
};
use countersign_model::{DeviceId, HeaderVersion, Timestamp, UserId};
use countersign_secret::SecretBytes;
use sha2::{Digest, Sha256};
use std::fs;

struct Maker<'a> {
    stem: &'a str,
    fields: Vec<(&'a str, String)>,
}

impl Maker<'_> {
    fn with<'b>(&'b self, stem: &'b str, more: &[(&'b str, String)]) -> Maker<'b> {
        let mut fields: Vec<_> = self.fields.clone();
        for (name, value) in more {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value.clone()));
        }
        Maker { stem, fields }
    }

    fn write(&self, name: &str, what: &str, expect: &str, bytes: &[u8]) {
        let path = folder().join(format!("{}-{name}.txt", self.stem));
        if path.exists() {
            return;
        }
        let mut text = format!("what: {what}\nexpect: {expect}\n");
        for (name, value) in &self.fields {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push_str("---\n");
        for line in bytes.chunks(64) {
            text.push_str(&hex(line));
            text.push('\n');
        }
        fs::write(path, text).unwrap();
    }

    /// One byte changed, and what must happen then.
    fn flip(&self, bytes: &[u8], at: usize, what: &str, expect: &str) {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        self.write(
            &format!("flip-{what}"),
            &format!("one bit of the {what} is another"),
            expect,
            &changed,
        );
    }

    fn lengths(&self, bytes: &[u8], expect: &str) {
        for (name, len) in [
            ("empty", 0),
            ("magic", 8),
            ("half", bytes.len() / 2),
            ("last", bytes.len() - 1),
        ] {
            self.write(
                &format!("cut-{name}"),
                &format!("only the first {len} bytes"),
                expect,
                &bytes[..len],
            );
        }
        let long = [bytes, &[0]].concat();
        self.write("long", "a byte too many", expect, &long);
    }
}

/// Makes the checksum right again, as anybody can.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
    bytes
}

fn secret_bytes(bytes: &[u8]) -> SecretBytes {
    let mut secret = SecretBytes::zeroed(bytes.len());
    secret.expose_mut().copy_from_slice(bytes);
    secret
}

#[test]
#[ignore = "makes vectors that are not there yet; changes none"]
fn make_vectors() {
    fs::create_dir_all(folder()).unwrap();
    records();
    headers();
    rolls();
    device_slots();
    slots();
    recovery();
    audit();
    key_files();
    joins();
}

fn records() {
    let unlocked = home();
    let bytes = unlocked
        .seal_logon(&logon(super::super::RECORD), 4, Commitment::NONE)
        .unwrap();
    let maker = Maker {
        stem: "record",
        fields: vec![
            ("kind", "record".to_owned()),
            ("vault-key", hex(&[1; 32])),
            ("vault", hex(&[1; 16])),
            ("epoch", "1".to_owned()),
            ("record", hex(&super::super::RECORD.0)),
            ("record-kind", "logon".to_owned()),
            ("device", hex(&[1; 16])),
            ("counter", "4".to_owned()),
        ],
    };
    maker.write("good", "a logon", "opens logon org.filezilla.FileZilla 2", &bytes);
    for (at, what, expect) in [
        (0, "magic", "damaged"),
        (8, "format", "unsupported"),
        (10, "suite", "unsupported"),
        (13, "kind", "unsupported"),
        (14, "flags", "damaged"),
        (16, "vault", "misplaced vault"),
        (32, "epoch", "misplaced epoch"),
        (40, "record-id", "misplaced record"),
        (56, "counter", "damaged"),
        (64, "device", "misplaced version"),
        (80, "parent", "damaged"),
        (112, "tag", "damaged"),
        (144, "salt", "damaged"),
        (176, "commitment", "damaged"),
        (208, "ciphertext", "damaged"),
        (bytes.len() - 1, "gcm-tag", "damaged"),
    ] {
        maker.flip(&bytes, at, what, expect);
    }
    maker.lengths(&bytes, "damaged");
    let other = |name: &str, field: &'static str, value: String, expect: &str| {
        maker
            .with("record", &[(field, value)])
            .write(name, "a good logon where another was expected", expect, &bytes);
    };
    other("other-key", "vault-key", hex(&[2; 32]), "damaged");
    other("other-vault", "vault", hex(&[2; 16]), "misplaced vault");
    other("other-epoch", "epoch", "2".to_owned(), "misplaced epoch");
    other("other-record", "record", hex(&[2; 16]), "misplaced record");
    other("other-kind", "record-kind", "tombstone".to_owned(), "misplaced kind");
    other("other-device", "device", hex(&[2; 16]), "misplaced version");
    other("rolled-back", "counter", "5".to_owned(), "rolled back");
    let gone = unlocked
        .seal_tombstone(super::super::RECORD, Timestamp(42), 5, Commitment([6; 32]))
        .unwrap();
    let tombstone = maker.with("tombstone", &[("record-kind", "tombstone".to_owned())]);
    tombstone.write("good", "a tombstone", "opens tombstone 42", &gone);
    maker.with("tombstone", &[]).write(
        "for-a-logon",
        "a tombstone where a logon was expected",
        "misplaced kind",
        &gone,
    );
    tombstone.flip(&gone, 80, "parent", "damaged");
    let header = unlocked.seal_header();
    maker.write(
        "is-header",
        "a header where a record was expected",
        "misplaced kind",
        &header,
    );
}

fn header_maker() -> Maker<'static> {
    Maker {
        stem: "header",
        fields: vec![
            ("kind", "header".to_owned()),
            ("user", "ada".to_owned()),
            ("at-least", "0".to_owned()),
            ("epoch", "1".to_owned()),
            ("vault-key", hex(&[1; 32])),
            ("device", hex(&[3; 16])),
            ("device-key", hex(&[103; 32])),
        ],
    }
}

/// A vault with two devices, a directory-key slot and recovery.
fn full() -> Unlocked {
    let mut unlocked = home();
    let directory = key(50);
    let header = unlocked
        .header_with_slot(&SlotSecrets::directory_key(&directory), cheap())
        .unwrap();
    follow(&mut unlocked, &header).unwrap();
    let rings = Rings::One(ring_key(key(70)).public());
    let header = unlocked.header_with_recovery(&rings).unwrap().header;
    follow(&mut unlocked, &header).unwrap();
    unlocked
}

fn headers() {
    let unlocked = full();
    let bytes = unlocked.seal_header();
    let maker = header_maker();
    maker.write(
        "good",
        "two devices, two slots, recovery",
        "opens version 5 epoch 1 devices 2 slots 2",
        &bytes,
    );
    maker.write(
        "bare",
        "two devices, no slots",
        "opens version 3 epoch 1 devices 2 slots 0",
        &home().seal_header(),
    );
    // Where things are: 12 version, 20 vault, 36 epoch, 44 user, 49 devices (each 146 + name 7).
    let ends = bytes.len();
    let fields = [
        (0, "magic", "damaged", "damaged"),
        (8, "format", "unsupported", "unsupported"),
        (10, "flags", "damaged", "damaged"),
        (12, "version", "damaged", "altered"),
        (20, "vault", "damaged", "altered"),
        (46, "user", "damaged", "misplaced user"),
        (49, "device-count", "damaged", "damaged"),
        (ends - 33, "mac", "damaged", "altered"),
        (ends - 65, "manifest-mac", "damaged", "altered"),
        (ends - 97, "manifest-entry", "damaged", "altered"),
    ];
    for (at, what, plain, with_sum) in fields {
        let damaged = maker.with("header-damaged", &[]);
        damaged.flip(&bytes, at, what, plain);
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        maker.with("header-changed", &[]).write(
            &format!("flip-{what}"),
            &format!("one bit of the {what} is another, and the checksum is made right"),
            with_sum,
            &summed(changed),
        );
    }
    maker
        .with("header-damaged", &[])
        .flip(&bytes, ends - 1, "checksum", "damaged");
    maker.lengths(&bytes, "damaged");
    maker.with("header", &[("at-least", "6".to_owned())]).write(
        "rolled-back",
        "an older header than was seen",
        "rolled back",
        &bytes,
    );
    maker.with("header", &[("user", "bob".to_owned())]).write(
        "other-user",
        "another user's header",
        "misplaced user",
        &bytes,
    );
    maker
        .with("header", &[("vault-key", hex(&[2; 32]))])
        .write("other-key", "of another vault key", "altered", &bytes);
    maker.with("header", &[("epoch", "2".to_owned())]).write(
        "went-back",
        "of an epoch before this device's",
        "went back",
        &bytes,
    );
    let logon = home()
        .seal_logon(&logon(super::super::RECORD), 1, Commitment::NONE)
        .unwrap();
    maker.write(
        "is-record",
        "a record where the header was expected",
        "misplaced kind of file",
        &logon,
    );
    tampered(&unlocked, &maker);
}

/// What the directory can do to a header: everything but manifest and MAC.
fn tampered(genuine: &Unlocked, maker: &Maker<'_>) {
    let write = |name: &str, what: &str, expect: &str, changed: &Header| {
        let bytes = super::super::attacks::forged(genuine, changed);
        maker.with("header-tampered", &[]).write(name, what, expect, &bytes);
    };
    let theirs = VaultKey::from_key(key(66));
    let header = || genuine.header.clone();
    let slot = super::super::attacks::slot(9, crate::SlotKind::Silent);
    let mut changed = header();
    changed.slots.replace(slot);
    write(
        "slot-added",
        "a silent slot the directory made",
        "tampered slot added 4",
        &changed,
    );
    let mut changed = header();
    changed.slots.remove(crate::SlotKind::DirectoryKey);
    write(
        "slot-removed",
        "the directory-key slot is gone",
        "tampered slot removed 5",
        &changed,
    );
    let mut changed = header();
    changed
        .slots
        .replace(super::super::attacks::slot(9, crate::SlotKind::DirectoryKey));
    write(
        "slot-replaced",
        "another directory-key slot",
        "tampered slot replaced 5",
        &changed,
    );
    let mut changed = header();
    let unknown = [1, 0, 6, 0, 0, 0, 0x34, 0x12, 9, 8, 7, 6];
    changed.slots = SlotSet::decode(Form::Two, &mut crate::bytes::Reader::new(&unknown)).unwrap();
    write(
        "slot-unknown",
        "a slot of an unknown kind instead of all",
        "tampered slot added 4660",
        &changed,
    );
    let place = genuine.header.place;
    let device = |id: DeviceId| Device::make((id, "machine", Timestamp(5)), derive_public(&key(66)), place, &theirs);
    let mut changed = header();
    changed.put_device(device(THREE).unwrap());
    write(
        "device-key",
        "a device key the directory has",
        "tampered device replaced",
        &changed,
    );
    let mut changed = header();
    changed.put_device(device(DeviceId([9; 16])).unwrap());
    write(
        "device-added",
        "a device the directory added",
        "tampered device added",
        &changed,
    );
    let mut changed = header();
    changed.devices.remove(0);
    write(
        "device-removed",
        "a device is gone",
        "tampered device removed",
        &changed,
    );
    let mut changed = header();
    changed.recovery = None;
    write("recovery-removed", "recovery is gone", "tampered recovery", &changed);
    let mut changed = header();
    changed.recovery.as_mut().unwrap().shares[0].ring = derive_public(&key(66));
    write(
        "recovery-ring",
        "the half is sealed to another ring",
        "tampered recovery",
        &changed,
    );
    let mut changed = header();
    changed.version = HeaderVersion(99);
    write("version", "a higher version", "altered", &changed);
    let mut dear = home();
    let answer = crate::normalise_answer(&password("correct horse")).unwrap();
    let four = crate::KdfParameters::new(64, 4, 1).unwrap();
    let bytes = dear.header_with_passphrase(&answer, four).unwrap();
    follow(&mut dear, &bytes).unwrap();
    let at = bytes.windows(5).position(|window| window == [2, 0, 1, 3, 1]).unwrap() + 5;
    let cost = |name: &str, offset: usize, value: u32, what: &str, expect: &str| {
        let mut changed = bytes.clone();
        changed[at + offset..at + offset + 4].copy_from_slice(&value.to_le_bytes());
        maker
            .with("header-cost", &[])
            .write(name, what, expect, &summed(changed));
    };
    cost("lowered", 4, 3, "fewer passes", "tampered slot cost 2");
    cost("lanes", 8, 2, "more lanes", "tampered slot cost 2");
    cost("memory-small", 0, 19 * 1024, "memory below the bound", "out of bounds");
    cost(
        "memory-odd",
        0,
        64 * 1024 + 1,
        "memory that is no whole MiB",
        "out of bounds",
    );
    cost(
        "memory-large",
        0,
        4 * 1024 * 1024,
        "memory beyond the bound",
        "out of bounds",
    );
    cost("passes-few", 4, 2, "too few passes", "out of bounds");
    cost("passes-many", 4, 11, "too many passes", "out of bounds");
    cost("lanes-none", 8, 0, "no lanes", "out of bounds");
    cost("lanes-many", 8, 9, "too many lanes", "out of bounds");
}

fn rolls() {
    let maker = header_maker();
    let maker = maker.with("roll", &[]);
    let first = roll(&full());
    let third = roll(&roll(&first.unlocked).unlocked);
    let opens = |version: u64, epoch: u64, devices: u64| {
        format!("opens version {version} epoch {epoch} devices {devices} slots 2")
    };
    maker.write("one", "one roll", &opens(6, 2, 2), &first.header);
    maker.write("three", "three rolls at once", &opens(8, 4, 2), &third.header);
    let revoked = full()
        .roll(&RollPlan {
            revoke: &[THREE],
            ..plan()
        })
        .unwrap();
    maker.write("revoked", "this device was revoked", "revoked", &revoked.header);
    let one = [("device", hex(&[1; 16])), ("device-key", hex(&[101; 32]))];
    maker
        .with("roll", &one)
        .write("stays", "another device was revoked", &opens(6, 2, 1), &revoked.header);
    let directory = super::super::attacks::own_epoch(&full(), &VaultKey::from_key(key(67)));
    maker.write("forged", "an epoch the directory began", "forged roll 2", &directory);
    let mut header = Header::read(&directory).unwrap().header;
    header.rolls.clear();
    let theirs = slots_key(&VaultKey::from_key(key(66)), header.place);
    maker.write(
        "no-chain",
        "an epoch the directory began, without a chain",
        "forged roll 2",
        &header.seal(&theirs),
    );
    let change = |name: &str, what: &str, expect: &str, change: &dyn Fn(&mut Header)| {
        let mut header = third.unlocked.header.clone();
        change(&mut header);
        let key = slots_key(&third.unlocked.vault_key, header.place);
        maker.write(name, what, expect, &header.seal(&key));
    };
    change(
        "proof-of-other-content",
        "the first roll proves another content",
        "forged roll 2",
        &|header| {
            header.rolls[0].content[0] ^= 1;
        },
    );
    change(
        "other-successor",
        "the second roll names another key",
        "forged roll 3",
        &|header| {
            header.rolls[1].successor[0] ^= 1;
        },
    );
    change(
        "other-version",
        "the last roll names another version",
        "forged roll 4",
        &|header| {
            header.rolls[2].version = HeaderVersion(77);
        },
    );
    change(
        "other-content",
        "the newest content is not the proven one",
        "tampered rolls",
        &|header| {
            header.devices.remove(0);
        },
    );
    change(
        "later",
        "a device left later, in the same epoch",
        &opens(9, 4, 1),
        &|header| {
            header.version = HeaderVersion(9);
            header.devices.remove(0);
        },
    );
    change("gap", "the chain misses its middle", "damaged", &|header| {
        header.rolls.remove(1);
    });
    change(
        "short",
        "the chain begins too late for this device",
        "forged roll 2",
        &|header| {
            header.rolls.remove(0);
        },
    );
    let twin = roll(&full());
    let known = [
        ("epoch", "2".to_owned()),
        ("vault-key", hex(first.unlocked.vault_key.for_slot().expose())),
    ];
    let after = maker.with("roll", &known);
    after.write(
        "followed",
        "a device that followed already",
        &opens(6, 2, 2),
        &first.header,
    );
    after.write(
        "two-successors",
        "another successor of the epoch before",
        "two successors 1",
        &twin.header,
    );
    let further = roll(&twin.unlocked);
    after.write(
        "two-successors-later",
        "a chain from another successor",
        "two successors 1",
        &further.header,
    );
    let mut other = third.unlocked.header.clone();
    let place = other.place;
    let device = Device::make(
        (THREE, "machine", Timestamp(5)),
        derive_public(&key(66)),
        place,
        &VaultKey::from_key(key(66)),
    );
    other.put_device(device.unwrap());
    let bytes = super::super::attacks::forged(&third.unlocked, &other);
    maker.write(
        "device-key",
        "this device's key was replaced",
        "tampered device replaced",
        &bytes,
    );
}

fn device_slots() {
    let maker = Maker {
        stem: "device-slots",
        fields: vec![
            ("kind", "device-slots".to_owned()),
            ("vault-key", hex(&[1; 32])),
            ("device-secret", hex(&[7; 32])),
        ],
    };
    let unlocked = full();
    let (secret, kept) = (key(7), key(60));
    let bytes = unlocked
        .device_slots_with(&SlotSecrets::os_protection(&kept), &secret, cheap())
        .unwrap();
    let good = "opens epoch 1 slots 1 key 1 half 1 recovered 0";
    maker.write("good", "a slot, a device key, a recovery half", good, &bytes);
    let bare = home().device_slots(&secret).unwrap();
    maker.write(
        "bare",
        "no slots, no half",
        "opens epoch 1 slots 0 key 1 half 0 recovered 0",
        &bare,
    );
    let mut used = full();
    used.remember_recovery(1);
    let bytes_used = used.device_slots(&secret).unwrap();
    maker.write(
        "recovered",
        "after a recovery",
        "opens epoch 1 slots 0 key 1 half 1 recovered 1",
        &bytes_used,
    );
    let ends = bytes.len();
    for (at, what, plain, with_sum) in [
        (0, "magic", "damaged", "damaged"),
        (8, "format", "unsupported", "unsupported"),
        (10, "flags", "damaged", "damaged"),
        (12, "vault", "damaged", "other device"),
        (28, "epoch", "damaged", "other device"),
        (36, "device", "damaged", "other device"),
        (90, "slot", "damaged", "other device"),
        (ends - 33, "check", "damaged", "other device"),
        (ends - 65, "mac", "damaged", "other device"),
    ] {
        maker.with("device-slots-damaged", &[]).flip(&bytes, at, what, plain);
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        maker.with("device-slots-changed", &[]).write(
            &format!("flip-{what}"),
            &format!("one bit of the {what} is another, and the checksum is made right"),
            with_sum,
            &summed(changed),
        );
    }
    maker.lengths(&bytes, "damaged");
    maker.with("device-slots", &[("device-secret", hex(&[8; 32]))]).write(
        "other-device",
        "of another device secret",
        "other device",
        &bytes,
    );
    maker.with("device-slots", &[("vault-key", hex(&[2; 32]))]).write(
        "other-vault-key",
        "of another vault key",
        "altered",
        &bytes,
    );
    maker.write(
        "is-header",
        "a header where slots were expected",
        "misplaced kind of file",
        &unlocked.seal_header(),
    );
}

fn slots() {
    let unlocked = home();
    let named = |unlocked: &Unlocked| {
        let place = unlocked.header.place;
        let name = unlocked.vault_key.commitment(place.vault, place.epoch);
        format!("opens epoch {} key {}", place.epoch, hex(&name[..8]))
    };
    let secret = key(7);
    let base = Maker {
        stem: "slot",
        fields: vec![("kind", "slot".to_owned())],
    };
    let directory = |kind: &'static str,
                     fields: Vec<(&'static str, String)>,
                     secrets: &SlotSecrets<'_>,
                     wrong: (&'static str, String)| {
        let mut fields = fields;
        fields.push(("slot", kind.to_owned()));
        let maker = base.with("slot", &fields);
        let header = unlocked.header_with_slot(secrets, cheap()).unwrap();
        maker.write(&format!("{kind}-good"), "the right secret", &named(&unlocked), &header);
        maker
            .with("slot", &[wrong])
            .write(&format!("{kind}-wrong"), "a wrong secret", "wrong secret", &header);
        maker.write(
            &format!("{kind}-none"),
            "there is no such slot",
            "no slot",
            &unlocked.seal_header(),
        );
        let mut later = home();
        follow(&mut later, &header).unwrap();
        let rolled = roll(&roll(&later).unlocked);
        maker.write(
            &format!("{kind}-carried"),
            "carried forward by two rolls",
            &named(&rolled.unlocked),
            &rolled.header,
        );
    };
    let answer = crate::normalise_answer(&password("  Straße ﬁve ")).unwrap();
    directory(
        "passphrase",
        vec![("secret", "STRASSE five".to_owned())],
        &SlotSecrets::passphrase(&answer),
        ("secret", "strasse six".to_owned()),
    );
    let (typed, kept) = (password("grün 漢"), key(50));
    directory(
        "silent",
        vec![("secret", "grün 漢".to_owned()), ("key", hex(&[50; 32]))],
        &SlotSecrets::silent(&typed, &kept),
        ("key", hex(&[51; 32])),
    );
    directory(
        "directory-key",
        vec![("key", hex(&[50; 32]))],
        &SlotSecrets::directory_key(&kept),
        ("key", hex(&[51; 32])),
    );
    let local = |kind: &'static str,
                 fields: Vec<(&'static str, String)>,
                 secrets: &SlotSecrets<'_>,
                 wrong: (&'static str, String)| {
        let mut fields = fields;
        fields.push(("slot", kind.to_owned()));
        let maker = base.with("slot", &fields);
        let unlocked = on(1);
        let slots = unlocked.device_slots_with(secrets, &secret, cheap()).unwrap();
        maker.write(&format!("{kind}-good"), "the right secret", &named(&unlocked), &slots);
        maker
            .with("slot", &[wrong])
            .write(&format!("{kind}-wrong"), "a wrong secret", "wrong secret", &slots);
        let mut rolled = roll(&unlocked).unlocked;
        rolled.remember_recovery(0);
        let slots = rolled.device_slots(&secret).unwrap();
        maker.write(
            &format!("{kind}-carried"),
            "carried forward by a roll",
            &named(&rolled),
            &slots,
        );
    };
    let device_secret = || ("device-secret", hex(&[7; 32]));
    local(
        "login",
        vec![("secret", "grün 漢".to_owned()), device_secret()],
        &SlotSecrets::login(&typed, &secret),
        ("secret", "Grün 漢".to_owned()),
    );
    local(
        "os-protection",
        vec![("key", hex(&[60; 32]))],
        &SlotSecrets::os_protection(&key(60)),
        ("key", hex(&[61; 32])),
    );
    local(
        "directory-identity",
        vec![("secret", "S-1-5-21-1".to_owned()), device_secret()],
        &SlotSecrets::directory_identity(b"S-1-5-21-1", &secret).unwrap(),
        ("secret", "S-1-5-21-2".to_owned()),
    );
    let answer = secret_bytes(&[0xaa; 40]);
    local(
        "program",
        vec![("secret", hex(&[0xaa; 40])), device_secret()],
        &SlotSecrets::program(&answer, &secret).unwrap(),
        ("secret", hex(&[0xab; 40])),
    );
    let short = [
        ("slot", "program".to_owned()),
        ("secret", hex(&[1; 31])),
        device_secret(),
    ];
    let slots = on(1)
        .device_slots_with(&SlotSecrets::program(&answer, &secret).unwrap(), &secret, cheap())
        .unwrap();
    base.with("slot", &short)
        .write("program-short", "a program's answer of 31 bytes", "too short", &slots);
}

fn recovery() {
    let (first, second) = (ring_key(key(70)), ring_key(key(71)));
    let set = |rings: &Rings| {
        let mut unlocked = home();
        let made = unlocked.header_with_recovery(rings).unwrap();
        follow(&mut unlocked, &made.header).unwrap();
        (unlocked, made)
    };
    let (one, made) = set(&Rings::One(first.public()));
    let name = derive_vault_name(one.vault_id()).join(" ");
    let share = Maker {
        stem: "share",
        fields: vec![
            ("kind", "share".to_owned()),
            ("ring", hex(&[70; 32])),
            ("name", name.clone()),
        ],
    };
    let told = |ring: &crate::RingKey, header: &[u8]| {
        crate::unseal_half(ring, header, &name)
            .unwrap()
            .words
            .expose()
            .to_owned()
    };
    let words = told(&first, &made.header);
    share.write("good", "one operator", &format!("ada of 1: {words}"), &made.header);
    let caller = [("name", "zoo zoo zoo".to_owned())];
    share.with("share", &caller).write(
        "other-name",
        "three words of another vault",
        "other vault",
        &made.header,
    );
    let ring = [("ring", hex(&[72; 32]))];
    share
        .with("share", &ring)
        .write("other-ring", "another ring's key", "other ring", &made.header);
    share.write("none", "a vault without recovery", "no recovery", &home().seal_header());
    let forged = |name: &str, what: &str, expect: &str, change: &dyn Fn(&mut Header)| {
        let mut header = one.header.clone();
        change(&mut header);
        share.write(name, what, expect, &header.seal(&key(66)));
    };
    forged(
        "other-user",
        "the vault lies under another name",
        "other user",
        &|header| {
            header.user = UserId("mallory".to_owned());
        },
    );
    forged(
        "other-serial",
        "an older half under a newer number",
        "forged",
        &|header| {
            header.recovery.as_mut().unwrap().serial = 9;
        },
    );
    forged("changed", "a bit of the sealed half is another", "forged", &|header| {
        header.recovery.as_mut().unwrap().shares[0].sealed[40] ^= 1;
    });
    forged("moved", "a half from another vault", "forged", &|header| {
        let mut bob = super::super::vault(2, 2, 1, 1);
        let made = bob.header_with_recovery(&Rings::One(first.public())).unwrap();
        follow(&mut bob, &made.header).unwrap();
        header.recovery = bob.header.recovery;
    });
    let (_, both) = set(&Rings::Two(first.public(), second.public()));
    let (a1, a2) = (told(&first, &both.header), told(&second, &both.header));
    share.write(
        "first-of-two",
        "the first of two operators",
        &format!("ada of 2: {a1}"),
        &both.header,
    );
    let ring = [("ring", hex(&[71; 32]))];
    share.with("share", &ring).write(
        "second-of-two",
        "the second of two operators",
        &format!("ada of 2: {a2}"),
        &both.header,
    );

    let recover = |name: &str, what: &str, expect: &str, a: &str, b: &str, header: &[u8]| {
        Maker {
            stem: "recover",
            fields: vec![
                ("kind", "recover".to_owned()),
                ("user", "ada".to_owned()),
                ("half-a", a.to_owned()),
                ("half-b", b.to_owned()),
            ],
        }
        .write(name, what, expect, header);
    };
    let code = made.printed.expose();
    let header = &made.header;
    recover("good", "both halves", "opens epoch 1", &words, code, header);
    recover(
        "loud",
        "in capitals",
        "opens epoch 1",
        &words.to_uppercase(),
        &code.to_uppercase(),
        header,
    );
    let two = format!("{a1} {a2}");
    recover(
        "two",
        "two operators",
        "opens epoch 1",
        &two,
        both.printed.expose(),
        &both.header,
    );
    let swapped = format!("{a2} {a1}");
    recover(
        "two-swapped",
        "two operators, second first",
        "opens epoch 1",
        &swapped,
        both.printed.expose(),
        &both.header,
    );
    recover(
        "one-of-two",
        "one of two operators",
        "one of two",
        &a1,
        both.printed.expose(),
        &both.header,
    );
    let other = if words.starts_with("zoo") { "abandon" } else { "zoo" };
    let mut wrong: Vec<&str> = words.split(' ').collect();
    wrong[0] = "qqqq";
    recover(
        "unknown-word",
        "a word that is not on the list",
        "unknown word 1",
        &wrong.join(" "),
        code,
        header,
    );
    wrong[0] = other;
    let heard = crate::HalfA::from_words(&password(&wrong.join(" ")));
    let expect = if heard.is_ok() { "other words" } else { "wrong word" };
    recover(
        "wrong-word",
        "one of the words is another",
        expect,
        &wrong.join(" "),
        code,
        header,
    );
    recover(
        "short",
        "a word is missing",
        "count 7",
        &wrong[1..].join(" "),
        code,
        header,
    );
    let mut bob = super::super::vault(2, 2, 1, 1);
    let bobs = bob.header_with_recovery(&Rings::One(first.public())).unwrap();
    follow(&mut bob, &bobs.header).unwrap();
    let bobs_name = derive_vault_name(bob.vault_id()).join(" ");
    let bobs_words = crate::unseal_half(&first, &bobs.header, &bobs_name).unwrap();
    recover(
        "other-user",
        "another user's words",
        "other words",
        bobs_words.words.expose(),
        code,
        header,
    );
    recover(
        "other-code",
        "another user's printed code",
        "other code",
        &words,
        bobs.printed.expose(),
        header,
    );
    recover(
        "none",
        "a vault without recovery",
        "no recovery",
        &words,
        code,
        &home().seal_header(),
    );
    let rings = Rings::One(first.public());
    let next = one.header_with_recovery(&rings).unwrap();
    let new = told(&first, &next.header);
    recover(
        "old-words",
        "words that were replaced",
        "old words",
        &words,
        next.printed.expose(),
        &next.header,
    );
    recover(
        "old-code",
        "a printed code that was replaced",
        "old code",
        &new,
        code,
        &next.header,
    );
    let (mut used, _) = (home(), ());
    follow(&mut used, header).unwrap();
    used.remember_recovery(1);
    let renewed = used.roll(&RollPlan {
        recovery: RecoveryAtRoll::Renew(&rings),
        ..plan()
    });
    let renewed = renewed.unwrap();
    let printed = renewed.printed.as_ref().unwrap().expose();
    recover(
        "used-words",
        "words that were used",
        "used words",
        &words,
        printed,
        &renewed.header,
    );
    let newest = told(&first, &renewed.header);
    recover(
        "renewed",
        "the new words after a recovery",
        "opens epoch 2",
        &newest,
        printed,
        &renewed.header,
    );
    let kept = roll(&one);
    recover(
        "carried",
        "halves that went through a roll",
        "opens epoch 2",
        &words,
        code,
        &kept.header,
    );
}

fn audit() {
    let log_key = key(3);
    let entry = |nth: u64| AuditEntry {
        at: Timestamp(nth),
        device: DeviceId([1; 16]),
        event: Some(AuditEvent::Release),
        subject: format!("org.example.App{nth}"),
        detail: "/usr/bin/app".to_owned(),
    };
    let (mut bytes, mut head, mut starts, mut heads) = (Vec::new(), AuditHead::EMPTY, vec![0], vec![AuditHead::EMPTY]);
    for nth in 0..3 {
        let (more, next) = append_audit(&log_key, head, &entry(nth));
        bytes.extend(more);
        head = next;
        starts.push(bytes.len());
        heads.push(head);
    }
    let kept = |head: AuditHead| [("head", hex(&head.to_bytes()))];
    let base = Maker {
        stem: "audit",
        fields: vec![("kind", "audit".to_owned()), ("audit-key", hex(&[3; 32]))],
    };
    let maker = base.with("audit", &kept(head));
    let part = |nth: usize| bytes[starts[nth]..starts[nth + 1]].to_vec();
    maker.write("good", "three entries", "3 entries, whole", &bytes);
    base.write("headless", "three entries and no head", "3 entries, whole", &bytes);
    base.write("empty", "nothing", "0 entries, whole", &[]);
    maker.write(
        "cut",
        "the last entry is missing",
        "2 entries, cut short",
        &bytes[..starts[2]],
    );
    maker.write("gone", "all entries are missing", "0 entries, cut short", &[]);
    maker.write(
        "torn",
        "the last entry is not whole",
        "2 entries, torn",
        &bytes[..bytes.len() - 5],
    );
    maker.write(
        "removed",
        "the second entry is missing",
        "1 entries, out of order",
        &[part(0), part(2)].concat(),
    );
    maker.write(
        "moved",
        "two entries changed places",
        "0 entries, out of order",
        &[part(1), part(0), part(2)].concat(),
    );
    maker.write(
        "doubled",
        "an entry twice",
        "1 entries, out of order",
        &[part(0), part(0)].concat(),
    );
    let mut changed = bytes.clone();
    changed[starts[2] - 1] ^= 1;
    maker.write(
        "link",
        "a bit of the second link is another",
        "1 entries, changed",
        &changed,
    );
    let mut changed = bytes.clone();
    changed[starts[1] + 4 + 9] ^= 1;
    maker.write(
        "time",
        "the time of the second entry is another",
        "1 entries, changed",
        &changed,
    );
    let (forged, _) = append_audit(&key(4), head, &entry(3));
    maker.write(
        "forged",
        "an entry without the key",
        "3 entries, changed",
        &[bytes.clone(), forged].concat(),
    );
    let (more, _) = append_audit(&log_key, head, &entry(3));
    maker.write(
        "longer",
        "an entry after the head",
        "4 entries, other head",
        &[bytes.clone(), more].concat(),
    );
    base.with("audit", &kept(heads[2]))
        .write("old-head", "a head of two entries", "3 entries, other head", &bytes);
    maker.write("noise", "no entry at all", "0 entries, damaged", &[0xff; 80]);
}

fn key_files() {
    let ring = ring_key(key(70));
    let answer = crate::normalise_answer(&password("five words")).unwrap();
    let file = seal_key_file(
        (KeyKind::Ring, "desk"),
        &ring.public().0,
        ring.private(),
        &answer,
        cheap(),
    )
    .unwrap();
    let maker = Maker {
        stem: "key-file",
        fields: vec![
            ("kind", "key-file".to_owned()),
            ("key-kind", "ring".to_owned()),
            ("secret", "Five  WORDS".to_owned()),
        ],
    };
    maker.write("good", "a recovery ring's key", "opens recovery ring desk", &file);
    maker.with("key-file", &[("secret", "four words".to_owned())]).write(
        "wrong",
        "a wrong passphrase",
        "wrong secret",
        &file,
    );
    maker.with("key-file", &[("key-kind", "root".to_owned())]).write(
        "other-kind",
        "a ring's key where a root's was expected",
        "other kind",
        &file,
    );
    for (at, what, expect) in [
        (0, "magic", "damaged"),
        (8, "format", "unsupported"),
        (11, "kind", "unsupported"),
        (14, "name", "wrong secret"),
        (20, "public-key", "wrong secret"),
        (50, "algorithm", "damaged"),
        (53, "memory", "wrong secret"),
        (65, "argon-salt", "wrong secret"),
        (file.len() - 1, "sealed", "damaged"),
    ] {
        let mut changed = file.clone();
        match what {
            // 64 MiB to 96: another cost within bounds.
            "memory" => changed[51..55].copy_from_slice(&(96 * 1024_u32).to_le_bytes()),
            _ => changed[at] ^= 1,
        }
        maker.write(
            &format!("flip-{what}"),
            &format!("the {what} is another"),
            expect,
            &changed,
        );
    }
    let mut changed = file.clone();
    changed[51..55].copy_from_slice(&1024_u32.to_le_bytes());
    maker.write("cheap", "memory below the bound", "out of bounds", &changed);
    maker.lengths(&file, "damaged");
}

fn joins() {
    let joining = make_join_request(&ada(), "laptop").unwrap();
    let bytes = joining.request;
    let words = crate::inspect_join_request(&bytes).unwrap().words.join(" ");
    let maker = Maker {
        stem: "join",
        fields: vec![("kind", "join".to_owned())],
    };
    maker.write("good", "a request to join", &format!("ada laptop: {words}"), &bytes);
    maker.flip(&bytes, 0, "magic", "damaged");
    maker.flip(&bytes, 8, "format", "unsupported");
    maker.flip(&bytes, 10, "flags", "damaged");
    maker.lengths(&bytes, "damaged");
}
