//! `users/ID/`: one user's sealed records and vault headers.

use crate::file_system::{self, Reach};
use crate::names;
use crate::tree::{Entry, Folder, HALF, Placed};
use crate::{MAX_SEALED, faults};
use countersign_model::port::RepositoryError;
use countersign_model::{DeviceId, HeaderVersion, RecordId, RecordVersion, Timestamp};
use countersign_secret::Key;
use rustix::fs::FileType;
use std::collections::BTreeMap;
use std::path::Path;

const RECORDS: &str = "records";
const HEADERS: &str = "header";
const JOINING: &str = "joining";
const ARCHIVE: &str = "archive";
/// The largest request to join.
const MAX_REQUEST: u64 = 4 << 10;
/// How many requests to join are looked at.
pub(crate) const MOST_REQUESTS: usize = 16;
const SLOT_KEY: &str = "slot-key";
/// How many older versions of a record a device leaves behind its newest.
const KEPT: usize = 10;

/// A user's folder.
pub(crate) struct User(Folder);

impl User {
    /// Takes a folder that is this user's alone.
    pub(crate) fn of(folder: Folder) -> Result<Self, RepositoryError> {
        let (owner, mode) = folder.ownership()?;
        let place = folder.path();
        // A share shows owners and permissions of its own making.
        if file_system::reach(place) == Reach::Local {
            let me = rustix::process::geteuid().as_raw();
            if owner != me {
                return Err(faults::denied(
                    place,
                    format!("it belongs to uid {owner}, not to you (uid {me})"),
                ));
            }
            if mode & 0o077 != 0 {
                let why = format!("others may enter it (mode {mode:04o}); run `chmod 700` on it");
                return Err(faults::denied(place, why));
            }
        }
        Ok(Self(folder))
    }

    pub(crate) fn list(&self) -> Result<Vec<RecordVersion>, RepositoryError> {
        let Some(records) = self.0.find(RECORDS)? else {
            return Ok(Vec::new());
        };
        let mut newest = Vec::new();
        for entry in records.entries()? {
            let Some(record) = names::parse_record(&entry.name).filter(|_| entry.kind == FileType::Directory) else {
                continue;
            };
            let Some(folder) = records.find(&entry.name)? else {
                continue;
            };
            let mut devices: BTreeMap<DeviceId, RecordVersion> = BTreeMap::new();
            for version in versions(&folder, record)? {
                let known = devices.entry(version.device).or_insert(version);
                known.counter = known.counter.max(version.counter);
            }
            newest.extend(devices.into_values());
        }
        Ok(newest)
    }

    pub(crate) fn pull(&self, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        let missing = || {
            RepositoryError::Missing(format!(
                "record {} of device {}, version {}",
                version.record, version.device, version.counter
            ))
        };
        let records = self.0.find(RECORDS)?.ok_or_else(missing)?;
        let folder = records.find(&version.record.to_string())?.ok_or_else(missing)?;
        match folder.read(&names::version(version), MAX_SEALED) {
            Err(RepositoryError::Missing(_)) => Err(missing()),
            read => read,
        }
    }

    pub(crate) fn push(&self, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        let folder = self
            .0
            .open_or_make(RECORDS)?
            .open_or_make(&version.record.to_string())?;
        let name = names::version(version);
        within(&folder.path().join(&name), sealed)?;
        if version.counter == 0 {
            return Err(faults::invalid(&folder.path().join(&name), "versions count from 1"));
        }
        if folder.place(&name, sealed)? == Placed::Taken && folder.read(&name, MAX_SEALED)? != sealed {
            return Err(RepositoryError::Conflict(
                folder.path().join(&name).display().to_string(),
            ));
        }
        // The version is safe; old ones that stay behind do no harm.
        let _ = thin_out(&folder, version);
        Ok(())
    }

    pub(crate) fn header(&self) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        let Some(headers) = self.0.find(HEADERS)? else {
            return Ok(None);
        };
        match newest_header(&headers)? {
            None => Ok(None),
            Some(newest) => Ok(Some((newest, headers.read(&newest.0.to_string(), MAX_SEALED)?))),
        }
    }

    pub(crate) fn replace_header(
        &self,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        let headers = self.0.open_or_make(HEADERS)?;
        let conflict = || RepositoryError::Conflict(headers.path().display().to_string());
        if newest_header(&headers)? != replaces {
            return Err(conflict());
        }
        let next = HeaderVersion(replaces.map_or(0, |version| version.0).saturating_add(1));
        let name = next.0.to_string();
        within(&headers.path().join(&name), header)?;
        // Headers are never removed, so a number that is free has never been taken: whoever gets the name is the one.
        match headers.place(&name, header)? {
            Placed::New => Ok(next),
            Placed::Taken => Err(conflict()),
        }
    }

    /// Requests that can be read; what else is there is nobody's.
    pub(crate) fn join_requests(&self) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        let Some(joining) = self.0.find(JOINING)? else {
            return Ok(Vec::new());
        };
        let entries = joining.entries()?;
        let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
        let requests = files.filter_map(|entry| {
            let device = names::parse_device(&entry.name)?;
            Some((device, joining.read(&entry.name, MAX_REQUEST).ok()?))
        });
        Ok(requests.take(MOST_REQUESTS).collect())
    }

    pub(crate) fn leave_join_request(&self, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError> {
        let joining = self.0.open_or_make(JOINING)?;
        let name = device.to_string();
        let place = joining.path().join(&name);
        if request.len() as u64 > MAX_REQUEST {
            return Err(faults::invalid(
                &place,
                &format!("it is larger than {MAX_REQUEST} bytes"),
            ));
        }
        if joining.place(&name, request)? == Placed::Taken && joining.read(&name, MAX_REQUEST)? != request {
            return Err(RepositoryError::Conflict(place.display().to_string()));
        }
        Ok(())
    }

    /// `archive/MILLISECONDS/` takes what is there. Headers stay: they are never removed, and the next vault's count on from them.
    pub(crate) fn set_aside(&self, at: Timestamp) -> Result<(), RepositoryError> {
        let archive = self.0.open_or_make(ARCHIVE)?.open_or_make(&at.0.to_string())?;
        for name in [RECORDS, JOINING] {
            self.0.move_to(name, &archive)?;
        }
        Ok(())
    }

    pub(crate) fn forget_aside(&self, before: Timestamp) -> Result<(), RepositoryError> {
        let Some(archive) = self.0.find(ARCHIVE)? else {
            return Ok(());
        };
        for entry in archive.entries()? {
            // Any other name is not ours.
            let at = entry.name.parse::<u64>().ok().filter(|at| at.to_string() == entry.name);
            if at.is_some_and(|at| at < before.0) {
                archive.remove_all(&entry)?;
            }
        }
        Ok(())
    }

    pub(crate) fn remove_join_request(&self, device: DeviceId) -> Result<(), RepositoryError> {
        match self.0.find(JOINING)? {
            Some(joining) => joining.remove(&device.to_string()),
            None => Ok(()),
        }
    }
    pub(crate) fn slot_key(&self) -> Result<Option<Key>, RepositoryError> {
        let read = match self.0.read(SLOT_KEY, Key::LEN as u64) {
            Err(RepositoryError::Missing(_)) => return Ok(None),
            read => read?,
        };
        if read.len() != Key::LEN {
            return Err(faults::invalid(
                &self.0.path().join(SLOT_KEY),
                "a slot key has 32 bytes; unlock another way, then remove the slot and add it again",
            ));
        }
        Ok(Some(Key::from_fill(|out| out.copy_from_slice(&read))))
    }

    pub(crate) fn place_slot_key(&self, key: &Key) -> Result<(), RepositoryError> {
        match self.0.place(SLOT_KEY, key.expose())? {
            Placed::New => Ok(()),
            Placed::Taken => Err(RepositoryError::Conflict(
                self.0.path().join(SLOT_KEY).display().to_string(),
            )),
        }
    }

    pub(crate) fn remove_slot_key(&self) -> Result<(), RepositoryError> {
        self.0.remove(SLOT_KEY)
    }
}

fn versions(folder: &Folder, record: RecordId) -> Result<Vec<RecordVersion>, RepositoryError> {
    let entries = folder.entries()?;
    let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
    Ok(files
        .filter_map(|entry| names::parse_version(record, &entry.name))
        .collect())
}

fn newest_header(headers: &Folder) -> Result<Option<HeaderVersion>, RepositoryError> {
    let entries = headers.entries()?;
    let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
    Ok(files.filter_map(|entry| names::parse_header(&entry.name)).max())
}

/// Removes the writing device's own versions of this record beyond the last few, and what it left half written.
fn thin_out(folder: &Folder, newest: &RecordVersion) -> Result<(), RepositoryError> {
    let mut own: Vec<_> = versions(folder, newest.record)?;
    own.retain(|version| version.device == newest.device && version.counter < newest.counter);
    own.sort_by_key(|version| version.counter);
    let surplus = own.len().saturating_sub(KEPT);
    for version in own.iter().take(surplus) {
        folder.remove(&names::version(version))?;
    }
    let half = format!(".{}.", newest.device);
    let mine = format!(".{}-", std::process::id());
    for Entry { name, .. } in folder.entries()? {
        if name.starts_with(&half) && name.ends_with(HALF) && !name.contains(&mine) {
            folder.remove(&name)?;
        }
    }
    Ok(())
}

fn within(place: &Path, bytes: &[u8]) -> Result<(), RepositoryError> {
    if bytes.len() as u64 > MAX_SEALED {
        return Err(faults::invalid(place, &format!("it is larger than {MAX_SEALED} bytes")));
    }
    Ok(())
}
