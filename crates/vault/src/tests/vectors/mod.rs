//! The published vectors in `tests/vectors`: files that say what must happen with them. This reader and `read_vectors.py`, which was
//! written from `docs/formats/vault.md`, have to agree with every one.

mod make;

use super::password;
use crate::derive::VaultKey;
use crate::device::DeviceKey;
use crate::header::{DeviceSlots, Header};
use crate::record::RecordKeys;
use crate::slot::{Place, SlotSecrets, UnwrapError};
use crate::unlock::{DEVICE, HEADER, read_header, slots_key};
use crate::unlocked::{Local, Unlocked};
use crate::{
    AuditFault, AuditHead, Expected, ExpectedKind, HalfA, HalfB, HalfError, KeyFileError, KeyKind, Mismatch, OpenError,
    Owner, RecordKind, RecoverError, Subject, Tampering, UnlockError, UnsealError, WordsError, Written,
};
use countersign_model::{DeviceId, HeaderVersion, RecordId, UserId, VaultId};
use countersign_secret::{Key, SecretBytes};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

const ENOUGH: usize = 150;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors"].iter().collect()
}

/// One vector: what it is, what must happen, what it needs, and its bytes.
struct Vector {
    name: String,
    fields: BTreeMap<String, String>,
    bytes: Vec<u8>,
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    digits
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

impl Vector {
    fn parse(name: String, text: &str) -> Self {
        let (head, body) = text.split_once("---\n").unwrap();
        let fields = head.lines().map(|line| line.split_once(": ").unwrap());
        Self {
            name,
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            bytes: unhex(body),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .unwrap_or_else(|| panic!("{}: no {name}", self.name))
    }

    fn hex<const N: usize>(&self, name: &str) -> [u8; N] {
        unhex(self.text(name)).try_into().unwrap()
    }

    fn key(&self, name: &str) -> Key {
        let bytes: [u8; 32] = self.hex(name);
        Key::from_fill(|out| out.copy_from_slice(&bytes))
    }

    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap()
    }

    fn user(&self) -> UserId {
        UserId(self.text("user").to_owned())
    }

    fn happens(&self) -> String {
        let happened = match self.text("kind") {
            "record" => self.record(),
            "header" => self.header(),
            "device-slots" => self.device_slots(),
            "slot" => self.slot(),
            "share" => self.share(),
            "recover" => self.recover(),
            "audit" => self.audit(),
            "key-file" => self.key_file(),
            "join" => self.join(),
            kind => panic!("{}: {kind}", self.name),
        };
        happened.unwrap_or_else(|refused| refused)
    }

    fn record(&self) -> Result<String, String> {
        let vault_key = VaultKey::from_key(self.key("vault-key"));
        let (vault, epoch) = (VaultId(self.hex("vault")), self.number("epoch"));
        let keys = RecordKeys {
            records: vault_key.derive(crate::derive::Purpose::Records, vault, epoch),
            index: vault_key.derive(crate::derive::Purpose::Index, vault, epoch),
        };
        let expected = Expected {
            vault,
            epoch,
            kind: ExpectedKind::Exactly(match self.text("record-kind") {
                "logon" => RecordKind::Logon,
                _ => RecordKind::Tombstone,
            }),
            record: RecordId(self.hex("record")),
            written: Written::Since(DeviceId(self.hex("device")), self.number("counter")),
            subject: Subject::Any,
            parent: None,
        };
        let refuse = |error: OpenError| match error {
            OpenError::Misplaced(Mismatch::Vault) => "misplaced vault".to_owned(),
            OpenError::Misplaced(Mismatch::Epoch) => "misplaced epoch".to_owned(),
            OpenError::Misplaced(Mismatch::Kind) => "misplaced kind".to_owned(),
            OpenError::Misplaced(Mismatch::Record) => "misplaced record".to_owned(),
            OpenError::Misplaced(_) => "misplaced version".to_owned(),
            OpenError::RolledBack { .. } => "rolled back".to_owned(),
            OpenError::Damaged(_) => "damaged".to_owned(),
            OpenError::Unsupported { .. } => "unsupported".to_owned(),
        };
        let decrypted = crate::record::open(&keys, &expected, &self.bytes).map_err(refuse)?;
        if decrypted.header.kind == RecordKind::Tombstone {
            let removed = crate::record::decode_tombstone(decrypted.body()).map_err(refuse)?;
            return Ok(format!("opens tombstone {}", removed.0));
        }
        let logon = crate::record::decode_logon(decrypted.header.record, decrypted.body()).map_err(refuse)?;
        if crate::record::subject_tag(&keys.index, &logon.template, &logon.binding) != decrypted.header.tag {
            return Err("damaged".to_owned());
        }
        Ok(format!(
            "opens logon {} {}",
            logon.template.as_str(),
            logon.fields.0.len()
        ))
    }

    /// Reads a header as a device that knows the key of epoch `epoch`, and its own private key.
    fn header(&self) -> Result<String, String> {
        let user = self.user();
        let owner = Owner {
            user: &user,
            vault: None,
            filed: None,
            at_least: HeaderVersion(self.number("at-least")),
        };
        let read = read_header(&owner, &self.bytes).map_err(refusal)?;
        let known = (self.number("epoch"), &VaultKey::from_key(self.key("vault-key")));
        let device = DeviceId(self.hex("device"));
        let own = DeviceKey::open(self.key("device-key"));
        if read.header.place.epoch < known.0 {
            return Err("went back".to_owned());
        }
        let current = crate::unlock::reach_epoch(&read.header, known, device, &own).map_err(refusal)?;
        let local = Local::new(crate::slot::SlotSet::default(), own, 0);
        let opened = Unlocked::prove(&read, current, known, device, local).map_err(refusal)?;
        Ok(format!(
            "opens version {} epoch {} devices {} slots {}",
            opened.header_version().0,
            opened.epoch(),
            opened.devices().len(),
            opened.directory_slots().len()
        ))
    }

    fn device_slots(&self) -> Result<String, String> {
        let read = DeviceSlots::read(&self.bytes).map_err(|error| refusal(UnlockError::of(DEVICE, error)))?;
        let secret = self.key("device-secret");
        if !read.is_of_device(&secret) {
            return Err("other device".to_owned());
        }
        let vault_key = VaultKey::from_key(self.key("vault-key"));
        let place = read.set.place;
        if !read.is_authentic(&slots_key(&vault_key, place)) {
            return Err("altered".to_owned());
        }
        let private = read.set.key.as_ref().map(|sealed| {
            let private = sealed.open((place, read.set.device), (&vault_key, &secret)).unwrap();
            assert!(crate::hpke::derive_public(&private) == sealed.public);
        });
        let half = read.set.half.as_ref().map(|half| half.open(place, &secret).unwrap());
        Ok(format!(
            "opens epoch {} slots {} key {} half {} recovered {}",
            place.epoch,
            read.set.slots.facts().len(),
            u8::from(private.is_some()),
            u8::from(half.is_some()),
            read.set.recovered
        ))
    }

    /// Opens one slot of a header or slot set.
    fn slot(&self) -> Result<String, String> {
        let (slots, vault) = if self.bytes.starts_with(b"CSSLOTS\n") {
            let read = DeviceSlots::read(&self.bytes).map_err(|error| refusal(UnlockError::of(DEVICE, error)))?;
            (read.set.slots, read.set.place.vault)
        } else {
            let read = Header::read(&self.bytes).map_err(|error| refusal(UnlockError::of(HEADER, error)))?;
            (read.header.slots, read.header.place.vault)
        };
        let (typed, first, second);
        let secrets = match self.text("slot") {
            "passphrase" => {
                typed = password(self.text("secret"));
                let answer = Box::leak(Box::new(crate::normalise_answer(&typed).unwrap()));
                SlotSecrets::passphrase(answer)
            }
            "login" => {
                (typed, first) = (password(self.text("secret")), self.key("device-secret"));
                SlotSecrets::login(&typed, &first)
            }
            "silent" => {
                (typed, first) = (password(self.text("secret")), self.key("key"));
                SlotSecrets::silent(&typed, &first)
            }
            "directory-key" => {
                first = self.key("key");
                SlotSecrets::directory_key(&first)
            }
            "os-protection" => {
                first = self.key("key");
                SlotSecrets::os_protection(&first)
            }
            "directory-identity" => {
                (typed, first) = (password(self.text("secret")), self.key("device-secret"));
                SlotSecrets::directory_identity(typed.expose().as_bytes(), &first).unwrap()
            }
            "program" => {
                let answer = unhex(self.text("secret"));
                let mut bytes = SecretBytes::zeroed(answer.len());
                bytes.expose_mut().copy_from_slice(&answer);
                (second, first) = (bytes, self.key("device-secret"));
                SlotSecrets::program(&second, &first).map_err(|_| "too short".to_owned())?
            }
            other => panic!("{other}"),
        };
        let slot = slots.get(secrets.kind()).ok_or("no slot")?;
        let reached = slot.unwrap(vault, &secrets).map_err(|error| match error {
            UnwrapError::WrongSecret => "wrong secret".to_owned(),
            UnwrapError::Altered => "altered".to_owned(),
            UnwrapError::Kdf(error) => error.to_string(),
        })?;
        let place = Place {
            vault,
            epoch: reached.epoch,
        };
        let named = reached.key.commitment(vault, place.epoch);
        Ok(format!("opens epoch {} key {}", place.epoch, hex(&named[..8])))
    }

    fn share(&self) -> Result<String, String> {
        let ring = crate::ring_key(self.key("ring"));
        match crate::unseal_half(&ring, &self.bytes, self.text("name")) {
            Ok(half) => Ok(format!(
                "{} of {}: {}",
                half.user.as_str(),
                half.people,
                half.words.expose()
            )),
            Err(error) => Err(match error {
                UnsealError::Header(error) => refusal(error),
                UnsealError::NoRecovery => "no recovery".to_owned(),
                UnsealError::OtherVault => "other vault".to_owned(),
                UnsealError::OtherRing => "other ring".to_owned(),
                UnsealError::Forged => "forged".to_owned(),
                UnsealError::OtherUser { .. } => "other user".to_owned(),
            }),
        }
    }

    fn recover(&self) -> Result<String, String> {
        let wrong = |error: WordsError| match error {
            WordsError::Count { found, .. } => format!("count {found}"),
            WordsError::Unknown { position } => format!("unknown word {position}"),
            WordsError::WrongWord => "wrong word".to_owned(),
        };
        let a = HalfA::from_words(&password(self.text("half-a"))).map_err(|error| match error {
            HalfError::Words(error) => wrong(error),
            HalfError::OneOfTwo => "one of two".to_owned(),
        })?;
        let b = HalfB::from_words(&password(self.text("half-b"))).map_err(wrong)?;
        let user = self.user();
        let opened = crate::recover(&super::owner(&user), &self.bytes, None, &a, Some(&b));
        match opened {
            Ok(opened) => Ok(format!("opens epoch {}", opened.epoch())),
            Err(error) => Err(match error {
                RecoverError::NoRecovery => "no recovery".to_owned(),
                RecoverError::HalfBMissing => "half b missing".to_owned(),
                RecoverError::OldCode => "old code".to_owned(),
                RecoverError::OtherCode => "other code".to_owned(),
                RecoverError::OldWords => "old words".to_owned(),
                RecoverError::UsedWords => "used words".to_owned(),
                RecoverError::OtherWords => "other words".to_owned(),
                RecoverError::Unlock(error) => refusal(error),
            }),
        }
    }

    fn audit(&self) -> Result<String, String> {
        let kept = self
            .fields
            .get("head")
            .map(|head| AuditHead::from_bytes(&unhex(head).try_into().unwrap()));
        let report = crate::verify_audit(&self.key("audit-key"), &self.bytes, kept);
        let state = match report.fault {
            None => "whole",
            Some(AuditFault::Changed) => "changed",
            Some(AuditFault::OutOfOrder) => "out of order",
            Some(AuditFault::Torn) => "torn",
            Some(AuditFault::Damaged) => "damaged",
            Some(AuditFault::CutShort) => "cut short",
            Some(AuditFault::OtherHead) => "other head",
        };
        Ok(format!("{} entries, {state}", report.entries.len()))
    }

    fn key_file(&self) -> Result<String, String> {
        let typed = password(self.text("secret"));
        let answer = crate::normalise_answer(&typed).unwrap();
        let wanted = match self.text("key-kind") {
            "root" => KeyKind::Root,
            "publisher" => KeyKind::Publisher,
            _ => KeyKind::Ring,
        };
        match crate::open_key_file(wanted, &self.bytes, &answer) {
            Ok((facts, private)) => {
                let public = crate::hpke::derive_public(&private);
                assert_eq!(public.0, facts.public);
                Ok(format!("opens {} {}", facts.kind.name(), facts.name))
            }
            Err(error) => Err(match error {
                KeyFileError::WrongPassphrase => "wrong secret".to_owned(),
                KeyFileError::Damaged(_) => "damaged".to_owned(),
                KeyFileError::OtherKind { .. } => "other kind".to_owned(),
                KeyFileError::Unsupported { .. } => "unsupported".to_owned(),
                KeyFileError::ParametersOutOfBounds(_) => "out of bounds".to_owned(),
                other => other.to_string(),
            }),
        }
    }

    fn join(&self) -> Result<String, String> {
        match crate::inspect_join_request(&self.bytes) {
            Ok(request) => Ok(format!(
                "{} {}: {}",
                request.user.as_str(),
                request.name,
                request.words.join(" ")
            )),
            Err(crate::JoinError::Unsupported(_)) => Err("unsupported".to_owned()),
            Err(_) => Err("damaged".to_owned()),
        }
    }
}

fn refusal(error: UnlockError) -> String {
    match error {
        UnlockError::Damaged { .. } => "damaged".to_owned(),
        UnlockError::Misplaced { what, .. } => format!("misplaced {what}"),
        UnlockError::RolledBack { .. } => "rolled back".to_owned(),
        UnlockError::Unsupported(_) => "unsupported".to_owned(),
        UnlockError::ParametersOutOfBounds(_) => "out of bounds".to_owned(),
        UnlockError::Altered { .. } => "altered".to_owned(),
        UnlockError::ForgedRoll { epoch } => format!("forged roll {epoch}"),
        UnlockError::TwoSuccessors { epoch } => format!("two successors {epoch}"),
        UnlockError::Revoked => "revoked".to_owned(),
        UnlockError::NoSlot(_) => "no slot".to_owned(),
        UnlockError::WrongSecret => "wrong secret".to_owned(),
        UnlockError::Tampered(what) => match what {
            Tampering::SlotAdded(code) => format!("tampered slot added {code}"),
            Tampering::SlotRemoved(code) => format!("tampered slot removed {code}"),
            Tampering::SlotReplaced(code) => format!("tampered slot replaced {code}"),
            Tampering::SlotCostChanged(code) => format!("tampered slot cost {code}"),
            Tampering::DeviceAdded(_) => "tampered device added".to_owned(),
            Tampering::DeviceRemoved(_) => "tampered device removed".to_owned(),
            Tampering::DeviceReplaced(_) => "tampered device replaced".to_owned(),
            Tampering::Rolls => "tampered rolls".to_owned(),
            Tampering::Recovery => "tampered recovery".to_owned(),
            Tampering::Elsewhere => "altered".to_owned(),
        },
        other => other.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_vector_does_what_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let vector = Vector::parse(name, &std::fs::read_to_string(&path).unwrap());
        let happened = vector.happens();
        count += 1;
        if happened != vector.text("expect") {
            wrong.push(format!("{}: {happened}, not {}", vector.name, vector.text("expect")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= ENOUGH, "only {count} vectors");
}

/// The second reader, in another language, sharing nothing but the page it was written from.
#[test]
#[ignore = "needs Python with the package cryptography 44 or later"]
fn the_second_reader_agrees() {
    let script = folder().with_file_name("read_vectors.py");
    let output = Command::new("python3").arg(script).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let count: usize = said.split_whitespace().next().unwrap().parse().unwrap();
    assert!(count >= ENOUGH, "{said}");
}
