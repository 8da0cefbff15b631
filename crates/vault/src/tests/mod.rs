//! Behaviour over the whole crate. Vaults are made from a fixed key here, so that Argon2id runs only where it is the matter.

mod attacks;
mod bounds;
mod changing;
mod doors;
mod fixtures;
mod headers;
mod records;
mod recovering;
mod releases;
mod rolls;
mod slots;
mod unlocking;
mod vectors;
mod wording;

use crate::derive::VaultKey;
use crate::device::DeviceKey;
use crate::header::{Device, Header};
use crate::hpke::derive_public;
use crate::slot::{Place, SlotSet};
use crate::unlocked::Local;
use crate::{Expected, KdfParameters, Owner, Unlocked, Written};
use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, PasswordJournal, Publisher, RecordId,
    TemplateId, Timestamp, UserId, VaultId,
};
use countersign_secret::{Key, Password};
use std::path::PathBuf;

pub(crate) fn password(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

pub(crate) fn key(byte: u8) -> Key {
    Key::from_fill(|out| out.fill(byte))
}

/// Small but legal.
pub(crate) fn cheap() -> KdfParameters {
    KdfParameters::new(64, 3, 1).unwrap()
}

pub(crate) fn ada() -> UserId {
    UserId("ada".to_owned())
}

pub(crate) fn owner(user: &UserId) -> Owner<'_> {
    Owner {
        user,
        vault: None,
        filed: None,
        at_least: HeaderVersion(0),
    }
}

/// A vault from bytes: another number, another vault.
pub(crate) fn vault(key_byte: u8, vault: u8, epoch: u64, device: u8) -> Unlocked {
    let place = Place {
        vault: VaultId([vault; 16]),
        epoch,
    };
    let vault_key = VaultKey::from_key(key(key_byte));
    let enrolled = |id: u8| {
        let named = (DeviceId([id; 16]), "machine", Timestamp(5));
        Device::make(named, derive_public(&key(100 + id)), place, &vault_key).unwrap()
    };
    let header = Header {
        version: HeaderVersion(3),
        place,
        user: ada(),
        devices: vec![enrolled(1), enrolled(3)],
        slots: SlotSet::default(),
        rolls: Vec::new(),
        recovery: None,
    };
    let local = Local::new(SlotSet::default(), DeviceKey::open(key(100 + device)), 0);
    Unlocked::new(vault_key, header, DeviceId([device; 16]), local)
}

pub(crate) fn home() -> Unlocked {
    vault(1, 1, 1, 1)
}

pub(super) const RECORD: RecordId = RecordId([0x0a; 16]);

pub(crate) fn binding(executable: Option<&str>) -> Binding {
    Binding {
        publisher: Publisher::Package,
        executable: executable.map(PathBuf::from),
    }
}

pub(crate) fn logon(id: RecordId) -> Logon {
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
        journal: PasswordJournal::default(),
    }
}

/// The version this device wrote first.
pub(crate) fn first(unlocked: &Unlocked) -> Expected<'static> {
    unlocked.expect(RECORD, Written::By(unlocked.device_id(), 1))
}
