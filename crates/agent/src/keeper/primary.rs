//! What opens the vault day by day on this device.

use super::{Keeper, KeeperError};
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_vault::{SlotKind, inspect_device_slots};
use countersign_wire::{PrimaryChoice, PrimaryMethod};

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"primary".to_vec(),
    }
}

impl Keeper {
    /// What it is and who chose it. Without a login slot nothing is typed, whatever was kept in mind.
    pub(crate) fn primary(&self) -> Option<(PrimaryMethod, PrimaryChoice)> {
        let slots = inspect_device_slots(&self.enrolled.as_ref()?.device_slots).ok()?;
        let typed = slots.slots.iter().any(|slot| slot.kind == Some(SlotKind::Login));
        let kept = self.device.get(&key()).ok().flatten().unwrap_or_default();
        let (method, choice) = match kept.as_slice() {
            [b'o', b'u'] => (PrimaryMethod::Own, PrimaryChoice::User),
            [b'o', b's'] => (PrimaryMethod::Own, PrimaryChoice::Setting),
            [b'd', b'u'] => (PrimaryMethod::Directory, PrimaryChoice::User),
            [b'd', b's'] => (PrimaryMethod::Directory, PrimaryChoice::Setting),
            [_, b'u'] => (PrimaryMethod::Os, PrimaryChoice::User),
            [_, b's'] => (PrimaryMethod::Os, PrimaryChoice::Setting),
            _ => (
                PrimaryMethod::Os,
                PrimaryChoice::Picked("nobody has chosen; `countersign primary change` does".to_owned()),
            ),
        };
        Some(match typed {
            true => (method, choice),
            false => (PrimaryMethod::None, PrimaryChoice::User),
        })
    }

    /// Keeps in mind what was chosen, and by whom. That nothing is typed is seen by the slots.
    pub(crate) fn keep_primary(&self, method: PrimaryMethod, choice: &PrimaryChoice) -> Result<(), KeeperError> {
        let what = match method {
            PrimaryMethod::Own => b'o',
            PrimaryMethod::Directory => b'd',
            PrimaryMethod::Os | PrimaryMethod::None => b'p',
        };
        let who = match choice {
            PrimaryChoice::User => b'u',
            PrimaryChoice::Setting => b's',
            PrimaryChoice::Picked(_) => b'p',
        };
        Ok(self.device.commit(&[Change::Put(key(), vec![what, who])])?)
    }
}
