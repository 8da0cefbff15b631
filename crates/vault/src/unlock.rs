//! From bytes and secrets to an open vault, or to the reason why not.

use crate::answer::Answer;
use crate::derive::{Purpose, VaultKey, same};
use crate::device::DeviceKey;
use crate::header::{ChainError, DeviceSlots, Header, Owner, ReadDeviceSlots, ReadError, ReadHeader, Tampering};
use crate::hpke::NotSealed;
use crate::kdf::{KdfError, OutOfBounds};
use crate::slot::{Place, Reached, SlotError, SlotKind, SlotSecrets, SlotSet, Stored, UnwrapError};
use crate::unlocked::{Local, Unlocked};
use countersign_model::{DeviceId, HeaderVersion};
use countersign_secret::{Key, Password};

/// Why the vault did not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// The password or the answer is not the right one.
    #[error("that is not right; try again, or unlock with the passphrase if the password was changed elsewhere")]
    WrongSecret,
    /// The slots were made with another device secret: no password opens them here.
    #[error("this machine's device secret is not the one the vault was set up with; unlock with the passphrase")]
    OtherDevice,
    /// There is no such slot.
    #[error("the vault has no {} slot; unlock another way", .0.name())]
    NoSlot(SlotKind),
    /// The bytes are not those that were written.
    #[error("the {part} is damaged ({what}); fetch it from the directory again, or unlock with the passphrase")]
    Damaged {
        /// Header or slots.
        part: &'static str,
        /// Where.
        what: &'static str,
    },
    /// It is of another user, vault, epoch, version or kind of file.
    #[error("the {part} is not in its place: it is of another {what}; fetch it from the directory again")]
    Misplaced {
        /// Header or slots.
        part: &'static str,
        /// User, vault, epoch, version or kind of file.
        what: &'static str,
    },
    /// The header is older than one seen before.
    #[error("the vault header went back from version {} to {}; tell the administrator, a backup may have been restored", at_least.0, found.0)]
    RolledBack {
        /// The oldest version that would do.
        at_least: HeaderVersion,
        /// Its version.
        found: HeaderVersion,
    },
    /// The header is of an epoch before the one this device is in.
    #[error(
        "the vault header went back from epoch {at_least} to {found}; tell the administrator, a backup may have been restored"
    )]
    EpochWentBack {
        /// This device's epoch.
        at_least: u64,
        /// The header's.
        found: u64,
    },
    /// The secret is right, but somebody without the vault key changed the header, and this is what he did.
    #[error("somebody without the vault's key changed the vault header: {0}; tell the administrator")]
    Tampered(Tampering),
    /// An epoch was begun by somebody who did not have the key of the one before.
    #[error(
        "epoch {epoch} of the vault was begun by somebody without its key; tell the administrator and keep this device's header"
    )]
    ForgedRoll {
        /// The epoch.
        epoch: u64,
    },
    /// There are two different epochs after the same one.
    #[error(
        "there are two different successors of the vault's epoch {epoch}; tell the administrator and keep this device's header"
    )]
    TwoSuccessors {
        /// The epoch that has two.
        epoch: u64,
    },
    /// The header does not list this device any more.
    #[error("this device was taken off the vault; join again with the passphrase if that was not meant")]
    Revoked,
    /// This device has no key the new epoch could be sealed to.
    #[error("this device cannot follow the vault's new key by itself; unlock with the passphrase once")]
    CannotFollow,
    /// The slot opens an earlier epoch only.
    #[error("the {} slot was left behind when the vault's key was changed; unlock another way and set it up anew", .0.name())]
    LeftBehind(SlotKind),
    /// The secret is right, but somebody without the vault key changed the slots or devices.
    #[error("the {part} was changed by somebody without the vault's key; tell the administrator")]
    Altered {
        /// Header or slots.
        part: &'static str,
    },
    /// Argon2id would be too weak or too dear. It did not run.
    #[error(transparent)]
    ParametersOutOfBounds(OutOfBounds),
    /// Argon2id could not run.
    #[error(transparent)]
    Kdf(KdfError),
    /// A newer version of Countersign wrote it.
    #[error("the vault is of format {0}, which this version does not know; update Countersign")]
    Unsupported(u16),
    /// There is no randomness.
    #[error("the system gives no random numbers ({0})")]
    Random(getrandom::Error),
}

pub(crate) const HEADER: &str = "vault header";
pub(crate) const DEVICE: &str = "device's slot set";

impl UnlockError {
    pub(crate) fn of(part: &'static str, error: ReadError) -> Self {
        match error {
            ReadError::Damaged(what) | ReadError::Slot(SlotError::Malformed(what)) => Self::Damaged { part, what },
            ReadError::OtherContainer => Self::Misplaced {
                part,
                what: "kind of file",
            },
            ReadError::Unsupported(format) => Self::Unsupported(format),
            ReadError::Slot(SlotError::OutOfBounds(out)) => Self::ParametersOutOfBounds(out),
        }
    }

    /// Format 1 has no manifest, so nothing more can be told than that it was changed.
    pub(crate) fn tampered(what: Tampering) -> Self {
        match what {
            Tampering::Elsewhere => Self::Altered { part: HEADER },
            other => Self::Tampered(other),
        }
    }

    pub(crate) fn of_sealing(error: NotSealed) -> Self {
        match error {
            NotSealed::Random(error) => Self::Random(error),
            NotSealed::WeakKey => Self::Altered { part: HEADER },
        }
    }

    pub(crate) fn of_chain(error: ChainError) -> Self {
        match error {
            ChainError::Forged(epoch) => Self::ForgedRoll { epoch },
            ChainError::Missing(epoch) => Self::ForgedRoll {
                epoch: epoch.saturating_add(1),
            },
        }
    }

    pub(crate) fn of_slot(part: &'static str, error: UnwrapError) -> Self {
        match error {
            UnwrapError::WrongSecret => Self::WrongSecret,
            UnwrapError::Altered => Self::Altered { part },
            UnwrapError::Kdf(error) => Self::Kdf(error),
        }
    }
}

/// Reads the header and holds it against what the caller expects.
pub(crate) fn read_header<'a>(owner: &Owner<'_>, bytes: &'a [u8]) -> Result<ReadHeader<'a>, UnlockError> {
    let read = Header::read(bytes).map_err(|error| UnlockError::of(HEADER, error))?;
    let misplaced = |what| Err(UnlockError::Misplaced { part: HEADER, what });
    if read.header.user != *owner.user {
        return misplaced("user");
    }
    if owner.vault.is_some_and(|vault| vault != read.header.place.vault) {
        return misplaced("vault");
    }
    if owner.filed.is_some_and(|filed| filed != read.header.version) {
        return misplaced("version");
    }
    if read.header.version < owner.at_least {
        return Err(UnlockError::RolledBack {
            at_least: owner.at_least,
            found: read.header.version,
        });
    }
    Ok(read)
}

/// Reads a device's slot set.
pub(crate) fn read_device_slots(bytes: &[u8]) -> Result<ReadDeviceSlots<'_>, UnlockError> {
    DeviceSlots::read(bytes).map_err(|error| UnlockError::of(DEVICE, error))
}

/// What a device keeps of its own.
#[derive(Clone, Copy, Debug)]
pub struct ThisDevice<'a> {
    /// Its slot set.
    pub slots: &'a [u8],
    /// Its secret.
    pub secret: &'a Key,
}

/// Opens the vault with whatever one kind of slot asks for. Runs Argon2id once if that is a password or an answer.
///
/// Slots that stay on a device need `device`. Slots in the directory open without; the device then gets a new id and has to be added
/// to the header ([`Unlocked::join_header`]). A header that is epochs ahead is followed, if the chain of rolls proves itself.
///
/// # Errors
/// See [`UnlockError`]; each says what to do.
pub fn unlock(
    owner: &Owner<'_>,
    header: &[u8],
    device: Option<&ThisDevice<'_>>,
    secrets: &SlotSecrets<'_>,
) -> Result<Unlocked, UnlockError> {
    let read = read_header(owner, header)?;
    match (secrets.kind().stored(), device) {
        (Stored::Device, Some(device)) => unlock_here(&read, device, secrets),
        (Stored::Device, None) => Err(UnlockError::NoSlot(secrets.kind())),
        (Stored::Directory, device) => unlock_from(&read, device, secrets),
    }
}

/// Opens the vault with the password and the device secret. Runs Argon2id once.
///
/// # Errors
/// See [`UnlockError`]; each says what to do.
pub fn unlock_login(
    owner: &Owner<'_>,
    header: &[u8],
    device_slots: &[u8],
    password: &Password,
    device_secret: &Key,
) -> Result<Unlocked, UnlockError> {
    let device = ThisDevice {
        slots: device_slots,
        secret: device_secret,
    };
    unlock(
        owner,
        header,
        Some(&device),
        &SlotSecrets::login(password, device_secret),
    )
}

/// Opens the vault with the passphrase answer: the password was changed or reset elsewhere, or this machine is new. Runs Argon2id once.
///
/// `device_slots` are this device's own, if it has any that can still be read; without them the device gets a new id and has to be
/// added to the header ([`Unlocked::join_header`]). Afterwards write a new login slot with [`Unlocked::rewrap_login`].
///
/// # Errors
/// See [`UnlockError`]; each says what to do.
pub fn unlock_passphrase(
    owner: &Owner<'_>,
    header: &[u8],
    device_slots: Option<&[u8]>,
    answer: &Answer,
) -> Result<Unlocked, UnlockError> {
    let read = read_header(owner, header)?;
    let local = device_slots.map(|slots| (slots, None));
    unlock_in_directory(&read, local, &SlotSecrets::passphrase(answer))
}

/// Opens with a slot that stays on the device.
fn unlock_here(
    read: &ReadHeader<'_>,
    device: &ThisDevice<'_>,
    secrets: &SlotSecrets<'_>,
) -> Result<Unlocked, UnlockError> {
    let slots = read_device_slots(device.slots)?;
    beside(&slots, &read.header)?;
    if !slots.is_of_device(device.secret) {
        return Err(UnlockError::OtherDevice);
    }
    let reached = open_device_slot(&slots, secrets)?;
    let place = slots.set.place;
    let altered = UnlockError::Altered { part: DEVICE };
    if reached.epoch != place.epoch || !slots.is_authentic(&slots_key(&reached.key, place)) {
        return Err(altered);
    }
    let id = slots.set.device;
    let key = match &slots.set.key {
        Some(sealed) => {
            let private = sealed.open((place, id), (&reached.key, device.secret));
            DeviceKey::open(private.map_err(|_| altered.clone())?)
        }
        None => DeviceKey::make_random().map_err(UnlockError::Random)?,
    };
    let local = Local::new(slots.set.slots.clone(), key, slots.set.recovered);
    if let Some(upgraded) = reached.upgraded {
        let mut slots = local.slots();
        slots.replace(upgraded);
        local.keep(slots);
    }
    let current = reach_epoch(&read.header, (place.epoch, &reached.key), id, &local.key)?;
    Unlocked::prove(read, current, (place.epoch, &reached.key), id, local)
}

/// The key of the header's epoch, from the key this device has.
pub(crate) fn reach_epoch(
    header: &Header,
    (epoch, key): (u64, &VaultKey),
    id: DeviceId,
    device: &DeviceKey,
) -> Result<VaultKey, UnlockError> {
    let vault = header.place.vault;
    let here = header.rolls.iter().find(|roll| roll.from.checked_add(1) == Some(epoch));
    if here.is_some_and(|roll| !same(&roll.successor, &key.commitment(vault, epoch))) {
        return Err(UnlockError::TwoSuccessors {
            epoch: epoch.saturating_sub(1),
        });
    }
    if header.place.epoch == epoch {
        return Ok(key.duplicate());
    }
    let entry = header.device(id).ok_or(UnlockError::Revoked)?;
    let DeviceKey::Open(own) = device else {
        return Err(UnlockError::CannotFollow);
    };
    if !entry.has_key() {
        return Err(UnlockError::CannotFollow);
    }
    if entry.key != own.public() {
        return Err(UnlockError::Tampered(Tampering::DeviceReplaced(id)));
    }
    entry
        .open(header.place, own.private())
        .map_err(|_| UnlockError::Altered { part: HEADER })
}

/// Opens with a slot that is in the directory.
pub(crate) fn unlock_from(
    read: &ReadHeader<'_>,
    device: Option<&ThisDevice<'_>>,
    secrets: &SlotSecrets<'_>,
) -> Result<Unlocked, UnlockError> {
    let local = device.map(|device| (device.slots, Some(device.secret)));
    unlock_in_directory(read, local, secrets)
}

fn unlock_in_directory(
    read: &ReadHeader<'_>,
    local: Option<(&[u8], Option<&Key>)>,
    secrets: &SlotSecrets<'_>,
) -> Result<Unlocked, UnlockError> {
    let kind = secrets.kind();
    let slot = read.header.slots.get(kind).ok_or(UnlockError::NoSlot(kind))?;
    let reached = slot
        .unwrap(read.header.place.vault, secrets)
        .map_err(|error| UnlockError::of_slot(HEADER, error))?;
    if reached.epoch != read.header.place.epoch {
        return Err(UnlockError::LeftBehind(kind));
    }
    let mut fresh = [0; 16];
    getrandom::fill(&mut fresh).map_err(UnlockError::Random)?;
    let new = Local::new(
        SlotSet::default(),
        DeviceKey::make_random().map_err(UnlockError::Random)?,
        0,
    );
    let anchor = (reached.made, &reached.anchor);
    let mut unlocked = Unlocked::prove(read, reached.key, anchor, DeviceId(fresh), new)?;
    if let Some((slots, secret)) = local {
        unlocked.take_local(slots, secret);
    }
    if let Some(upgraded) = reached.upgraded {
        unlocked.take_upgraded(upgraded);
    }
    Ok(unlocked)
}

/// Holds a device's slot set against the header it goes with.
pub(crate) fn beside(read: &ReadDeviceSlots<'_>, header: &Header) -> Result<(), UnlockError> {
    let misplaced = |what| Err(UnlockError::Misplaced { part: DEVICE, what });
    if read.set.place.vault != header.place.vault {
        return misplaced("vault");
    }
    let (own, found) = (read.set.place.epoch, header.place.epoch);
    if own > found {
        return Err(UnlockError::EpochWentBack { at_least: own, found });
    }
    if own < found && header.rolls.iter().all(|roll| roll.from != own) {
        return misplaced("epoch");
    }
    Ok(())
}

/// Opens a slot of a device's own set.
pub(crate) fn open_device_slot(slots: &ReadDeviceSlots<'_>, secrets: &SlotSecrets<'_>) -> Result<Reached, UnlockError> {
    let kind = secrets.kind();
    let slot = slots.set.slots.get(kind).ok_or(UnlockError::NoSlot(kind))?;
    slot.unwrap(slots.set.place.vault, secrets)
        .map_err(|error| UnlockError::of_slot(DEVICE, error))
}

pub(crate) fn slots_key(key: &VaultKey, place: Place) -> Key {
    key.derive(Purpose::Slots, place.vault, place.epoch)
}

impl From<ReadError> for UnlockError {
    fn from(error: ReadError) -> Self {
        Self::of("file", error)
    }
}
