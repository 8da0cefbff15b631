//! The devices a vault header lists.

use crate::bytes::{Malformed, Reader, frame};
use crate::derive::VaultKey;
use crate::hpke::{NotOpened, NotSealed, OVERHEAD, PublicKey, open_from, seal_to};
use crate::slot::Place;
use countersign_model::{DeviceId, Timestamp};
use countersign_secret::Key;

const SEAL_LABEL: &[u8] = b"countersign/v1/roll-device";
pub(crate) const LONGEST_NAME: usize = 128;
const SEALED: usize = OVERHEAD + Key::LEN;

/// What a header says of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Its id.
    pub id: DeviceId,
    /// The name its user knows it by; empty for devices that joined before devices had names.
    pub name: String,
    /// When it joined.
    pub added: Timestamp,
    /// Its public key; `None` for devices that joined before devices had keys: such a one cannot follow a roll.
    pub key: Option<PublicKey>,
}

/// An enrolled device: the vault key of the epoch is sealed to its public key (the device slot).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) name: String,
    pub(crate) added: Timestamp,
    pub(crate) key: PublicKey,
    sealed: Option<[u8; SEALED]>,
}

impl Device {
    /// A device with the vault key of `place` sealed to it.
    pub(crate) fn make(
        (id, name, added): (DeviceId, &str, Timestamp),
        key: PublicKey,
        place: Place,
        vault_key: &VaultKey,
    ) -> Result<Self, NotSealed> {
        let sealed = seal_to(key, &info(place, id), &key.0, vault_key.for_slot().expose())?;
        let end = name.floor_char_boundary(LONGEST_NAME);
        Ok(Self {
            id,
            name: name.get(..end).unwrap_or_default().to_owned(),
            added,
            key,
            sealed: sealed.try_into().ok(),
        })
    }

    /// A device of format 1.
    pub(crate) fn without_key(id: DeviceId) -> Self {
        Self {
            id,
            name: String::new(),
            added: Timestamp(0),
            key: PublicKey::NONE,
            sealed: None,
        }
    }

    /// The same device with the key of another epoch sealed to it.
    pub(crate) fn carried(&self, place: Place, vault_key: &VaultKey) -> Result<Self, NotSealed> {
        if self.sealed.is_none() {
            return Ok(self.clone());
        }
        Self::make((self.id, &self.name, self.added), self.key, place, vault_key)
    }

    /// Opens the device slot. Whoever knows the public key could have sealed it: hold the key against the chain of rolls or words.
    pub(crate) fn open(&self, place: Place, private: &Key) -> Result<VaultKey, NotOpened> {
        let sealed = self.sealed.as_ref().ok_or(NotOpened)?;
        let info = info(place, self.id);
        Key::try_from_fill(|out| open_from(private, &info, &self.key.0, sealed, out)).map(VaultKey::from_key)
    }

    pub(crate) fn has_key(&self) -> bool {
        self.sealed.is_some()
    }

    pub(crate) fn facts(&self) -> DeviceFacts {
        DeviceFacts {
            id: self.id,
            name: self.name.clone(),
            added: self.added,
            key: self.has_key().then_some(self.key),
        }
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.id.0);
        to.extend_from_slice(&u16::try_from(self.name.len()).unwrap_or(u16::MAX).to_le_bytes());
        to.extend_from_slice(self.name.as_bytes());
        to.extend_from_slice(&self.added.0.to_le_bytes());
        match &self.sealed {
            None => to.push(0),
            Some(sealed) => {
                to.push(1);
                to.extend_from_slice(&self.key.0);
                to.extend_from_slice(sealed);
            }
        }
    }

    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let id = DeviceId(from.array("device")?);
        let name = from.text(LONGEST_NAME, "device name")?.to_owned();
        let added = Timestamp(from.u64("device time")?);
        let (key, sealed) = match from.u8("device key")? {
            0 => (PublicKey::NONE, None),
            1 => (PublicKey(from.array("device key")?), Some(from.array("device key")?)),
            _ => return Err(Malformed("device key")),
        };
        Ok(Self {
            id,
            name,
            added,
            key,
            sealed,
        })
    }
}

fn info(place: Place, device: DeviceId) -> Vec<u8> {
    frame(&[SEAL_LABEL, &place.vault.0, &place.epoch.to_le_bytes(), &device.0])
}
