use crate::answer::Answer;
use crate::derive::{Purpose, VaultKey};
use crate::enroll::EnrollError;
use crate::header::{DeviceSlots, Header, ReadDeviceSlots, ReadHeader};
use crate::kdf::KdfParameters;
use crate::record::{
    self, Commitment, Decrypted, Expected, ExpectedKind, OpenError, Opened, OpenedRecord, RecordHeader, RecordKeys,
    RecordKind, SealError, Subject, Tombstone, Written,
};
use crate::release::{BindingState, Reauthenticated, Released};
use crate::slot::{Secrets, Slot, SlotFacts, SlotKind, SlotSet};
use crate::unlock::{DEVICE, HEADER, UnlockError, beside, read_device_slots};
use countersign_model::{
    DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, RecordId, RecordVersion, Timestamp, UserId,
    VaultId,
};
use countersign_secret::{Key, Password};
use std::fmt;

/// An open vault. Dropping it wipes its keys.
pub struct Unlocked {
    vault_key: VaultKey,
    keys: RecordKeys,
    slots_key: Key,
    header: Header,
    device: DeviceId,
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
    /// When.
    pub changed: Timestamp,
}

impl Unlocked {
    pub(crate) fn new(vault_key: VaultKey, header: Header, device: DeviceId) -> Self {
        let derive = |purpose| vault_key.derive(purpose, header.place.vault, header.place.epoch);
        Self {
            keys: RecordKeys {
                records: derive(Purpose::Records),
                index: derive(Purpose::Index),
            },
            slots_key: derive(Purpose::Slots),
            vault_key,
            header,
            device,
        }
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
    pub fn devices(&self) -> &[DeviceId] {
        &self.header.devices
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

    /// Makes this device's slot set anew, with a login slot for `password`. Runs Argon2id once.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn rewrap_login(
        &self,
        password: &Password,
        device_secret: &Key,
        kdf: KdfParameters,
    ) -> Result<Vec<u8>, EnrollError> {
        if password.is_empty() {
            return Err(EnrollError::EmptyPassword);
        }
        let login = Slot::make(
            self.header.place,
            &Secrets::login(password, device_secret),
            kdf,
            &self.vault_key,
        )?;
        let set = DeviceSlots {
            place: self.header.place,
            device: self.device,
            slots: SlotSet::of(login),
        };
        Ok(set.seal(&self.slots_key, device_secret))
    }

    /// The next header, with a new passphrase slot. Runs Argon2id once. Write it by compare-and-set, then unlock with it.
    ///
    /// # Errors
    /// See [`EnrollError`].
    pub fn header_with_passphrase(&self, answer: &Answer, kdf: KdfParameters) -> Result<Vec<u8>, EnrollError> {
        let slot = Slot::make(self.header.place, &Secrets::passphrase(answer), kdf, &self.vault_key)?;
        let mut next = self.next_header();
        next.slots.replace(slot);
        Ok(next.seal(&self.slots_key))
    }

    /// The next header, with this device in it; `None` when it is in it already. Write it by compare-and-set.
    #[must_use]
    pub fn header_with_this_device(&self) -> Option<Vec<u8>> {
        let place = self.header.devices.binary_search(&self.device).err()?;
        let mut next = self.next_header();
        next.devices.insert(place, self.device);
        Some(next.seal(&self.slots_key))
    }

    fn next_header(&self) -> Header {
        let mut next = self.header.clone();
        next.version = HeaderVersion(next.version.0.saturating_add(1));
        next
    }

    pub(crate) fn seal_header(&self) -> Vec<u8> {
        self.header.seal(&self.slots_key)
    }

    pub(crate) fn prove_header(&self, read: &ReadHeader<'_>) -> Result<(), UnlockError> {
        if read.is_authentic(&self.slots_key) {
            Ok(())
        } else {
            Err(UnlockError::Altered { part: HEADER })
        }
    }

    pub(crate) fn prove_device_slots(&self, read: &ReadDeviceSlots<'_>) -> Result<(), UnlockError> {
        if read.is_authentic(&self.slots_key) {
            Ok(())
        } else {
            Err(UnlockError::Altered { part: DEVICE })
        }
    }

    /// The device a slot set names, if it is this vault's own and proven. Anything else is left to be written anew.
    pub(crate) fn known_device(&self, device_slots: &[u8]) -> Option<DeviceId> {
        let read = read_device_slots(device_slots).ok()?;
        beside(&read, &self.header).ok()?;
        self.prove_device_slots(&read).ok()?;
        Some(read.set.device)
    }

    pub(crate) fn take_device(&mut self, device: DeviceId) {
        self.device = device;
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
        let slot = slots
            .set
            .slots
            .get(SlotKind::Login)
            .ok_or(UnlockError::NoSlot(SlotKind::Login))?;
        let vault_key = slot
            .unwrap(slots.set.place, &Secrets::login(password, device_secret))
            .map_err(|error| UnlockError::of_slot(DEVICE, error))?;
        if vault_key.for_slot() != self.vault_key.for_slot() {
            return Err(UnlockError::WrongSecret);
        }
        self.prove_device_slots(&slots)?;
        Ok(Reauthenticated { vault: self.vault_id() })
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
        let decrypted = record::open(&self.keys, &expected, sealed)?;
        self.opened(&decrypted)
    }

    /// Opens a record of any kind.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_record(&self, expected: &Expected<'_>, sealed: &[u8]) -> Result<OpenedRecord, OpenError> {
        let decrypted = record::open(&self.keys, expected, sealed)?;
        match decrypted.header.kind {
            RecordKind::Logon => self.opened(&decrypted).map(OpenedRecord::Logon),
            RecordKind::Tombstone => {
                let removed = record::decode_tombstone(decrypted.body())?;
                Ok(OpenedRecord::Tombstone(Tombstone {
                    version: version(&decrypted.header),
                    commitment: decrypted.commitment,
                    parent: decrypted.header.parent,
                    removed,
                }))
            }
        }
    }

    fn opened(&self, decrypted: &Decrypted) -> Result<Opened, OpenError> {
        let header = &decrypted.header;
        let logon = record::decode_logon(header.record, decrypted.body())?;
        // The tag speaks for the contents: one that differs was never written by this program.
        if record::subject_tag(&self.keys.index, &logon.template, &logon.binding) != header.tag {
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
}

fn version(header: &RecordHeader) -> RecordVersion {
    RecordVersion {
        record: header.record,
        device: header.device,
        counter: header.counter,
    }
}

fn set_field(fields: &mut FieldValues, (name, kind, value): (FieldName, FieldKind, Password)) {
    match fields.0.iter_mut().find(|(known, _, _)| *known == name) {
        Some(field) => *field = (name, kind, value),
        None => fields.0.push((name, kind, value)),
    }
}
