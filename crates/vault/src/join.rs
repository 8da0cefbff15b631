//! A second machine that joins with the approval of an enrolled device: six words compared one way, six words typed the other way.

use crate::bytes::{Reader, frame, magic};
use crate::derive::{VaultKey, hkdf_into};
use crate::device::{DeviceKey, KeyPair};
use crate::enroll::EnrollError;
use crate::header::{LONGEST_NAME, LONGEST_USER, Owner};
use crate::hpke::PublicKey;
use crate::slot::{Place, SlotSet};
use crate::unlock::{HEADER, UnlockError, read_header};
use crate::unlocked::{Local, Unlocked};
use crate::words::{are_these, derive_name, name};
use countersign_model::{DeviceId, Timestamp, UserId};
use countersign_secret::Key;
use sha2::{Digest, Sha256};
use std::fmt;

const FORMAT: u16 = 1;
const PROOF_LABEL: &[u8] = b"countersign/v1/join";
const WORDS: usize = 6;

/// A machine that waits to be let in. Keep it until the approval is there; it holds the new device's private key.
pub struct Joining {
    /// The request, for the directory.
    pub request: Vec<u8>,
    device: DeviceId,
    pair: KeyPair,
}

impl fmt::Debug for Joining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Joining({}, redacted)", self.device)
    }
}

/// What a request says. Anybody can make one: it is worth what the six words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// The user.
    pub user: UserId,
    /// The id the new device gave itself.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Its public key.
    pub key: PublicKey,
    /// The six words that both machines show.
    pub words: Vec<&'static str>,
}

/// An approval.
#[derive(Debug)]
pub struct Approved {
    /// The next header, to be written by compare-and-set.
    pub header: Vec<u8>,
    /// Six words to type on the new machine: they prove that the approval came from a device that has the vault's key.
    pub words: Vec<&'static str>,
}

/// Why a machine does not join by approval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The request cannot be read.
    #[error("the request is damaged ({0}); start again on the new machine")]
    Damaged(&'static str),
    /// A newer version made the request.
    #[error("the request is of format {0}, which this version does not know; update Countersign here")]
    Unsupported(u16),
    /// The request is another user's.
    #[error("the request is another user's; approve only machines of your own")]
    OtherUser,
    /// The typed words are not those of the request.
    #[error(
        "these are not the words of the waiting machine; compare them again, somebody may have put another request there"
    )]
    OtherRequest,
    /// The typed words are not those of the approval.
    #[error(
        "these are not the words of the approving device; type the six words it shows, and tell the administrator if they differ"
    )]
    OtherApproval,
    /// The header does not list this machine yet.
    #[error("the machine is not approved yet; approve it on one of your devices")]
    NotYet,
    /// The header cannot be used.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The approval could not be made.
    #[error(transparent)]
    Enroll(#[from] EnrollError),
}

/// Makes the request of a new machine, with a fresh id and key pair.
///
/// # Errors
/// [`EnrollError`].
pub fn make_join_request(user: &UserId, device_name: &str) -> Result<Joining, EnrollError> {
    if !(1..=LONGEST_USER).contains(&user.as_str().len()) || device_name.len() > LONGEST_NAME {
        return Err(EnrollError::UserName);
    }
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(EnrollError::Random)?;
    let pair = KeyPair::of(Key::make_random().map_err(EnrollError::Random)?);
    let mut request = magic::JOIN.to_vec();
    request.extend_from_slice(&FORMAT.to_le_bytes());
    request.extend_from_slice(&0_u16.to_le_bytes());
    for text in [user.as_str(), device_name] {
        request.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        request.extend_from_slice(text.as_bytes());
    }
    request.extend_from_slice(&id);
    request.extend_from_slice(&pair.public().0);
    Ok(Joining {
        request,
        device: DeviceId(id),
        pair,
    })
}

/// Reads a request, with the six words to compare.
///
/// # Errors
/// [`JoinError::Damaged`], [`JoinError::Unsupported`].
pub fn inspect_join_request(request: &[u8]) -> Result<JoinRequest, JoinError> {
    let mut from = Reader::new(request);
    let damaged = |crate::bytes::Malformed(what)| JoinError::Damaged(what);
    if from.array::<8>("magic").map_err(damaged)? != *magic::JOIN {
        return Err(JoinError::Damaged("magic"));
    }
    let format = from.u16("format").map_err(damaged)?;
    if format != FORMAT {
        return Err(JoinError::Unsupported(format));
    }
    let mut read = || {
        if from.u16("flags")? != 0 {
            return Err(crate::bytes::Malformed("flags"));
        }
        let user = UserId(from.text(LONGEST_USER, "user")?.to_owned());
        let name = from.text(LONGEST_NAME, "device name")?.to_owned();
        let device = DeviceId(from.array("device")?);
        let key = PublicKey(from.array("device key")?);
        from.end("end of the request")?;
        Ok(JoinRequest {
            user,
            device,
            name,
            key,
            words: derive_name("join", request, WORDS),
        })
    };
    read().map_err(damaged)
}

/// Six words only somebody with the vault's key can work out for this request.
fn proof(key: &VaultKey, place: Place, request: &[u8]) -> Vec<&'static str> {
    let digest: [u8; 32] = Sha256::digest(request).into();
    let info = frame(&[PROOF_LABEL, &place.vault.0, &place.epoch.to_le_bytes(), &digest]);
    let mut bits = [0; 9];
    hkdf_into(&[], &[key.for_slot().expose()], &[&info], &mut bits);
    name(&bits, WORDS)
}

impl Unlocked {
    /// Lets a machine in, after the user typed the six words it shows.
    ///
    /// # Errors
    /// [`JoinError`].
    pub fn approve(&self, request: &[u8], typed: &str, at: Timestamp) -> Result<Approved, JoinError> {
        let wanted = inspect_join_request(request)?;
        if wanted.user != *self.user() {
            return Err(JoinError::OtherUser);
        }
        if !are_these(typed, &wanted.words) {
            return Err(JoinError::OtherRequest);
        }
        let header = self.header_with_device((wanted.device, &wanted.name, at), wanted.key)?;
        Ok(Approved {
            header,
            words: proof(&self.vault_key, self.header.place, request),
        })
    }
}

/// Opens the vault on the approved machine, after the user typed the six words the approving device shows: the directory could have
/// sealed a key of its own to this machine.
///
/// # Errors
/// [`JoinError`].
pub fn complete_join(owner: &Owner<'_>, header: &[u8], joining: &Joining, typed: &str) -> Result<Unlocked, JoinError> {
    let read = read_header(owner, header)?;
    let place = read.header.place;
    let entry = read.header.device(joining.device).ok_or(JoinError::NotYet)?;
    if entry.key != joining.pair.public() {
        return Err(JoinError::OtherApproval);
    }
    let opened = entry.open(place, joining.pair.private());
    let key = opened.map_err(|_| UnlockError::Altered { part: HEADER })?;
    if !are_these(typed, &proof(&key, place, &joining.request)) {
        return Err(JoinError::OtherApproval);
    }
    let local = Local::new(SlotSet::default(), DeviceKey::Open(joining.pair.duplicate()), 0);
    let anchor = key.duplicate();
    Ok(Unlocked::prove(
        &read,
        key,
        (place.epoch, &anchor),
        joining.device,
        local,
    )?)
}
