//! Who the user is in the directory, kept for when it cannot be asked.

use super::{Keeper, KeeperError};
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind, UserId};

fn key(user: &UserId) -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: [b"identity/", user.as_str().as_bytes()].concat(),
    }
}

impl Keeper {
    /// What the directory said of this user when it was asked last. It is no secret: what it opens takes the device secret, too.
    pub(crate) fn known_identity(&self, user: &UserId) -> Option<Vec<u8>> {
        self.device.get(&key(user)).ok().flatten()
    }

    /// Keeps it in mind.
    pub(crate) fn keep_identity(&self, user: &UserId, identity: Vec<u8>) -> Result<(), KeeperError> {
        match self.known_identity(user).as_ref() == Some(&identity) {
            true => Ok(()),
            false => Ok(self.device.commit(&[Change::Put(key(user), identity)])?),
        }
    }
}
