use countersign_model::{FileOwner, Writable};
use rustix::fs::{Mode, Stat, stat};
use std::path::Path;

/// Who may put another program in place of this file.
///
/// The file and every folder above it must be root's and writable by nobody else. In a sticky folder others may add names but not
/// replace root's, so it passes.
pub(crate) fn who(path: &Path) -> Writable {
    if !path.is_absolute() {
        return Writable::ByUser;
    }
    for (depth, place) in path.ancestors().enumerate() {
        let Ok(found) = stat(place) else {
            return Writable::ByUser;
        };
        let is_folder = depth > 0;
        if !only_root(&found, is_folder) {
            return Writable::ByUser;
        }
    }
    Writable::RootOnly
}

/// The number of a file on its file system.
pub(crate) fn inode(path: &Path) -> Option<u64> {
    stat(path).ok().map(|found| found.st_ino)
}

/// Whose file it is.
pub(crate) fn owner(path: &Path) -> FileOwner {
    match stat(path).map(|found| found.st_uid) {
        Ok(0) => FileOwner::Root,
        Ok(uid) if uid == rustix::process::geteuid().as_raw() => FileOwner::User,
        Ok(_) | Err(_) => FileOwner::Other,
    }
}

fn only_root(found: &Stat, is_folder: bool) -> bool {
    let mode = Mode::from_raw_mode(found.st_mode);
    let others = mode.intersects(Mode::WGRP | Mode::WOTH);
    let sticky = is_folder && mode.contains(Mode::SVTX);
    found.st_uid == 0 && (!others || sticky)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_programs_are_roots_and_a_copy_is_not() {
        let shell = Path::new("/bin/sh").canonicalize().unwrap();
        assert_eq!((who(&shell), owner(&shell)), (Writable::RootOnly, FileOwner::Root));
        let folder = std::env::temp_dir().join(format!("countersign-writable-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let copy = folder.join("sh");
        std::fs::copy(&shell, &copy).unwrap();
        rustix::fs::chmod(&copy, Mode::from_raw_mode(0o777)).unwrap();
        assert_eq!(who(&copy), Writable::ByUser);
        let own = if rustix::process::geteuid().is_root() {
            FileOwner::Root
        } else {
            FileOwner::User
        };
        assert_eq!(owner(&copy), own);
        assert_eq!(owner(Path::new("/nowhere/sh")), FileOwner::Other);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(who(&copy), Writable::ByUser);
        assert_eq!(who(Path::new("sh")), Writable::ByUser);
    }
}
