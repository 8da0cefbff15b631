//! Rolling to a new vault key, and following rolls that other devices made.

use crate::derive::VaultKey;
use crate::device::DeviceKey;
use crate::enroll::EnrollError;
use crate::header::{MOST_ROLLS, Owner, Past, Roll, Successor};
use crate::kdf::KdfParameters;
use crate::recovery::{Halves, Recovery, Rings};
use crate::slot::{Place, Slot, SlotFacts, SlotKind, SlotSecrets, Stored};
use crate::unlock::{UnlockError, reach_epoch, read_header};
use crate::unlocked::{Local, Unlocked};
use countersign_model::DeviceId;
use countersign_secret::Password;

/// Where a record's header has its epoch.
const EPOCH: std::ops::Range<usize> = 32..40;

/// What becomes of the recovery halves in a roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryAtRoll<'a> {
    /// They stay: the printed code is good for the next epoch, too. Refused after they were used.
    Keep,
    /// New ones, sealed to these rings.
    Renew(&'a Rings),
    /// There is no recovery any more.
    Drop,
}

/// What a roll is to change beside the vault key.
#[derive(Debug)]
pub struct RollPlan<'a> {
    /// Devices that do not get the new key.
    pub revoke: &'a [DeviceId],
    /// Directory slots to make anew; all others are carried forward without their secrets.
    pub renew: &'a [SlotSecrets<'a>],
    /// Kinds of directory slots to leave out.
    pub remove: &'a [SlotKind],
    /// The recovery halves.
    pub recovery: RecoveryAtRoll<'a>,
    /// What Argon2id costs for slots made anew.
    pub kdf: KdfParameters,
}

/// A vault in its new epoch. Nothing of it holds before the header is written by compare-and-set: if that fails, drop it and follow the
/// header that won.
#[derive(Debug)]
pub struct Rolled {
    /// The vault, open in the new epoch.
    pub unlocked: Unlocked,
    /// Its header.
    pub header: Vec<u8>,
    /// The code to print, with new recovery halves.
    pub printed: Option<Password>,
    /// Slots that stay as they are but no longer open: of newer versions, or never opened since the first format.
    pub left_behind: Vec<SlotFacts>,
    /// Devices that have no key and must join again.
    pub keyless: Vec<DeviceId>,
}

/// Why the vault could not be rolled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RollError {
    /// This device cannot revoke itself.
    #[error("this is the device you are using; revoke it from another one")]
    ThisDevice,
    /// There is no such device.
    #[error("there is no device {0} in this vault; list them with `countersign device list`")]
    NoSuchDevice(DeviceId),
    /// The recovery halves were used and have to be renewed.
    #[error("the recovery words were used; renew them with this change")]
    RecoveryUsed,
    /// Too many epochs.
    #[error(
        "the vault's key was changed {MOST_ROLLS} times, which is all it can be; enrol anew with `countersign enroll --start-over`"
    )]
    TooManyRolls,
    /// A slot could not be made.
    #[error(transparent)]
    Slot(#[from] EnrollError),
}

/// What following a header brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It is the header this vault is open with.
    Same,
    /// A newer header of the same epoch.
    Newer,
    /// One or more rolls. Write this device's slots anew ([`Unlocked::device_slots`]) and move the store to its new key.
    Rolled {
        /// The epoch before.
        from: u64,
        /// The epoch now.
        to: u64,
        /// Devices that are no longer listed.
        gone: Vec<DeviceId>,
    },
}

impl Unlocked {
    /// Rolls the vault to a new key: sealed to every device that stays and to every slot, proven under the old key.
    ///
    /// # Errors
    /// [`RollError`].
    pub fn roll(&self, plan: &RollPlan<'_>) -> Result<Rolled, RollError> {
        if plan.revoke.contains(&self.device) {
            return Err(RollError::ThisDevice);
        }
        if let Some(unknown) = plan.revoke.iter().find(|id| self.header.device(**id).is_none()) {
            return Err(RollError::NoSuchDevice(*unknown));
        }
        if plan.recovery == RecoveryAtRoll::Keep && self.owes_recovery() {
            return Err(RollError::RecoveryUsed);
        }
        if self.header.rolls.len() >= usize::from(MOST_ROLLS) {
            return Err(RollError::TooManyRolls);
        }
        let old = self.header.place;
        let place = Place {
            vault: old.vault,
            epoch: old.epoch.saturating_add(1),
        };
        let key = VaultKey::make_random().map_err(EnrollError::Random)?;
        let mut next = self.next_header();
        next.place = place;
        next.devices.retain(|device| !plan.revoke.contains(&device.id));
        let keyless = next.devices.iter().filter(|device| !device.has_key());
        let keyless = keyless.map(|device| device.id).collect();
        for device in &mut next.devices {
            *device = device.carried(place, &key).map_err(EnrollError::of)?;
        }
        for kind in plan.remove.iter().chain([&SlotKind::Recovery]) {
            let stays = *kind == SlotKind::Recovery && plan.recovery == RecoveryAtRoll::Keep;
            if !stays {
                next.slots.remove(*kind);
            }
        }
        next.slots = next.slots.carried(place, &key).map_err(EnrollError::of)?.0;
        for secrets in plan.renew {
            if secrets.kind().stored() != Stored::Directory {
                return Err(EnrollError::WrongPlace(secrets.kind()).into());
            }
            if secrets.is_blank() {
                return Err(EnrollError::EmptyPassword.into());
            }
            next.slots
                .replace(Slot::make(place, secrets, plan.kdf, &key).map_err(EnrollError::from)?);
        }
        let mut printed = None;
        next.recovery = match (plan.recovery, &self.header.recovery) {
            (RecoveryAtRoll::Drop, _) | (RecoveryAtRoll::Keep, None) => None,
            (RecoveryAtRoll::Keep, Some(kept)) => {
                let carried = kept.carried((old, &self.vault_key), (place, &key));
                Some(carried.map_err(EnrollError::of)?)
            }
            (RecoveryAtRoll::Renew(rings), before) => {
                let halves = Halves::make_random().map_err(EnrollError::Random)?;
                let slot = Slot::make(place, &halves.secrets(), plan.kdf, &key).map_err(EnrollError::from)?;
                next.slots.replace(slot);
                printed = Some(halves.b.words());
                let before = before.as_ref().map(|before| (before, self.owes_recovery()));
                let made = Recovery::make((&next.user, place), &halves, rings, &key, before);
                Some(made.map_err(EnrollError::of)?)
            }
        };
        let keys = Successor {
            old: &self.vault_key,
            new: &key,
        };
        let content = next.content();
        let roll = Roll::make(old, next.version, content, &keys).map_err(EnrollError::Random)?;
        next.rolls.push(roll);
        let local = Local::new(
            self.local.slots().carried(place, &key).map_err(EnrollError::of)?.0,
            self.local.key.duplicate(),
            self.local.recovered,
        );
        let left_behind = next.slots.facts().into_iter();
        let left_behind = left_behind.filter(|slot| slot.epoch != Some(place.epoch)).collect();
        let past = self.past_with_current();
        let mut unlocked = Self::new(key, next, self.device, local);
        unlocked.past = past;
        Ok(Rolled {
            header: unlocked.seal_header(),
            unlocked,
            printed,
            left_behind,
            keyless,
        })
    }

    /// Goes on with a header that was read from the directory: a newer one of this epoch, or one that is some rolls ahead.
    ///
    /// # Errors
    /// [`UnlockError`]; the vault stays as it was, and what the header did wrong is said.
    pub fn follow(&mut self, owner: &Owner<'_>, header: &[u8]) -> Result<Followed, UnlockError> {
        let (next, followed) = self.followed(owner, header)?;
        *self = next;
        Ok(followed)
    }

    /// The vault as [`Unlocked::follow`] leaves it, beside this one: for a vault that others still hold.
    ///
    /// # Errors
    /// As [`Unlocked::follow`].
    pub fn followed(&self, owner: &Owner<'_>, header: &[u8]) -> Result<(Self, Followed), UnlockError> {
        let at_least = owner.at_least.max(self.header.version);
        let owner = Owner {
            vault: Some(self.vault_id()),
            at_least,
            ..*owner
        };
        let read = read_header(&owner, header)?;
        let (own, found) = (self.epoch(), read.header.place.epoch);
        if found < own {
            return Err(UnlockError::EpochWentBack { at_least: own, found });
        }
        let reach = |id, key| reach_epoch(&read.header, (own, &self.vault_key), id, key);
        let current = match (reach(self.device, &self.local.key), &self.local.before) {
            (Err(UnlockError::Revoked), Some((id, key))) => reach(*id, key),
            (reached, _) => reached,
        }?;
        let local = self.local.duplicate();
        let next = Self::prove(&read, current, (own, &self.vault_key), self.device, local)?;
        let followed = if found > own {
            let listed = self.devices();
            Followed::Rolled {
                from: own,
                to: found,
                gone: listed
                    .into_iter()
                    .filter(|id| next.header.device(*id).is_none())
                    .collect(),
            }
        } else if next.header.version == self.header.version {
            Followed::Same
        } else {
            Followed::Newer
        };
        Ok((next, followed))
    }

    /// The epoch a sealed record says it is of, if this vault has that epoch's key; else the vault's own. Only a record that was sealed
    /// under that key then opens.
    #[must_use]
    pub fn epoch_of(&self, sealed: &[u8]) -> u64 {
        let said = sealed.get(EPOCH).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let said = said.map(u64::from_le_bytes);
        said.filter(|said| self.past.iter().any(|past| past.epoch == *said))
            .unwrap_or(self.epoch())
    }

    fn past_with_current(&self) -> Vec<Past> {
        let current = Past {
            epoch: self.epoch(),
            key: self.vault_key.duplicate(),
        };
        std::iter::once(current)
            .chain(self.past.iter().map(Past::duplicate))
            .collect()
    }
}

impl DeviceKey {
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::Open(pair) => Self::Open(pair.duplicate()),
            Self::Sealed(place, sealed) => Self::Sealed(*place, sealed.clone()),
        }
    }
}
