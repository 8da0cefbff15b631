//! The vault header (in the directory) and the device's own slot set: who they belong to, their slots, and their authenticators.

use crate::bytes::{Malformed, Reader, frame, magic};
use crate::derive::{derive_device_check_key, mac, same};
use crate::slot::{Place, SlotError, SlotFacts, SlotSet};
use countersign_model::{DeviceId, HeaderVersion, UserId, VaultId};
use countersign_secret::Key;
use sha2::{Digest, Sha256};

const HEADER_LABEL: &[u8] = b"countersign/v1/header";
const DEVICE_LABEL: &[u8] = b"countersign/v1/device-slots";
const FORMAT: u16 = 1;
const LONGEST: usize = 256 * 1024;
pub(crate) const LONGEST_USER: usize = 512;
const MOST_DEVICES: u16 = 1024;

/// Whose vault header the caller expects. A header is never checked against itself.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The user it was filed under.
    pub user: &'a UserId,
    /// The vault this device is enrolled for; `None` only where no vault of the user was ever seen on this device.
    pub vault: Option<VaultId>,
    /// The number it was filed under, where it was filed under one.
    pub filed: Option<HeaderVersion>,
    /// The newest version ever seen on this device; an older one is a rollback. `HeaderVersion(0)`: none was seen.
    pub at_least: HeaderVersion,
}

/// What a header or a device's slot set says of itself, not yet authenticated. For people only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFacts {
    /// Its number; 0 for a device's slot set.
    pub version: HeaderVersion,
    /// The vault.
    pub vault: VaultId,
    /// The epoch of the vault key.
    pub epoch: u64,
    /// The user; `None` for a device's slot set.
    pub user: Option<UserId>,
    /// The enrolled devices; the one device for its slot set.
    pub devices: Vec<DeviceId>,
    /// The slots.
    pub slots: Vec<SlotFacts>,
}

/// Why a header or a slot set cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// Not as it was written.
    Damaged(&'static str),
    /// Of a newer version.
    Unsupported(u16),
    /// A record, header or slot set where another of them belongs.
    OtherContainer,
    Slot(SlotError),
}

impl From<Malformed> for ReadError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Damaged(what)
    }
}

/// The vault header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) version: HeaderVersion,
    pub(crate) place: Place,
    pub(crate) user: UserId,
    /// In order, each once.
    pub(crate) devices: Vec<DeviceId>,
    pub(crate) slots: SlotSet,
}

/// A header that was read, with what authenticates it.
pub(crate) struct ReadHeader<'a> {
    pub(crate) header: Header,
    covered: &'a [u8],
    mac: [u8; 32],
}

impl ReadHeader<'_> {
    /// Whether somebody with the vault key wrote it.
    pub(crate) fn is_authentic(&self, slots_key: &Key) -> bool {
        same(&authenticate(slots_key, HEADER_LABEL, self.covered), &self.mac)
    }
}

impl Header {
    pub(crate) fn seal(&self, slots_key: &Key) -> Vec<u8> {
        let mut bytes = magic::HEADER.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        bytes.extend_from_slice(&self.version.0.to_le_bytes());
        put_place(&mut bytes, self.place);
        let user = self.user.as_str().as_bytes();
        bytes.extend_from_slice(&u16::try_from(user.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(user);
        let count = u16::try_from(self.devices.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for device in &self.devices {
            bytes.extend_from_slice(&device.0);
        }
        self.slots.encode(&mut bytes);
        let mac = authenticate(slots_key, HEADER_LABEL, &bytes);
        bytes.extend_from_slice(&mac);
        put_checksum(&mut bytes);
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<ReadHeader<'_>, ReadError> {
        let (covered, [mac]) = trailer::<1>(bytes, magic::HEADER)?;
        let mut from = Reader::new(covered);
        preamble(&mut from, magic::HEADER)?;
        let version = HeaderVersion(from.u64("version")?);
        let place = take_place(&mut from)?;
        let user = UserId(from.text(LONGEST_USER, "user")?.to_owned());
        let count = from.u16("device count")?;
        if count > MOST_DEVICES {
            return Err(ReadError::Damaged("device count"));
        }
        let mut devices: Vec<DeviceId> = Vec::new();
        for _ in 0..count {
            let device = DeviceId(from.array("device")?);
            if devices.last().is_some_and(|last| *last >= device) {
                return Err(ReadError::Damaged("device order"));
            }
            devices.push(device);
        }
        let slots = SlotSet::decode(&mut from).map_err(ReadError::Slot)?;
        from.end("end of the header")?;
        Ok(ReadHeader {
            header: Self {
                version,
                place,
                user,
                devices,
                slots,
            },
            covered,
            mac,
        })
    }
}

/// The slots that stay on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceSlots {
    pub(crate) place: Place,
    pub(crate) device: DeviceId,
    pub(crate) slots: SlotSet,
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
        same(&self.device_check(device_secret), &self.check)
    }

    /// Whether somebody with the vault key wrote it.
    pub(crate) fn is_authentic(&self, slots_key: &Key) -> bool {
        same(&authenticate(slots_key, DEVICE_LABEL, self.covered), &self.mac)
    }

    fn device_check(&self, device_secret: &Key) -> [u8; 32] {
        device_check(device_secret, self.covered, &self.mac)
    }
}

impl DeviceSlots {
    pub(crate) fn seal(&self, slots_key: &Key, device_secret: &Key) -> Vec<u8> {
        let mut bytes = magic::DEVICE_SLOTS.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        put_place(&mut bytes, self.place);
        bytes.extend_from_slice(&self.device.0);
        self.slots.encode(&mut bytes);
        let mac = authenticate(slots_key, DEVICE_LABEL, &bytes);
        let check = device_check(device_secret, &bytes, &mac);
        bytes.extend_from_slice(&mac);
        bytes.extend_from_slice(&check);
        put_checksum(&mut bytes);
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<ReadDeviceSlots<'_>, ReadError> {
        let (covered, [mac, check]) = trailer::<2>(bytes, magic::DEVICE_SLOTS)?;
        let mut from = Reader::new(covered);
        preamble(&mut from, magic::DEVICE_SLOTS)?;
        let place = take_place(&mut from)?;
        let device = DeviceId(from.array("device")?);
        let slots = SlotSet::decode(&mut from).map_err(ReadError::Slot)?;
        from.end("end of the slots")?;
        Ok(ReadDeviceSlots {
            set: Self { place, device, slots },
            covered,
            mac,
            check,
        })
    }
}

fn authenticate(key: &Key, label: &[u8], covered: &[u8]) -> [u8; 32] {
    mac(key, &[&frame(&[label]), covered])
}

fn device_check(device_secret: &Key, covered: &[u8], vault_mac: &[u8; 32]) -> [u8; 32] {
    let key = derive_device_check_key(device_secret);
    mac(&key, &[&frame(&[DEVICE_LABEL]), covered, vault_mac])
}

fn put_place(bytes: &mut Vec<u8>, place: Place) {
    bytes.extend_from_slice(&place.vault.0);
    bytes.extend_from_slice(&place.epoch.to_le_bytes());
}

fn take_place(from: &mut Reader<'_>) -> Result<Place, Malformed> {
    Ok(Place {
        vault: VaultId(from.array("vault")?),
        epoch: from.u64("epoch")?,
    })
}

/// Tells damage from change: anyone can compute it, so it proves nothing against an attacker.
fn put_checksum(bytes: &mut Vec<u8>) {
    let checksum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&checksum);
}

/// Checks length, magic, format and checksum; gives the covered bytes and the authenticators behind them.
fn trailer<'a, const N: usize>(bytes: &'a [u8], wanted: &[u8; 8]) -> Result<(&'a [u8], [[u8; 32]; N]), ReadError> {
    if bytes.len() > LONGEST {
        return Err(ReadError::Damaged("length"));
    }
    // Before the checksum: a newer format may end otherwise.
    preamble(&mut Reader::new(bytes), wanted)?;
    let (rest, checksum) = bytes.split_last_chunk::<32>().ok_or(ReadError::Damaged("length"))?;
    let wanted: [u8; 32] = Sha256::digest(rest).into();
    if wanted != *checksum {
        return Err(ReadError::Damaged("checksum"));
    }
    let mut authenticators = [[0; 32]; N];
    let mut covered = rest;
    for place in authenticators.iter_mut().rev() {
        let (before, authenticator) = covered.split_last_chunk::<32>().ok_or(ReadError::Damaged("length"))?;
        *place = *authenticator;
        covered = before;
    }
    Ok((covered, authenticators))
}

fn preamble(from: &mut Reader<'_>, wanted: &[u8; 8]) -> Result<(), ReadError> {
    match from.array::<8>("magic")? {
        found if found == *wanted => {}
        found if magic::is_ours(&found) => return Err(ReadError::OtherContainer),
        _ => return Err(ReadError::Damaged("magic")),
    }
    match (from.u16("format")?, from.u16("flags")?) {
        (FORMAT, 0) => Ok(()),
        (FORMAT, _) => Err(ReadError::Damaged("flags")),
        (newer, _) => Err(ReadError::Unsupported(newer)),
    }
}

/// Reads what a vault header says of itself, for status and for people. Nothing in it is authenticated before the vault is unlocked.
///
/// # Errors
/// As unlocking would: damaged, unsupported, parameters out of bounds.
pub fn inspect_header(bytes: &[u8]) -> Result<HeaderFacts, crate::UnlockError> {
    let header = Header::read(bytes)?.header;
    Ok(HeaderFacts {
        version: header.version,
        vault: header.place.vault,
        epoch: header.place.epoch,
        user: Some(header.user),
        devices: header.devices,
        slots: header.slots.facts(),
    })
}

/// Reads what a device's slot set says of itself. See [`inspect_header`].
///
/// # Errors
/// As unlocking would: damaged, unsupported, parameters out of bounds.
pub fn inspect_device_slots(bytes: &[u8]) -> Result<HeaderFacts, crate::UnlockError> {
    let set = DeviceSlots::read(bytes)?.set;
    Ok(HeaderFacts {
        version: HeaderVersion(0),
        vault: set.place.vault,
        epoch: set.place.epoch,
        user: None,
        devices: vec![set.device],
        slots: set.slots.facts(),
    })
}
