//! Makes the vectors, once. What each must do is written here by hand; a vector that is there is never made again.

mod headers;
mod others;
mod records;
mod recovery;
mod rolls;
mod slots;

use super::{folder, hex};
use crate::derive::VaultKey;
use crate::header::{Device, Header};
use crate::hpke::derive_public;
use crate::slot::{Form, SlotSecrets, SlotSet};
use crate::tests::rolls::{THREE, follow, on, plan, roll};
use crate::tests::{ada, cheap, home, key, logon, password};
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

use headers::headers;
use others::{audit, joins, key_files};
use records::records;
use recovery::recovery;
use rolls::rolls;
use slots::{device_slots, slots};

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
