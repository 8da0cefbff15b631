//! Files of the format as it was first written. They must open for ever; `read_fixtures.py` beside them opens them too.

use super::{RECORD, ada, cheap, key, logon, password};
use crate::derive::{Purpose, VaultKey};
use crate::seal::seal_with_salt;
use crate::{Commitment, Enroll, Written, derive_device_store_key, enroll, normalise_answer};
use countersign_model::{FieldName, RecordId, Timestamp, VaultId};
use countersign_secret::Key;
use std::fs;
use std::path::PathBuf;

pub(super) const PASSWORD: &str = "Tr0ub4dor & drei";
pub(super) const ANSWER: &str = "  Correct\u{a0}HORSE  Straße ﬁve ";
pub(super) const TOMBSTONE: RecordId = RecordId([0x0b; 16]);

fn place(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name].iter().collect()
}

pub(super) fn fixture(name: &str) -> Vec<u8> {
    fs::read(place(name)).unwrap()
}

pub(super) fn device_secret() -> Key {
    key(7)
}

/// The fixtures' vault key, written down beside them; no real one ever is.
pub(super) fn vault_key() -> Key {
    Key::from_fill(|out| out.copy_from_slice(&fixture("vault-key.bin")))
}

#[test]
#[ignore = "makes the fixtures of a new format; does nothing while there are any"]
fn make_fixtures() {
    if place("header.bin").exists() {
        return;
    }
    let (user, answer) = (ada(), normalise_answer(&password(ANSWER)).unwrap());
    let password = password(PASSWORD);
    let secret = device_secret();
    let enrolled = enroll(&Enroll {
        user: &user,
        password: &password,
        answer: &answer,
        device_secret: &secret,
        kdf: cheap(),
        after: countersign_model::HeaderVersion(0),
    })
    .unwrap();
    let unlocked = enrolled.unlocked;
    let write = |name: &str, bytes: &[u8]| fs::write(place(name), bytes).unwrap();
    write("header.bin", &enrolled.header);
    write("device-slots.bin", &enrolled.device_slots);
    write("vault-key.bin", unlocked.vault_key_of_fixtures().expose());
    write(
        "logon.bin",
        &unlocked.seal_logon(&logon(RECORD), 1, Commitment::NONE).unwrap(),
    );
    let tombstone = unlocked.seal_tombstone(TOMBSTONE, Timestamp(42), 5, Commitment([6; 32]));
    write("tombstone.bin", &tombstone.unwrap());
}

#[test]
fn the_first_files_still_open() {
    let unlocked = super::unlocking::unlocked_fixture();
    let expected = unlocked
        .expect(RECORD, Written::By(unlocked.device_id(), 1))
        .replacing(Commitment::NONE);
    let opened = unlocked.open_logon(&expected, &fixture("logon.bin")).unwrap();
    let saved = logon(RECORD);
    assert_eq!(opened.logon.fields.0, saved.fields.0);
    assert_eq!(opened.logon.binding, saved.binding);
    assert_eq!(opened.logon.label, saved.label);
    let expected = unlocked.expect(TOMBSTONE, Written::By(unlocked.device_id(), 5));
    assert!(unlocked.open_record(&expected, &fixture("tombstone.bin")).is_ok());
    assert_eq!(opened.summary().secret, [FieldName::from("password")]);
}

/// Worked out by `read_fixtures.py`.
#[test]
fn keys_and_seals_are_those_of_the_second_reader() {
    let facts = crate::inspect_header(&fixture("header.bin")).unwrap();
    let store = VaultKey::from_key(vault_key()).derive(Purpose::Store, facts.vault, facts.epoch);
    let records = VaultKey::from_key(key(1)).derive(Purpose::Records, VaultId([1; 16]), 1);
    let mut buffer = *b"some sixteen byt";
    let seal = seal_with_salt(&key(1), b"rec", b"header", [3; 32], &mut buffer);
    for (got, wanted) in [
        (
            hex(derive_device_store_key(&device_secret()).expose()),
            "bc81f94e6d48c3b2072481039b7eaa5f0f4d917bc4a5e32b66ce6ccb15e0bfbf",
        ),
        (
            hex(store.expose()),
            "26a95769249c5125b5c8216c0dcb3c1d42adf4028afe9ecee9da2f42a3e08bb4",
        ),
        (
            hex(records.expose()),
            "c831b880ff76b9c9c90bbb29107f9743b7197ba8cbdd1eeea86fedd316bf1a14",
        ),
        (
            hex(cheap().stretch(b"password", &[2; 32]).unwrap().expose()),
            "b6515c6542bf213975af826e98bfbb2956d9010bc6632a2608704da470ed8dfb",
        ),
        (
            hex(&seal.commitment),
            "f41e4ca6a5e1b04bb973e19c54562ab17367bc9cbd0d5e719c55c82b426db5c6",
        ),
        (hex(&buffer), "8e590c2f2f666dc83cdd706b11ce3e72"),
        (hex(&seal.tag), "bb94068dd7017abdbac7fc04e9a18cd4"),
    ] {
        assert_eq!(got, wanted);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
