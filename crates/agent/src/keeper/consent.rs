//! Unsigned templates serve only the logons that were saved with them on this machine: whoever can write into a folder on a share must
//! not be able to ask for logons saved elsewhere.

use super::{Keeper, KeeperError};
use countersign_model::port::RecordStore;
use countersign_model::{Change, LogonId, Publisher, StoreKey, StoreKind};
use countersign_vault::{BindingChanged, LiveBinding, Opened};

fn key(id: LogonId) -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: [b"unsigned:".as_slice(), &id.0].concat(),
    }
}

impl Keeper {
    /// The user saved or confirmed a logon for this publisher's template, here.
    pub(super) fn agreed(&self, id: LogonId, publisher: &Publisher) -> Result<(), KeeperError> {
        if *publisher == Publisher::Unsigned {
            self.device.commit(&[Change::Put(key(id), Vec::new())])?;
        }
        Ok(())
    }

    /// It is gone.
    pub(super) fn forget_agreement(&self, id: LogonId) {
        if matches!(self.device.get(&key(id)), Ok(Some(_)))
            && let Err(error) = self.device.commit(&[Change::Remove(key(id))])
        {
            tracing::debug!("{error}");
        }
    }

    /// Whose template it was saved for, as far as that counts here.
    pub(super) fn counting(&self, id: LogonId, publisher: Publisher) -> Publisher {
        match publisher {
            Publisher::Unsigned if !matches!(self.device.get(&key(id)), Ok(Some(_))) => Publisher::UnsignedElsewhere,
            publisher => publisher,
        }
    }

    /// Refuses what was saved for an unsigned template on another machine.
    pub(super) fn check_agreement(&self, opened: &Opened, live: &LiveBinding) -> Result<(), KeeperError> {
        let summary = opened.summary();
        let mut saved = summary.binding;
        saved.publisher = self.counting(summary.id, saved.publisher);
        if saved.publisher != Publisher::UnsignedElsewhere {
            return Ok(());
        }
        Err(KeeperError::Binding(Box::new(BindingChanged {
            template: summary.template,
            saved,
            live: live.clone(),
        })))
    }
}
