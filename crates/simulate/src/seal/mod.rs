//! How records are sealed: by the real vault, or by a stand-in that is only what it says and a hundred times faster.

mod plain;
mod vault;

pub(crate) use plain::Plain;
pub(crate) use vault::Vault;
pub use vault::VaultPool;

use crate::ledger::Fields;
use crate::mutant::Mutant;
use countersign_model::{DeviceId, RecordId, RecordVersion};
use countersign_sync::{Checked, RecordCheck, Refused, Resealer};
use countersign_vault::Commitment;

/// A version, looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) checked: Checked,
    /// `None`: a tombstone.
    pub(crate) fields: Option<Fields>,
}

/// What is to be sealed.
pub(crate) struct ToSeal {
    pub(crate) record: RecordId,
    pub(crate) counter: u64,
    pub(crate) parent: Commitment,
    pub(crate) changed: u64,
    pub(crate) fields: Option<Fields>,
}

/// One device id and what it seals with.
pub(crate) trait Sealer: RecordCheck + Resealer + Send + Sync {
    fn device(&self) -> DeviceId;
    fn seal(&self, what: &ToSeal) -> Result<Vec<u8>, Refused>;
    fn look(&self, record: RecordId, sealed: &[u8]) -> Result<Looked, Refused>;
}

/// What the exchange checks with: the sealer, unless the agent is broken on purpose.
pub(crate) struct Checking<'a> {
    pub(crate) sealer: &'a dyn Sealer,
    pub(crate) mutant: Option<Mutant>,
}

impl RecordCheck for Checking<'_> {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        self.sealer.check(version, sealed)
    }

    fn check_incoming(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        if self.mutant == Some(Mutant::DropsTombstones) && self.sealer.look(version.record, sealed)?.fields.is_none() {
            return Err(Refused("a tombstone".to_owned()));
        }
        self.sealer.check_incoming(version, sealed)
    }

    fn own(&self) -> Option<DeviceId> {
        (self.mutant != Some(Mutant::SharesItsId)).then(|| self.sealer.device())
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        self.sealer.identify(record, sealed)
    }
}
