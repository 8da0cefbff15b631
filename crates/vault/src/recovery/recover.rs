//! The user's side: both halves open the vault, once.

use super::{HalfA, HalfB, Recovery, fingerprint};
use crate::derive::same;
use crate::header::Owner;
use crate::slot::{SlotKind, SlotSecrets};
use crate::unlock::{ThisDevice, UnlockError, read_device_slots, read_header, unlock_from};
use crate::unlocked::Unlocked;
use countersign_model::VaultId;

/// Why recovery did not open the vault.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// The vault has none.
    #[error("this vault was set up without recovery; use the passphrase or another of your devices")]
    NoRecovery,
    /// Neither the device nor the user has half B.
    #[error("this device does not have its half of the recovery; type the twelve words you printed")]
    HalfBMissing,
    /// The printed code is of older halves.
    #[error("these twelve words are an older printed code; use the newest one")]
    OldCode,
    /// The printed code is another vault's.
    #[error("these twelve words are not of this vault; check that they are yours")]
    OtherCode,
    /// The helpdesk's words are of halves that were replaced.
    #[error("the helpdesk's words are old: they were replaced since; ask the helpdesk for new ones")]
    OldWords,
    /// The helpdesk's words were used already.
    #[error("the helpdesk's words were used before; each set is good for one recovery, ask for new ones")]
    UsedWords,
    /// The helpdesk's words are of somebody else.
    #[error(
        "the helpdesk's words are not of this vault; ask the helpdesk to check the three words shown here and your name"
    )]
    OtherWords,
    /// The header cannot be used.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
}

/// What a half turned out to be.
enum Heard {
    Right,
    Old,
    Used,
    Other,
}

fn recognise(half: &[u8], which: &[u8], vault: VaultId, recovery: &Recovery) -> Heard {
    let is = |serial: u64, wanted: [u8; 16]| {
        let found = fingerprint(half, which, vault, serial);
        same(&widened(found), &widened(wanted))
    };
    let current = if which == b"a" { recovery.a } else { recovery.b };
    if is(recovery.serial, current) {
        return Heard::Right;
    }
    let retired = recovery
        .retired
        .iter()
        .find(|retired| is(retired.serial, if which == b"a" { retired.a } else { retired.b }));
    match retired {
        Some(retired) if retired.used => Heard::Used,
        Some(_) => Heard::Old,
        None => Heard::Other,
    }
}

fn widened(fingerprint: [u8; 16]) -> [u8; 32] {
    let mut wide = [0; 32];
    wide.iter_mut().zip(fingerprint).for_each(|(place, byte)| *place = byte);
    wide
}

/// Opens the vault with the helpdesk's half and the device's, or the printed code.
///
/// Nothing is written: a drill ends by dropping what this returns. A real recovery goes on with [`Unlocked::roll`], with new secrets
/// and new halves, and until that reaches the directory [`Unlocked::rewrap_login`] remembers on this device that the words were used.
///
/// # Errors
/// [`RecoverError`]; each says what to do.
pub fn recover(
    owner: &Owner<'_>,
    header: &[u8],
    device: Option<&ThisDevice<'_>>,
    half_a: &HalfA,
    half_b: Option<&HalfB>,
) -> Result<Unlocked, RecoverError> {
    let read = read_header(owner, header)?;
    let place = read.header.place;
    let recovery = read.header.recovery.as_ref().ok_or(RecoverError::NoRecovery)?;
    match recognise(half_a.expose(), b"a", place.vault, recovery) {
        Heard::Right => {}
        Heard::Old => return Err(RecoverError::OldWords),
        Heard::Used => return Err(RecoverError::UsedWords),
        Heard::Other => return Err(RecoverError::OtherWords),
    }
    let set = device.and_then(|device| {
        let read = read_device_slots(device.slots).ok()?;
        (read.is_of_device(device.secret) && read.set.place.vault == place.vault).then_some((read.set, device.secret))
    });
    if set.as_ref().is_some_and(|(set, _)| set.recovered >= recovery.serial) {
        return Err(RecoverError::UsedWords);
    }
    let kept = set.as_ref().and_then(|(set, secret)| {
        let kept = set.half.as_ref().filter(|half| half.serial == recovery.serial)?;
        kept.open(place, secret).ok().map(HalfB::from_bytes)
    });
    let half_b = half_b.or(kept.as_ref()).ok_or(RecoverError::HalfBMissing)?;
    match recognise(half_b.expose(), b"b", place.vault, recovery) {
        Heard::Right => {}
        Heard::Old | Heard::Used => return Err(RecoverError::OldCode),
        Heard::Other => return Err(RecoverError::OtherCode),
    }
    let secrets = SlotSecrets::recovery(half_a.expose(), half_b.expose());
    debug_assert_eq!(secrets.kind(), SlotKind::Recovery);
    let serial = recovery.serial;
    let mut unlocked = unlock_from(&read, device, &secrets)?;
    unlocked.remember_recovery(serial);
    Ok(unlocked)
}
