use crate::SocketPlace;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Why the socket's folder cannot be trusted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderProblem {
    /// It is not there.
    #[error("{0} is not there")]
    Missing(PathBuf),
    /// Something else than a folder (or a link to one) is in its place.
    #[error("{0} is not a folder; find out who put it there, remove it, and start the agent again")]
    NotAFolder(PathBuf),
    /// Somebody else owns it.
    #[error(
        "{place} belongs to user {owner}, not to you; somebody may be posing as the agent. Have it removed, then start the agent again"
    )]
    Foreign {
        /// The folder.
        place: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Others may enter or change it.
    #[error(
        "{place} can be entered by others (mode {mode:o}, must be 700); run `chmod 700 {place}` if nobody but you put anything there"
    )]
    Open {
        /// The folder.
        place: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It cannot be made or looked at.
    #[error("{place} cannot be used: {why}")]
    Unusable {
        /// The folder.
        place: PathBuf,
        /// Why.
        why: Errno,
    },
}

/// Who owns a folder and who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FolderFacts {
    pub(crate) owner: u32,
    pub(crate) mode: u32,
}

/// Which folders are good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The user's own, mode 0700.
    Own,
    /// That, or one of root's that nobody else may change.
    OwnOrRoots,
}

/// A folder that was checked, held open: what is done with it is done to this very folder.
pub(crate) struct Folder {
    pub(crate) handle: OwnedFd,
    pub(crate) facts: FolderFacts,
}

impl Folder {
    /// Makes the folder if it is not there, and checks it.
    pub(crate) fn make(place: &Path, own: u32) -> Result<Self, FolderProblem> {
        match rustix::fs::mkdir(place, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Self::open(place, own, Trust::Own),
            Err(why) => Err(FolderProblem::Unusable {
                place: place.to_owned(),
                why,
            }),
        }
    }

    /// Opens and checks a folder that is there.
    pub(crate) fn open(place: &Path, own: u32, trust: Trust) -> Result<Self, FolderProblem> {
        let problem = |why| match why {
            Errno::NOENT => FolderProblem::Missing(place.to_owned()),
            Errno::NOTDIR | Errno::LOOP => FolderProblem::NotAFolder(place.to_owned()),
            why => FolderProblem::Unusable {
                place: place.to_owned(),
                why,
            },
        };
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        // A folder that may not be read is somebody else's: looked at by name, it says whose.
        let handle = match rustix::fs::open(place, flags | OFlags::RDONLY, Mode::empty()) {
            Err(Errno::ACCESS) => rustix::fs::open(place, flags | OFlags::PATH, Mode::empty()),
            other => other,
        }
        .map_err(problem)?;
        let stat = rustix::fs::fstat(&handle).map_err(problem)?;
        let facts = FolderFacts {
            owner: stat.st_uid,
            mode: stat.st_mode & 0o7777,
        };
        judge(place, facts, own, trust)?;
        Ok(Self { handle, facts })
    }

    /// The socket by way of the open folder: short enough for any socket address, and no other folder can slip in.
    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.handle.as_raw_fd())).join(SocketPlace::NAME)
    }

    /// What is in the socket's place: its type and owner.
    pub(crate) fn occupant(&self) -> rustix::io::Result<Option<Occupant>> {
        match rustix::fs::statat(&self.handle, SocketPlace::NAME, rustix::fs::AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Occupant {
                is_socket: FileType::from_raw_mode(stat.st_mode) == FileType::Socket,
                owner: stat.st_uid,
                inode: (stat.st_dev, stat.st_ino),
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn remove_socket(&self) -> rustix::io::Result<()> {
        rustix::fs::unlinkat(&self.handle, SocketPlace::NAME, rustix::fs::AtFlags::empty())
    }
}

/// What is in the socket's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occupant {
    pub(crate) is_socket: bool,
    pub(crate) owner: u32,
    pub(crate) inode: (u64, u64),
}

pub(crate) fn judge(place: &Path, facts: FolderFacts, own: u32, trust: Trust) -> Result<(), FolderProblem> {
    let place = place.to_owned();
    if trust == Trust::OwnOrRoots && facts.owner == 0 && facts.mode & 0o022 == 0 {
        return Ok(());
    }
    if facts.owner != own {
        return Err(FolderProblem::Foreign {
            place,
            owner: facts.owner,
        });
    }
    if facts.mode & 0o077 != 0 {
        return Err(FolderProblem::Open {
            place,
            mode: facts.mode,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(owner: u32, mode: u32, trust: Trust) -> Result<(), FolderProblem> {
        judge(Path::new("/run/x"), FolderFacts { owner, mode }, 1000, trust)
    }

    #[test]
    fn only_a_private_folder_of_ones_own_is_good() {
        assert_eq!(judged(1000, 0o700, Trust::Own), Ok(()));
        assert!(matches!(
            judged(1000, 0o750, Trust::Own),
            Err(FolderProblem::Open { mode: 0o750, .. })
        ));
        assert!(matches!(
            judged(1000, 0o701, Trust::OwnOrRoots),
            Err(FolderProblem::Open { .. })
        ));
        assert!(matches!(
            judged(1001, 0o700, Trust::Own),
            Err(FolderProblem::Foreign { owner: 1001, .. })
        ));
        assert!(matches!(
            judged(0, 0o700, Trust::Own),
            Err(FolderProblem::Foreign { owner: 0, .. })
        ));
    }

    #[test]
    fn roots_folder_is_good_for_clients_if_only_root_changes_it() {
        assert_eq!(judged(0, 0o755, Trust::OwnOrRoots), Ok(()));
        assert!(matches!(
            judged(0, 0o777, Trust::OwnOrRoots),
            Err(FolderProblem::Foreign { .. })
        ));
        assert!(matches!(
            judged(1001, 0o755, Trust::OwnOrRoots),
            Err(FolderProblem::Foreign { .. })
        ));
    }
}
