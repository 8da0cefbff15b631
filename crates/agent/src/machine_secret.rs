//! The machine secret: 32 random bytes that the installer writes once, for root and the agent's group alone. Each user's device secret is
//! derived from it, so that no program of the user can copy it.

use countersign_secret::Key;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::{getegid, getgid};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Why the machine secret is not used.
#[derive(Debug, thiserror::Error)]
pub enum MachineSecretError {
    /// It is there, and this program is not of the group that may read it.
    #[error(
        "the machine secret {path} is for the agent alone, and this program was not started as its group; \
         install Countersign anew (`cargo xtask install`), or have the agent do it",
        path = .0.display()
    )]
    NotOurs(PathBuf),
    /// Others can read or write it.
    #[error(
        "the machine secret {path} is open to others (owner {owner}, mode {mode:04o}); it was to be root's, mode 0640: \
         who had access may have copied it, so revoke this device and install Countersign anew",
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
    /// It cannot be read.
    #[error("the machine secret {path} cannot be read: {why}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

/// Who has to own the file.
pub(crate) const ROOT: u32 = 0;

/// Reads the machine secret; none where the installer wrote none.
pub(crate) fn read(path: &Path, owner: u32) -> Result<Option<Key>, MachineSecretError> {
    let unreadable = |why| MachineSecretError::Unreadable {
        path: path.to_owned(),
        why,
    };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = match open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        Err(Errno::ACCESS) => return Err(MachineSecretError::NotOurs(path.to_owned())),
        Err(errno) => return Err(unreadable(errno.into())),
    };
    let facts = file.metadata().map_err(unreadable)?;
    let mode = facts.mode() & 0o7777;
    if facts.uid() != owner || !facts.is_file() || mode & !0o640 != 0 {
        return Err(MachineSecretError::Exposed {
            path: path.to_owned(),
            owner: facts.uid(),
            mode,
        });
    }
    Key::try_from_fill(|bytes| file.read_exact(bytes))
        .map(Some)
        .map_err(unreadable)
}

/// Gives the agent's group up: nothing else is done with it, and no program the agent starts has it.
///
/// Call it while no other thread is there.
pub(crate) fn leave_group() -> Result<(), Errno> {
    let own = getgid();
    if getegid() == own {
        return Ok(());
    }
    rustix::thread::set_thread_res_gid(own, own, own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_counts_only_where_nobody_else_has_access() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine-secret");
        let own = rustix::process::getuid().as_raw();
        assert!(matches!(read(&path, own), Ok(None)));
        std::fs::write(&path, [7; 32]).unwrap();
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (mode, good) in [
            (0o640, true),
            (0o600, true),
            (0o644, false),
            (0o660, false),
            (0o740, false),
        ] {
            set(mode);
            match read(&path, own) {
                Ok(Some(key)) => assert!(good && key.expose() == [7; 32], "{mode:o}"),
                Err(MachineSecretError::Exposed { mode: found, .. }) => assert!(!good && found == mode),
                other => panic!("{mode:o}: {other:?}"),
            }
        }
        set(0o640);
        assert!(matches!(read(&path, own + 1), Err(MachineSecretError::Exposed { .. })));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(read(&link, own), Err(MachineSecretError::Unreadable { .. })));
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(read(&path, own), Err(MachineSecretError::Unreadable { .. })));
        if own != 0 {
            set(0);
            assert!(matches!(read(&path, own), Err(MachineSecretError::NotOurs(_))));
        }
    }

    #[test]
    fn without_a_group_there_is_none_to_leave() {
        assert_eq!(leave_group(), Ok(()));
    }
}
