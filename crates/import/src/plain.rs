//! The file on the disk: read straight into locked memory, and known again when it is to be deleted.

use crate::error::ImportError;
use crate::limits::LONGEST_FILE;
use countersign_secret::SecretBytes;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
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
    /// [`PlainError`]: what is no regular file, grows meanwhile or is larger than [`LONGEST_FILE`] is not read.
    pub fn read(path: &Path) -> Result<Self, PlainError> {
        let file = File::open(path)?;
        let bytes = bytes(&file, LONGEST_FILE)?.ok_or(PlainError::Large(ImportError::LargeFile))?;
        Ok(Self {
            path: path.to_owned(),
            identity: Identity::of(&file)?,
            bytes,
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

    /// Overwrites it with zeros, durably, and takes it out of its folder. Never another file than the one that was read. What this does
    /// not reach: copies, backups, and what file systems and SSDs keep of old blocks.
    ///
    /// # Errors
    /// When it was changed since, has other names, or the system refuses; then it is where it was.
    pub fn delete(&self) -> io::Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&self.path)?;
        if Identity::of(&file)? != self.identity {
            return Err(io::Error::other("it was changed since it was read, and stays"));
        }
        if file.metadata()?.nlink() > 1 {
            return Err(io::Error::other(
                "it has other names (hard links), and stays; delete it by hand",
            ));
        }
        overwrite(&file, self.bytes().len())?;
        std::fs::remove_file(&self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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
