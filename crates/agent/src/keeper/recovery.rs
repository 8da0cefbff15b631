//! The vault's recovery halves, as this device has them.

use super::Keeper;
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Password;
use countersign_vault::{Rings, inspect_header};

/// Where the number of the halves is kept whose code nobody has seen.
fn unprinted_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"recovery-unprinted".to_vec(),
    }
}

impl Keeper {
    /// The rings the open vault's halves are sealed to.
    pub(crate) fn recovery_rings(&self) -> Option<Rings> {
        self.open.as_ref()?.unlocked.recovery_rings()
    }

    /// Whether the halves were used here and are not renewed yet.
    pub(crate) fn owes_recovery(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.unlocked.owes_recovery())
    }

    /// The code to print.
    pub(crate) fn printed_code(&self) -> Option<Password> {
        self.open.as_ref()?.unlocked.printed_code()
    }

    /// New halves were made that nobody has a code of on paper.
    pub(crate) fn code_unprinted(&self) {
        if let Some(serial) = self.recovery_serial()
            && let Err(error) = self
                .device
                .commit(&[Change::Put(unprinted_key(), serial.to_le_bytes().to_vec())])
        {
            tracing::warn!("{error}");
        }
    }

    /// Whether the code on the user's paper is an old one, by what this device did.
    pub(crate) fn is_code_unprinted(&self) -> bool {
        let unprinted = self.device.get(&unprinted_key()).ok().flatten();
        let unprinted = unprinted
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_le_bytes);
        unprinted.is_some() && unprinted == self.recovery_serial()
    }

    fn recovery_serial(&self) -> Option<u64> {
        let header = &self.enrolled.as_ref()?.header;
        Some(inspect_header(header).ok()?.recovery?.serial)
    }
}
