use crate::answer::Answer;
use crate::derive::VaultKey;
use crate::device::DeviceKey;
use crate::header::{Device, Header, LONGEST_USER, MOST_DEVICES};
use crate::hpke::NotSealed;
use crate::kdf::{KdfError, KdfParameters};
use crate::slot::{MakeError, Place, Slot, SlotKind, SlotSecrets, SlotSet};
use crate::unlocked::{Local, Unlocked};
use countersign_model::{DeviceId, HeaderVersion, Timestamp, UserId, VaultId};
use countersign_secret::{Key, Password};

/// What a new vault is made from.
pub struct Enroll<'a> {
    /// The user it is for, as the repository knows him.
    pub user: &'a UserId,
    /// The password of the login slot.
    pub password: &'a Password,
    /// The answer of the passphrase slot.
    pub answer: &'a Answer,
    /// This device's secret.
    pub device_secret: &'a Key,
    /// What Argon2id costs.
    pub kdf: KdfParameters,
    /// The number of the newest header the repository has for the user, 0 for none: of a vault that this one takes the place of.
    pub after: HeaderVersion,
}

/// A new vault.
#[derive(Debug)]
pub struct Enrolled {
    /// The vault, open.
    pub unlocked: Unlocked,
    /// The vault header, the first one after those before, for the directory.
    pub header: Vec<u8>,
    /// The login slot, for this device only.
    pub device_slots: Vec<u8>,
}

/// Why a vault or a slot could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrollError {
    /// The password is empty.
    #[error("the password is empty; choose one")]
    EmptyPassword,
    /// The user's name is empty or too long.
    #[error("the user's name must have 1 to {LONGEST_USER} bytes; set `repository.user`")]
    UserName,
    /// A slot that stays on the device was to go to the directory, or the other way round.
    #[error("the {} slot does not belong there; device slots stay on the device, the others go to the directory", .0.name())]
    WrongPlace(SlotKind),
    /// The vault has all the devices it can have.
    #[error("the vault has {MOST_DEVICES} devices, which is all it can have; revoke one that is no longer used")]
    TooManyDevices,
    /// A public key that protects nothing.
    #[error("the public key is not a real one; make the key again")]
    WeakKey,
    /// Argon2id could not run.
    #[error(transparent)]
    Kdf(KdfError),
    /// There is no randomness.
    #[error("the system gives no random numbers ({0}); nothing was made")]
    Random(getrandom::Error),
}

impl EnrollError {
    pub(crate) fn of(error: NotSealed) -> Self {
        match error {
            NotSealed::Random(error) => Self::Random(error),
            NotSealed::WeakKey => Self::WeakKey,
        }
    }
}

impl From<MakeError> for EnrollError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Kdf(error) => Self::Kdf(error),
            MakeError::Random(error) => Self::Random(error),
        }
    }
}

/// Makes a vault with its login and passphrase slots. Runs Argon2id twice.
///
/// # Errors
/// See [`EnrollError`].
pub fn enroll(wanted: &Enroll<'_>) -> Result<Enrolled, EnrollError> {
    if !(1..=LONGEST_USER).contains(&wanted.user.as_str().len()) {
        return Err(EnrollError::UserName);
    }
    let vault_key = VaultKey::make_random().map_err(EnrollError::Random)?;
    let (mut vault, mut device) = ([0; 16], [0; 16]);
    getrandom::fill(&mut vault).map_err(EnrollError::Random)?;
    getrandom::fill(&mut device).map_err(EnrollError::Random)?;
    let place = Place {
        vault: VaultId(vault),
        epoch: 1,
    };
    let passphrase = Slot::make(place, &SlotSecrets::passphrase(wanted.answer), wanted.kdf, &vault_key)?;
    let key = DeviceKey::make_random().map_err(EnrollError::Random)?;
    let named = (DeviceId(device), "", Timestamp(0));
    let header = Header {
        version: HeaderVersion(wanted.after.0.saturating_add(1)),
        place,
        user: wanted.user.clone(),
        devices: vec![Device::make(named, key.public(), place, &vault_key).map_err(EnrollError::of)?],
        slots: SlotSet::of(passphrase),
        rolls: Vec::new(),
        recovery: None,
    };
    let local = Local::new(SlotSet::default(), key, 0);
    let unlocked = Unlocked::new(vault_key, header, DeviceId(device), local);
    let device_slots = unlocked.rewrap_login(wanted.password, wanted.device_secret, wanted.kdf)?;
    Ok(Enrolled {
        header: unlocked.seal_header(),
        unlocked,
        device_slots,
    })
}
