//! A set of slots as it is stored. Kinds this version does not know are kept byte for byte.

use super::{Place, Slot, SlotFacts, SlotKind};
use crate::bytes::{Malformed, Reader, length32};
use crate::derive::VaultKey;
use crate::hpke::NotSealed;
use crate::kdf::{COST, OutOfBounds};

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
    Known(Box<Slot>),
    /// Of a newer version, kept as it is.
    Unknown {
        code: u16,
        bytes: Vec<u8>,
    },
}

/// How slots are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In containers of format 1, of this epoch: slots that cannot be carried forward.
    One(u64),
    /// In containers of format 2.
    Two,
}

/// Slots in the order they are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlotSet(Vec<Entry>);

impl SlotSet {
    pub(crate) fn of(slot: Slot) -> Self {
        Self(vec![Entry::Known(Box::new(slot))])
    }

    /// Takes the slot of a kind out; whether there was one.
    pub(crate) fn remove(&mut self, kind: SlotKind) -> bool {
        let before = self.0.len();
        self.0
            .retain(|entry| !matches!(entry, Entry::Known(slot) if slot.kind() == kind));
        self.0.len() < before
    }

    /// Seals the key of a new epoch to every slot that can be carried forward. The kinds that cannot are left as they are and named.
    pub(crate) fn carried(&self, place: Place, key: &VaultKey) -> Result<(Self, Vec<SlotKind>), NotSealed> {
        let (mut entries, mut left) = (Vec::with_capacity(self.0.len()), Vec::new());
        for entry in &self.0 {
            entries.push(match entry {
                Entry::Known(slot) => Entry::Known(match slot.carried(place, key)? {
                    Some(carried) => Box::new(carried),
                    None => {
                        left.push(slot.kind());
                        slot.clone()
                    }
                }),
                unknown @ Entry::Unknown { .. } => unknown.clone(),
            });
        }
        Ok((Self(entries), left))
    }

    /// Every slot with its code, cost and bytes, as the manifest lists it.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u16, [u8; COST], Vec<u8>)> + '_ {
        self.0.iter().map(|entry| match entry {
            Entry::Known(slot) => (slot.kind().code(), slot.cost(), slot.encode()),
            Entry::Unknown { code, bytes } => (*code, [0; COST], bytes.clone()),
        })
    }

    /// Puts a slot in the place of the one of the same kind, or at the end.
    pub(crate) fn replace(&mut self, slot: Slot) {
        let same = |entry: &&mut Entry| matches!(entry, Entry::Known(known) if known.kind() == slot.kind());
        match self.0.iter_mut().find(same) {
            Some(entry) => *entry = Entry::Known(Box::new(slot)),
            None => self.0.push(Entry::Known(Box::new(slot))),
        }
    }

    pub(crate) fn get(&self, kind: SlotKind) -> Option<&Slot> {
        self.0.iter().find_map(|entry| match entry {
            Entry::Known(slot) if slot.kind() == kind => Some(slot.as_ref()),
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
                    epoch: None,
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

    pub(crate) fn decode(form: Form, from: &mut Reader<'_>) -> Result<Self, SlotError> {
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
                    let slot = Slot::decode(kind, form, &mut body)?.map_err(SlotError::OutOfBounds)?;
                    body.end("slot length")?;
                    Entry::Known(Box::new(slot))
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
        let set = SlotSet::decode(Form::Two, &mut Reader::new(&bytes)).unwrap();
        assert_eq!(set.facts()[0].code, 0x1234);
        assert_eq!(set.facts()[0].kind, None);
        let mut again = Vec::new();
        set.encode(&mut again);
        assert_eq!(again, bytes);
        bytes[2] = 6;
        assert!(SlotSet::decode(Form::Two, &mut Reader::new(&bytes)).is_err());
    }

    #[test]
    fn counts_and_lengths_are_bounded() {
        assert!(SlotSet::decode(Form::Two, &mut Reader::new(&[65, 0])).is_err());
        assert!(SlotSet::decode(Form::Two, &mut Reader::new(&[1, 0, 1, 16, 0, 0])).is_err());
        assert!(SlotSet::decode(Form::Two, &mut Reader::new(&[1, 0, 255, 255, 255, 255, 1, 0])).is_err());
    }
}
