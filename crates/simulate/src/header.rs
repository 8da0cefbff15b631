//! A vault header that is only what it says: its number, the changes in it, and the rolls that led to its epoch.
//!
//! 8 bytes number, 8 how many rolls, 8 a roll, then 8 a change; little-endian. Rolls are changes, too, and stand among them. It is followed by the rules
//! of the vault (`Unlocked::follow`): never an older number, never another way to the epoch this device is in.

/// A header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) number: u64,
    pub(crate) rolls: Vec<u64>,
    pub(crate) changes: Vec<u64>,
}

/// What the user or another device wants changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A slot or a device more or less, a name.
    Slot(u64),
    /// A new key of the vault: a device is taken off.
    Roll(u64),
}

impl Wish {
    pub(crate) fn change(self) -> u64 {
        match self {
            Self::Slot(change) | Self::Roll(change) => change,
        }
    }
}

impl Header {
    /// The header of a vault that was just made.
    pub(crate) fn first() -> Self {
        Self {
            number: 1,
            ..Self::default()
        }
    }

    /// The next one, with a wish in it.
    pub(crate) fn next(&self, wish: Wish) -> Self {
        let mut next = self.clone();
        next.number += 1;
        next.changes.push(wish.change());
        if let Wish::Roll(roll) = wish {
            next.rolls.push(roll);
        }
        next
    }

    /// Whether a device that has this one goes on with another one.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        other.number >= self.number && other.rolls.starts_with(&self.rolls)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let numbers = [self.number, self.rolls.len() as u64].into_iter();
        let numbers = numbers
            .chain(self.rolls.iter().copied())
            .chain(self.changes.iter().copied());
        numbers.flat_map(u64::to_le_bytes).collect()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (chunks, []) = bytes.as_chunks() else { return None };
        let numbers: Vec<u64> = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect();
        let [number, rolls, rest @ ..] = numbers.as_slice() else {
            return None;
        };
        let (rolls, changes) = rest.split_at_checked(usize::try_from(*rolls).ok()?)?;
        Some(Self {
            number: *number,
            rolls: rolls.to_vec(),
            changes: changes.to_vec(),
        })
    }
}
