//! A repository in memory, the folder's twin for tests of what stands on the port.

use crate::{MAX_SEALED, names};
use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Publishing, RepositoryError, VaultRepository, Watch, Write,
};
use countersign_model::{
    ConfigKind, ConfigName, ConfigObject, DeviceId, HeaderVersion, RecordId, RecordVersion, RepositoryEvent, Timestamp,
    Unit, UnitState, UserId, Wanted,
};
use countersign_secret::{Key, Password};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A repository in memory. Clones share it, as devices share a directory.
#[derive(Clone, Debug, Default)]
pub struct MemoryRepository(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    offline: Option<String>,
    objects: BTreeMap<String, (ConfigKind, Vec<u8>)>,
    catalogues: BTreeMap<Unit, (u64, Vec<u8>)>,
    published: BTreeMap<(Unit, ConfigName), (u64, Vec<u8>)>,
    records: BTreeMap<(UserId, RecordId, DeviceId, u64), Vec<u8>>,
    lists: BTreeMap<u64, Vec<u8>>,
    headers: BTreeMap<UserId, (HeaderVersion, Vec<u8>)>,
    joining: BTreeMap<(UserId, DeviceId), Vec<u8>>,
    slot_keys: BTreeMap<UserId, Vec<u8>>,
    watchers: Vec<(u64, UserId, Sender<RepositoryEvent>)>,
    watches: u64,
}

struct MemoryWatch(Arc<Mutex<Contents>>, u64);

impl Watch for MemoryWatch {}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        lock(&self.0).watchers.retain(|(number, ..)| *number != self.1);
    }
}

fn lock(contents: &Mutex<Contents>) -> MutexGuard<'_, Contents> {
    contents.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sized(what: &str, bytes: &[u8]) -> Result<(), RepositoryError> {
    if bytes.len() as u64 > MAX_SEALED {
        return Err(RepositoryError::Invalid {
            place: what.to_owned(),
            why: "it is too large".to_owned(),
        });
    }
    Ok(())
}

impl MemoryRepository {
    /// Puts a configuration object there, as an administrator would.
    pub fn publish(&self, kind: ConfigKind, place: &str, bytes: &[u8]) {
        let mut contents = lock(&self.0);
        contents.objects.insert(place.to_owned(), (kind, bytes.to_vec()));
        contents.report(|_| true, &RepositoryEvent::Configuration);
    }

    /// Takes a configuration object away.
    pub fn withdraw(&self, place: &str) {
        let mut contents = lock(&self.0);
        contents.objects.remove(place);
        contents.report(|_| true, &RepositoryEvent::Configuration);
    }

    /// Removes the bytes of a version, as a fault or an attacker would.
    pub fn lose(&self, user: &UserId, version: &RecordVersion) {
        lock(&self.0).records.remove(&key(user, version));
    }

    /// Makes every call fail from now on, or (`None`) work again.
    pub fn go_offline(&self, why: Option<&str>) {
        lock(&self.0).offline = why.map(str::to_owned);
    }

    fn online(&self) -> Result<MutexGuard<'_, Contents>, RepositoryError> {
        let contents = lock(&self.0);
        match &contents.offline {
            Some(why) => Err(RepositoryError::Unreachable {
                place: "memory".to_owned(),
                why: why.clone(),
            }),
            None => Ok(contents),
        }
    }

    fn of(&self, user: &UserId) -> Result<MutexGuard<'_, Contents>, RepositoryError> {
        names::user(user).ok_or_else(|| RepositoryError::Invalid {
            place: "memory".to_owned(),
            why: format!("`{user}` cannot be a user's name here"),
        })?;
        self.online()
    }
}

impl Contents {
    fn report(&mut self, whose: impl Fn(&UserId) -> bool, event: &RepositoryEvent) {
        self.watchers
            .retain(|(_, user, events)| !whose(user) || events.send(event.clone()).is_ok());
    }
}

fn key(user: &UserId, version: &RecordVersion) -> (UserId, RecordId, DeviceId, u64) {
    (user.clone(), version.record, version.device, version.counter)
}

impl ConfigurationRepository for MemoryRepository {
    fn units(&self) -> Result<Vec<UnitState>, RepositoryError> {
        let contents = self.online()?;
        let state = |(unit, (number, _)): (&Unit, &(u64, Vec<u8>))| UnitState {
            unit: unit.clone(),
            number: *number,
        };
        Ok(contents.catalogues.iter().map(state).collect())
    }

    fn catalogue_numbers(&self, units: &[Unit]) -> Result<Vec<Option<u64>>, RepositoryError> {
        let contents = self.online()?;
        let number = |unit| contents.catalogues.get(unit).map(|(number, _)| *number);
        Ok(units.iter().map(number).collect())
    }

    fn catalogue(&self, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError> {
        let missing = || RepositoryError::Missing(format!("the catalogue of {unit}"));
        self.online()?.catalogues.get(unit).cloned().ok_or_else(missing)
    }

    fn objects(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(ConfigObject),
    ) -> Result<(), RepositoryError> {
        let contents = self.online()?;
        for ((_, name), (_, bytes)) in contents.published.iter().filter(|((in_unit, _), _)| in_unit == unit) {
            if matches!(wanted, Wanted::These(names) | Wanted::Most(names) if !names.contains(name)) {
                continue;
            }
            each(ConfigObject {
                kind: name.kind,
                id: name.id.clone(),
                place: format!("{unit}: {name}"),
                bytes: bytes.clone(),
            });
        }
        Ok(())
    }

    fn loose(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError> {
        let contents = self.online()?;
        let objects = contents.objects.iter().map(|(place, (kind, bytes))| ConfigObject {
            kind: *kind,
            id: place.clone(),
            place: place.clone(),
            bytes: bytes.clone(),
        });
        Ok((objects.collect(), Vec::new()))
    }

    fn memberships(&self, _: &UserId) -> Result<Vec<String>, RepositoryError> {
        self.online().map(|_| Vec::new())
    }

    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError> {
        let contents = self.online()?;
        let newest = contents.lists.range(from..).rev().take(crate::lists::NEWEST);
        let mut lists: Vec<_> = newest.map(|(_, list)| list.clone()).collect();
        lists.reverse();
        Ok(lists)
    }

    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
        let mut contents = self.online()?;
        if contents.lists.contains_key(&number) {
            return Err(RepositoryError::Conflict("the organisation's list".to_owned()));
        }
        contents.lists.insert(number, list.to_vec());
        contents.report(|_| true, &RepositoryEvent::Configuration);
        Ok(())
    }
}

impl Publishing for MemoryRepository {
    fn inventory(&self, unit: &Unit) -> Result<Vec<(ConfigName, u64)>, RepositoryError> {
        let contents = self.online()?;
        let there = contents.published.iter().filter(|((in_unit, _), _)| in_unit == unit);
        Ok(there
            .map(|((_, name), (version, _))| (name.clone(), *version))
            .collect())
    }

    fn put(&self, unit: &Unit, name: &ConfigName, version: u64, bytes: &[u8]) -> Result<(), RepositoryError> {
        sized("an object", bytes)?;
        let object = ((unit.clone(), name.clone()), (version, bytes.to_vec()));
        self.online()?.published.extend([object]);
        Ok(())
    }

    fn script(&self, _: &Unit, _: &[Write]) -> Option<String> {
        None
    }

    fn members(&self, _: &str) -> Result<Option<Vec<String>>, RepositoryError> {
        self.online().map(|_| None)
    }

    fn remove(&self, unit: &Unit, name: &ConfigName) -> Result<(), RepositoryError> {
        self.online()?.published.remove(&(unit.clone(), name.clone()));
        Ok(())
    }

    fn swap_catalogue(
        &self,
        unit: &Unit,
        replaces: Option<u64>,
        number: u64,
        catalogue: &[u8],
    ) -> Result<(), RepositoryError> {
        let mut contents = self.online()?;
        if contents.catalogues.get(unit).map(|(number, _)| *number) != replaces {
            return Err(RepositoryError::Conflict(format!("the catalogue of {unit}")));
        }
        contents.catalogues.insert(unit.clone(), (number, catalogue.to_vec()));
        contents.report(|_| true, &RepositoryEvent::Configuration);
        Ok(())
    }
}

impl VaultRepository for MemoryRepository {
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        let contents = self.of(user)?;
        let mut newest = BTreeMap::new();
        for (owner, record, device, counter) in contents.records.keys() {
            if owner == user {
                // Keys are sorted, so the last one of a device is its newest.
                newest.insert((*record, *device), *counter);
            }
        }
        Ok(newest
            .into_iter()
            .map(|((record, device), counter)| RecordVersion {
                record,
                device,
                counter,
            })
            .collect())
    }

    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        let contents = self.of(user)?;
        let missing = || RepositoryError::Missing(format!("{version:?}"));
        contents.records.get(&key(user, version)).cloned().ok_or_else(missing)
    }

    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        let mut contents = self.of(user)?;
        sized("a record", sealed)?;
        if version.counter == 0 {
            return Err(RepositoryError::Invalid {
                place: "memory".to_owned(),
                why: "versions count from 1".to_owned(),
            });
        }
        let there = contents
            .records
            .entry(key(user, version))
            .or_insert_with(|| sealed.to_vec());
        if there != sealed {
            return Err(RepositoryError::Conflict(format!("{version:?}")));
        }
        contents.report(|watching| watching == user, &RepositoryEvent::Records);
        Ok(())
    }

    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        Ok(self.of(user)?.headers.get(user).cloned())
    }

    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        let mut contents = self.of(user)?;
        sized("a header", header)?;
        if contents.headers.get(user).map(|(version, _)| *version) != replaces {
            return Err(RepositoryError::Conflict("the header".to_owned()));
        }
        let next = HeaderVersion(replaces.map_or(0, |version| version.0) + 1);
        contents.headers.insert(user.clone(), (next, header.to_vec()));
        contents.report(|watching| watching == user, &RepositoryEvent::Records);
        Ok(next)
    }

    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        let contents = self.of(user)?;
        let own = contents.joining.iter().filter(|((owner, _), _)| owner == user);
        let own = own.map(|((_, device), request)| (*device, request.clone()));
        Ok(own.take(crate::users::MOST_REQUESTS).collect())
    }

    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError> {
        let mut contents = self.of(user)?;
        let there = contents
            .joining
            .entry((user.clone(), device))
            .or_insert_with(|| request.to_vec());
        match there == request {
            true => Ok(()),
            false => Err(RepositoryError::Conflict(format!("the request of {device}"))),
        }
    }

    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError> {
        self.of(user)?.joining.remove(&(user.clone(), device));
        Ok(())
    }

    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError> {
        let contents = self.of(user)?;
        let kept = contents.slot_keys.get(user);
        Ok(kept.map(|kept| Key::from_fill(|out| out.copy_from_slice(kept))))
    }

    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError> {
        let mut contents = self.of(user)?;
        if contents.slot_keys.contains_key(user) {
            return Err(RepositoryError::Conflict("the slot key".to_owned()));
        }
        contents.slot_keys.insert(user.clone(), key.expose().to_vec());
        Ok(())
    }

    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError> {
        self.of(user)?.slot_keys.remove(user);
        Ok(())
    }

    fn set_aside(&self, user: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        let mut contents = self.of(user)?;
        contents.records.retain(|(owner, ..), _| owner != user);
        contents.joining.retain(|(owner, _), _| owner != user);
        Ok(())
    }

    fn forget_aside(&self, user: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        self.of(user).map(drop)
    }
}

impl DirectoryRepository for MemoryRepository {
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError> {
        let _known = self.of(user)?;
        Ok(user.to_string().into_bytes())
    }

    fn authenticate(&self, _: &UserId, _: &Password) -> Result<(), RepositoryError> {
        self.online().map(drop)
    }

    fn settle(&self) {}

    fn watch(&self, user: &UserId, events: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError> {
        let mut contents = self.of(user)?;
        contents.watches += 1;
        let number = contents.watches;
        contents.watchers.push((number, user.clone(), events));
        Ok(Box::new(MemoryWatch(Arc::clone(&self.0), number)))
    }
}
