use crate::tree::Folder;
use crate::users::User;
use crate::watch::FolderWatch;
use crate::{config, faults, groups, lists, names, units};
use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Publishing, RepositoryError, VaultRepository, Watch, Write,
};
use countersign_model::{
    ConfigName, ConfigObject, DeviceId, HeaderVersion, RecordVersion, RepositoryEvent, Timestamp, Unit, UnitState,
    UserId, Wanted,
};
use countersign_secret::{Key, Password};
use rustix::io::Errno;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

pub(crate) const CONFIG: &str = "config";
pub(crate) const USERS: &str = "users";

/// What to do about a repository folder that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAbsent {
    /// Make it: it is the user's own, at its default place.
    Make,
    /// Say that it cannot be reached: it may be on a share that is not mounted, and must not be made beside it.
    Report,
}

/// A folder that stands for the organisation's directory.
#[derive(Clone, Debug)]
pub struct FolderRepository {
    root: PathBuf,
    absent: WhenAbsent,
}

impl FolderRepository {
    /// A repository at an absolute path. Nothing is touched yet; a folder that is not there is reported, or made, by each call.
    ///
    /// # Errors
    /// [`RepositoryError::Invalid`] when the path is not absolute.
    pub fn new(root: impl Into<PathBuf>, absent: WhenAbsent) -> Result<Self, RepositoryError> {
        let root = root.into();
        if !root.is_absolute() {
            return Err(faults::invalid(&root, "a repository needs an absolute path"));
        }
        Ok(Self { root, absent })
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn open(&self) -> Result<Folder, RepositoryError> {
        match Folder::root(&self.root) {
            Err(Errno::NOENT) if self.absent == WhenAbsent::Make => {
                let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.root);
                made.map_err(|error| faults::unreachable(&self.root, &error.to_string()))?;
                let root = Folder::root(&self.root).map_err(|errno| faults::of(&self.root, errno))?;
                root.open_or_make(CONFIG)?;
                root.open_or_make(USERS)?;
                Ok(root)
            }
            Err(Errno::NOENT | Errno::NOTDIR) => Err(faults::unreachable(&self.root, "there is no such folder")),
            opened => opened.map_err(|errno| faults::of(&self.root, errno)),
        }
    }

    fn name<'a>(&self, user: &'a UserId) -> Result<&'a str, RepositoryError> {
        names::user(user).ok_or_else(|| {
            let place = self.root.join(USERS);
            faults::invalid(
                &place,
                &format!("`{user}` cannot be a user's name here; set `repository.user` to a plain name"),
            )
        })
    }

    fn config(&self) -> Result<Option<Folder>, RepositoryError> {
        self.open()?.find(CONFIG)
    }

    fn user(&self, user: &UserId) -> Result<Option<User>, RepositoryError> {
        let name = self.name(user)?;
        let Some(users) = self.open()?.find(USERS)? else {
            return Ok(None);
        };
        users.find(name)?.map(User::of).transpose()
    }

    fn user_or_new(&self, user: &UserId) -> Result<User, RepositoryError> {
        let name = self.name(user)?;
        User::of(self.open()?.open_or_make(USERS)?.open_or_make(name)?)
    }
}

impl ConfigurationRepository for FolderRepository {
    fn units(&self) -> Result<Vec<UnitState>, RepositoryError> {
        self.config()?
            .map_or_else(|| Ok(Vec::new()), |config| units::all(&config))
    }

    fn catalogue_numbers(&self, wanted: &[Unit]) -> Result<Vec<Option<u64>>, RepositoryError> {
        let config = self.config()?;
        let number = |unit| match &config {
            Some(config) => units::number(config, unit),
            None => Ok(None),
        };
        wanted.iter().map(number).collect()
    }

    fn catalogue(&self, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError> {
        let missing = || RepositoryError::Missing(format!("the catalogue of {unit}"));
        units::catalogue(&self.config()?.ok_or_else(missing)?, unit)
    }

    fn objects(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(ConfigObject),
    ) -> Result<(), RepositoryError> {
        self.config()?
            .map_or(Ok(()), |config| units::objects(&config, unit, wanted, each))
    }

    fn loose(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError> {
        Ok(self.config()?.map(|config| config::read(&config)).unwrap_or_default())
    }

    /// The groups this process is in: a folder has the machine's groups.
    fn memberships(&self, _: &UserId) -> Result<Vec<String>, RepositoryError> {
        Ok(groups::of_this_process())
    }

    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError> {
        match self.open()?.find(CONFIG)? {
            Some(config) => lists::read(&config, from),
            None => Ok(Vec::new()),
        }
    }

    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
        lists::publish(&self.open()?.open_or_make(CONFIG)?, number, list)
    }
}

impl Publishing for FolderRepository {
    fn inventory(&self, unit: &Unit) -> Result<Vec<(ConfigName, u64)>, RepositoryError> {
        self.config()?
            .map_or_else(|| Ok(Vec::new()), |config| units::inventory(&config, unit))
    }

    fn put(&self, unit: &Unit, name: &ConfigName, _: u64, bytes: &[u8]) -> Result<(), RepositoryError> {
        units::put(&self.open()?.open_or_make(CONFIG)?, unit, name, bytes)
    }

    fn script(&self, _: &Unit, _: &[Write]) -> Option<String> {
        None
    }

    fn members(&self, group: &str) -> Result<Option<Vec<String>>, RepositoryError> {
        Ok(groups::members(group))
    }

    fn remove(&self, unit: &Unit, name: &ConfigName) -> Result<(), RepositoryError> {
        self.config()?
            .map_or(Ok(()), |config| units::remove(&config, unit, name))
    }

    fn swap_catalogue(
        &self,
        unit: &Unit,
        replaces: Option<u64>,
        number: u64,
        catalogue: &[u8],
    ) -> Result<(), RepositoryError> {
        units::swap_catalogue(&self.open()?.open_or_make(CONFIG)?, unit, replaces, number, catalogue)
    }
}

impl VaultRepository for FolderRepository {
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        self.user(user)?.map_or_else(|| Ok(Vec::new()), |user| user.list())
    }

    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        match self.user(user)? {
            Some(user) => user.pull(version),
            None => Err(RepositoryError::Missing(format!("record {} of {user}", version.record))),
        }
    }

    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        self.user_or_new(user)?.push(version, sealed)
    }

    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        self.user(user)?.map_or(Ok(None), |user| user.header())
    }

    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        self.user_or_new(user)?.replace_header(replaces, header)
    }

    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        self.user(user)?
            .map_or_else(|| Ok(Vec::new()), |user| user.join_requests())
    }

    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError> {
        self.user_or_new(user)?.leave_join_request(device, request)
    }

    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError> {
        self.user(user)?.map_or(Ok(()), |user| user.remove_join_request(device))
    }

    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError> {
        self.user(user)?.map_or(Ok(None), |user| user.slot_key())
    }

    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError> {
        self.user_or_new(user)?.place_slot_key(key)
    }

    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError> {
        self.user(user)?.map_or(Ok(()), |user| user.remove_slot_key())
    }

    fn set_aside(&self, user: &UserId, at: Timestamp) -> Result<(), RepositoryError> {
        self.user(user)?.map_or(Ok(()), |user| user.set_aside(at))
    }

    fn forget_aside(&self, user: &UserId, before: Timestamp) -> Result<(), RepositoryError> {
        self.user(user)?.map_or(Ok(()), |user| user.forget_aside(before))
    }
}

impl DirectoryRepository for FolderRepository {
    /// The user's name: a folder knows nothing else of him.
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError> {
        self.name(user).map(|name| name.as_bytes().to_vec())
    }

    fn authenticate(&self, _: &UserId, _: &Password) -> Result<(), RepositoryError> {
        Ok(())
    }

    fn settle(&self) {}

    fn watch(&self, user: &UserId, events: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError> {
        Ok(Box::new(FolderWatch::start(&self.root, self.name(user)?, events)?))
    }
}
