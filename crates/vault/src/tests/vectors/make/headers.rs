use super::*;

pub(super) fn headers() {
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
        .seal_logon(&logon(crate::tests::RECORD), 1, Commitment::NONE)
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
        let bytes = crate::tests::attacks::forged(genuine, changed);
        maker.with("header-tampered", &[]).write(name, what, expect, &bytes);
    };
    let theirs = VaultKey::from_key(key(66));
    let header = || genuine.header.clone();
    let slot = crate::tests::attacks::slot(9, crate::SlotKind::Silent);
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
        .replace(crate::tests::attacks::slot(9, crate::SlotKind::DirectoryKey));
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
