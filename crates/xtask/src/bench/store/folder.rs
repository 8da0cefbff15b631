//! Where stores are measured: on a disk, never in memory.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::statfs;
use tempfile::TempDir;

use crate::bench::BenchError;
use crate::workspace;

/// The kernel's numbers of tmpfs and ramfs.
const MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6];

/// A new folder on a disk: below TMPDIR where that is one, else in the target folder.
pub fn real_disk() -> Result<TempDir, BenchError> {
    let wished = std::env::var_os("TMPDIR").map(PathBuf::from);
    let parent = match wished {
        Some(folder) if !is_memory(&folder)? => folder,
        _ => workspace::target(),
    };
    if is_memory(&parent)? {
        return Err(BenchError::NoDisk { folder: parent });
    }
    let made = tempfile::Builder::new()
        .prefix("countersign-stores.")
        .tempdir_in(&parent);
    made.map_err(at(&parent))
}

fn is_memory(folder: &Path) -> Result<bool, BenchError> {
    let found = statfs(folder).map_err(|error| at(folder)(error.into()))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the kernel's numbers have 32 bits; the field's width and sign differ by architecture"
    )]
    let kind = found.f_type as u32;
    Ok(MEMORY.contains(&kind))
}

/// The bytes a folder takes on the disk: of each file, its length or what is allocated for it, whichever is more.
pub fn bytes_on_disk(folder: &Path) -> Result<u64, BenchError> {
    fn sum(folder: &Path) -> io::Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let found = match entry.metadata() {
                Ok(found) => found,
                // Stores remove files of their own while we look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            bytes += if found.is_dir() {
                sum(&entry.path())?
            } else {
                found.len().max(found.blocks() * 512)
            };
        }
        Ok(bytes)
    }
    sum(folder).map_err(at(folder))
}

/// Copies a folder and what is below it, into a folder that is made anew.
pub fn replicate(from: &Path, to: &Path) -> Result<(), BenchError> {
    fn copy(from: &Path, to: &Path) -> io::Result<()> {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &target)?;
            } else {
                fs::copy(entry.path(), target)?;
            }
        }
        fs::set_permissions(to, from.metadata()?.permissions())
    }
    remove(to).and_then(|()| copy(from, to).map_err(at(to)))
}

/// An empty folder, whatever was there.
pub fn empty(folder: &Path) -> Result<(), BenchError> {
    remove(folder)?;
    fs::create_dir(folder).map_err(at(folder))
}

fn remove(folder: &Path) -> Result<(), BenchError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// An error about a path.
pub fn at(path: &Path) -> impl FnOnce(io::Error) -> BenchError {
    let path = path.to_owned();
    move |source| BenchError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_measured_and_copied_whole() {
        let scratch = tempfile::tempdir().unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        empty(&from).unwrap();
        fs::create_dir(from.join("below")).unwrap();
        fs::write(from.join("below/file"), vec![1; 10_000]).unwrap();
        assert!((10_000..20_000).contains(&bytes_on_disk(&from).unwrap()));
        replicate(&from, &to).unwrap();
        replicate(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("below/file")).unwrap(), vec![1; 10_000]);
    }

    #[test]
    fn memory_is_told_from_a_disk() {
        assert!(is_memory(Path::new("/dev/shm")).unwrap());
    }
}
