//! The organisation's directory, or what stands for it.

use super::Watch;
use crate::{
    ConfigName, ConfigObject, DeviceId, HeaderVersion, RecordVersion, RepositoryEvent, Timestamp, Unit, UnitState,
    UserId, Wanted,
};
use countersign_secret::{Key, Password};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;

/// Why a repository could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryError {
    /// It cannot be reached now. Offline is a normal state: try again later.
    #[error("the repository {place} cannot be reached: {why}")]
    Unreachable {
        /// Which repository.
        place: String,
        /// Why.
        why: String,
    },
    /// It may not be read or written by this user.
    #[error("the repository {place} may not be used: {why}")]
    Denied {
        /// What was asked for.
        place: String,
        /// Why.
        why: String,
    },
    /// What was asked for is not there.
    #[error("{0} is not in the repository")]
    Missing(String),
    /// It wants to know who asks: there is no password to give, or the one there is was turned down and is not sent again.
    #[error("the repository {place} wants your password: {why}; type it with `countersign directory login`")]
    NeedsPassword {
        /// Which repository.
        place: String,
        /// Why.
        why: String,
    },
    /// It no longer takes the password it took before.
    #[error(
        "the repository {place} no longer takes the password it took before: it was changed elsewhere, or your account is closed; type it with `countersign directory login`"
    )]
    PasswordWithdrawn {
        /// Which repository.
        place: String,
    },
    /// The user's account there is disabled, expired or gone.
    #[error("your account in {place} is closed: {why}; ask the helpdesk")]
    AccountClosed {
        /// Which repository.
        place: String,
        /// Why.
        why: String,
    },
    /// Somebody else wrote first: read again, then decide.
    #[error("{0} was changed by another device in the meantime")]
    Conflict(String),
    /// It is too large or misplaced to be what it says it is.
    #[error("{place} is not as it should be: {why}")]
    Invalid {
        /// Which object.
        place: String,
        /// Why.
        why: String,
    },
}

/// The organisation's configuration: signed catalogues by unit, the objects they name, and the root's lists.
pub trait ConfigurationRepository: Send + Sync {
    /// Every unit with a catalogue that this user may read: a full look.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn units(&self) -> Result<Vec<UnitState>, RepositoryError>;

    /// The numbers of the catalogues in these units now, in their order: the routine look, one small read a unit. `None`: there is none,
    /// or this user may not read it (any more).
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn catalogue_numbers(&self, units: &[Unit]) -> Result<Vec<Option<u64>>, RepositoryError>;

    /// A unit's catalogue and its number.
    ///
    /// # Errors
    /// See [`RepositoryError`]; without one it is [`RepositoryError::Missing`].
    fn catalogue(&self, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError>;

    /// Gives a unit's objects to `each`, in any order, one at a time. What cannot be read is left out.
    ///
    /// # Errors
    /// See [`RepositoryError`]; what was given before it is good.
    fn objects(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(ConfigObject),
    ) -> Result<(), RepositoryError>;

    /// The objects no catalogue stands for: loose files of a folder. A directory has none.
    ///
    /// # Errors
    /// See [`RepositoryError`]. Single unreadable objects are left out and named in the second part.
    fn loose(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError>;

    /// The names of the groups a user is in, sorted.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn memberships(&self, user: &UserId) -> Result<Vec<String>, RepositoryError>;

    /// The lists the organisation's root has signed, from number `from` on, oldest first: the newest 64 at most.
    ///
    /// # Errors
    /// See [`RepositoryError`]. A repository without lists has none.
    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError>;

    /// Publishes the list of a number, once.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when that number is taken: somebody else published in the meantime.
    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError>;
}

/// Users' sealed vaults.
pub trait VaultRepository: Send + Sync {
    /// The newest version of each record by each device.
    ///
    /// # Errors
    /// See [`RepositoryError`]. A user without records has an empty list.
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError>;

    /// The sealed bytes of a version.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] when it is not there.
    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError>;

    /// Writes a version. A version that is there with the same bytes is success; with others a [`RepositoryError::Conflict`].
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError>;

    /// The newest vault header and its number.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError>;

    /// Writes the next vault header, only if `replaces` is still the newest (`None`: there is none yet).
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when it is not.
    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError>;

    /// The requests of machines that wait to be let in, by the ids they gave themselves: 16 at most. Anybody who can write here can
    /// have made them.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError>;

    /// Leaves a machine's request.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when there is another one under that id.
    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError>;

    /// Takes a request away again; one that is not there is no fault.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError>;

    /// The key the directory keeps for the user's slots. Only the user may read it, and whoever administers the directory.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError>;

    /// Puts the user's slot key there, once.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when there is one: another device was faster.
    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError>;

    /// Takes the user's slot key away. None there is success.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError>;

    /// Moves a user's records and requests aside, into an archive of this moment: a new vault begins. Headers stay, they go on counting.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn set_aside(&self, user: &UserId, at: Timestamp) -> Result<(), RepositoryError>;

    /// Removes what was set aside before a moment.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn forget_aside(&self, user: &UserId, before: Timestamp) -> Result<(), RepositoryError>;
}

/// How something that was looked at is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It may be meant so.
    Doubtful,
    /// As it must not be.
    Bad,
}

/// What was found when the repository was looked at from a user's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub about: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub next: Option<&'static str>,
}

/// The organisation's directory, or a folder that stands for it.
pub trait DirectoryRepository: VaultRepository + ConfigurationRepository {
    /// What the directory knows the user by and never changes: his SID or GUID. 1 to 4096 bytes.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError>;

    /// What the user's own entry says under these names of attributes (RFC 4512): of each the first value, if it is text. A repository
    /// that is no directory says nothing.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn attributes(&self, user: &UserId, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, RepositoryError> {
        let _ = (user, names);
        Ok(BTreeMap::new())
    }

    /// Tries a password on the directory and keeps it for what follows, in locked memory.
    ///
    /// # Errors
    /// [`RepositoryError::NeedsPassword`] when it is turned down: it is not sent again. A repository without passwords takes any.
    fn authenticate(&self, user: &UserId, password: &Password) -> Result<(), RepositoryError>;

    /// Looks at the repository from this user's side: whether it has what it must have, and lets him do what he must and no more. What
    /// it writes to find out it takes away again; a place for his vault stays. A repository that is no directory has nothing to look at.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn examine(&self, user: &UserId) -> Result<Vec<Finding>, RepositoryError> {
        let _ = user;
        Ok(Vec::new())
    }

    /// Nothing more is asked for now: connections may be closed.
    fn settle(&self);

    /// Reports changes until dropped.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn watch(&self, user: &UserId, events: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError>;
}

/// One write of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Puts an object there.
    Put {
        /// Its name.
        name: ConfigName,
        /// Its version.
        version: u64,
        /// Its bytes.
        bytes: Vec<u8>,
        /// What is in its place.
        over: Over,
    },
    /// Takes an object away.
    Remove {
        /// Its name.
        name: ConfigName,
    },
    /// Puts a catalogue in the place of another.
    Swap {
        /// The number of the one that is there.
        replaces: Option<u64>,
        /// Its number.
        number: u64,
        /// Its bytes.
        catalogue: Vec<u8>,
    },
}

/// What is in the place of something that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    Nothing,
    /// An object of the same name.
    Another,
}

/// What the organisation's publishers do to its configuration.
pub trait Publishing: DirectoryRepository {
    /// The objects of a unit by name, with their versions, sorted: pages, too. A unit that is not there has none.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn inventory(&self, unit: &Unit) -> Result<Vec<(ConfigName, u64)>, RepositoryError>;

    /// Puts an object there, in the place of one of its name. The unit is made if it is not there.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn put(&self, unit: &Unit, name: &ConfigName, version: u64, bytes: &[u8]) -> Result<(), RepositoryError>;

    /// Writes as the directory's own tools take them: LDIF (RFC 2849). `None`: it has no such tools.
    fn script(&self, unit: &Unit, writes: &[Write]) -> Option<String>;

    /// The names of the users in a group, sorted; `None`: there is no such group, or it may not be read.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn members(&self, group: &str) -> Result<Option<Vec<String>>, RepositoryError>;

    /// Takes an object away; one that is not there is no fault.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    fn remove(&self, unit: &Unit, name: &ConfigName) -> Result<(), RepositoryError>;

    /// Puts catalogue `number` there, only if number `replaces` is still the one that is there (`None`: there is none). This is the
    /// moment a publication comes into force.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when it is not.
    fn swap_catalogue(
        &self,
        unit: &Unit,
        replaces: Option<u64>,
        number: u64,
        catalogue: &[u8],
    ) -> Result<(), RepositoryError>;
}
