//! The vault header (in the directory) and the device's own slot set: who they belong to, their slots, and their authenticators.

mod device;
mod local;
mod manifest;
mod roll;
mod vault;

pub use device::DeviceFacts;
pub(crate) use device::{Device, LONGEST_NAME};
pub(crate) use local::{DeviceSlots, KeptHalf, ReadDeviceSlots, SealedDeviceKey};
pub use manifest::Tampering;
pub(crate) use roll::{ChainError, Past, Roll, Successor, walk};
pub use vault::RecoveryFacts;
pub(crate) use vault::{Header, MOST_DEVICES, MOST_ROLLS, ReadHeader};

use crate::bytes::{Malformed, Reader, frame, magic};
use crate::derive::mac;
use crate::slot::{Place, SlotError, SlotFacts};
use countersign_model::{DeviceId, HeaderVersion, UserId, VaultId};
use countersign_secret::Key;
use sha2::{Digest, Sha256};

const HEADER_LABEL: &[u8] = b"countersign/v1/header";
const DEVICE_LABEL: &[u8] = b"countersign/v1/device-slots";
/// The first format: devices without keys, no rolls, no recovery. Still read.
const FORMAT_1: u16 = 1;
/// What is written.
const FORMAT_2: u16 = 2;
const LONGEST: usize = 256 * 1024;
pub(crate) const LONGEST_USER: usize = 512;

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
    /// What the header says of each device; empty for a device's slot set.
    pub enrolled: Vec<DeviceFacts>,
    /// The slots.
    pub slots: Vec<SlotFacts>,
    /// How often the vault's key was rolled; 0 for a device's slot set.
    pub rolls: usize,
    /// What there is for recovery.
    pub recovery: Option<RecoveryFacts>,
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

fn authenticate(key: &Key, label: &[u8], covered: &[u8]) -> [u8; 32] {
    mac(key, &[&frame(&[label]), covered])
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

/// Format, covered bytes, authenticators.
type Trailed<'a, const N: usize> = (u16, &'a [u8], [[u8; 32]; N]);

/// Checks length, magic, format and checksum; gives the format, the covered bytes and the authenticators behind them.
fn trailer<'a, const N: usize>(bytes: &'a [u8], wanted: &[u8; 8]) -> Result<Trailed<'a, N>, ReadError> {
    if bytes.len() > LONGEST {
        return Err(ReadError::Damaged("length"));
    }
    // Before the checksum: a newer format may end otherwise.
    let format = preamble(&mut Reader::new(bytes), wanted)?;
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
    Ok((format, covered, authenticators))
}

fn put_preamble(bytes: &mut Vec<u8>, wanted: &[u8; 8]) {
    bytes.extend_from_slice(wanted);
    bytes.extend_from_slice(&FORMAT_2.to_le_bytes());
    bytes.extend_from_slice(&0_u16.to_le_bytes());
}

fn preamble(from: &mut Reader<'_>, wanted: &[u8; 8]) -> Result<u16, ReadError> {
    match from.array::<8>("magic")? {
        found if found == *wanted => {}
        found if magic::is_ours(&found) => return Err(ReadError::OtherContainer),
        _ => return Err(ReadError::Damaged("magic")),
    }
    match (from.u16("format")?, from.u16("flags")?) {
        (format @ (FORMAT_1 | FORMAT_2), 0) => Ok(format),
        (FORMAT_1 | FORMAT_2, _) => Err(ReadError::Damaged("flags")),
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
        devices: header.devices.iter().map(|device| device.id).collect(),
        enrolled: header.devices.iter().map(Device::facts).collect(),
        slots: header.slots.facts(),
        rolls: header.rolls.len(),
        recovery: header.recovery.as_ref().map(|recovery| recovery.facts()),
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
        enrolled: Vec::new(),
        slots: set.slots.facts(),
        rolls: 0,
        recovery: None,
    })
}
