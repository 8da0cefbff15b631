//! The chain of epochs: each roll is proven under the key before it, and keeps that key sealed under the one after.

use crate::bytes::{Malformed, Reader, frame};
use crate::container::{unwrap_key, wrap};
use crate::derive::{Purpose, VaultKey, mac, same};
use crate::seal::OVERHEAD;
use crate::slot::Place;
use countersign_model::{HeaderVersion, VaultId};
use countersign_secret::Key;

const PROOF_LABEL: &[u8] = b"countersign/v1/roll";
const OLD_LABEL: &[u8] = b"countersign/v1/old-key";
const PURPOSE: &[u8] = b"old-key";

/// One step from an epoch to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roll {
    /// The epoch it ended.
    pub(crate) from: u64,
    /// The version of the header it was first written in.
    pub(crate) version: HeaderVersion,
    /// The digest of the devices and slots of that header.
    pub(crate) content: [u8; 32],
    /// What names the key of the next epoch.
    pub(crate) successor: [u8; 32],
    /// Under the key of the epoch it ended: only a device of the user could begin the next one.
    proof: [u8; 32],
    /// The key of the epoch it ended, under the key of the next.
    old: [u8; OVERHEAD + Key::LEN],
}

/// The two keys a roll lies between.
pub(crate) struct Successor<'a> {
    pub(crate) old: &'a VaultKey,
    pub(crate) new: &'a VaultKey,
}

/// Why a chain of rolls does not lead to the key it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainError {
    /// The epoch that was begun without the key of the one before.
    Forged(u64),
    /// The chain does not reach back to this epoch.
    Missing(u64),
}

/// The key of an earlier epoch.
pub(crate) struct Past {
    pub(crate) epoch: u64,
    pub(crate) key: VaultKey,
}

impl Past {
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            epoch: self.epoch,
            key: self.key.duplicate(),
        }
    }
}

impl Roll {
    pub(crate) fn make(
        place: Place,
        version: HeaderVersion,
        content: [u8; 32],
        keys: &Successor<'_>,
    ) -> Result<Self, getrandom::Error> {
        let next = place.epoch.saturating_add(1);
        let roll_key = keys.new.derive(Purpose::Roll, place.vault, next);
        let old = wrap(&roll_key, PURPOSE, &old_place(place), keys.old.for_slot().expose())?;
        let mut roll = Self {
            from: place.epoch,
            version,
            content,
            successor: keys.new.commitment(place.vault, next),
            proof: [0; 32],
            old: old.try_into().unwrap_or([0; OVERHEAD + Key::LEN]),
        };
        roll.proof = roll.prove(place.vault, keys.old);
        Ok(roll)
    }

    fn prove(&self, vault: VaultId, old: &VaultKey) -> [u8; 32] {
        let key = old.derive(Purpose::Roll, vault, self.from);
        let transcript = frame(&[
            PROOF_LABEL,
            &vault.0,
            &self.from.to_le_bytes(),
            &self.version.0.to_le_bytes(),
            &self.successor,
            &self.content,
        ]);
        mac(&key, &[&transcript])
    }

    /// The key of the epoch before, if the roll is what a holder of that key made.
    fn step_back(&self, vault: VaultId, new: &VaultKey) -> Result<VaultKey, ChainError> {
        let forged = ChainError::Forged(self.from.saturating_add(1));
        let next = self.from.saturating_add(1);
        if !same(&new.commitment(vault, next), &self.successor) {
            return Err(forged);
        }
        let place = Place {
            vault,
            epoch: self.from,
        };
        let roll_key = new.derive(Purpose::Roll, vault, next);
        let old = unwrap_key(&roll_key, PURPOSE, &old_place(place), &self.old).map_err(|_| forged)?;
        let old = VaultKey::from_key(old);
        if same(&self.prove(vault, &old), &self.proof) {
            Ok(old)
        } else {
            Err(forged)
        }
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.from.to_le_bytes());
        to.extend_from_slice(&self.version.0.to_le_bytes());
        to.extend_from_slice(&self.content);
        to.extend_from_slice(&self.successor);
        to.extend_from_slice(&self.proof);
        to.extend_from_slice(&self.old);
    }

    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            from: from.u64("roll")?,
            version: HeaderVersion(from.u64("roll")?),
            content: from.array("roll")?,
            successor: from.array("roll")?,
            proof: from.array("roll")?,
            old: from.array("roll")?,
        })
    }
}

fn old_place(place: Place) -> Vec<u8> {
    frame(&[OLD_LABEL, &place.vault.0, &place.epoch.to_le_bytes()])
}

/// Walks the chain back from the current key and holds it against a key that is known otherwise: `anchor`, of epoch `from`.
/// Gives the keys of all earlier epochs the chain reaches, newest first.
///
/// Whoever can seal to a public key has no way to put the anchor's key under a key of his own, so a chain that leads back to the
/// anchor was made by holders of it alone.
pub(crate) fn walk(
    place: Place,
    rolls: &[Roll],
    current: &VaultKey,
    (from, anchor): (u64, &VaultKey),
) -> Result<Vec<Past>, ChainError> {
    let mut past: Vec<Past> = Vec::new();
    for roll in rolls.iter().rev() {
        let newer = past.last().map_or(current, |past| &past.key);
        let key = roll.step_back(place.vault, newer)?;
        past.push(Past { epoch: roll.from, key });
    }
    let known = if from == place.epoch {
        Some(current)
    } else {
        past.iter().find(|past| past.epoch == from).map(|past| &past.key)
    };
    match known {
        Some(key) if key.for_slot() == anchor.for_slot() => Ok(past),
        Some(_) => Err(ChainError::Forged(from.saturating_add(1))),
        None => Err(ChainError::Missing(from)),
    }
}
