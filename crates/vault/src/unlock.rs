use crate::answer::Answer;
use crate::header::{DeviceSlots, Header, Owner, ReadDeviceSlots, ReadError, ReadHeader};
use crate::kdf::{KdfError, OutOfBounds};
use crate::slot::{Secrets, SlotError, SlotKind, UnwrapError};
use crate::unlocked::Unlocked;
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
    fn of(part: &'static str, error: ReadError) -> Self {
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

/// Holds a device's slot set against the header it goes with.
pub(crate) fn beside(read: &ReadDeviceSlots<'_>, header: &Header) -> Result<(), UnlockError> {
    let misplaced = |what| Err(UnlockError::Misplaced { part: DEVICE, what });
    if read.set.place.vault != header.place.vault {
        return misplaced("vault");
    }
    if read.set.place.epoch != header.place.epoch {
        return misplaced("epoch");
    }
    Ok(())
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
    let header = read_header(owner, header)?;
    let slots = read_device_slots(device_slots)?;
    beside(&slots, &header.header)?;
    if !slots.is_of_device(device_secret) {
        return Err(UnlockError::OtherDevice);
    }
    let slot = slots
        .set
        .slots
        .get(SlotKind::Login)
        .ok_or(UnlockError::NoSlot(SlotKind::Login))?;
    let vault_key = slot
        .unwrap(slots.set.place, &Secrets::login(password, device_secret))
        .map_err(|error| UnlockError::of_slot(DEVICE, error))?;
    let unlocked = Unlocked::new(vault_key, header.header.clone(), slots.set.device);
    unlocked.prove_header(&header)?;
    unlocked.prove_device_slots(&slots)?;
    Ok(unlocked)
}

/// Opens the vault with the passphrase answer: the password was changed or reset elsewhere, or this machine is new. Runs Argon2id once.
///
/// `device_slots` are this device's own, if it has any that can still be read; without them the device gets a new id and has to be
/// added to the header ([`Unlocked::header_with_this_device`]). Afterwards write a new login slot with [`Unlocked::rewrap_login`].
///
/// # Errors
/// See [`UnlockError`]; each says what to do.
pub fn unlock_passphrase(
    owner: &Owner<'_>,
    header: &[u8],
    device_slots: Option<&[u8]>,
    answer: &Answer,
) -> Result<Unlocked, UnlockError> {
    let header = read_header(owner, header)?;
    let slot = header
        .header
        .slots
        .get(SlotKind::Passphrase)
        .ok_or(UnlockError::NoSlot(SlotKind::Passphrase))?;
    let vault_key = slot
        .unwrap(header.header.place, &Secrets::passphrase(answer))
        .map_err(|error| UnlockError::of_slot(HEADER, error))?;
    let mut fresh = [0; 16];
    getrandom::fill(&mut fresh).map_err(UnlockError::Random)?;
    let mut unlocked = Unlocked::new(vault_key, header.header.clone(), DeviceId(fresh));
    unlocked.prove_header(&header)?;
    if let Some(known) = device_slots.and_then(|bytes| unlocked.known_device(bytes)) {
        unlocked.take_device(known);
    }
    Ok(unlocked)
}

impl From<ReadError> for UnlockError {
    fn from(error: ReadError) -> Self {
        Self::of("file", error)
    }
}
