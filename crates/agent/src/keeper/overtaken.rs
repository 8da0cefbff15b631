//! What another copy of a device wrote later, under a lower number.

use super::{Keeper, KeeperError};
use countersign_sync::{Fault, Overtaken, bring_forward};

impl Keeper {
    /// Makes overtaken versions count under this device's own id. What cannot be sealed anew stays where it is and is named.
    pub(crate) fn bring_forward(&mut self, overtaken: &[Overtaken]) -> Result<Vec<Fault>, KeeperError> {
        let open = self.opened_mut()?;
        let mut faults = Vec::new();
        for one in overtaken {
            let version = one.version;
            let next = open.next(version.record)?;
            match bring_forward(open.store.store(), &*open.unlocked, one, &next)? {
                Ok(changes) => {
                    open.store.commit(&changes)?;
                    open.heads.note(next);
                }
                Err(why) => faults.push(Fault::Refused { version, why }),
            }
        }
        self.reindex()?;
        Ok(faults)
    }
}
