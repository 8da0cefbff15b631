//! The open vault: its keys, and what they seal and open.

use crate::changing::set_field;
use crate::derive::{Purpose, VaultKey};
use crate::device::DeviceKey;
use crate::header::{Device, DeviceFacts, Header, Past, ReadDeviceSlots, ReadHeader, Tampering, walk};
use crate::record::{
    self, Commitment, Decrypted, Expected, ExpectedKind, OpenError, Opened, OpenedRecord, RecordHeader, RecordKeys,
    RecordKind, SealError, Subject, Tombstone, Written,
};
use crate::release::{BindingState, Reauthenticated, Released};
use crate::slot::{Place, Slot, SlotFacts, SlotSecrets, SlotSet};
use crate::unlock::{DEVICE, UnlockError, beside, open_device_slot, read_device_slots, slots_key};
use countersign_model::{
    DeviceId, FieldKind, FieldName, HeaderVersion, Logon, RecordId, RecordVersion, Timestamp, UserId, VaultId,
};
use countersign_secret::{Key, Password};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// An open vault. Dropping it wipes its keys.
pub struct Unlocked {
    pub(crate) vault_key: VaultKey,
    keys: RecordKeys,
    pub(crate) slots_key: Key,
    pub(crate) header: Header,
    pub(crate) device: DeviceId,
    pub(crate) local: Local,
    /// Earlier epochs, newest first.
    pub(crate) past: Vec<Past>,
}

/// What this device keeps of its own.
pub(crate) struct Local {
    /// As it was last read or made: a set made in this session is what the next one is made from.
    slots: Mutex<SlotSet>,
    pub(crate) key: DeviceKey,
    /// The device this one was until it got an id of its own.
    pub(crate) before: Option<(DeviceId, DeviceKey)>,
    /// The newest recovery halves used here.
    pub(crate) recovered: u64,
}

impl Local {
    pub(crate) fn new(slots: SlotSet, key: DeviceKey, recovered: u64) -> Self {
        Self {
            slots: Mutex::new(slots),
            key,
            before: None,
            recovered,
        }
    }

    /// The same, for a vault that goes on beside this one.
    pub(crate) fn duplicate(&self) -> Self {
        let before = self.before.as_ref();
        Self {
            before: before.map(|(id, key)| (*id, key.duplicate())),
            ..Self::new(self.slots(), self.key.duplicate(), self.recovered)
        }
    }

    pub(crate) fn slots(&self) -> SlotSet {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep(&self, slots: SlotSet) {
        *self.slots.lock().unwrap_or_else(PoisonError::into_inner) = slots;
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlocked")
            .field("vault", &self.vault_id())
            .field("epoch", &self.epoch())
            .finish_non_exhaustive()
    }
}

/// Changes to a logon that need no look at what it holds.
#[derive(Debug, Default)]
pub struct Amendment {
    /// A new name.
    pub label: Option<String>,
    /// Fields to set; those not named stay.
    pub fields: Vec<(FieldName, FieldKind, Password)>,
    /// Which of them is the password: what it was before is kept in the journal.
    pub password: Option<FieldName>,
    /// When.
    pub changed: Timestamp,
}

impl Unlocked {
    pub(crate) fn new(vault_key: VaultKey, header: Header, device: DeviceId, local: Local) -> Self {
        let place = header.place;
        Self {
            keys: record_keys(&vault_key, place),
            slots_key: slots_key(&vault_key, place),
            vault_key,
            header,
            device,
            local,
            past: Vec::new(),
        }
    }

    /// Opens a header with the key of its epoch, after holding it against a key known otherwise: `anchor`, of epoch `from`.
    pub(crate) fn prove(
        read: &ReadHeader<'_>,
        vault_key: VaultKey,
        (from, anchor): (u64, &VaultKey),
        device: DeviceId,
        local: Local,
    ) -> Result<Self, UnlockError> {
        let header = read.header.clone();
        let place = header.place;
        let slots_key = slots_key(&vault_key, place);
        if !read.is_authentic(&slots_key) {
            return Err(UnlockError::tampered(read.accuse(&slots_key)));
        }
        let past = walk(place, &header.rolls, &vault_key, (from, anchor)).map_err(UnlockError::of_chain)?;
        let rolled_now = header.rolls.last().filter(|roll| roll.version == header.version);
        if rolled_now.is_some_and(|roll| roll.content != header.content()) {
            return Err(UnlockError::Tampered(Tampering::Rolls));
        }
        if from < place.epoch {
            let carried = local.slots().carried(place, &vault_key);
            local.keep(carried.map_err(UnlockError::of_sealing)?.0);
        }
        let mut unlocked = Self::new(vault_key, header, device, local);
        unlocked.past = past;
        Ok(unlocked)
    }

    /// For the fixtures of the tests, whose key is written down.
    #[cfg(test)]
    pub(crate) fn vault_key_of_fixtures(&self) -> &Key {
        self.vault_key.for_slot()
    }

    /// The vault.
    #[must_use]
    pub fn vault_id(&self) -> VaultId {
        self.header.place.vault
    }

    /// The epoch of its key.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.header.place.epoch
    }

    /// The user it belongs to.
    #[must_use]
    pub fn user(&self) -> &UserId {
        &self.header.user
    }

    /// This device.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        self.device
    }

    /// The enrolled devices.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceId> {
        self.header.devices.iter().map(|device| device.id).collect()
    }

    /// The enrolled devices with their names, keys and times.
    #[must_use]
    pub fn device_list(&self) -> Vec<DeviceFacts> {
        self.header.devices.iter().map(Device::facts).collect()
    }

    /// The slots on this device.
    #[must_use]
    pub fn device_slot_facts(&self) -> Vec<SlotFacts> {
        self.local.slots().facts()
    }

    /// The slots in the directory.
    #[must_use]
    pub fn directory_slots(&self) -> Vec<SlotFacts> {
        self.header.slots.facts()
    }

    /// The number of the header this vault was opened with: remember it as the newest seen.
    #[must_use]
    pub fn header_version(&self) -> HeaderVersion {
        self.header.version
    }

    /// The key of the local vault store.
    #[must_use]
    pub fn store_key(&self) -> Key {
        self.vault_key.derive(Purpose::Store, self.vault_id(), self.epoch())
    }

    /// The key the local vault store had in an earlier epoch, to move what it holds under [`Unlocked::store_key`].
    #[must_use]
    pub fn store_key_of(&self, epoch: u64) -> Option<Key> {
        if epoch == self.epoch() {
            return Some(self.store_key());
        }
        let past = self.past.iter().find(|past| past.epoch == epoch)?;
        Some(past.key.derive(Purpose::Store, self.vault_id(), epoch))
    }

    /// The epochs whose records this vault opens, newest first.
    #[must_use]
    pub fn epochs(&self) -> Vec<u64> {
        std::iter::once(self.epoch())
            .chain(self.past.iter().map(|past| past.epoch))
            .collect()
    }

    fn keys_of(&self, epoch: u64) -> Option<RecordKeys> {
        let past = self.past.iter().find(|past| past.epoch == epoch)?;
        let place = Place {
            vault: self.vault_id(),
            epoch,
        };
        Some(record_keys(&past.key, place))
    }

    pub(crate) fn prove_device_slots(&self, read: &ReadDeviceSlots<'_>) -> Result<(), UnlockError> {
        let place = read.set.place;
        let past = self.past.iter().find(|past| past.epoch == place.epoch);
        let key = match past {
            Some(past) => slots_key(&past.key, place),
            None => slots_key(&self.vault_key, place),
        };
        if read.is_authentic(&key) {
            Ok(())
        } else {
            Err(UnlockError::Altered { part: DEVICE })
        }
    }

    /// Takes over what a slot set of this device holds, if it is this vault's own and proven. Anything else is left to be written anew.
    pub(crate) fn take_local(&mut self, device_slots: &[u8], secret: Option<&Key>) {
        let Ok(read) = read_device_slots(device_slots) else {
            return;
        };
        let place = read.set.place;
        let revoked = place.epoch < self.epoch() && self.header.device(read.set.device).is_none();
        if revoked || beside(&read, &self.header).is_err() || self.prove_device_slots(&read).is_err() {
            return;
        }
        self.device = read.set.device;
        self.local.recovered = read.set.recovered;
        let behind = place.epoch < self.epoch();
        self.local
            .keep(match read.set.slots.carried(self.header.place, &self.vault_key) {
                Ok((carried, _)) if behind => carried,
                _ => read.set.slots,
            });
        if let Some(sealed) = read.set.key {
            self.local.key = DeviceKey::Sealed(place, sealed);
            if let Some(secret) = secret {
                self.open_device_key(secret);
            }
        }
    }

    pub(crate) fn take_upgraded(&mut self, slot: Slot) {
        self.header.slots.replace(slot);
    }

    pub(crate) fn remember_recovery(&mut self, serial: u64) {
        self.local.recovered = self.local.recovered.max(serial);
    }

    /// Checks the password once more, for what only the owner may do. Runs Argon2id once.
    ///
    /// # Errors
    /// As [`unlock_login`](crate::unlock_login).
    pub fn reauthenticate(
        &self,
        device_slots: &[u8],
        password: &Password,
        device_secret: &Key,
    ) -> Result<Reauthenticated, UnlockError> {
        let slots = read_device_slots(device_slots)?;
        beside(&slots, &self.header)?;
        if !slots.is_of_device(device_secret) {
            return Err(UnlockError::OtherDevice);
        }
        let reached = open_device_slot(&slots, &SlotSecrets::login(password, device_secret))?;
        if reached.key.for_slot() != self.vault_key.for_slot() {
            return Err(UnlockError::WrongSecret);
        }
        self.prove_device_slots(&slots)?;
        Ok(Reauthenticated { vault: self.vault_id() })
    }

    /// The proof of an owner who has just opened his vault once more, in whatever way; `None` when that is another vault or epoch.
    #[must_use]
    pub fn recognise(&self, opened: &Self) -> Option<Reauthenticated> {
        let same = opened.vault_id() == self.vault_id()
            && opened.epoch() == self.epoch()
            && opened.vault_key.for_slot() == self.vault_key.for_slot();
        same.then(|| Reauthenticated { vault: self.vault_id() })
    }

    /// What a record of this vault is expected to be, to be narrowed down by the caller.
    #[must_use]
    pub fn expect<'a>(&self, record: RecordId, written: Written) -> Expected<'a> {
        Expected {
            vault: self.vault_id(),
            epoch: self.epoch(),
            kind: ExpectedKind::Any,
            record,
            written,
            subject: Subject::Any,
            parent: None,
        }
    }

    /// Seals a logon as this device's version `counter`, following `parent` ([`Commitment::NONE`] for the first).
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_logon(&self, logon: &Logon, counter: u64, parent: Commitment) -> Result<Vec<u8>, SealError> {
        let tag = record::subject_tag(&self.keys.index, &logon.template, &logon.binding);
        let header = self.record_header(RecordKind::Logon, logon.id, counter, parent, tag);
        record::seal(&self.keys, &header, record::encode_logon(logon)?)
    }

    /// Seals the mark that a logon is deleted.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_tombstone(
        &self,
        record: RecordId,
        removed: Timestamp,
        counter: u64,
        parent: Commitment,
    ) -> Result<Vec<u8>, SealError> {
        let tag = record::empty_tag(&self.keys.index);
        let header = self.record_header(RecordKind::Tombstone, record, counter, parent, tag);
        record::seal(&self.keys, &header, record::encode_tombstone(removed)?)
    }

    /// Seals a released logon with its binding fixed to the program it was released to; `None` when there is nothing to fix.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_fixed(&self, released: &Released, counter: u64) -> Result<Option<Vec<u8>>, SealError> {
        match released.binding_state() {
            BindingState::Held => Ok(None),
            BindingState::ToFix if released.vault != self.vault_id() => {
                Err(SealError::OutOfBounds("it belongs to another vault"))
            }
            BindingState::ToFix => self.seal_logon(&released.logon, counter, released.commitment).map(Some),
        }
    }

    /// Seals a changed logon without letting anything out. The binding stays: changing it takes
    /// [`release_for_owner`](crate::release_for_owner).
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_amended(&self, opened: Opened, amendment: Amendment, counter: u64) -> Result<Vec<u8>, SealError> {
        if opened.vault != self.vault_id() {
            return Err(SealError::OutOfBounds("it belongs to another vault"));
        }
        let mut logon = opened.logon;
        if let Some(label) = amendment.label {
            logon.label = label;
        }
        logon.changed = amendment.changed;
        let is_password = |(name, _, _): &(FieldName, FieldKind, Password)| Some(name) == amendment.password.as_ref();
        if let Some((name, _, given)) = amendment.fields.iter().find(|field| is_password(field)) {
            let before = logon.fields.get(name).map(Password::duplicate);
            if before.as_ref().is_none_or(|before| before.expose() != given.expose()) {
                logon.journal.edited(before, amendment.changed);
            }
        }
        for field in amendment.fields {
            set_field(&mut logon.fields, field);
        }
        self.seal_logon(&logon, counter, opened.commitment)
    }

    fn record_header(
        &self,
        kind: RecordKind,
        record: RecordId,
        counter: u64,
        parent: Commitment,
        tag: [u8; 32],
    ) -> RecordHeader {
        RecordHeader {
            kind,
            vault: self.vault_id(),
            epoch: self.epoch(),
            record,
            counter,
            device: self.device,
            parent,
            tag,
        }
    }

    /// Opens a logon.
    ///
    /// # Errors
    /// [`OpenError`]; a tombstone is [`OpenError::Misplaced`] here.
    pub fn open_logon(&self, expected: &Expected<'_>, sealed: &[u8]) -> Result<Opened, OpenError> {
        let expected = expected.of_kind(RecordKind::Logon);
        self.decrypt(&expected, sealed, opened)
    }

    /// Opens under the keys of the expected epoch.
    fn decrypt<R>(
        &self,
        expected: &Expected<'_>,
        sealed: &[u8],
        then: impl FnOnce(&RecordKeys, &Decrypted) -> Result<R, OpenError>,
    ) -> Result<R, OpenError> {
        let past = self.keys_of(expected.epoch);
        let keys = past.as_ref().unwrap_or(&self.keys);
        then(keys, &record::open(keys, expected, sealed)?)
    }

    /// Seals a record of an earlier epoch anew in this one, as this device's version `counter`; `None` when it is of this one.
    ///
    /// A device that was revoked still has the keys of earlier epochs: reseal what this device knew before the roll, and take what
    /// arrives in an earlier epoch afterwards only as new versions from devices that are still listed.
    ///
    /// # Errors
    /// [`ResealError`].
    pub fn reseal(&self, expected: &Expected<'_>, sealed: &[u8], counter: u64) -> Result<Option<Vec<u8>>, ResealError> {
        if expected.epoch == self.epoch() {
            return Ok(None);
        }
        self.seal_again(expected, sealed, counter).map(Some)
    }

    /// Seals a record anew as this device's version `counter`, whoever sealed it before and in whichever epoch. Its time is one
    /// millisecond later: it follows what it was, and every change by the user is later still.
    ///
    /// # Errors
    /// [`ResealError`].
    pub fn seal_again(&self, expected: &Expected<'_>, sealed: &[u8], counter: u64) -> Result<Vec<u8>, ResealError> {
        Ok(match self.open_record(expected, sealed)? {
            OpenedRecord::Logon(mut opened) => {
                opened.logon.changed = opened.logon.changed.next();
                self.seal_logon(&opened.logon, counter, opened.commitment)?
            }
            OpenedRecord::Tombstone(gone) => {
                self.seal_tombstone(gone.version.record, gone.removed.next(), counter, gone.commitment)?
            }
        })
    }

    /// Opens a record of any kind.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_record(&self, expected: &Expected<'_>, sealed: &[u8]) -> Result<OpenedRecord, OpenError> {
        self.decrypt(expected, sealed, |keys, decrypted| match decrypted.header.kind {
            RecordKind::Logon => opened(keys, decrypted).map(OpenedRecord::Logon),
            RecordKind::Tombstone => {
                let removed = record::decode_tombstone(decrypted.body())?;
                Ok(OpenedRecord::Tombstone(Tombstone {
                    version: version(&decrypted.header),
                    commitment: decrypted.commitment,
                    parent: decrypted.header.parent,
                    removed,
                }))
            }
        })
    }
}

/// Why a record could not be sealed anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

fn record_keys(vault_key: &VaultKey, place: Place) -> RecordKeys {
    RecordKeys {
        records: vault_key.derive(Purpose::Records, place.vault, place.epoch),
        index: vault_key.derive(Purpose::Index, place.vault, place.epoch),
    }
}

fn opened(keys: &RecordKeys, decrypted: &Decrypted) -> Result<Opened, OpenError> {
    let header = &decrypted.header;
    let logon = record::decode_logon(header.record, decrypted.body())?;
    // The tag speaks for the contents: one that differs was never written by this program.
    if record::subject_tag(&keys.index, &logon.template, &logon.binding) != header.tag {
        return Err(OpenError::Damaged("tag"));
    }
    Ok(Opened {
        logon,
        vault: header.vault,
        version: version(header),
        commitment: decrypted.commitment,
        parent: header.parent,
    })
}

fn version(header: &RecordHeader) -> RecordVersion {
    RecordVersion {
        record: header.record,
        device: header.device,
        counter: header.counter,
    }
}
