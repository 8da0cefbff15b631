//! Several repositories in order: the organisation's directory, then a folder, say.

use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Finding, RepositoryError, VaultRepository, Watch,
};
use countersign_model::{
    ConfigObject, DeviceId, HeaderVersion, RecordVersion, RepositoryEvent, Timestamp, Unit, UnitState, UserId, Wanted,
};
use countersign_secret::{Key, Password};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// Repositories in order. Vaults are in the first. Configuration is in all of them; a unit that several have is the first one's.
pub struct InOrder {
    first: Arc<dyn DirectoryRepository>,
    then: Vec<Arc<dyn DirectoryRepository>>,
    /// Which repository a unit is of, as far as it was seen.
    whose: Mutex<BTreeMap<Unit, usize>>,
}

impl InOrder {
    /// The first and those after it.
    #[must_use]
    pub fn new(first: Arc<dyn DirectoryRepository>, then: Vec<Arc<dyn DirectoryRepository>>) -> Self {
        Self {
            first,
            then,
            whose: Mutex::default(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn DirectoryRepository>> {
        std::iter::once(&self.first).chain(&self.then)
    }

    fn of(&self, unit: &Unit) -> &dyn DirectoryRepository {
        let at = self.place_of(unit);
        self.all().nth(at).map_or(&*self.first, |repository| &**repository)
    }

    fn place_of(&self, unit: &Unit) -> usize {
        let whose = self.whose.lock().unwrap_or_else(PoisonError::into_inner);
        whose.get(unit).copied().unwrap_or(0)
    }
}

impl ConfigurationRepository for InOrder {
    fn units(&self) -> Result<Vec<UnitState>, RepositoryError> {
        let (mut seen, mut units) = (BTreeMap::new(), Vec::new());
        for (at, repository) in self.all().enumerate() {
            for state in repository.units()? {
                if !seen.contains_key(&state.unit) {
                    seen.insert(state.unit.clone(), at);
                    units.push(state);
                }
            }
        }
        *self.whose.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(units)
    }

    fn catalogue_numbers(&self, units: &[Unit]) -> Result<Vec<Option<u64>>, RepositoryError> {
        let mut numbers: Vec<Option<u64>> = units.iter().map(|_| None).collect();
        for (at, repository) in self.all().enumerate() {
            let mine: Vec<usize> = (0..units.len())
                .filter(|number| units.get(*number).is_some_and(|unit| self.place_of(unit) == at))
                .collect();
            let asked: Vec<Unit> = mine.iter().filter_map(|number| units.get(*number).cloned()).collect();
            if asked.is_empty() {
                continue;
            }
            for (number, found) in mine.iter().zip(repository.catalogue_numbers(&asked)?) {
                if let Some(place) = numbers.get_mut(*number) {
                    *place = found;
                }
            }
        }
        Ok(numbers)
    }

    fn catalogue(&self, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError> {
        self.of(unit).catalogue(unit)
    }

    fn objects(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(ConfigObject),
    ) -> Result<(), RepositoryError> {
        self.of(unit).objects(unit, wanted, each)
    }

    fn loose(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError> {
        let (mut objects, mut faults) = (Vec::new(), Vec::new());
        for repository in self.all() {
            let (more, wrong) = repository.loose()?;
            objects.extend(more);
            faults.extend(wrong);
        }
        Ok((objects, faults))
    }

    fn memberships(&self, user: &UserId) -> Result<Vec<String>, RepositoryError> {
        self.first.memberships(user)
    }

    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError> {
        self.first.root_lists(from)
    }

    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
        self.first.publish_root_list(number, list)
    }
}

impl VaultRepository for InOrder {
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        self.first.list(user)
    }

    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        self.first.pull(user, version)
    }

    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        self.first.push(user, version, sealed)
    }

    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        self.first.header(user)
    }

    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        self.first.replace_header(user, replaces, header)
    }

    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        self.first.join_requests(user)
    }

    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError> {
        self.first.leave_join_request(user, device, request)
    }

    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError> {
        self.first.remove_join_request(user, device)
    }

    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError> {
        self.first.slot_key(user)
    }

    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError> {
        self.first.place_slot_key(user, key)
    }

    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError> {
        self.first.remove_slot_key(user)
    }

    fn set_aside(&self, user: &UserId, at: Timestamp) -> Result<(), RepositoryError> {
        self.first.set_aside(user, at)
    }

    fn forget_aside(&self, user: &UserId, before: Timestamp) -> Result<(), RepositoryError> {
        self.first.forget_aside(user, before)
    }
}

impl DirectoryRepository for InOrder {
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError> {
        self.first.identity(user)
    }

    fn attributes(&self, user: &UserId, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, RepositoryError> {
        self.first.attributes(user, names)
    }

    fn authenticate(&self, user: &UserId, password: &Password) -> Result<(), RepositoryError> {
        self.first.authenticate(user, password)
    }

    fn examine(&self, user: &UserId) -> Result<Vec<Finding>, RepositoryError> {
        let mut found = Vec::new();
        for repository in self.all() {
            found.extend(repository.examine(user)?);
        }
        Ok(found)
    }

    fn settle(&self) {
        for repository in self.all() {
            repository.settle();
        }
    }

    /// Watches those that tell; one that cannot be watched is looked at with the others.
    fn watch(&self, user: &UserId, events: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError> {
        let mut watches = vec![self.first.watch(user, events.clone())?];
        for repository in &self.then {
            watches.extend(repository.watch(user, events.clone()).ok());
        }
        Ok(Box::new(Together { _watches: watches }))
    }
}

struct Together {
    _watches: Vec<Box<dyn Watch>>,
}

impl Watch for Together {}
