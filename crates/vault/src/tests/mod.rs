//! Behaviour over the whole crate. Vaults are made from a fixed key here, so that Argon2id runs only where it is the matter.

mod fixtures;
mod headers;
mod records;
mod releases;
mod unlocking;

use crate::derive::VaultKey;
use crate::header::Header;
use crate::slot::{Place, SlotSet};
use crate::{Expected, KdfParameters, Owner, Unlocked, Written};
use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, Publisher, RecordId, TemplateId,
    Timestamp, UserId, VaultId,
};
use countersign_secret::{Key, Password};
use std::path::PathBuf;

pub(super) fn password(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

pub(super) fn key(byte: u8) -> Key {
    Key::from_fill(|out| out.fill(byte))
}

/// Small but legal.
pub(super) fn cheap() -> KdfParameters {
    KdfParameters::new(64, 3, 1).unwrap()
}

pub(super) fn ada() -> UserId {
    UserId("ada".to_owned())
}

pub(super) fn owner(user: &UserId) -> Owner<'_> {
    Owner {
        user,
        vault: None,
        filed: None,
        at_least: HeaderVersion(0),
    }
}

/// A vault from bytes: another number, another vault.
pub(super) fn vault(key_byte: u8, vault: u8, epoch: u64, device: u8) -> Unlocked {
    let header = Header {
        version: HeaderVersion(3),
        place: Place {
            vault: VaultId([vault; 16]),
            epoch,
        },
        user: ada(),
        devices: vec![DeviceId([1; 16]), DeviceId([3; 16])],
        slots: SlotSet::default(),
    };
    Unlocked::new(VaultKey::from_key(key(key_byte)), header, DeviceId([device; 16]))
}

pub(super) fn home() -> Unlocked {
    vault(1, 1, 1, 1)
}

pub(super) const RECORD: RecordId = RecordId([0x0a; 16]);

pub(super) fn binding(executable: Option<&str>) -> Binding {
    Binding {
        publisher: Publisher::Package,
        executable: executable.map(PathBuf::from),
    }
}

pub(super) fn logon(id: RecordId) -> Logon {
    Logon {
        id,
        template: TemplateId::from("org.filezilla.FileZilla"),
        label: "Test server".to_owned(),
        fields: FieldValues(vec![
            (FieldName::from("username"), FieldKind::Plain, password("ada")),
            (
                FieldName::from("password"),
                FieldKind::Secret,
                password("grün {ENTER} 漢 😀"),
            ),
        ]),
        binding: binding(Some("/usr/bin/filezilla")),
        changed: Timestamp(1_700_000_000_000),
    }
}

/// The version this device wrote first.
pub(super) fn first(unlocked: &Unlocked) -> Expected<'static> {
    unlocked.expect(RECORD, Written::By(unlocked.device_id(), 1))
}
