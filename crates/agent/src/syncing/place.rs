//! Which repository, and whose part of it: what the settings say, and what is worked out where they say nothing.

use crate::clock::SystemClock;
use crate::paths::Paths;
use countersign_directory::ldap::{Credentials, Identity, LdapRepository, LdapSettings, Patience, StartTls};
use countersign_directory::{FolderRepository, InOrder, WhenAbsent};
use countersign_model::UserId;
use countersign_model::port::{DirectoryRepository, Publishing, RepositoryError};
use countersign_rules::Settings;
use std::path::PathBuf;
use std::sync::Arc;

/// A repository and a user of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The directory, where there is one: the folder comes after it.
    directory: Option<LdapSettings>,
    path: PathBuf,
    absent: WhenAbsent,
    user: UserId,
}

impl Place {
    /// The one the settings name.
    pub(crate) fn of(paths: &Paths, settings: &Settings) -> Self {
        let path = match settings.text("repository.path") {
            "" => paths.default_repository.clone(),
            path => expand(path),
        };
        let user = match settings.text("repository.user") {
            "" => login_name(),
            name => UserId::from(name),
        };
        // The default place is this user's own; any other one was made by somebody, and its absence is a fault.
        let absent = if path == paths.default_repository {
            WhenAbsent::Make
        } else {
            WhenAbsent::Report
        };
        Self {
            directory: directory(settings),
            path,
            absent,
            user,
        }
    }

    pub(crate) fn open(&self) -> Result<Arc<dyn DirectoryRepository>, RepositoryError> {
        let folder = FolderRepository::new(&self.path, self.absent)?;
        Ok(match &self.directory {
            None => Arc::new(folder),
            Some(settings) => {
                let directory = LdapRepository::new(settings.clone(), Arc::new(SystemClock));
                Arc::new(InOrder::new(Arc::new(directory), vec![Arc::new(folder)]))
            }
        })
    }

    /// The first repository, for those who publish.
    pub(crate) fn open_to_publish(&self) -> Result<Arc<dyn Publishing>, RepositoryError> {
        Ok(match &self.directory {
            None => Arc::new(FolderRepository::new(&self.path, self.absent)?),
            Some(settings) => Arc::new(LdapRepository::new(settings.clone(), Arc::new(SystemClock))),
        })
    }

    pub(crate) fn user(&self) -> &UserId {
        &self.user
    }

    pub(crate) fn name(&self) -> String {
        match &self.directory {
            None => self.path.display().to_string(),
            Some(settings) => settings.servers.join(" "),
        }
    }
}

/// The directory the settings name, if they name one.
fn directory(settings: &Settings) -> Option<LdapSettings> {
    let servers: Vec<String> = settings
        .text("directory.servers")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if servers.is_empty() {
        return None;
    }
    let base = settings.text("directory.base").to_owned();
    let or_else = |name: &str, otherwise: &dyn Fn() -> String| match settings.text(name) {
        "" => otherwise(),
        text => text.to_owned(),
    };
    Some(LdapSettings {
        servers,
        authorities: match settings.text("directory.ca") {
            "" => None,
            path => Some(expand(path)),
        },
        start_tls: match settings.switch("directory.start_tls") {
            true => StartTls::Allowed,
            false => StartTls::Refused,
        },
        configuration: or_else("directory.configuration", &|| format!("ou=Countersign,{base}")),
        bind_name: or_else("directory.bind_name", &|| format!("{{user}}@{}", domain(&base))),
        login: settings.text("directory.login").to_owned(),
        credentials: match settings.text("directory.credentials") {
            "local" => Credentials::Local,
            "directory" => Credentials::Directory,
            _ => Credentials::LocalThenDirectory,
        },
        identity: match (settings.text("directory.certificate"), settings.text("directory.key")) {
            ("", _) => None,
            (certificate, key) => Some(Identity {
                certificate: expand(certificate),
                key: expand(key),
            }),
        },
        patience: Patience::default(),
        base,
    })
}

/// The domain of a DN that names one: `example.org` for `dc=example,dc=org` (RFC 2247).
fn domain(base: &str) -> String {
    let parts = base.split(',').filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("dc").then(|| value.trim())
    });
    parts.collect::<Vec<_>>().join(".")
}

/// `~/` is the user's home.
fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(below), Some(home)) => PathBuf::from(home).join(below),
        _ => PathBuf::from(path),
    }
}

/// The name the system's account database has for this user.
fn login_name() -> UserId {
    let uid = rustix::process::getuid().as_raw().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id == uid).then(|| name.to_owned())
    });
    UserId(named.unwrap_or(uid))
}
