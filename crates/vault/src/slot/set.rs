//! A set of slots as it is stored. Kinds this version does not know are kept byte for byte.

use super::{Slot, SlotFacts, SlotKind};
use crate::bytes::{Malformed, Reader, length32};
use crate::kdf::OutOfBounds;

/// The most slots a set may have.
const MOST: u16 = 64;
/// The longest slot, in bytes.
const LONGEST: u32 = 4096;

/// Why a set of slots cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotError {
    Malformed(&'static str),
    OutOfBounds(OutOfBounds),
}

impl From<Malformed> for SlotError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Malformed(what)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Known(Slot),
    /// Of a newer version, kept as it is.
    Unknown {
        code: u16,
        bytes: Vec<u8>,
    },
}

/// Slots in the order they are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlotSet(Vec<Entry>);

impl SlotSet {
    pub(crate) fn of(slot: Slot) -> Self {
        Self(vec![Entry::Known(slot)])
    }

    /// Puts a slot in the place of the one of the same kind, or at the end.
    pub(crate) fn replace(&mut self, slot: Slot) {
        let same = |entry: &&mut Entry| matches!(entry, Entry::Known(known) if known.kind() == slot.kind());
        match self.0.iter_mut().find(same) {
            Some(entry) => *entry = Entry::Known(slot),
            None => self.0.push(Entry::Known(slot)),
        }
    }

    pub(crate) fn get(&self, kind: SlotKind) -> Option<&Slot> {
        self.0.iter().find_map(|entry| match entry {
            Entry::Known(slot) if slot.kind() == kind => Some(slot),
            _ => None,
        })
    }

    pub(crate) fn facts(&self) -> Vec<SlotFacts> {
        self.0
            .iter()
            .map(|entry| match entry {
                Entry::Known(slot) => slot.facts(),
                Entry::Unknown { code, .. } => SlotFacts {
                    kind: None,
                    code: *code,
                    kdf: None,
                },
            })
            .collect()
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&u16::try_from(self.0.len()).unwrap_or(u16::MAX).to_le_bytes());
        for entry in &self.0 {
            let bytes = match entry {
                Entry::Known(slot) => &slot.encode(),
                Entry::Unknown { bytes, .. } => bytes,
            };
            to.extend_from_slice(&length32(bytes).to_le_bytes());
            to.extend_from_slice(bytes);
        }
    }

    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Self, SlotError> {
        let count = from.u16("slot count")?;
        if count > MOST {
            return Err(SlotError::Malformed("slot count"));
        }
        let mut slots = Vec::new();
        for _ in 0..count {
            let len = from.u32("slot length")?;
            if len > LONGEST {
                return Err(SlotError::Malformed("slot length"));
            }
            let bytes = from.take(usize::try_from(len).unwrap_or(usize::MAX), "slot")?;
            let mut body = Reader::new(bytes);
            let code = body.u16("slot kind")?;
            slots.push(match SlotKind::from_code(code) {
                Some(kind) => {
                    let slot = Slot::decode(kind, &mut body)?.map_err(SlotError::OutOfBounds)?;
                    body.end("slot length")?;
                    Entry::Known(slot)
                }
                None => Entry::Unknown {
                    code,
                    bytes: bytes.to_vec(),
                },
            });
        }
        Ok(Self(slots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_are_kept_and_said() {
        let mut bytes = vec![1, 0, 5, 0, 0, 0, 0x34, 0x12, 9, 9, 9];
        let set = SlotSet::decode(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(set.facts()[0].code, 0x1234);
        assert_eq!(set.facts()[0].kind, None);
        let mut again = Vec::new();
        set.encode(&mut again);
        assert_eq!(again, bytes);
        bytes[2] = 6;
        assert!(SlotSet::decode(&mut Reader::new(&bytes)).is_err());
    }

    #[test]
    fn counts_and_lengths_are_bounded() {
        assert!(SlotSet::decode(&mut Reader::new(&[65, 0])).is_err());
        assert!(SlotSet::decode(&mut Reader::new(&[1, 0, 1, 16, 0, 0])).is_err());
        assert!(SlotSet::decode(&mut Reader::new(&[1, 0, 255, 255, 255, 255, 1, 0])).is_err());
    }
}
