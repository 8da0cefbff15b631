//! The helpdesk's side: half A comes out of the header, with the name that was sealed in with it.

use super::halves::Part;
use super::{FORMAT, HalfA, RingKey, half_codes, share_header, share_info};
use crate::bytes::{Malformed, Reader};
use crate::header::Header;
use crate::hpke::{OVERHEAD, open_from};
use crate::unlock::{HEADER, UnlockError};
use crate::words::{are_these, derive_name};
use countersign_model::{UserId, VaultId};
use countersign_secret::{Password, SecretBytes};

/// What the helpdesk sees: whom the half is for, and the words to read out.
#[derive(Debug)]
pub struct HelpdeskHalf {
    /// The name sealed in with the half: check the caller against it.
    pub user: UserId,
    /// His vault.
    pub vault: VaultId,
    /// Which halves these are.
    pub serial: u64,
    /// How many operators it takes; with two, each reads out his own eight words.
    pub people: u8,
    /// The eight words.
    pub words: Password,
}

/// Why half A does not come out.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(#[from] UnlockError),
    /// The vault has no recovery.
    #[error("this vault was set up without recovery; the user needs his passphrase or another of his devices")]
    NoRecovery,
    /// The words the caller reads out name another vault.
    #[error("the three words name another vault; ask the caller to read them again, and check the user's name")]
    OtherVault,
    /// It is sealed to other rings.
    #[error("the half is sealed to another recovery ring; use that ring's key")]
    OtherRing,
    /// It was not sealed for this vault, or was changed.
    #[error("the half in this header was not sealed for this vault or was changed; tell the administrator")]
    Forged,
    /// It was sealed for somebody else.
    #[error(
        "the half was sealed for {sealed} and lies in the vault of {filed}; read nothing out and tell the administrator"
    )]
    OtherUser {
        /// The name sealed in.
        sealed: UserId,
        /// The name of the vault it lies in.
        filed: UserId,
    },
}

/// The three words the lock screen shows and the caller reads out.
#[must_use]
pub fn derive_vault_name(vault: VaultId) -> Vec<&'static str> {
    derive_name("vault", &vault.0, 3)
}

/// Takes the helpdesk's half out of a vault header, after the caller read out the three words that name his vault.
///
/// Anybody can seal to a ring. A half that somebody else made gives words that open nothing; one moved here from another vault is
/// refused.
///
/// # Errors
/// [`UnsealError`].
pub fn unseal_half(ring: &RingKey, header: &[u8], vault_name: &str) -> Result<HelpdeskHalf, UnsealError> {
    let read = Header::read(header).map_err(|error| UnlockError::of(HEADER, error))?;
    let header = read.header;
    let recovery = header.recovery.ok_or(UnsealError::NoRecovery)?;
    let vault = header.place.vault;
    if !are_these(vault_name, &derive_vault_name(vault)) {
        return Err(UnsealError::OtherVault);
    }
    let sealed_to = |ring| recovery.shares.iter().position(|share| share.ring == ring);
    let at = sealed_to(ring.public()).ok_or(UnsealError::OtherRing)?;
    let share = recovery.shares.get(at).ok_or(UnsealError::OtherRing)?;
    let part = match (recovery.shares.len(), at) {
        (1, _) => Part::Whole,
        (_, 0) => Part::First,
        _ => Part::Second,
    };
    let mut payload = SecretBytes::zeroed(share.sealed.len().saturating_sub(OVERHEAD));
    let place = share_header(vault, recovery.serial, part);
    open_from(
        &ring.private,
        &share_info(),
        &place,
        &share.sealed,
        payload.expose_mut(),
    )
    .map_err(|_| UnsealError::Forged)?;
    let (user, words) = read_payload(payload.expose(), vault, recovery.serial, part).ok_or(UnsealError::Forged)?;
    if user != header.user {
        return Err(UnsealError::OtherUser {
            sealed: user,
            filed: header.user,
        });
    }
    Ok(HelpdeskHalf {
        user,
        vault,
        serial: recovery.serial,
        people: u8::try_from(recovery.shares.len()).unwrap_or(u8::MAX),
        words,
    })
}

fn read_payload(payload: &[u8], vault: VaultId, serial: u64, part: Part) -> Option<(UserId, Password)> {
    let read = || {
        let mut from = Reader::new(payload);
        let same = from.u8("format")? == FORMAT
            && from.array("vault")? == vault.0
            && from.u64("serial")? == serial
            && Part::from_code(from.u8("part")?) == Some(part);
        let half = from.take(HalfA::BYTES, "half")?;
        let user = std::str::from_utf8(from.rest()).map_err(|_| Malformed("user"))?;
        Ok::<_, Malformed>(same.then(|| (UserId(user.to_owned()), half_codes(part).say(half))))
    };
    read().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Anybody can seal to a ring: what comes out has to say itself whose half it is, and which.
    #[test]
    fn a_half_is_taken_only_for_what_it_says_it_is() {
        let vault = VaultId([1; 16]);
        let payload = |format: u8, vault: VaultId, serial: u64, part: Part| {
            let parts: [&[u8]; 6] = [
                &[format],
                &vault.0,
                &serial.to_le_bytes(),
                &[part.code()],
                &[5; HalfA::BYTES],
                b"ada",
            ];
            parts.concat()
        };
        let read = |payload: &[u8]| read_payload(payload, vault, 3, Part::First).map(|(user, _)| user);
        let right = payload(FORMAT, vault, 3, Part::First);
        assert_eq!(read(&right), Some(UserId("ada".to_owned())));
        for wrong in [
            payload(FORMAT + 1, vault, 3, Part::First),
            payload(FORMAT, VaultId([2; 16]), 3, Part::First),
            payload(FORMAT, vault, 4, Part::First),
            payload(FORMAT, vault, 3, Part::Second),
            right[..30].to_vec(),
            [right.as_slice(), &[0xff]].concat(),
        ] {
            assert_eq!(read(&wrong), None, "{wrong:?}");
        }
    }
}
