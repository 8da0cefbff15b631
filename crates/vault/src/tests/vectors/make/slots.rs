use super::*;

pub(super) fn device_slots() {
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

pub(super) fn slots() {
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
