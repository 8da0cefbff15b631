//! The file on the disk: read straight into locked memory, and known again when it is to be deleted.

use crate::aside::Aside;
use crate::error::ImportError;
use crate::limits::LONGEST_FILE;
use countersign_secret::SecretBytes;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The longest key file; KeePassXC makes them of some hundred bytes.
const LONGEST_KEY_FILE: usize = 1 << 20;

/// A file that was read.
#[derive(Debug)]
pub struct Plain {
    path: PathBuf,
    bytes: SecretBytes,
    identity: Identity,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
pub enum PlainError {
    /// The system does not give it.
    #[error(transparent)]
    Unread(#[from] io::Error),
    /// It is larger than any that is read.
    #[error(transparent)]
    Large(ImportError),
}

/// Which file it is, and which contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Identity {
    fn of(file: &File) -> io::Result<Self> {
        let facts = file.metadata()?;
        Ok(Self {
            device: facts.dev(),
            inode: facts.ino(),
            length: facts.len(),
            changed: (facts.mtime(), facts.mtime_nsec()),
        })
    }
}

impl Plain {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`PlainError`]: what is no regular file, changes meanwhile or is larger than [`LONGEST_FILE`] is not read.
    pub fn read(path: &Path) -> Result<Self, PlainError> {
        let file = File::open(path)?;
        let (identity, bytes) = unchanged(&file, || {
            bytes(&file, LONGEST_FILE)?.ok_or(PlainError::Large(ImportError::LargeFile))
        })?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            identity,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }

    /// Overwrites it with zeros, durably, and takes it out of its folder. It is set aside first, under a name that nobody can know, so that
    /// it is never another file than the one that was read. What this does not reach: copies, backups, and what file systems and SSDs keep
    /// of old blocks.
    ///
    /// # Errors
    /// When it was changed since, has other names, or the system refuses. It has its name back then; where another file has taken that, or
    /// where it is overwritten and cannot be taken out of its folder, the error says what it is called. What cannot be written to its end
    /// may be overwritten in part.
    pub fn delete(&self) -> io::Result<()> {
        let aside = Aside::set(&self.path)?;
        let overwritten = aside.open().and_then(|file| {
            self.is_still(&file)?;
            overwrite(&file, self.bytes().len())
        });
        match overwritten {
            Ok(()) => aside.remove(),
            Err(why) => Err(aside.put_back(why)),
        }
    }

    fn is_still(&self, file: &File) -> io::Result<()> {
        if Identity::of(file)? != self.identity {
            return Err(io::Error::other("it was changed since it was read, and stays"));
        }
        match file.metadata()?.nlink() {
            0 | 1 => Ok(()),
            _ => Err(io::Error::other(
                "it has other names (hard links), and stays; delete it by hand",
            )),
        }
    }
}

/// What `read` gives, and which file and contents it was: the same before and after.
fn unchanged<T>(file: &File, read: impl FnOnce() -> Result<T, PlainError>) -> Result<(Identity, T), PlainError> {
    let identity = Identity::of(file)?;
    let read = read()?;
    match Identity::of(file)? == identity {
        true => Ok((identity, read)),
        false => Err(io::Error::other("it was changed while it was read; try again").into()),
    }
}

fn overwrite(mut file: &File, length: usize) -> io::Result<()> {
    let zeros = [0; 64 << 10];
    let mut left = length;
    while left > 0 {
        let now = left.min(zeros.len());
        file.write_all(zeros.get(..now).unwrap_or_default())?;
        left -= now;
    }
    file.sync_all()
}

/// The contents of a key file.
///
/// # Errors
/// When it is no regular file, too large for a key file, or not to be read.
pub fn key_file(path: &Path) -> io::Result<SecretBytes> {
    bytes(&File::open(path)?, LONGEST_KEY_FILE)?.ok_or_else(|| io::Error::other("it is too large for a key file"))
}

/// All of a file; `None`: there is more than `most`.
fn bytes(mut file: &File, most: usize) -> io::Result<Option<SecretBytes>> {
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let length = match usize::try_from(facts.len()) {
        Ok(length) if length <= most => length,
        _ => return Ok(None),
    };
    let mut bytes = SecretBytes::zeroed(length);
    file.read_exact(bytes.expose_mut())?;
    match file.read(&mut [0; 1])? {
        0 => Ok(Some(bytes)),
        _ => Err(io::Error::other("it grew while it was read; try again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read, rename, write};

    const EXPORT: &[u8] = b"name,url,username,password\n";

    fn names(folder: &Path) -> Vec<String> {
        let all = std::fs::read_dir(folder).unwrap();
        all.map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_is_gone_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        write(&path, EXPORT).unwrap();
        let plain = Plain::read(&path).unwrap();
        assert_eq!(plain.bytes(), EXPORT);
        plain.delete().unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_changes_while_it_is_read_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        write(&path, EXPORT).unwrap();
        let file = File::open(&path).unwrap();
        let read = unchanged(&file, || {
            let bytes = bytes(&file, LONGEST_FILE)?;
            write(&path, [EXPORT, b"Mail,,anna,s3cret\n"].concat())?;
            Ok(bytes)
        });
        assert!(read.unwrap_err().to_string().contains("while it was read"));
    }

    #[test]
    fn what_is_not_what_was_read_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        let other = folder.path().join("other.csv");
        write(&path, EXPORT).unwrap();
        let plain = Plain::read(&path).unwrap();
        std::fs::hard_link(&path, &other).unwrap();
        assert!(plain.delete().unwrap_err().to_string().contains("hard links"));
        assert_eq!(read(&other).unwrap(), EXPORT);
        std::fs::remove_file(&other).unwrap();
        write(&other, "another").unwrap();
        rename(&other, &path).unwrap();
        assert!(plain.delete().unwrap_err().to_string().contains("changed since"));
        std::os::unix::fs::symlink(&path, &other).unwrap();
        let linked = Plain::read(&other).unwrap();
        linked.delete().unwrap_err();
        assert_eq!(read(&other).unwrap(), b"another");
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn a_file_that_comes_into_its_place_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        let other = folder.path().join("other.csv");
        let begun = || match File::open(&path) {
            Ok(mut file) => {
                let mut first = [1];
                file.read_exact(&mut first).unwrap();
                first == [0]
            }
            Err(_) => true,
        };
        for _ in 0..50 {
            write(&path, vec![b'x'; 1 << 20]).unwrap();
            write(&other, "another").unwrap();
            let plain = Plain::read(&path).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    while !begun() {
                        std::hint::spin_loop();
                    }
                    rename(&other, &path).unwrap();
                });
                plain.delete().unwrap();
            });
            assert_eq!(read(&path).unwrap(), b"another");
            assert_eq!(names(folder.path()), ["export.csv"]);
        }
    }
}
