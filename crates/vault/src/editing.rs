//! Changing what a vault opens by: slots, devices, recovery. Each gives bytes to be written; the vault itself stays as it is until the
//! new header is followed.

use crate::answer::Answer;
use crate::device::{DeviceKey, KeyPair};
use crate::enroll::EnrollError;
use crate::header::{Device, DeviceSlots, Header, KeptHalf, MOST_DEVICES, Past, SealedDeviceKey};
use crate::hpke::PublicKey;
use crate::kdf::KdfParameters;
use crate::recovery::{Halves, Recovery, Rings};
use crate::slot::{Slot, SlotKind, SlotSecrets, Stored};
use crate::unlocked::{Local, Unlocked};
use countersign_model::{DeviceId, HeaderVersion, Timestamp};
use countersign_secret::{Key, Password};
use std::fmt;

/// A header with new recovery halves.
pub struct NewRecovery {
    /// The next header, to be written by compare-and-set.
    pub header: Vec<u8>,
    /// The code to print: twelve words, half B.
    pub printed: Password,
}

impl fmt::Debug for NewRecovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewRecovery(redacted)")
    }
}

impl Unlocked {
    /// Makes this device's slot set anew, with a login slot for `password` in the place of the one before. Runs Argon2id once.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn rewrap_login(
        &self,
        password: &Password,
        device_secret: &Key,
        kdf: KdfParameters,
    ) -> Result<Vec<u8>, EnrollError> {
        self.device_slots_with(&SlotSecrets::login(password, device_secret), device_secret, kdf)
    }

    /// Makes this device's slot set anew, with a slot in the place of the one of the same kind. Runs Argon2id if a password is in it.
    ///
    /// # Errors
    /// [`EnrollError::WrongPlace`] for a kind that belongs in the directory, and see [`EnrollError`].
    pub fn device_slots_with(
        &self,
        secrets: &SlotSecrets<'_>,
        device_secret: &Key,
        kdf: KdfParameters,
    ) -> Result<Vec<u8>, EnrollError> {
        let slot = self.make_slot(secrets, Stored::Device, kdf)?;
        let mut set = self.local.slots();
        set.replace(slot);
        self.seal_device_slots(device_secret, set)
    }

    /// Makes this device's slot set anew without the slot of a kind; `None` when there is none.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn device_slots_without(&self, kind: SlotKind, device_secret: &Key) -> Result<Option<Vec<u8>>, EnrollError> {
        let mut set = self.local.slots();
        match set.remove(kind) {
            true => self.seal_device_slots(device_secret, set).map(Some),
            false => Ok(None),
        }
    }

    /// This device's slot set in this epoch, for after a roll or after following one: no password is needed.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn device_slots(&self, device_secret: &Key) -> Result<Vec<u8>, EnrollError> {
        self.seal_device_slots(device_secret, self.local.slots())
    }

    fn seal_device_slots(&self, device_secret: &Key, slots: crate::slot::SlotSet) -> Result<Vec<u8>, EnrollError> {
        let place = self.header.place;
        let opened;
        let pair = match &self.local.key {
            DeviceKey::Open(pair) => Some(pair),
            DeviceKey::Sealed(..) => {
                opened = self.opened_device_key(device_secret);
                opened.as_ref()
            }
        };
        let seal = |pair: &KeyPair| {
            let keys = (&self.vault_key, device_secret);
            SealedDeviceKey::seal((place, self.device), keys, (pair.public(), pair.private()))
        };
        let kept = |recovery: &Recovery| {
            // A half that does not open was never written by this program; the device goes on without.
            let half = recovery.half_b(place, &self.vault_key).ok()?;
            Some(KeptHalf::seal(place, recovery.serial, device_secret, half.bytes()))
        };
        let set = DeviceSlots {
            place,
            device: self.device,
            slots,
            key: pair.map(seal).transpose().map_err(EnrollError::Random)?,
            half: self
                .header
                .recovery
                .as_ref()
                .and_then(kept)
                .transpose()
                .map_err(EnrollError::Random)?,
            recovered: self.local.recovered,
        };
        let sealed = set.seal(&self.slots_key, device_secret);
        self.local.keep(set.slots);
        Ok(sealed)
    }

    fn opened_device_key(&self, device_secret: &Key) -> Option<KeyPair> {
        let DeviceKey::Sealed(place, sealed) = &self.local.key else {
            return None;
        };
        let past = self.past.iter().find(|past| past.epoch == place.epoch);
        let key = past.map_or(&self.vault_key, |past| &past.key);
        sealed
            .open((*place, self.device), (key, device_secret))
            .ok()
            .map(KeyPair::of)
    }

    pub(crate) fn open_device_key(&mut self, device_secret: &Key) {
        if let Some(pair) = self.opened_device_key(device_secret) {
            self.local.key = DeviceKey::Open(pair);
        }
    }

    pub(crate) fn make_slot(
        &self,
        secrets: &SlotSecrets<'_>,
        stored: Stored,
        kdf: KdfParameters,
    ) -> Result<Slot, EnrollError> {
        if secrets.kind().stored() != stored {
            return Err(EnrollError::WrongPlace(secrets.kind()));
        }
        if secrets.is_blank() {
            return Err(EnrollError::EmptyPassword);
        }
        Ok(Slot::make(self.header.place, secrets, kdf, &self.vault_key)?)
    }

    /// The next header, with a new passphrase slot. Runs Argon2id once. Write it by compare-and-set, then follow it.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn header_with_passphrase(&self, answer: &Answer, kdf: KdfParameters) -> Result<Vec<u8>, EnrollError> {
        self.header_with_slot(&SlotSecrets::passphrase(answer), kdf)
    }

    /// The next header, with a slot in the place of the one of the same kind. Write it by compare-and-set, then follow it.
    ///
    /// # Errors
    /// [`EnrollError::WrongPlace`] for a kind that stays on the device, and see [`EnrollError`].
    pub fn header_with_slot(&self, secrets: &SlotSecrets<'_>, kdf: KdfParameters) -> Result<Vec<u8>, EnrollError> {
        let slot = self.make_slot(secrets, Stored::Directory, kdf)?;
        let mut next = self.next_header();
        next.slots.replace(slot);
        Ok(next.seal(&self.slots_key))
    }

    /// The next header without the slot of a kind; `None` when there is none. Without its recovery slot a vault has no recovery.
    ///
    /// Whoever kept the old header can still open it with that slot's secret: roll as well if the secret is known to others.
    #[must_use]
    pub fn header_without_slot(&self, kind: SlotKind) -> Option<Vec<u8>> {
        let mut next = self.next_header();
        if !next.slots.remove(kind) {
            return None;
        }
        if kind == SlotKind::Recovery {
            next.recovery = None;
        }
        Some(next.seal(&self.slots_key))
    }

    /// The next header with new recovery halves; those before are retired. Write it by compare-and-set, print the code, and write this
    /// device's slots anew after following it, so that the device has its half.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn header_with_recovery(&self, rings: &Rings) -> Result<NewRecovery, EnrollError> {
        let halves = Halves::make_random().map_err(EnrollError::Random)?;
        let mut next = self.next_header();
        let slot = Slot::make(
            self.header.place,
            &halves.secrets(),
            KdfParameters::default(),
            &self.vault_key,
        )?;
        next.slots.replace(slot);
        let before = self
            .header
            .recovery
            .as_ref()
            .map(|before| (before, self.owes_recovery()));
        let owner = (&self.header.user, self.header.place);
        next.recovery = Some(Recovery::make(owner, &halves, rings, &self.vault_key, before).map_err(EnrollError::of)?);
        Ok(NewRecovery {
            header: next.seal(&self.slots_key),
            printed: halves.b.words(),
        })
    }

    /// The code to print of the recovery halves in force: twelve words, half B. None without recovery.
    #[must_use]
    pub fn printed_code(&self) -> Option<Password> {
        let recovery = self.header.recovery.as_ref()?;
        let half = recovery.half_b(self.header.place, &self.vault_key).ok()?;
        Some(half.words())
    }

    /// The rings half A is sealed to now. None without recovery.
    #[must_use]
    pub fn recovery_rings(&self) -> Option<Rings> {
        let shares = self.header.recovery.as_ref()?.shares.as_slice();
        match shares {
            [one] => Some(Rings::One(one.ring)),
            [one, other] => Some(Rings::Two(one.ring, other.ring)),
            _ => None,
        }
    }

    /// Whether the recovery halves were used on this device and have to be renewed by a roll.
    #[must_use]
    pub fn owes_recovery(&self) -> bool {
        let serial = self.header.recovery.as_ref().map(|recovery| recovery.serial);
        serial.is_some_and(|serial| self.local.recovered >= serial)
    }

    /// The next header, with this device in it; `None` when it is in it already. Write it by compare-and-set.
    #[must_use]
    pub fn header_with_this_device(&self) -> Option<Vec<u8>> {
        self.join_header("", Timestamp(0)).ok().flatten()
    }

    /// The next header, with this device in it under a name (its first 128 bytes); `None` when it is in it already with its key. Write
    /// it by compare-and-set.
    ///
    /// # Errors
    /// [`EnrollError::TooManyDevices`], and see [`EnrollError`].
    pub fn join_header(&self, name: &str, at: Timestamp) -> Result<Option<Vec<u8>>, EnrollError> {
        let key = self.local.key.public();
        let known = self.header.device(self.device);
        if known.is_some_and(|known| known.has_key() && known.key == key) {
            return Ok(None);
        }
        self.header_with_device((self.device, name, at), key).map(Some)
    }

    /// The next header, with this device in it under a name it does not have yet, and with its key; `None` when there is nothing to add,
    /// or when the header does not list this device. Write it by compare-and-set, then follow it.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn header_with_name(&self, name: &str, at: Timestamp) -> Result<Option<Vec<u8>>, EnrollError> {
        match self.header.device(self.device) {
            Some(known) if !known.has_key() || (known.name.is_empty() && !name.is_empty()) => self
                .header_with_device((self.device, name, at), self.local.key.public())
                .map(Some),
            _ => Ok(None),
        }
    }

    /// This vault as a device with a new id and key of its own has it: this device is a copy of another, or was set back. Store its
    /// [`Unlocked::device_slots`] and join ([`Unlocked::join_header`]).
    ///
    /// As long as it stays open it follows headers that were written for the device it was.
    ///
    /// # Errors
    /// [`EnrollError::Random`].
    pub fn another_device(&self) -> Result<Self, EnrollError> {
        let mut fresh = [0; 16];
        getrandom::fill(&mut fresh).map_err(EnrollError::Random)?;
        let key = DeviceKey::make_random().map_err(EnrollError::Random)?;
        let mut local = Local::new(self.local.slots(), key, self.local.recovered);
        local.before = Some((self.device, self.local.key.duplicate()));
        let mut another = Self::new(self.vault_key.duplicate(), self.header.clone(), DeviceId(fresh), local);
        another.past = self.past.iter().map(Past::duplicate).collect();
        Ok(another)
    }

    pub(crate) fn header_with_device(
        &self,
        (id, name, at): (DeviceId, &str, Timestamp),
        key: PublicKey,
    ) -> Result<Vec<u8>, EnrollError> {
        let full = self.header.devices.len() >= usize::from(MOST_DEVICES);
        if full && self.header.device(id).is_none() {
            return Err(EnrollError::TooManyDevices);
        }
        let device = Device::make((id, name, at), key, self.header.place, &self.vault_key).map_err(EnrollError::of)?;
        let mut next = self.next_header();
        next.put_device(device);
        Ok(next.seal(&self.slots_key))
    }

    pub(crate) fn next_header(&self) -> Header {
        let mut next = self.header.clone();
        next.version = HeaderVersion(next.version.0.saturating_add(1));
        next
    }

    pub(crate) fn seal_header(&self) -> Vec<u8> {
        self.header.seal(&self.slots_key)
    }
}
