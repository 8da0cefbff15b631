//! Where the agent keeps its files (XDG Base Directory Specification 0.8).

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// Neither the variable nor HOME is set.
    #[error("{0} and HOME are not set; log on through a session that sets them")]
    NoHome(&'static str),
    /// The runtime folder is not known.
    #[error(
        "XDG_RUNTIME_DIR is not set; start the agent from a logged-on session (loginctl enable-linger helps for others)"
    )]
    NoRuntime,
    /// It cannot be made or read.
    #[error("{path} cannot be used: {why}", path = path.display())]
    Unusable {
        /// Which folder.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// It belongs to somebody else or others may enter it.
    #[error("{path} must belong to you alone (owner {owner}, mode {mode:04o}); run `chmod 700` on it or move it away", path = path.display())]
    Shared {
        /// Which folder.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Its permission bits.
        mode: u32,
    },
}

/// The folders and files of one user's agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `$XDG_RUNTIME_DIR/countersign`: the socket.
    pub runtime: PathBuf,
    /// `$XDG_STATE_HOME/countersign`: device secret and stores.
    pub state: PathBuf,
    /// `$XDG_CONFIG_HOME/countersign/settings.toml`.
    pub user_settings: PathBuf,
    /// `/etc/countersign/settings.toml`.
    pub machine_settings: PathBuf,
    /// The machine secret, which the installer writes.
    pub machine_secret: PathBuf,
    /// The package's folder with its `templates` and `settings.toml`.
    pub package: PathBuf,
    /// `$XDG_DATA_HOME/countersign/repository`.
    pub default_repository: PathBuf,
}

impl Paths {
    /// Works them out from the environment.
    ///
    /// # Errors
    /// When the environment does not say where the user's folders are.
    pub fn from_environment(package: PathBuf) -> Result<Self, PathError> {
        let folder = |variable: &'static str, below_home: &str| {
            absolute(variable)
                .or_else(|| absolute("HOME").map(|home| home.join(below_home)))
                .map(|folder| folder.join("countersign"))
                .ok_or(PathError::NoHome(variable))
        };
        Ok(Self {
            runtime: absolute("XDG_RUNTIME_DIR")
                .ok_or(PathError::NoRuntime)?
                .join("countersign"),
            state: folder("XDG_STATE_HOME", ".local/state")?,
            user_settings: folder("XDG_CONFIG_HOME", ".config")?.join("settings.toml"),
            machine_settings: PathBuf::from("/etc/countersign/settings.toml"),
            machine_secret: PathBuf::from("/var/lib/countersign/machine-secret"),
            package,
            default_repository: folder("XDG_DATA_HOME", ".local/share")?.join("repository"),
        })
    }

    /// `/etc/countersign/root`: the organisation's root, pinned for everybody on this machine.
    #[must_use]
    pub fn machine_root(&self) -> PathBuf {
        self.machine_settings.with_file_name("root")
    }

    /// `$XDG_CONFIG_HOME/countersign/templates`: the user's own.
    #[must_use]
    pub fn own_templates(&self) -> PathBuf {
        self.user_settings.with_file_name("templates")
    }

    /// The file of the device secret.
    #[must_use]
    pub fn device_secret(&self) -> PathBuf {
        self.state.join("device-secret")
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> PathBuf {
        self.state.join("audit.log")
    }

    /// The folder of the device store.
    #[must_use]
    pub fn device_store(&self) -> PathBuf {
        self.state.join("device")
    }

    /// The folder of the rolling exports.
    #[must_use]
    pub fn exports(&self) -> PathBuf {
        self.state.join("exports")
    }

    /// The folder of the vault store.
    #[must_use]
    pub fn vault_store(&self) -> PathBuf {
        self.state.join("vault")
    }
}

/// A variable's absolute path; relative ones are invalid by the specification and ignored.
fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// Makes a folder only its owner may enter, or checks that it is one.
///
/// # Errors
/// When it belongs to somebody else, is open to others, or cannot be made.
pub fn private_folder(path: &Path) -> Result<(), PathError> {
    let unusable = |why| PathError::Unusable {
        path: path.to_owned(),
        why,
    };
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(unusable)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unusable(error)),
    }
    let found = std::fs::symlink_metadata(path).map_err(unusable)?;
    let mode = found.mode() & 0o7777;
    if !found.is_dir() || found.uid() != rustix::process::getuid().as_raw() || mode & 0o077 != 0 {
        return Err(PathError::Shared {
            path: path.to_owned(),
            owner: found.uid(),
            mode,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_open_to_others_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/b");
        private_folder(&folder).unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        private_folder(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(
            private_folder(&folder),
            Err(PathError::Shared { mode: 0o755, .. })
        ));
    }
}
