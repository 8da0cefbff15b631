//! An LDAP directory (RFC 4510 to 4519) as the organisation's repository.
//!
//! ldap3 runs in a child process (`src/child`), because what a server sends can end whoever parses it. The classes are those of
//! `countersign-schema`. Nothing depends on how a server tracks changes but the search for a user's new records, and that looks
//! through all of them now and then.

mod bind;
mod child;
mod configuration;
mod entries;
mod examination;
mod faults;
mod ldif;
mod link;
mod names;
mod people;
pub mod protocol;
mod publishing;
mod records;
mod settings;
mod since;
mod vault;

pub use configuration::entry_of;
pub use settings::{Credentials, Identity, LdapSettings, Patience, StartTls};

use countersign_model::port::{Clock, DirectoryRepository, Finding, RepositoryError, Watch};
use countersign_model::{RepositoryEvent, UserId};
use countersign_secret::Password;
use link::Link;
use people::People;
use records::Listed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An LDAP directory. It connects when something is asked of it, and lets go when nothing more is.
pub struct LdapRepository {
    session: Mutex<Session>,
}

/// What is known about the directory beside the connection.
struct Session {
    link: Link,
    clock: Arc<dyn Clock>,
    people: People,
    listed: Option<Listed>,
    server: Option<since::Server>,
}

impl LdapRepository {
    /// A directory. Nothing is connected yet.
    #[must_use]
    pub fn new(settings: LdapSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            session: Mutex::new(Session {
                link: Link::new(settings, Arc::clone(&clock)),
                clock,
                people: People::default(),
                listed: None,
                server: None,
            }),
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An LDAP directory says nothing by itself: it is asked now and then.
struct Silent;

impl Watch for Silent {}

impl DirectoryRepository for LdapRepository {
    /// The SID (Active Directory), else the entryUUID (RFC 4530), nsUniqueId or objectGUID.
    fn identity(&self, user: &UserId) -> Result<Vec<u8>, RepositoryError> {
        let mut session = self.session();
        session.person(user).map(|person| person.identity.clone())
    }

    fn attributes(&self, user: &UserId, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, RepositoryError> {
        self.session().attributes(user, names)
    }

    fn authenticate(&self, user: &UserId, password: &Password) -> Result<(), RepositoryError> {
        self.session().link.authenticate(user, password)
    }

    fn examine(&self, user: &UserId) -> Result<Vec<Finding>, RepositoryError> {
        self.examined(user)
    }

    fn settle(&self) {
        self.session().link.close();
    }

    fn watch(&self, _: &UserId, _: Sender<RepositoryEvent>) -> Result<Box<dyn Watch>, RepositoryError> {
        Ok(Box::new(Silent))
    }
}
