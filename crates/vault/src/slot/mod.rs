//! Slots: the vault key wrapped under a set of factors.

mod factor;
mod grade;
mod life;
mod rating;
mod secrets;
mod set;

pub use factor::{Factor, NoSuchKind, SlotKind, Stored};
pub use grade::{Grade, NoSuchGrade};
use life::Life;
pub use rating::{AnswerOrigin, Attacker, Circumstances, DeviceSecretHome, Exposure, Rating, Roaming, rate};
use secrets::Given;
pub use secrets::{ShortSecret, SlotSecrets};
pub(crate) use set::{Form, SlotError, SlotSet};

use crate::bytes::{Malformed, Reader, frame, length32, magic};
use crate::derive::{VaultKey, hkdf_into};
use crate::hpke::NotSealed;
use crate::kdf::{self, KdfError, KdfParameters, OutOfBounds};
use crate::seal::{Broken, Seal, open_in_place, seal_in_place};
use countersign_model::VaultId;
use countersign_secret::{Key, SecretBytes};

const KEK_LABEL: &[u8] = b"countersign/v1/slot";
const PURPOSE: &[u8] = b"slot";

/// What a slot is, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotFacts {
    /// Its kind, if this version knows it.
    pub kind: Option<SlotKind>,
    /// The number of its kind.
    pub code: u16,
    /// What Argon2id costs, if it is used.
    pub kdf: Option<KdfParameters>,
    /// The epoch it opens to; `None` for unknown kinds. Behind the vault's own: it was left behind by a roll and has to be made anew.
    pub epoch: Option<u64>,
}

/// Where a slot belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) vault: VaultId,
    pub(crate) epoch: u64,
}

/// Argon2id's cost and salt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretching {
    parameters: KdfParameters,
    salt: [u8; kdf::SALT],
}

/// The vault key under one set of factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    kind: SlotKind,
    stretching: Option<Stretching>,
    salt: [u8; 32],
    commitment: [u8; 32],
    wrapped: [u8; Key::LEN],
    tag: [u8; 16],
    life: Life,
}

/// What a slot opened to: the key it was made around, and the key of the epoch it was carried forward to.
pub(crate) struct Reached {
    pub(crate) made: u64,
    pub(crate) anchor: VaultKey,
    pub(crate) epoch: u64,
    pub(crate) key: VaultKey,
    /// The slot as it can be carried forward from now on, if it could not before.
    pub(crate) upgraded: Option<Slot>,
}

/// Why a slot could not be made.
#[derive(Debug)]
pub(crate) enum MakeError {
    Kdf(KdfError),
    Random(getrandom::Error),
}

/// Why a slot did not open.
#[derive(Debug)]
pub(crate) enum UnwrapError {
    /// The factors are not the slot's, or its place or parameters were changed.
    WrongSecret,
    /// The factors are right, but what they wrap was changed.
    Altered,
    Kdf(KdfError),
}

impl Slot {
    /// Wraps the vault key.
    pub(crate) fn make(
        place: Place,
        secrets: &SlotSecrets<'_>,
        parameters: KdfParameters,
        vault_key: &VaultKey,
    ) -> Result<Self, MakeError> {
        let kind = secrets.kind();
        let stretching = if kind.factors().iter().any(|factor| factor.is_stretched()) {
            let mut salt = [0; kdf::SALT];
            getrandom::fill(&mut salt).map_err(MakeError::Random)?;
            Some(Stretching { parameters, salt })
        } else {
            None
        };
        let kek = derive_kek(stretching.as_ref(), secrets.given()).map_err(MakeError::Kdf)?;
        let header = encode_header(kind, place, stretching.as_ref());
        let mut in_place = SecretBytes::zeroed(Key::LEN);
        in_place.expose_mut().copy_from_slice(vault_key.for_slot().expose());
        let seal = seal_in_place(&kek, PURPOSE, &header, in_place.expose_mut()).map_err(MakeError::Random)?;
        let mut wrapped = [0; Key::LEN];
        wrapped.copy_from_slice(in_place.expose());
        Ok(Self {
            kind,
            stretching,
            salt: seal.salt,
            commitment: seal.commitment,
            wrapped,
            tag: seal.tag,
            life: Life::begin(place.epoch, &kek),
        })
    }

    /// Unwraps the vault key: that of the epoch the slot was made in, and the one it was carried forward to since.
    pub(crate) fn unwrap(&self, vault: VaultId, secrets: &SlotSecrets<'_>) -> Result<Reached, UnwrapError> {
        if secrets.kind() != self.kind {
            return Err(UnwrapError::WrongSecret);
        }
        let kek = derive_kek(self.stretching.as_ref(), secrets.given()).map_err(UnwrapError::Kdf)?;
        let made = self.life.made();
        let place = Place { vault, epoch: made };
        let header = encode_header(self.kind, place, self.stretching.as_ref());
        let anchor = self.open_wrapped(&kek, &header)?;
        let forward = self
            .life
            .reach(vault, self.kind.code(), &kek)
            .map_err(|_| UnwrapError::Altered)?;
        let (epoch, key) = forward.unwrap_or_else(|| (made, anchor.duplicate()));
        Ok(Reached {
            made,
            anchor,
            epoch,
            key,
            upgraded: self.life.upgraded(&kek).map(|life| Self { life, ..self.clone() }),
        })
    }

    fn open_wrapped(&self, kek: &Key, header: &[u8]) -> Result<VaultKey, UnwrapError> {
        let seal = Seal {
            salt: self.salt,
            commitment: self.commitment,
            tag: self.tag,
        };
        Key::try_from_fill(|out| {
            out.copy_from_slice(&self.wrapped);
            open_in_place(kek, PURPOSE, header, &seal, out)
        })
        .map(VaultKey::from_key)
        .map_err(|broken| match broken {
            Broken::Commitment => UnwrapError::WrongSecret,
            Broken::Ciphertext => UnwrapError::Altered,
        })
    }

    pub(crate) fn kind(&self) -> SlotKind {
        self.kind
    }

    /// The slot with the key of a new epoch sealed to it; `None` for slots of format 1, which only their own secret can renew.
    pub(crate) fn carried(&self, place: Place, key: &VaultKey) -> Result<Option<Self>, NotSealed> {
        let life = self.life.carried(place, self.kind.code(), key)?;
        Ok(life.map(|life| Self { life, ..self.clone() }))
    }

    /// The epoch the slot opens to.
    pub(crate) fn epoch(&self) -> u64 {
        self.life.epoch()
    }

    /// Argon2id's cost as it is stored, zeros without.
    pub(crate) fn cost(&self) -> [u8; kdf::COST] {
        let mut cost = Vec::with_capacity(kdf::COST);
        if let Some(stretching) = &self.stretching {
            stretching.parameters.encode(&mut cost);
        }
        cost.try_into().unwrap_or([0; kdf::COST])
    }

    pub(crate) fn facts(&self) -> SlotFacts {
        SlotFacts {
            kind: Some(self.kind),
            code: self.kind.code(),
            kdf: self.stretching.as_ref().map(|stretching| stretching.parameters),
            epoch: Some(self.epoch()),
        }
    }

    /// The slot without its place, which the set says once.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = encode_shape(self.kind, self.stretching.as_ref());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.commitment);
        bytes.extend_from_slice(&self.wrapped);
        bytes.extend_from_slice(&self.tag);
        self.life.encode(&mut bytes);
        bytes
    }

    /// Reads a slot of a kind this version knows: outer error malformed, inner error out of bounds.
    pub(crate) fn decode(
        kind: SlotKind,
        form: Form,
        from: &mut Reader<'_>,
    ) -> Result<Result<Self, OutOfBounds>, Malformed> {
        let count = from.u8("slot factors")?;
        if usize::from(count) != kind.factors().len() {
            return Err(Malformed("slot factors"));
        }
        for factor in kind.factors() {
            if Factor::from_code(from.u8("slot factors")?) != Some(*factor) {
                return Err(Malformed("slot factors"));
            }
        }
        let stretching = if kind.factors().iter().any(|factor| factor.is_stretched()) {
            let parameters = match KdfParameters::decode(from)? {
                Ok(parameters) => parameters,
                Err(out_of_bounds) => return Ok(Err(out_of_bounds)),
            };
            let salt = from.array("slot salt")?;
            Some(Stretching { parameters, salt })
        } else {
            None
        };
        Ok(Ok(Self {
            kind,
            stretching,
            salt: from.array("slot seal")?,
            commitment: from.array("slot seal")?,
            wrapped: from.array("slot seal")?,
            tag: from.array("slot seal")?,
            life: Life::decode(form, from)?,
        }))
    }
}

/// Kind, factors and Argon2id's parameters, as they are stored and authenticated.
fn encode_shape(kind: SlotKind, stretching: Option<&Stretching>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    bytes.extend_from_slice(&kind.code().to_le_bytes());
    bytes.push(u8::try_from(kind.factors().len()).unwrap_or(u8::MAX));
    bytes.extend(kind.factors().iter().map(|factor| factor.code()));
    if let Some(stretching) = stretching {
        stretching.parameters.encode(&mut bytes);
        bytes.extend_from_slice(&stretching.salt);
    }
    bytes
}

/// The slot's associated data: its place and its shape.
fn encode_header(kind: SlotKind, place: Place, stretching: Option<&Stretching>) -> Vec<u8> {
    let mut header = magic::SLOT.to_vec();
    header.extend_from_slice(&place.vault.0);
    header.extend_from_slice(&place.epoch.to_le_bytes());
    header.extend_from_slice(&encode_shape(kind, stretching));
    header
}

/// KEK = HKDF over every factor, each with its code and length.
fn derive_kek(stretching: Option<&Stretching>, given: &[Given<'_>]) -> Result<Key, KdfError> {
    let stretched = match (stretching, given.iter().find(|given| given.factor.is_stretched())) {
        (Some(stretching), Some(given)) => Some(stretching.parameters.stretch(given.secret, &stretching.salt)?),
        _ => None,
    };
    let secrets: Vec<&[u8]> = given
        .iter()
        .map(|given| match &stretched {
            Some(key) if given.factor.is_stretched() => key.expose(),
            _ => given.secret,
        })
        .collect();
    let prefixes: Vec<[u8; 5]> = given
        .iter()
        .zip(&secrets)
        .map(|(given, secret)| {
            let [a, b, c, d] = length32(secret).to_le_bytes();
            [given.factor.code(), a, b, c, d]
        })
        .collect();
    let parts: Vec<&[u8]> = prefixes
        .iter()
        .zip(secrets)
        .flat_map(|(prefix, secret)| [prefix.as_slice(), secret])
        .collect();
    let info = frame(&[KEK_LABEL]);
    Ok(Key::from_fill(|out| hkdf_into(&[], &parts, &[&info], out)))
}
