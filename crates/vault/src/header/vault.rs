//! The vault header: what the directory keeps of a vault beside its records.

use super::device::Device;
use super::manifest::{Content, Manifest, Part, Tampering};
use super::roll::Roll;
use super::{
    FORMAT_1, HEADER_LABEL, LONGEST_USER, ReadError, authenticate, preamble, put_checksum, put_place, put_preamble,
    take_place, trailer,
};
use crate::bytes::{Reader, magic};
use crate::derive::same;
use crate::kdf::COST;
use crate::recovery::Recovery;
use crate::slot::{Form, Place, SlotSet};
use countersign_model::{DeviceId, HeaderVersion, UserId};
use countersign_secret::Key;
use sha2::{Digest, Sha256};

/// The most devices of one vault.
pub(crate) const MOST_DEVICES: u16 = 256;
const MOST_DEVICES_1: u16 = 1024;
/// The most epochs a vault may have left behind.
pub(crate) const MOST_ROLLS: u16 = 384;

/// What a header says about recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryFacts {
    /// Which halves these are; each renewal counts one on.
    pub serial: u64,
    /// How many people of the helpdesk it takes: one or two.
    pub people: u8,
}

/// The vault header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) version: HeaderVersion,
    pub(crate) place: Place,
    pub(crate) user: UserId,
    /// In order of their ids, each once.
    pub(crate) devices: Vec<Device>,
    pub(crate) slots: SlotSet,
    /// Oldest first, without gaps, up to the epoch before this one.
    pub(crate) rolls: Vec<Roll>,
    pub(crate) recovery: Option<Recovery>,
}

/// A header that was read, with what authenticates it.
pub(crate) struct ReadHeader<'a> {
    pub(crate) header: Header,
    covered: &'a [u8],
    mac: [u8; 32],
    /// With its authenticator; `None` in format 1.
    manifest: Option<(Manifest, [u8; 32])>,
}

impl ReadHeader<'_> {
    /// Whether somebody with the vault key wrote it.
    pub(crate) fn is_authentic(&self, slots_key: &Key) -> bool {
        same(&authenticate(slots_key, HEADER_LABEL, self.covered), &self.mac)
    }

    /// What was done to a header that is not authentic, as far as its manifest tells.
    pub(crate) fn accuse(&self, slots_key: &Key) -> Tampering {
        let Some((manifest, mac)) = &self.manifest else {
            return Tampering::Elsewhere;
        };
        if !same(&manifest.authenticate(slots_key, &self.header.place_bytes()), mac) {
            return Tampering::Elsewhere;
        }
        manifest.accuse(slots_key, &self.header.contents())
    }
}

impl Header {
    /// The device of this id.
    pub(crate) fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// Puts a device in its place, instead of an entry with the same id.
    pub(crate) fn put_device(&mut self, device: Device) {
        match self.devices.binary_search_by_key(&device.id, |known| known.id) {
            Ok(at) => {
                if let Some(place) = self.devices.get_mut(at) {
                    *place = device;
                }
            }
            Err(at) => self.devices.insert(at, device),
        }
    }

    /// The digest of devices, slots and recovery: what a roll proves.
    pub(crate) fn content(&self) -> [u8; 32] {
        let mut bytes = Vec::new();
        self.put_devices(&mut bytes);
        self.slots.encode(&mut bytes);
        self.put_recovery(&mut bytes);
        Sha256::digest(&bytes).into()
    }

    fn put_devices(&self, bytes: &mut Vec<u8>) {
        let count = u16::try_from(self.devices.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for device in &self.devices {
            device.encode(bytes);
        }
    }

    fn put_rolls(&self, bytes: &mut Vec<u8>) {
        let count = u16::try_from(self.rolls.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for roll in &self.rolls {
            roll.encode(bytes);
        }
    }

    fn put_recovery(&self, bytes: &mut Vec<u8>) {
        match &self.recovery {
            None => bytes.push(0),
            Some(recovery) => {
                bytes.push(1);
                recovery.encode(bytes);
            }
        }
    }

    /// Version, vault, epoch and user.
    fn place_bytes(&self) -> Vec<u8> {
        let mut bytes = self.version.0.to_le_bytes().to_vec();
        put_place(&mut bytes, self.place);
        let user = self.user.as_str().as_bytes();
        bytes.extend_from_slice(&u16::try_from(user.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(user);
        bytes
    }

    fn contents(&self) -> Vec<Content> {
        let mut contents = Vec::new();
        let mut seen: Vec<u16> = Vec::new();
        for (code, cost, bytes) in self.slots.entries() {
            let nth = seen.iter().filter(|earlier| **earlier == code).count();
            seen.push(code);
            let part = Part::Slot(code, u16::try_from(nth).unwrap_or(u16::MAX));
            contents.push(Content { part, cost, bytes });
        }
        let plain = |part, put: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = Vec::new();
            put(&mut bytes);
            let cost = [0; COST];
            Content { part, cost, bytes }
        };
        for device in &self.devices {
            contents.push(plain(Part::Device(device.id), &|bytes| device.encode(bytes)));
        }
        contents.push(plain(Part::Rolls, &|bytes| self.put_rolls(bytes)));
        contents.push(plain(Part::Recovery, &|bytes| self.put_recovery(bytes)));
        contents
    }

    pub(crate) fn seal(&self, slots_key: &Key) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_preamble(&mut bytes, magic::HEADER);
        bytes.extend_from_slice(&self.place_bytes());
        self.put_devices(&mut bytes);
        self.slots.encode(&mut bytes);
        self.put_rolls(&mut bytes);
        self.put_recovery(&mut bytes);
        let manifest = Manifest::of(slots_key, &self.contents());
        manifest.encode(&mut bytes);
        bytes.extend_from_slice(&manifest.authenticate(slots_key, &self.place_bytes()));
        let mac = authenticate(slots_key, HEADER_LABEL, &bytes);
        bytes.extend_from_slice(&mac);
        put_checksum(&mut bytes);
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<ReadHeader<'_>, ReadError> {
        let (format, covered, [mac]) = trailer::<1>(bytes, magic::HEADER)?;
        let mut from = Reader::new(covered);
        preamble(&mut from, magic::HEADER)?;
        let version = HeaderVersion(from.u64("version")?);
        let place = take_place(&mut from)?;
        let user = UserId(from.text(LONGEST_USER, "user")?.to_owned());
        let devices = devices(format, &mut from)?;
        let (form, old) = match format {
            FORMAT_1 => (Form::One(place.epoch), true),
            _ => (Form::Two, false),
        };
        let slots = SlotSet::decode(form, &mut from).map_err(ReadError::Slot)?;
        let (rolls, recovery, manifest) = if old {
            (Vec::new(), None, None)
        } else {
            let rolls = rolls(place, &mut from)?;
            let recovery = match from.u8("recovery")? {
                0 => None,
                1 => Some(Recovery::decode(&mut from)?),
                _ => return Err(ReadError::Damaged("recovery")),
            };
            let manifest = Manifest::decode(&mut from)?;
            (rolls, recovery, Some((manifest, from.array("manifest")?)))
        };
        from.end("end of the header")?;
        Ok(ReadHeader {
            header: Self {
                version,
                place,
                user,
                devices,
                slots,
                rolls,
                recovery,
            },
            covered,
            mac,
            manifest,
        })
    }
}

fn devices(format: u16, from: &mut Reader<'_>) -> Result<Vec<Device>, ReadError> {
    let count = from.u16("device count")?;
    let most = if format == FORMAT_1 {
        MOST_DEVICES_1
    } else {
        MOST_DEVICES
    };
    if count > most {
        return Err(ReadError::Damaged("device count"));
    }
    let mut devices: Vec<Device> = Vec::new();
    for _ in 0..count {
        let device = match format {
            FORMAT_1 => Device::without_key(DeviceId(from.array("device")?)),
            _ => Device::decode(from)?,
        };
        if devices.last().is_some_and(|last| last.id >= device.id) {
            return Err(ReadError::Damaged("device order"));
        }
        devices.push(device);
    }
    Ok(devices)
}

/// The rolls up to the epoch of the header, without gaps.
fn rolls(place: Place, from: &mut Reader<'_>) -> Result<Vec<Roll>, ReadError> {
    let count = from.u16("roll count")?;
    if count > MOST_ROLLS {
        return Err(ReadError::Damaged("roll count"));
    }
    let rolls = (0..count).map(|_| Roll::decode(from)).collect::<Result<Vec<_>, _>>()?;
    let first = place.epoch.checked_sub(u64::from(count));
    for (nth, roll) in (0_u64..).zip(&rolls) {
        if first.and_then(|first| first.checked_add(nth)) != Some(roll.from) {
            return Err(ReadError::Damaged("roll order"));
        }
    }
    Ok(rolls)
}
