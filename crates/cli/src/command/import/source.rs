//! Reading the file: straight into locked memory, and known again when it is to be deleted.

use crate::failure::Failure;
use countersign_import::{ImportError, LONGEST_FILE};
use countersign_secret::SecretBytes;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The longest key file; KeePassXC makes them of some hundred bytes.
const LONGEST_KEY_FILE: usize = 1 << 20;

/// A file that was read.
pub(super) struct Plain {
    pub(super) path: PathBuf,
    bytes: SecretBytes,
    identity: Identity,
}

/// Which file it is, and which contents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Identity {
    pub(super) fn of(file: &File) -> io::Result<Self> {
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
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let unread = |why| Failure::File {
            place: path.to_owned(),
            why,
        };
        let file = File::open(path).map_err(unread)?;
        let bytes = bytes(&file, LONGEST_FILE).map_err(unread)?;
        let bytes = bytes.ok_or_else(|| Failure::Import {
            place: path.to_owned(),
            error: ImportError::LargeFile,
        })?;
        Ok(Self {
            path: path.to_owned(),
            identity: Identity::of(&file).map_err(unread)?,
            bytes,
        })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity
    }
}

/// The contents of a key file.
pub(super) fn key_file(path: &Path) -> Result<SecretBytes, Failure> {
    let unread = |why| Failure::File {
        place: path.to_owned(),
        why,
    };
    let file = File::open(path).map_err(unread)?;
    bytes(&file, LONGEST_KEY_FILE)
        .map_err(unread)?
        .ok_or_else(|| unread(io::Error::other("it is too large for a key file")))
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
