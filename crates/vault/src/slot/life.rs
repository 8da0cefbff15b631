//! How a slot outlives its epoch: whoever rolls the vault's key seals the new one to the slot's own public key, and so needs none of
//! the slot's secrets. The wrap the slot was made with stays, as the anchor that no one else could have made.

use super::{Form, Place};
use crate::bytes::{Malformed, Reader, frame};
use crate::derive::{VaultKey, derive_key};
use crate::hpke::{NotOpened, NotSealed, OVERHEAD, PublicKey, derive_public, open_from, seal_to};
use countersign_model::VaultId;
use countersign_secret::Key;

const KEY_LABEL: &[u8] = b"countersign/v1/slot-roll";
const SEAL_LABEL: &[u8] = b"countersign/v1/roll-slot";
const SEALED: usize = OVERHEAD + Key::LEN;

/// The public key rolls seal to, and the newest key sealed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RollKey {
    public: PublicKey,
    forward: Option<(u64, [u8; SEALED])>,
}

/// The epoch a slot was made in and how it went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    made: u64,
    roll: Option<RollKey>,
}

impl Life {
    pub(crate) fn begin(made: u64, kek: &Key) -> Self {
        let public = derive_public(&derive_roll_key(kek));
        Self {
            made,
            roll: Some(RollKey { public, forward: None }),
        }
    }

    /// For slots of format 1: the same with a key to roll to.
    pub(crate) fn upgraded(&self, kek: &Key) -> Option<Self> {
        self.roll.is_none().then(|| Self::begin(self.made, kek))
    }

    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    pub(crate) fn epoch(&self) -> u64 {
        let forward = self.roll.as_ref().and_then(|roll| roll.forward.as_ref());
        forward.map_or(self.made, |(epoch, _)| *epoch)
    }

    pub(crate) fn carried(&self, place: Place, code: u16, key: &VaultKey) -> Result<Option<Self>, NotSealed> {
        let Some(roll) = &self.roll else { return Ok(None) };
        let info = info(place.vault, place.epoch, code);
        let sealed = seal_to(roll.public, &info, &self.made.to_le_bytes(), key.for_slot().expose())?;
        let forward = sealed.try_into().ok().map(|sealed| (place.epoch, sealed));
        Ok(Some(Self {
            made: self.made,
            roll: Some(RollKey {
                public: roll.public,
                forward,
            }),
        }))
    }

    /// The key the slot was carried forward to, if it was.
    pub(crate) fn reach(&self, vault: VaultId, code: u16, kek: &Key) -> Result<Option<(u64, VaultKey)>, NotOpened> {
        let Some(roll) = &self.roll else { return Ok(None) };
        let private = derive_roll_key(kek);
        if derive_public(&private) != roll.public {
            return Err(NotOpened);
        }
        let Some((epoch, sealed)) = &roll.forward else {
            return Ok(None);
        };
        let info = info(vault, *epoch, code);
        let key = Key::try_from_fill(|out| open_from(&private, &info, &self.made.to_le_bytes(), sealed, out))?;
        Ok(Some((*epoch, VaultKey::from_key(key))))
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.made.to_le_bytes());
        match &self.roll {
            None => to.push(0),
            Some(RollKey { public, forward: None }) => {
                to.push(1);
                to.extend_from_slice(&public.0);
            }
            Some(RollKey {
                public,
                forward: Some((epoch, sealed)),
            }) => {
                to.push(2);
                to.extend_from_slice(&public.0);
                to.extend_from_slice(&epoch.to_le_bytes());
                to.extend_from_slice(sealed);
            }
        }
    }

    pub(crate) fn decode(form: Form, from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let made = match form {
            Form::One(epoch) => {
                return Ok(Self {
                    made: epoch,
                    roll: None,
                });
            }
            Form::Two => from.u64("slot epoch")?,
        };
        let state = from.u8("slot roll key")?;
        if state == 0 {
            return Ok(Self { made, roll: None });
        }
        let public = PublicKey(from.array("slot roll key")?);
        let forward = match state {
            1 => None,
            2 => Some((from.u64("slot roll key")?, from.array("slot roll key")?)),
            _ => return Err(Malformed("slot roll key")),
        };
        if forward.as_ref().is_some_and(|(epoch, _)| *epoch <= made) {
            return Err(Malformed("slot roll key"));
        }
        Ok(Self {
            made,
            roll: Some(RollKey { public, forward }),
        })
    }
}

fn derive_roll_key(kek: &Key) -> Key {
    derive_key(kek.expose(), &frame(&[KEY_LABEL]))
}

fn info(vault: VaultId, epoch: u64, code: u16) -> Vec<u8> {
    frame(&[SEAL_LABEL, &vault.0, &epoch.to_le_bytes(), &code.to_le_bytes()])
}
