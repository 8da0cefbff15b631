//! A store and a repository in memory, and versions that are only what they say.

use crate::check::{Checked, RecordCheck, Refused, Resealer};
use crate::exchange::{Ends, exchange};
use crate::layout::{decode, encode, record_key};
use crate::replace::{highest_counter, replace};
use crate::report::Report;
use countersign_model::port::{RecordStore, RepositoryError, StoreError, VaultRepository};
use countersign_model::{
    Change, DeviceId, HeaderVersion, RecordId, RecordVersion, StoreKey, StoreKind, Timestamp, UserId,
};
use countersign_secret::Key;
use countersign_vault::Commitment;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

#[derive(Default)]
pub(crate) struct Shelves {
    pub(crate) values: Mutex<BTreeMap<StoreKey, Vec<u8>>>,
    pub(crate) broken: Mutex<BTreeSet<StoreKey>>,
    /// How many more commits succeed.
    pub(crate) commits_left: Mutex<Option<u32>>,
}

impl RecordStore for Shelves {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        if self.broken.lock().unwrap().contains(key) {
            return Err(StoreError::Damaged("flipped".into()));
        }
        Ok(self.values.lock().unwrap().get(key).cloned())
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        let values = self.values.lock().unwrap();
        Ok(values
            .keys()
            .filter(|key| key.kind == kind)
            .map(|key| key.id.clone())
            .collect())
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        if let Some(left) = &mut *self.commits_left.lock().unwrap() {
            *left = left.checked_sub(1).ok_or_else(|| StoreError::NotSaved("full".into()))?;
        }
        for change in batch {
            match change {
                Change::Put(key, value) => {
                    self.broken.lock().unwrap().remove(key);
                    self.values.lock().unwrap().insert(key.clone(), value.clone());
                }
                Change::Remove(key) => {
                    self.values.lock().unwrap().remove(key);
                }
            }
        }
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct Folder {
    pub(crate) records: Mutex<BTreeMap<RecordVersion, Vec<u8>>>,
    pub(crate) header: Mutex<Option<(HeaderVersion, Vec<u8>)>>,
    /// How many more calls are answered.
    pub(crate) calls_left: Mutex<Option<u32>>,
}

impl Folder {
    fn reach(&self) -> Result<(), RepositoryError> {
        match &mut *self.calls_left.lock().unwrap() {
            Some(0) => Err(RepositoryError::Unreachable {
                place: "twin".into(),
                why: "offline".into(),
            }),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl VaultRepository for Folder {
    fn set_aside(&self, _: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        Err(RepositoryError::Denied {
            place: "twin".into(),
            why: "no archive here".into(),
        })
    }

    fn forget_aside(&self, _: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        Ok(())
    }

    fn list(&self, _: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        self.reach()?;
        Ok(self
            .records
            .lock()
            .unwrap()
            .keys()
            .copied()
            .collect::<crate::plan::Held>()
            .versions()
            .collect())
    }

    fn pull(&self, _: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        self.reach()?;
        self.records
            .lock()
            .unwrap()
            .get(version)
            .cloned()
            .ok_or_else(|| RepositoryError::Missing("gone".into()))
    }

    fn push(&self, _: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        self.reach()?;
        let mut records = self.records.lock().unwrap();
        if records.entry(*version).or_insert_with(|| sealed.to_vec()) == sealed {
            Ok(())
        } else {
            Err(RepositoryError::Conflict("other bytes".into()))
        }
    }

    fn join_requests(&self, _: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        Ok(Vec::new())
    }

    fn leave_join_request(&self, _: &UserId, _: DeviceId, _: &[u8]) -> Result<(), RepositoryError> {
        Ok(())
    }

    fn remove_join_request(&self, _: &UserId, _: DeviceId) -> Result<(), RepositoryError> {
        Ok(())
    }

    fn header(&self, _: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        self.reach()?;
        Ok(self.header.lock().unwrap().clone())
    }

    fn replace_header(
        &self,
        _: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        let mut there = self.header.lock().unwrap();
        if there.as_ref().map(|(version, _)| *version) != replaces {
            return Err(RepositoryError::Conflict("header".into()));
        }
        let next = HeaderVersion(replaces.map_or(0, |version| version.0) + 1);
        *there = Some((next, header.to_vec()));
        Ok(next)
    }

    fn slot_key(&self, _: &UserId) -> Result<Option<Key>, RepositoryError> {
        Ok(None)
    }

    fn place_slot_key(&self, _: &UserId, _: &Key) -> Result<(), RepositoryError> {
        Err(RepositoryError::Conflict("no slot keys here".into()))
    }

    fn remove_slot_key(&self, _: &UserId) -> Result<(), RepositoryError> {
        Ok(())
    }
}

/// Checks that take a version's word for what it is.
pub(crate) struct Plain;

pub(crate) fn commitment(version: &RecordVersion) -> Commitment {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&version.record.0);
    bytes[16..24].copy_from_slice(&version.device.0[..8]);
    bytes[24..].copy_from_slice(&version.counter.to_le_bytes());
    Commitment(bytes)
}

pub(crate) fn version(record: u8, device: u8, counter: u64) -> RecordVersion {
    RecordVersion {
        record: RecordId([record; 16]),
        device: DeviceId([device; 16]),
        counter,
    }
}

pub(crate) fn checked(version: RecordVersion, parent: Option<RecordVersion>, changed: u64) -> Checked {
    Checked {
        version,
        commitment: commitment(&version),
        parent: parent.map_or(Commitment::NONE, |parent| commitment(&parent)),
        changed: Timestamp(changed),
    }
}

pub(crate) fn sealed(version: RecordVersion, parent: Commitment, changed: u64, text: &str) -> Vec<u8> {
    [
        encode(&version).as_slice(),
        &parent.0,
        &changed.to_le_bytes(),
        text.as_bytes(),
    ]
    .concat()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes[80..].to_vec()).unwrap()
}

/// The same, for the device that writes.
pub(crate) struct PlainOf(pub(crate) DeviceId);

impl RecordCheck for PlainOf {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        Plain.check(version, sealed)
    }

    fn own(&self) -> Option<DeviceId> {
        Some(self.0)
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        Plain.identify(record, sealed)
    }
}

impl Resealer for PlainOf {
    fn seal_again(&self, was: &RecordVersion, bytes: &[u8], counter: u64) -> Result<Vec<u8>, Refused> {
        let checked = self.check(was, bytes)?;
        let again = RecordVersion {
            record: was.record,
            device: self.0,
            counter,
        };
        Ok(sealed(again, checked.commitment, checked.changed.0 + 1, &text(bytes)))
    }
}

impl RecordCheck for Plain {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        let found = self.identify(version.record, sealed)?;
        if found.version == *version {
            Ok(found)
        } else {
            Err(Refused("it is another version".into()))
        }
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        let version = sealed.get(..40).and_then(decode).filter(|found| found.record == record);
        let version = version
            .filter(|_| sealed.len() >= 80)
            .ok_or_else(|| Refused("it is damaged".into()))?;
        Ok(Checked {
            version,
            commitment: commitment(&version),
            parent: Commitment(sealed[40..72].try_into().unwrap()),
            changed: Timestamp(u64::from_le_bytes(sealed[72..80].try_into().unwrap())),
        })
    }
}

/// One device with its two stores.
#[derive(Default)]
pub(crate) struct Device {
    number: u8,
    pub(crate) device: Shelves,
    pub(crate) vault: Shelves,
}

impl Device {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    pub(crate) fn write(&self, record: u8, text: &str, changed: u64) -> RecordVersion {
        let me = DeviceId([self.number; 16]);
        let counter = highest_counter(&self.vault, &Plain, me).unwrap() + 1;
        let version = version(record, self.number, counter);
        let before = self.vault.get(&record_key(version.record)).unwrap();
        let parent = before.map_or(Commitment::NONE, |before| {
            Plain.identify(version.record, &before).unwrap().commitment
        });
        let changes = replace(&self.vault, &Plain, &version, sealed(version, parent, changed, text)).unwrap();
        self.vault.commit(&changes).unwrap();
        version
    }

    pub(crate) fn read(&self, record: u8) -> Option<String> {
        self.vault
            .get(&record_key(RecordId([record; 16])))
            .unwrap()
            .map(|bytes| text(&bytes))
    }

    /// This device's two stores as they are now.
    pub(crate) fn image(&self) -> [BTreeMap<StoreKey, Vec<u8>>; 2] {
        [&self.device, &self.vault].map(|shelves| shelves.values.lock().unwrap().clone())
    }

    /// Sets it back to an earlier state.
    pub(crate) fn restore(&self, image: [BTreeMap<StoreKey, Vec<u8>>; 2]) {
        let [device, vault] = image;
        *self.device.values.lock().unwrap() = device;
        *self.vault.values.lock().unwrap() = vault;
    }

    /// Everything ever said about a record here.
    pub(crate) fn all_texts(&self, record: u8) -> BTreeSet<String> {
        let values = self.vault.values.lock().unwrap();
        values
            .iter()
            .filter(|(key, _)| key.id.starts_with(&[record; 16]))
            .map(|(_, bytes)| text(bytes))
            .collect()
    }

    pub(crate) fn try_exchange(&self, folder: &Folder) -> Result<Report, StoreError> {
        let user = UserId::from("ada");
        exchange(
            Ends {
                device: &self.device,
                repository: folder,
                user: &user,
            },
            &self.vault,
            &PlainOf(DeviceId([self.number; 16])),
        )
    }

    pub(crate) fn exchange(&self, folder: &Folder) -> Report {
        self.try_exchange(folder).unwrap()
    }

    pub(crate) fn fetch(&self, folder: &Folder) -> Report {
        let user = UserId::from("ada");
        crate::exchange::fetch(Ends {
            device: &self.device,
            repository: folder,
            user: &user,
        })
        .unwrap()
    }
}
