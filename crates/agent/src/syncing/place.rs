//! Which repository, and whose part of it: what the settings say, and what is worked out where they say nothing.

use crate::paths::Paths;
use countersign_directory::{FolderRepository, WhenAbsent};
use countersign_model::UserId;
use countersign_model::port::{DirectoryRepository, RepositoryError};
use countersign_rules::Settings;
use std::path::PathBuf;
use std::sync::Arc;

/// A repository and a user of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
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
        Self { path, absent, user }
    }

    pub(crate) fn open(&self) -> Result<Arc<dyn DirectoryRepository>, RepositoryError> {
        Ok(Arc::new(FolderRepository::new(&self.path, self.absent)?))
    }

    pub(crate) fn user(&self) -> &UserId {
        &self.user
    }

    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }
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
