//! Which files the code of a process comes from: a program that root installed does what somebody else's library says, once that is
//! loaded into it (`LD_PRELOAD`, `LD_LIBRARY_PATH`, a plugin).

use crate::proc::{self, ProcError};
use crate::writable;
use countersign_model::Writable;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The first file with code of a process that somebody other than root may change. It is not remembered: a process that executes another
/// program keeps its number and its start.
pub(crate) fn foreign(pid: u32) -> Result<Option<PathBuf>, ProcError> {
    let maps = proc::maps(pid)?;
    // In a mount namespace of its own a process may have another file at a path of root's.
    let elsewhere = !proc::same_mounts(pid).unwrap_or_default();
    let mut folders = HashMap::new();
    let mut seen = HashSet::new();
    for (inode, path) in code(&maps) {
        if !seen.insert(path) {
            continue;
        }
        let file = Path::new(path.strip_suffix(" (deleted)").unwrap_or(path));
        let is_another = elsewhere && writable::inode(file) != Some(inode);
        if is_another || path.starts_with("/memfd:") || !is_roots(file, &mut folders) {
            return Ok(Some(file.to_owned()));
        }
    }
    Ok(None)
}

/// Whether only root may put files where this one is. Folders are looked at, each once, not the hundreds of files in them: what root put
/// there is root's to answer for.
fn is_roots<'a>(file: &'a Path, folders: &mut HashMap<&'a Path, bool>) -> bool {
    let Some(folder) = file.parent() else { return false };
    *folders
        .entry(folder)
        .or_insert_with(|| writable::who(folder) == Writable::RootOnly)
}

/// The files that executable memory comes from, with their inodes (proc(5)). What a program compiles while it runs comes from none.
fn code(maps: &str) -> impl Iterator<Item = (u64, &str)> {
    maps.lines().filter_map(|line| {
        let mut words = line.splitn(6, ' ');
        let (_, permissions, _, _, inode) = (
            words.next()?,
            words.next()?,
            words.next()?,
            words.next()?,
            words.next()?,
        );
        let path = words.next()?.trim_start();
        // A compiler shares its memory with itself; a library from memory is mapped like any other one.
        let is_compiled = path.starts_with("/memfd:") && permissions.ends_with('s');
        (permissions.contains('x') && path.starts_with('/') && !is_compiled).then_some((inode.parse().ok()?, path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    const MAPS: &str = "\
55d0a4e00000-55d0a4e28000 r--p 00000000 fe:00 1234                       /usr/bin/zenity
55d0a4e28000-55d0a4f00000 r-xp 00028000 fe:00 1234                       /usr/bin/zenity
7f0000000000-7f0000001000 r-xp 00000000 fe:00 77                         /home/u/my lib.so (deleted)
7f0000002000-7f0000003000 rwxp 00000000 00:00 0 
7f0000004000-7f0000005000 r-xs 00000000 00:01 9                          /memfd:jit (deleted)
7f0000006000-7f0000007000 r-xp 00000000 00:01 10                         /memfd:lib (deleted)
7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn code_comes_from_files() {
        let found: Vec<_> = code(MAPS).collect();
        let own = (77, "/home/u/my lib.so (deleted)");
        assert_eq!(found, [(1234, "/usr/bin/zenity"), own, (10, "/memfd:lib (deleted)")]);
    }

    #[test]
    fn a_preloaded_library_of_the_users_is_foreign_and_the_systems_are_not() {
        let folder = std::env::temp_dir().join(format!("countersign-code-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let library = folder.join("liblies.so");
        // Any library will do, as long as it is the user's own copy and harms no program.
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let (_, harmless) = code(&maps).find(|(_, path)| path.contains("libgcc_s")).unwrap();
        std::fs::copy(harmless, &library).unwrap();
        rustix::fs::chmod(&folder, rustix::fs::Mode::from_raw_mode(0o777)).unwrap();
        let sleeping = |preload: Option<&Path>| {
            let mut sleep = Command::new("/bin/sleep");
            sleep.arg("60").stdin(Stdio::null());
            if let Some(preload) = preload {
                sleep.env("LD_PRELOAD", preload);
            }
            sleep.spawn().unwrap()
        };
        let has =
            |pid: u32, file: &str| proc::maps(pid).is_ok_and(|maps| code(&maps).any(|(_, path)| path.contains(file)));
        for (preload, found) in [(None, None), (Some(library.as_path()), Some(library.clone()))] {
            let mut child = sleeping(preload);
            // What is preloaded comes before the C library.
            while !has(child.id(), "libc.so") {
                assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
                std::thread::yield_now();
            }
            assert_eq!(foreign(child.id()), Ok(found));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
