//! What stays on one device: its own slots, its private key, its copy of recovery half B.

use super::{
    DEVICE_LABEL, FORMAT_1, ReadError, authenticate, preamble, put_checksum, put_place, put_preamble, take_place,
    trailer,
};
use crate::bytes::{Reader, frame, magic};
use crate::container::{unwrap_into, unwrap_key, wrap};
use crate::derive::{VaultKey, derive_device_check_key, derive_half_key, mac, same};
use crate::hpke::PublicKey;
use crate::seal::{Broken, OVERHEAD};
use crate::slot::{Form, Place, SlotSet};
use countersign_model::DeviceId;
use countersign_secret::{Key, SecretBytes};

const KEY_PURPOSE: &[u8] = b"device-key";
const HALF_PURPOSE: &[u8] = b"half-b";
const HALF: usize = 16;

/// A device's private key under the vault key and the device secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedDeviceKey {
    pub(crate) public: PublicKey,
    sealed: [u8; OVERHEAD + Key::LEN],
}

impl SealedDeviceKey {
    pub(crate) fn seal(
        (place, device): (Place, DeviceId),
        (vault_key, device_secret): (&VaultKey, &Key),
        (public, private): (PublicKey, &Key),
    ) -> Result<Self, getrandom::Error> {
        let key = vault_key.derive_with_device(device_secret);
        let sealed = wrap(&key, KEY_PURPOSE, &key_place(place, device), private.expose())?;
        Ok(Self {
            public,
            sealed: sealed.try_into().unwrap_or([0; OVERHEAD + Key::LEN]),
        })
    }

    pub(crate) fn open(
        &self,
        (place, device): (Place, DeviceId),
        (vault_key, device_secret): (&VaultKey, &Key),
    ) -> Result<Key, Broken> {
        let key = vault_key.derive_with_device(device_secret);
        unwrap_key(&key, KEY_PURPOSE, &key_place(place, device), &self.sealed)
    }
}

fn key_place(place: Place, device: DeviceId) -> Vec<u8> {
    frame(&[KEY_PURPOSE, &place.vault.0, &place.epoch.to_le_bytes(), &device.0])
}

/// The device's copy of recovery half B, under the device secret: it is needed when nothing else opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptHalf {
    pub(crate) serial: u64,
    sealed: [u8; OVERHEAD + HALF],
}

impl KeptHalf {
    pub(crate) fn seal(
        vault: Place,
        serial: u64,
        device_secret: &Key,
        half: &SecretBytes,
    ) -> Result<Self, getrandom::Error> {
        let key = derive_half_key(device_secret);
        let sealed = wrap(&key, HALF_PURPOSE, &half_place(vault, serial), half.expose())?;
        Ok(Self {
            serial,
            sealed: sealed.try_into().unwrap_or([0; OVERHEAD + HALF]),
        })
    }

    pub(crate) fn open(&self, vault: Place, device_secret: &Key) -> Result<SecretBytes, Broken> {
        let key = derive_half_key(device_secret);
        let mut half = SecretBytes::zeroed(HALF);
        unwrap_into(
            &key,
            HALF_PURPOSE,
            &half_place(vault, self.serial),
            &self.sealed,
            half.expose_mut(),
        )?;
        Ok(half)
    }
}

fn half_place(place: Place, serial: u64) -> Vec<u8> {
    frame(&[HALF_PURPOSE, &place.vault.0, &serial.to_le_bytes()])
}

/// The slots that stay on one device, and what else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceSlots {
    pub(crate) place: Place,
    pub(crate) device: DeviceId,
    pub(crate) slots: SlotSet,
    /// `None` in format 1.
    pub(crate) key: Option<SealedDeviceKey>,
    pub(crate) half: Option<KeptHalf>,
    /// The newest recovery halves used on this device; 0: none.
    pub(crate) recovered: u64,
}

/// A device's slot set that was read, with what authenticates it.
pub(crate) struct ReadDeviceSlots<'a> {
    pub(crate) set: DeviceSlots,
    covered: &'a [u8],
    /// Under the vault key.
    mac: [u8; 32],
    /// Under the device secret.
    check: [u8; 32],
}

impl ReadDeviceSlots<'_> {
    /// Whether it was made with this device secret. Tells a wrong password from a wrong device before Argon2id runs.
    pub(crate) fn is_of_device(&self, device_secret: &Key) -> bool {
        same(&device_check(device_secret, self.covered, &self.mac), &self.check)
    }

    /// Whether somebody with the vault key wrote it.
    pub(crate) fn is_authentic(&self, slots_key: &Key) -> bool {
        same(&authenticate(slots_key, DEVICE_LABEL, self.covered), &self.mac)
    }
}

impl DeviceSlots {
    pub(crate) fn seal(&self, slots_key: &Key, device_secret: &Key) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_preamble(&mut bytes, magic::DEVICE_SLOTS);
        put_place(&mut bytes, self.place);
        bytes.extend_from_slice(&self.device.0);
        self.slots.encode(&mut bytes);
        match &self.key {
            None => bytes.push(0),
            Some(key) => {
                bytes.push(1);
                bytes.extend_from_slice(&key.public.0);
                bytes.extend_from_slice(&key.sealed);
            }
        }
        match &self.half {
            None => bytes.push(0),
            Some(half) => {
                bytes.push(1);
                bytes.extend_from_slice(&half.serial.to_le_bytes());
                bytes.extend_from_slice(&half.sealed);
            }
        }
        bytes.extend_from_slice(&self.recovered.to_le_bytes());
        let mac = authenticate(slots_key, DEVICE_LABEL, &bytes);
        let check = device_check(device_secret, &bytes, &mac);
        bytes.extend_from_slice(&mac);
        bytes.extend_from_slice(&check);
        put_checksum(&mut bytes);
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<ReadDeviceSlots<'_>, ReadError> {
        let (format, covered, [mac, check]) = trailer::<2>(bytes, magic::DEVICE_SLOTS)?;
        let mut from = Reader::new(covered);
        preamble(&mut from, magic::DEVICE_SLOTS)?;
        let place = take_place(&mut from)?;
        let device = DeviceId(from.array("device")?);
        let form = match format {
            FORMAT_1 => Form::One(place.epoch),
            _ => Form::Two,
        };
        let slots = SlotSet::decode(form, &mut from).map_err(ReadError::Slot)?;
        let mut set = Self {
            place,
            device,
            slots,
            key: None,
            half: None,
            recovered: 0,
        };
        if form == Form::Two {
            set.key = match from.u8("device key")? {
                0 => None,
                1 => Some(SealedDeviceKey {
                    public: PublicKey(from.array("device key")?),
                    sealed: from.array("device key")?,
                }),
                _ => return Err(ReadError::Damaged("device key")),
            };
            set.half = match from.u8("recovery half")? {
                0 => None,
                1 => Some(KeptHalf {
                    serial: from.u64("recovery half")?,
                    sealed: from.array("recovery half")?,
                }),
                _ => return Err(ReadError::Damaged("recovery half")),
            };
            set.recovered = from.u64("recovery")?;
        }
        from.end("end of the slots")?;
        Ok(ReadDeviceSlots {
            set,
            covered,
            mac,
            check,
        })
    }
}

fn device_check(device_secret: &Key, covered: &[u8], vault_mac: &[u8; 32]) -> [u8; 32] {
    let key = derive_device_check_key(device_secret);
    mac(&key, &[&frame(&[DEVICE_LABEL]), covered, vault_mac])
}
