//! Recovery: the vault key under two halves. Half A is sealed to the organisation's recovery ring and read out by the helpdesk; half B
//! is on the user's devices and printed.

mod halves;
mod helpdesk;
mod recover;
mod ring;

pub use halves::{HalfA, HalfB, HalfError};
pub use helpdesk::{HelpdeskHalf, UnsealError, derive_vault_name, unseal_half};
pub use recover::{RecoverError, recover};
pub use ring::{RingKey, Rings, make_ring_key, ring_key};

pub(crate) use halves::fingerprint;

use crate::bytes::{Malformed, Reader, frame};
use crate::container::{unwrap_into, wrap};
use crate::derive::{Purpose, VaultKey};
use crate::header::RecoveryFacts;
use crate::hpke::{NotSealed, PublicKey, seal_to};
use crate::seal::{Broken, OVERHEAD};
use crate::slot::{Place, SlotSecrets};
use countersign_model::{UserId, VaultId};
use countersign_secret::SecretBytes;
use halves::{Part, half_codes};

const SHARE_LABEL: &[u8] = b"countersign/v1/recovery-half";
const KEPT_PURPOSE: &[u8] = b"half-b-shared";
const MOST_RETIRED: u16 = 64;
const LONGEST_SHARE: usize = 1024;
const FORMAT: u8 = 1;

/// Half A, or a share of it, sealed to one ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) ring: PublicKey,
    pub(crate) sealed: Vec<u8>,
}

/// Halves that are no longer good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) serial: u64,
    pub(crate) used: bool,
    pub(crate) a: [u8; 16],
    pub(crate) b: [u8; 16],
}

/// What a header keeps for recovery, beside the recovery slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub(crate) serial: u64,
    pub(crate) a: [u8; 16],
    pub(crate) b: [u8; 16],
    /// Half B under the vault key, for the user's other devices.
    shared: [u8; OVERHEAD + HalfB::BYTES],
    /// One share, or two of which each is useless alone.
    pub(crate) shares: Vec<Share>,
    pub(crate) retired: Vec<Retired>,
}

/// The two halves of one recovery.
pub(crate) struct Halves {
    pub(crate) a: HalfA,
    pub(crate) b: HalfB,
}

impl Halves {
    pub(crate) fn make_random() -> Result<Self, getrandom::Error> {
        let (mut a, mut b) = (SecretBytes::zeroed(HalfA::BYTES), SecretBytes::zeroed(HalfB::BYTES));
        getrandom::fill(a.expose_mut())?;
        getrandom::fill(b.expose_mut())?;
        Ok(Self {
            a: HalfA::from_bytes(a),
            b: HalfB::from_bytes(b),
        })
    }

    pub(crate) fn secrets(&self) -> SlotSecrets<'_> {
        SlotSecrets::recovery(self.a.expose(), self.b.expose())
    }
}

impl Recovery {
    /// Seals new halves; the halves before them are retired.
    pub(crate) fn make(
        (user, place): (&UserId, Place),
        halves: &Halves,
        rings: &Rings,
        vault_key: &VaultKey,
        before: Option<(&Self, bool)>,
    ) -> Result<Self, NotSealed> {
        let mut retired = before.map(|(before, _)| before.retired.clone()).unwrap_or_default();
        if let Some((before, used)) = before {
            retired.push(Retired {
                serial: before.serial,
                used,
                a: before.a,
                b: before.b,
            });
        }
        let excess = retired.len().saturating_sub(usize::from(MOST_RETIRED));
        retired.drain(..excess);
        let serial = before.map_or(1, |(before, _)| before.serial.saturating_add(1));
        Ok(Self {
            serial,
            a: fingerprint(halves.a.expose(), b"a", place.vault, serial),
            b: fingerprint(halves.b.expose(), b"b", place.vault, serial),
            shared: share_b(place, serial, vault_key, &halves.b).map_err(NotSealed::Random)?,
            shares: shares(user, place.vault, serial, &halves.a, rings)?,
            retired,
        })
    }

    /// The same halves under the key of a new epoch.
    pub(crate) fn carried(
        &self,
        (old, old_key): (Place, &VaultKey),
        (new, new_key): (Place, &VaultKey),
    ) -> Result<Self, NotSealed> {
        // Half B that cannot be opened was never written by this program; the roll keeps what it has.
        let Ok(half) = self.half_b(old, old_key) else {
            return Ok(self.clone());
        };
        Ok(Self {
            shared: share_b(new, self.serial, new_key, &half).map_err(NotSealed::Random)?,
            ..self.clone()
        })
    }

    /// Half B, for a device of the user that is unlocked.
    pub(crate) fn half_b(&self, place: Place, vault_key: &VaultKey) -> Result<HalfB, Broken> {
        let key = vault_key.derive(Purpose::Recovery, place.vault, place.epoch);
        let mut half = SecretBytes::zeroed(HalfB::BYTES);
        unwrap_into(
            &key,
            KEPT_PURPOSE,
            &self.serial.to_le_bytes(),
            &self.shared,
            half.expose_mut(),
        )?;
        Ok(HalfB::from_bytes(half))
    }

    pub(crate) fn facts(&self) -> RecoveryFacts {
        RecoveryFacts {
            serial: self.serial,
            people: u8::try_from(self.shares.len()).unwrap_or(u8::MAX),
        }
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.serial.to_le_bytes());
        to.extend_from_slice(&self.a);
        to.extend_from_slice(&self.b);
        to.extend_from_slice(&self.shared);
        to.push(u8::try_from(self.shares.len()).unwrap_or(u8::MAX));
        for share in &self.shares {
            to.extend_from_slice(&share.ring.0);
            to.extend_from_slice(&u16::try_from(share.sealed.len()).unwrap_or(u16::MAX).to_le_bytes());
            to.extend_from_slice(&share.sealed);
        }
        to.extend_from_slice(&u16::try_from(self.retired.len()).unwrap_or(u16::MAX).to_le_bytes());
        for retired in &self.retired {
            to.extend_from_slice(&retired.serial.to_le_bytes());
            to.push(u8::from(retired.used));
            to.extend_from_slice(&retired.a);
            to.extend_from_slice(&retired.b);
        }
    }

    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let serial = from.u64("recovery")?;
        let (a, b) = (from.array("recovery")?, from.array("recovery")?);
        let shared = from.array("recovery")?;
        let count = from.u8("recovery shares")?;
        if !(1..=2).contains(&count) {
            return Err(Malformed("recovery shares"));
        }
        let share = |_| {
            Ok(Share {
                ring: PublicKey(from.array("recovery shares")?),
                sealed: from.prefixed(LONGEST_SHARE, "recovery shares")?.to_vec(),
            })
        };
        let shares = (0..count).map(share).collect::<Result<Vec<_>, Malformed>>()?;
        let count = from.u16("retired halves")?;
        if count > MOST_RETIRED {
            return Err(Malformed("retired halves"));
        }
        let retired = |_| {
            Ok(Retired {
                serial: from.u64("retired halves")?,
                used: match from.u8("retired halves")? {
                    0 => false,
                    1 => true,
                    _ => return Err(Malformed("retired halves")),
                },
                a: from.array("retired halves")?,
                b: from.array("retired halves")?,
            })
        };
        Ok(Self {
            serial,
            a,
            b,
            shared,
            shares,
            retired: (0..count).map(retired).collect::<Result<Vec<_>, Malformed>>()?,
        })
    }
}

fn share_b(
    place: Place,
    serial: u64,
    vault_key: &VaultKey,
    half: &HalfB,
) -> Result<[u8; OVERHEAD + HalfB::BYTES], getrandom::Error> {
    let key = vault_key.derive(Purpose::Recovery, place.vault, place.epoch);
    let sealed = wrap(&key, KEPT_PURPOSE, &serial.to_le_bytes(), half.expose())?;
    Ok(sealed.try_into().unwrap_or([0; OVERHEAD + HalfB::BYTES]))
}

/// Seals half A to one ring, or each of two shares of it to one of two.
fn shares(user: &UserId, vault: VaultId, serial: u64, half: &HalfA, rings: &Rings) -> Result<Vec<Share>, NotSealed> {
    let seal = |ring: PublicKey, part: Part, bytes: &[u8]| {
        let name = user.as_str().as_bytes();
        let mut payload = SecretBytes::zeroed(1 + 16 + 8 + 1 + HalfA::BYTES + name.len());
        let parts: [&[u8]; 6] = [&[FORMAT], &vault.0, &serial.to_le_bytes(), &[part.code()], bytes, name];
        let source = parts.iter().flat_map(|part| part.iter());
        payload
            .expose_mut()
            .iter_mut()
            .zip(source)
            .for_each(|(place, byte)| *place = *byte);
        let sealed = seal_to(
            ring,
            &share_info(),
            &share_header(vault, serial, part),
            payload.expose(),
        )?;
        Ok(Share { ring, sealed })
    };
    match rings {
        Rings::One(ring) => Ok(vec![seal(*ring, Part::Whole, half.expose())?]),
        Rings::Two(first, second) => {
            let mut one = SecretBytes::zeroed(HalfA::BYTES);
            getrandom::fill(one.expose_mut()).map_err(NotSealed::Random)?;
            let other = halves::xor(one.expose(), half.expose());
            Ok(vec![
                seal(*first, Part::First, one.expose())?,
                seal(*second, Part::Second, other.expose())?,
            ])
        }
    }
}

fn share_info() -> Vec<u8> {
    frame(&[SHARE_LABEL])
}

fn share_header(vault: VaultId, serial: u64, part: Part) -> Vec<u8> {
    frame(&[&vault.0, &serial.to_le_bytes(), &[part.code()]])
}
