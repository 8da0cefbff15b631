//! Directories and repositories on them.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each suite uses some of it, and a test fails by panicking"
)]

use countersign_directory::ldap::{Credentials, LdapRepository, LdapSettings, Patience, StartTls};
use countersign_model::port::{Clock, DirectoryRepository};
use countersign_model::{Monotonic, Timestamp, UserId};
use countersign_secret::Password;
use countersign_tests::servers::{DirectoryServer, Slapd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that stands still until it is put forward.
#[derive(Default)]
pub struct Standing(AtomicU64);

impl Standing {
    pub fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000 + 1_000 * self.0.load(Ordering::Relaxed))
    }

    fn steady(&self) -> Monotonic {
        Monotonic(1_000_000 * self.0.load(Ordering::Relaxed))
    }
}

/// A slapd with ada, bob and grace.
pub fn slapd() -> Slapd {
    peopled(Slapd::start().unwrap())
}

/// The same on any server.
pub fn peopled<S: DirectoryServer>(server: S) -> S {
    for user in ["ada", "bob", "grace"] {
        server.add_user(user, &password_of(user)).unwrap();
    }
    server
}

pub fn password_of(user: &str) -> String {
    // Active Directory wants three kinds of characters, and not the user's name.
    let backwards: String = user.chars().rev().collect();
    format!("{backwards}'s Password")
}

pub fn settings(server: &dyn DirectoryServer) -> LdapSettings {
    LdapSettings {
        servers: vec![server.url()],
        authorities: Some(server.ca().to_owned()),
        start_tls: StartTls::Refused,
        base: server.base().to_owned(),
        configuration: server.configuration(),
        login: server.login_attribute().to_owned(),
        bind_name: server.bind_name("{user}"),
        credentials: Credentials::Directory,
        identity: None,
        patience: Patience::default(),
    }
}

/// A repository as its administrator.
pub fn as_admin(server: &dyn DirectoryServer) -> LdapRepository {
    let admin = server.admin();
    let settings = LdapSettings {
        bind_name: admin.name().to_owned(),
        ..settings(server)
    };
    bound(settings, "admin", admin.password())
}

/// A repository as one of its users.
pub fn as_user(server: &dyn DirectoryServer, user: &str) -> LdapRepository {
    bound(settings(server), user, &password_of(user))
}

pub fn bound(settings: LdapSettings, user: &str, password: &str) -> LdapRepository {
    let repository = LdapRepository::new(settings, Arc::new(Standing::default()));
    let password = Password::from_utf8(password.as_bytes()).unwrap();
    repository.authenticate(&UserId::from(user), &password).unwrap();
    repository
}
