//! The device secret: 32 bytes that make a stolen directory copy useless without this machine. It is derived from the machine secret where
//! the installer wrote one; else it is a file of the user's, which any program of his can copy.

use crate::machine_secret::{self, MachineSecretError, ROOT};
use crate::paths::Paths;
use countersign_secret::Key;
use countersign_vault::{DeviceSecretHome, derive_device_secret};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why there is no device secret.
#[derive(Debug, thiserror::Error)]
pub enum DeviceSecretError {
    /// The file cannot be read or written.
    #[error("the device secret {path} cannot be used: {why}", path = path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// Others can read it, or it is not the user's.
    #[error(
        "the device secret {path} is open to others (owner {owner}, mode {mode:04o}); if nobody copied it run `chmod 600` on it, else enrol again",
        path = path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not 32 bytes long.
    #[error(
        "the device secret {path} is damaged: {len} bytes instead of 32; restore it from a backup, or unlock with the passphrase after moving it away",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its length.
        len: u64,
    },
    /// The machine secret cannot be used.
    #[error(transparent)]
    Machine(#[from] MachineSecretError),
    /// The system has no random source.
    #[error("the system has no random source: {0}")]
    NoRandom(getrandom::Error),
}

/// The device secret and how it is kept.
pub(crate) struct DeviceSecret {
    pub(crate) key: Key,
    pub(crate) home: DeviceSecretHome,
}

impl DeviceSecret {
    /// The user's own file, if he has one; else from the machine secret; else a file is made.
    ///
    /// A vault that was made with a file stays with it: under another device secret its slots would not open. For the same reason an
    /// agent that may not read the machine secret makes no file where the stores were made without one.
    pub(crate) fn load_or_make(paths: &Paths) -> Result<Self, DeviceSecretError> {
        Self::or_make(Self::existing(paths), paths)
    }

    /// The same in two steps: what was found while the agent still had its group, or a file.
    pub(crate) fn or_make(
        found: Result<Option<Self>, DeviceSecretError>,
        paths: &Paths,
    ) -> Result<Self, DeviceSecretError> {
        match found {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(DeviceSecretError::Machine(MachineSecretError::NotOurs(_))) if !paths.device_store().exists() => {}
            Err(error) => return Err(error),
        }
        Ok(Self {
            key: load_or_make(&paths.device_secret())?,
            home: DeviceSecretHome::UserFile,
        })
    }

    /// The device secret, if there is one.
    pub(crate) fn existing(paths: &Paths) -> Result<Option<Self>, DeviceSecretError> {
        let file = paths.device_secret();
        if file.symlink_metadata().is_ok() {
            return Ok(Some(Self {
                key: load_or_make(&file)?,
                home: DeviceSecretHome::UserFile,
            }));
        }
        let machine = machine_secret::read(&paths.machine_secret, ROOT)?;
        Ok(machine.map(|machine| Self {
            key: derive_device_secret(&machine, rustix::process::getuid().as_raw()),
            home: DeviceSecretHome::MachineSecret,
        }))
    }
}

/// Reads a secret of 32 bytes that is the user's alone, or makes it if there is none.
///
/// It is written to a temporary file, synced and linked into place, so that a crash leaves none or a whole one.
///
/// # Errors
/// See [`DeviceSecretError`].
pub(crate) fn load_or_make(path: &Path) -> Result<Key, DeviceSecretError> {
    let unusable = |why| DeviceSecretError::Unusable {
        path: path.to_owned(),
        why,
    };
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = Key::make_random().map_err(DeviceSecretError::NoRandom)?;
            make(path, &secret).map_err(unusable)?;
            // Another agent may have won the race: what is in place counts.
            read(path, File::open(path).map_err(unusable)?)
        }
        Err(error) => Err(unusable(error)),
    }
}

fn read(path: &Path, mut file: File) -> Result<Key, DeviceSecretError> {
    let unusable = |why| DeviceSecretError::Unusable {
        path: path.to_owned(),
        why,
    };
    let found = file.metadata().map_err(unusable)?;
    let mode = found.mode() & 0o7777;
    if found.uid() != rustix::process::getuid().as_raw() || mode & 0o077 != 0 {
        return Err(DeviceSecretError::Exposed {
            path: path.to_owned(),
            owner: found.uid(),
            mode,
        });
    }
    if found.len() != Key::LEN as u64 {
        return Err(DeviceSecretError::Damaged {
            path: path.to_owned(),
            len: found.len(),
        });
    }
    Key::try_from_fill(|bytes| file.read_exact(bytes)).map_err(unusable)
}

fn make(path: &Path, secret: &Key) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    let written = file.write_all(secret.expose()).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| match std::fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    std::fs::remove_file(&temporary)?;
    placed?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_made_once_and_kept_private() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("device-secret");
        let made = load_or_make(&path).unwrap();
        assert_eq!(load_or_make(&path).unwrap(), made);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            load_or_make(&path),
            Err(DeviceSecretError::Exposed { mode: 0o644, .. })
        ));
    }

    #[test]
    fn who_may_not_read_the_machine_secret_makes_no_second_device_secret() {
        // Root may read everything.
        if rustix::process::getuid().is_root() {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let below = |name: &str| place.path().join(name);
        let paths = Paths {
            runtime: below("runtime"),
            state: below("state"),
            user_settings: below("settings.toml"),
            machine_settings: below("etc/settings.toml"),
            machine_secret: below("machine-secret"),
            package: below("package"),
            default_repository: below("repository"),
        };
        std::fs::create_dir_all(paths.device_store()).unwrap();
        std::fs::write(&paths.machine_secret, [9; 32]).unwrap();
        std::fs::set_permissions(&paths.machine_secret, std::fs::Permissions::from_mode(0o000)).unwrap();
        let refused = DeviceSecret::load_or_make(&paths).map(|_| ());
        assert!(matches!(refused, Err(DeviceSecretError::Machine(_))), "{refused:?}");
        assert!(!paths.device_secret().exists());
        std::fs::remove_dir(paths.device_store()).unwrap();
        let made = DeviceSecret::load_or_make(&paths).unwrap();
        assert_eq!(made.home, DeviceSecretHome::UserFile);
        assert!(paths.device_secret().exists());
    }

    #[test]
    fn a_short_one_is_damage_and_is_not_replaced() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("device-secret");
        load_or_make(&path).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(7).unwrap();
        assert!(matches!(
            load_or_make(&path),
            Err(DeviceSecretError::Damaged { len: 7, .. })
        ));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 7);
    }
}
