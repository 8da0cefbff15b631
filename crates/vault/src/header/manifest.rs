//! What a header ought to contain, listed under the vault key: tells which part of a header was changed by somebody without it.

use crate::bytes::{Malformed, Reader, frame};
use crate::derive::{mac, same};
use crate::kdf::COST;
use crate::slot::SlotKind;
use countersign_model::DeviceId;
use countersign_secret::Key;
use std::fmt;

const ENTRY_LABEL: &[u8] = b"countersign/v1/entry";
const MANIFEST_LABEL: &[u8] = b"countersign/v1/manifest";
const MOST: u16 = 1024;

/// What somebody without the vault's key did to a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// A slot, by the number of its kind, that no device of the user made.
    SlotAdded(u16),
    /// A slot that should be there is gone.
    SlotRemoved(u16),
    /// A slot is another than the one that was written: swapped, brought back from an older header, or made up.
    SlotReplaced(u16),
    /// The cost of guessing a slot's secret was changed.
    SlotCostChanged(u16),
    /// A device nobody enrolled.
    DeviceAdded(DeviceId),
    /// An enrolled device is gone from the list.
    DeviceRemoved(DeviceId),
    /// An enrolled device's key, name or sealed vault key is another.
    DeviceReplaced(DeviceId),
    /// The chain of epochs.
    Rolls,
    /// What is there for recovery.
    Recovery,
    /// Something else: version, user, or the order of things.
    Elsewhere,
}

impl fmt::Display for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |code: &u16| SlotKind::from_code(*code).map_or("newer", SlotKind::name);
        match self {
            Self::SlotAdded(code) => write!(f, "a {} slot was added", name(code)),
            Self::SlotRemoved(code) => write!(f, "the {} slot was taken away", name(code)),
            Self::SlotReplaced(code) => write!(f, "the {} slot was put in another's place", name(code)),
            Self::SlotCostChanged(code) => write!(f, "the cost of guessing the {} slot was changed", name(code)),
            Self::DeviceAdded(device) => write!(f, "the device {device} was added"),
            Self::DeviceRemoved(device) => write!(f, "the device {device} was taken off the list"),
            Self::DeviceReplaced(device) => write!(f, "the key of the device {device} was replaced"),
            Self::Rolls => f.write_str("the history of its keys was changed"),
            Self::Recovery => f.write_str("the recovery data was changed"),
            Self::Elsewhere => f.write_str("it was changed"),
        }
    }
}

/// What an entry of the manifest stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A slot and how many of its kind came before it.
    Slot(u16, u16),
    Device(DeviceId),
    Rolls,
    Recovery,
}

impl Part {
    fn encode(self) -> [u8; 17] {
        let (tag, id) = match self {
            Self::Slot(code, nth) => {
                let mut id = [0; 16];
                let bytes = code.to_le_bytes().into_iter().chain(nth.to_le_bytes());
                id.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
                (1, id)
            }
            Self::Device(device) => (2, device.0),
            Self::Rolls => (3, [0; 16]),
            Self::Recovery => (4, [0; 16]),
        };
        let mut bytes = [tag; 17];
        if let Some(place) = bytes.last_chunk_mut() {
            *place = id;
        }
        bytes
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let tag = from.u8("manifest")?;
        let id: [u8; 16] = from.array("manifest")?;
        let mut numbers = Reader::new(&id);
        let part = match tag {
            1 => Self::Slot(numbers.u16("manifest")?, numbers.u16("manifest")?),
            2 => Self::Device(DeviceId(id)),
            3 => Self::Rolls,
            4 => Self::Recovery,
            _ => return Err(Malformed("manifest")),
        };
        if part.encode().last_chunk() != Some(&id) {
            return Err(Malformed("manifest"));
        }
        Ok(part)
    }
}

/// One part with its authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    part: Part,
    cost: [u8; COST],
    mac: [u8; 32],
}

/// A part with its cost and its bytes.
pub(super) struct Content {
    pub(super) part: Part,
    pub(super) cost: [u8; COST],
    pub(super) bytes: Vec<u8>,
}

/// Everything a header ought to contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest(Vec<Entry>);

impl Manifest {
    pub(super) fn of(slots_key: &Key, contents: &[Content]) -> Self {
        let entry = |content: &Content| Entry {
            part: content.part,
            cost: content.cost,
            mac: mac(
                slots_key,
                &[&frame(&[ENTRY_LABEL, &content.part.encode()]), &content.bytes],
            ),
        };
        Self(contents.iter().map(entry).collect())
    }

    pub(super) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&u16::try_from(self.0.len()).unwrap_or(u16::MAX).to_le_bytes());
        for entry in &self.0 {
            to.extend_from_slice(&entry.part.encode());
            to.extend_from_slice(&entry.cost);
            to.extend_from_slice(&entry.mac);
        }
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = from.u16("manifest")?;
        if count > MOST {
            return Err(Malformed("manifest"));
        }
        let entry = |_| {
            Ok(Entry {
                part: Part::decode(from)?,
                cost: from.array("manifest")?,
                mac: from.array("manifest")?,
            })
        };
        (0..count).map(entry).collect::<Result<_, _>>().map(Self)
    }

    /// The manifest's own authenticator, over the header's place and the list.
    pub(super) fn authenticate(&self, slots_key: &Key, place: &[u8]) -> [u8; 32] {
        let mut list = Vec::new();
        self.encode(&mut list);
        mac(slots_key, &[&frame(&[MANIFEST_LABEL, place]), &list])
    }

    /// The first difference between what is listed and what is there.
    pub(super) fn accuse(&self, slots_key: &Key, contents: &[Content]) -> Tampering {
        let found = Self::of(slots_key, contents);
        for entry in &found.0 {
            let Some(listed) = self.0.iter().find(|listed| listed.part == entry.part) else {
                return match entry.part {
                    Part::Slot(code, _) => Tampering::SlotAdded(code),
                    Part::Device(device) => Tampering::DeviceAdded(device),
                    Part::Rolls => Tampering::Rolls,
                    Part::Recovery => Tampering::Recovery,
                };
            };
            if !same(&listed.mac, &entry.mac) {
                return match entry.part {
                    Part::Slot(code, _) if listed.cost != entry.cost => Tampering::SlotCostChanged(code),
                    Part::Slot(code, _) => Tampering::SlotReplaced(code),
                    Part::Device(device) => Tampering::DeviceReplaced(device),
                    Part::Rolls => Tampering::Rolls,
                    Part::Recovery => Tampering::Recovery,
                };
            }
        }
        let gone = self
            .0
            .iter()
            .find(|listed| found.0.iter().all(|entry| entry.part != listed.part));
        match gone.map(|listed| listed.part) {
            Some(Part::Slot(code, _)) => Tampering::SlotRemoved(code),
            Some(Part::Device(device)) => Tampering::DeviceRemoved(device),
            Some(Part::Rolls) => Tampering::Rolls,
            Some(Part::Recovery) => Tampering::Recovery,
            None => Tampering::Elsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(count: u16) -> Result<usize, Malformed> {
        let content = |nth| Content {
            part: Part::Slot(1, nth),
            cost: [0; COST],
            bytes: Vec::new(),
        };
        let contents: Vec<Content> = (0..count).map(content).collect();
        let mut bytes = Vec::new();
        Manifest::of(&Key::from_fill(|out| out.fill(1)), &contents).encode(&mut bytes);
        Manifest::decode(&mut Reader::new(&bytes)).map(|manifest| manifest.0.len())
    }

    #[test]
    fn a_manifest_lists_so_much_and_no_more() {
        assert_eq!(listed(1024), Ok(1024));
        assert_eq!(listed(1025), Err(Malformed("manifest")));
    }

    #[test]
    fn parts_are_read_strictly() {
        let device = Part::Device(DeviceId([9; 16]));
        for part in [Part::Slot(0x0102, 0x0304), device, Part::Rolls, Part::Recovery] {
            assert_eq!(Part::decode(&mut Reader::new(&part.encode())), Ok(part));
        }
        for (part, at) in [(Part::Slot(1, 0), 5), (Part::Rolls, 1), (Part::Recovery, 16)] {
            let mut bytes = part.encode();
            bytes[at] = 1;
            assert_eq!(
                Part::decode(&mut Reader::new(&bytes)),
                Err(Malformed("manifest")),
                "{part:?}"
            );
        }
        assert!(Part::decode(&mut Reader::new(&[5; 17])).is_err());
    }
}
