use super::*;

pub(super) fn rolls() {
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
    let directory = crate::tests::attacks::own_epoch(&full(), &VaultKey::from_key(key(67)));
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
    let bytes = crate::tests::attacks::forged(&third.unlocked, &other);
    maker.write(
        "device-key",
        "this device's key was replaced",
        "tampered device replaced",
        &bytes,
    );
}
