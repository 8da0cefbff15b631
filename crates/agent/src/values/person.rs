//! What the directory says of the user, as far as templates take values from it.

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind, UserId};
use std::collections::BTreeMap;

/// The attributes of the user's own entry that templates ask for, as they were when the directory was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person(BTreeMap<String, String>);

impl Person {
    /// What was kept of this user. Of what cannot be read nothing is known until the directory is asked again.
    pub(crate) fn load(device: &dyn RecordStore, user: &UserId) -> Self {
        let kept = device.get(&key(user)).ok().flatten();
        let read = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self(read.unwrap_or_default())
    }

    /// The first value of an attribute. Names of attributes have no case.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Takes over what the directory said just now. Returns whether it is something else.
    pub(crate) fn take(
        &mut self,
        said: BTreeMap<String, String>,
        device: &dyn RecordStore,
        user: &UserId,
    ) -> Result<bool, StoreError> {
        if said == self.0 {
            return Ok(false);
        }
        self.0 = said;
        let bytes = serde_json::to_vec(&self.0).unwrap_or_default();
        device.commit(&[Change::Put(key(user), bytes)])?;
        Ok(true)
    }
}

fn key(user: &UserId) -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: [b"attributes/", user.as_str().as_bytes()].concat(),
    }
}
