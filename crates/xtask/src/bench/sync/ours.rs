//! Our agent's way from the directory into its store, without the agent around it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_agent::measuring::Following;
use countersign_directory::ldap::LdapRepository;
use countersign_model::UserId;
use countersign_secret::Key;
use countersign_store::Store;
use countersign_tests::servers::Relay;
use countersign_tests::servers::relay::Direction;

use super::super::{BenchError, clock};
use super::directory::{Directory, USER, now, wrong};

/// A device that follows the directory.
pub struct Device {
    repository: LdapRepository,
    following: Following,
    store: Store,
}

/// The program that speaks LDAP, beside this one.
pub fn child() -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(wrong)?;
    let child = own.with_file_name("countersign-directory");
    match child.is_file() {
        true => Ok(child),
        false => Err(wrong(
            "countersign-directory is not built; run `cargo xtask bench sync`",
        )),
    }
}

impl Device {
    /// A new device, and how long its first sync took: from nothing, with connecting.
    pub fn first(directory: &Directory, folder: &Path) -> Result<(Self, Duration), BenchError> {
        let store = store(folder)?;
        let begun = clock::now();
        let repository = directory.as_user()?;
        let mut device = Self {
            repository,
            following: Following::with(directory.list.clone(), UserId::from(USER)),
            store,
        };
        device.follow()?;
        Ok((device, clock::now().saturating_duration_since(begun)))
    }

    fn follow(&mut self) -> Result<(), BenchError> {
        let faults = self
            .following
            .follow(&self.repository, &self.store, now())
            .map_err(wrong)?;
        match faults.first() {
            Some(fault) => Err(wrong(fault)),
            None => Ok(()),
        }
    }

    /// Looks once more, on the same connection.
    pub fn look(&mut self) -> Result<Duration, BenchError> {
        let begun = clock::now();
        self.follow()?;
        Ok(clock::now().saturating_duration_since(begun))
    }

    /// Whether so many objects are in force.
    pub fn holds(&self, count: usize) -> Result<(), BenchError> {
        match self.following.count(now()) {
            held if held == count => Ok(()),
            held => Err(wrong(format!("{held} objects are in force, not {count}"))),
        }
    }

    /// What goes over the wire, both ways with TLS, when nothing has changed.
    pub fn bytes_of_a_look(directory: &Directory, folder: &Path) -> Result<usize, BenchError> {
        use countersign_tests::servers::DirectoryServer;
        let relay = Relay::to(directory.server.port())?;
        let mut device = Self {
            repository: directory.as_user_by(&relay.url())?,
            following: Following::with(directory.list.clone(), UserId::from(USER)),
            store: store(folder)?,
        };
        device.follow()?;
        device.follow()?;
        let passed = || relay.passed(Direction::Up) + relay.passed(Direction::Down);
        let before = passed();
        device.follow()?;
        usize::try_from(passed() - before).map_err(wrong)
    }
}

pub(super) fn store(folder: &Path) -> Result<Store, BenchError> {
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let key = Key::make_random().map_err(wrong)?;
    let (store, _) = Store::open(folder, key).map_err(wrong)?;
    Ok(store)
}
