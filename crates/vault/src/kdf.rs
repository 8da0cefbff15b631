//! Argon2id within bounds, in memory that is wiped.

use crate::bytes::{Malformed, Reader};
use crate::stack::scrubbed;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use countersign_secret::{Key, Scratch};

const MIB: u32 = 1024;
const ARGON2ID: u8 = 1;
pub(crate) const SALT: usize = 32;
/// The bytes of stored parameters.
pub(crate) const COST: usize = 13;

/// What Argon2id costs. A value of this type is always within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParameters {
    memory_mib: u32,
    passes: u32,
    lanes: u32,
}

/// Parameters that are never run: too cheap to protect, or so dear that they only block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Argon2id with {memory_kib} KiB, {passes} passes and {lanes} lanes is out of bounds; \
     use 64 MiB to 2 GiB in whole MiB, 3 to 10 passes and 1 to 8 lanes"
)]
pub struct OutOfBounds {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// Why Argon2id did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// There is not enough memory now.
    #[error("unlocking needs {0} MiB of memory for a moment; close some programs and try again")]
    OutOfMemory(u32),
}

impl Default for KdfParameters {
    /// 256 MiB, 3 passes, 4 lanes.
    fn default() -> Self {
        Self {
            memory_mib: 256,
            passes: 3,
            lanes: 4,
        }
    }
}

impl KdfParameters {
    /// Parameters from settings.
    ///
    /// # Errors
    /// [`OutOfBounds`] outside 64 MiB..=2 GiB, 3..=10 passes, 1..=8 lanes.
    pub fn new(memory_mib: u32, passes: u32, lanes: u32) -> Result<Self, OutOfBounds> {
        let within = (64..=2048).contains(&memory_mib) && (3..=10).contains(&passes) && (1..=8).contains(&lanes);
        within
            .then_some(Self {
                memory_mib,
                passes,
                lanes,
            })
            .ok_or(OutOfBounds {
                memory_kib: memory_mib.saturating_mul(MIB),
                passes,
                lanes,
            })
    }

    /// Memory in MiB.
    #[must_use]
    pub fn memory_mib(self) -> u32 {
        self.memory_mib
    }

    /// Passes over the memory.
    #[must_use]
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes that can run side by side.
    #[must_use]
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    pub(crate) fn encode(self, to: &mut Vec<u8>) {
        to.push(ARGON2ID);
        to.extend_from_slice(&(self.memory_mib * MIB).to_le_bytes());
        to.extend_from_slice(&self.passes.to_le_bytes());
        to.extend_from_slice(&self.lanes.to_le_bytes());
    }

    /// Reads parameters: outer error malformed, inner error out of bounds.
    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Result<Self, OutOfBounds>, Malformed> {
        if from.u8("password hash")? != ARGON2ID {
            return Err(Malformed("password hash"));
        }
        let memory_kib = from.u32("memory")?;
        let passes = from.u32("passes")?;
        let lanes = from.u32("lanes")?;
        if memory_kib % MIB != 0 {
            return Ok(Err(OutOfBounds {
                memory_kib,
                passes,
                lanes,
            }));
        }
        Ok(Self::new(memory_kib / MIB, passes, lanes))
    }

    /// Runs Argon2id (version 0x13, 32 bytes out) and wipes what it used.
    pub(crate) fn stretch(self, secret: &[u8], salt: &[u8; SALT]) -> Result<Key, KdfError> {
        let no_memory = KdfError::OutOfMemory(self.memory_mib);
        let params =
            Params::new(self.memory_mib * MIB, self.passes, self.lanes, Some(Key::LEN)).map_err(|_| no_memory)?;
        let mut memory = Scratch::filled(params.block_count(), Block::new()).ok_or(no_memory)?;
        Key::try_from_fill(|out| {
            scrubbed(|| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into_with_memory(secret, salt, out, &mut memory)
                    .map_err(|_| no_memory)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_within_bounds_exist() {
        for (memory, passes, lanes) in [(64, 3, 1), (2048, 10, 8), (256, 3, 4)] {
            assert!(KdfParameters::new(memory, passes, lanes).is_ok());
        }
        for (memory, passes, lanes) in [
            (63, 3, 1),
            (2049, 3, 1),
            (64, 2, 1),
            (64, 11, 1),
            (64, 3, 0),
            (64, 3, 9),
            (0, 0, 0),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert!(
                KdfParameters::new(memory, passes, lanes).is_err(),
                "{memory} {passes} {lanes}"
            );
        }
        assert_eq!(KdfParameters::default(), KdfParameters::new(256, 3, 4).unwrap());
        let odd = KdfParameters::new(80, 5, 2).unwrap();
        assert_eq!((odd.memory_mib(), odd.passes(), odd.lanes()), (80, 5, 2));
    }

    #[test]
    fn stored_parameters_are_bounded_before_they_can_run() {
        let mut bytes = Vec::new();
        KdfParameters::default().encode(&mut bytes);
        assert_eq!(
            KdfParameters::decode(&mut Reader::new(&bytes)),
            Ok(Ok(KdfParameters::default()))
        );
        let mut lowered = bytes.clone();
        lowered[1..5].copy_from_slice(&(19 * MIB).to_le_bytes());
        assert!(matches!(KdfParameters::decode(&mut Reader::new(&lowered)), Ok(Err(_))));
        let mut odd = bytes.clone();
        odd[1] += 1;
        assert!(matches!(KdfParameters::decode(&mut Reader::new(&odd)), Ok(Err(_))));
        bytes[0] = 2;
        assert!(KdfParameters::decode(&mut Reader::new(&bytes)).is_err());
    }
}
