//! Folders and files below a root, such as a repository's, opened step by step: no link is ever followed.

mod plain;

pub use plain::plain_file;

use crate::faults;
use countersign_model::port::RepositoryError;
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);
const PUBLIC_FILE: Mode = PRIVATE_FILE.union(Mode::RGRP).union(Mode::ROTH);
const PUBLIC_FOLDER: Mode = Mode::RWXU
    .union(Mode::RGRP)
    .union(Mode::XGRP)
    .union(Mode::ROTH)
    .union(Mode::XOTH);

/// How files that are not whole yet end.
pub(crate) const HALF: &str = ".new";

/// An open folder.
pub struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

/// Whether a new file got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It did.
    New,
    /// There was one of that name already.
    Taken,
}

/// An entry of a folder.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: FileType,
}

impl Folder {
    /// Opens the root itself, which may be reached through links: it is the administrator's to place.
    ///
    /// # Errors
    /// What the system says.
    pub fn root(path: &Path) -> Result<Self, Errno> {
        let fd = fs::open(
            path,
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        Ok(Self {
            fd,
            path: path.to_owned(),
        })
    }

    /// The same folder, opened once more.
    pub(crate) fn again(&self) -> Result<Self, RepositoryError> {
        let fd = self
            .fd
            .try_clone()
            .map_err(|error| faults::unreachable(&self.path, &error.to_string()))?;
        Ok(Self {
            fd,
            path: self.path.clone(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn fault(&self, errno: Errno) -> RepositoryError {
        faults::of(&self.path, errno)
    }

    /// A folder in this one.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn open(&self, name: &str) -> Result<Self, RepositoryError> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(&self.fd, name, flags, Mode::empty()).map_err(|errno| faults::of(&path, errno))?;
        Ok(Self { fd, path })
    }

    /// A folder in this one, if it is there.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Self>, RepositoryError> {
        match self.open(name) {
            Err(RepositoryError::Missing(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// A folder in this one, made private if it is not there.
    pub(crate) fn open_or_make(&self, name: &str) -> Result<Self, RepositoryError> {
        self.open_or_make_for(name, Mode::RWXU)
    }

    /// A folder in this one, made for everybody to read if it is not there.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn open_or_make_public(&self, name: &str) -> Result<Self, RepositoryError> {
        self.open_or_make_for(name, PUBLIC_FOLDER)
    }

    fn open_or_make_for(&self, name: &str, mode: Mode) -> Result<Self, RepositoryError> {
        match fs::mkdirat(&self.fd, name, mode) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(faults::of(&self.path.join(name), errno)),
        }
        self.open(name)
    }

    /// What is in it, by name. Names that are not text are left out.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, RepositoryError> {
        let fault = |errno| self.fault(errno);
        let mut entries = Vec::new();
        for entry in fs::Dir::read_from(&self.fd).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(found) => FileType::from_raw_mode(found.st_mode),
                    // Gone in the meantime.
                    Err(_) => continue,
                },
                known => known,
            };
            entries.push(Entry {
                name: name.to_owned(),
                kind,
            });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// The names of all that is in it, in order, also of what is no text.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn names(&self) -> Result<Vec<OsString>, RepositoryError> {
        let fault = |errno| self.fault(errno);
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.fd).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            names.push(OsStr::from_bytes(entry.file_name().to_bytes()).to_owned());
        }
        names.retain(|name| name != "." && name != "..");
        names.sort();
        Ok(names)
    }

    /// A file's bytes, if it is a plain file of at most `largest` bytes.
    ///
    /// # Errors
    /// See [`RepositoryError`]; of any other file, or a longer one, it is [`RepositoryError::Invalid`].
    pub fn read(&self, name: &str, largest: u64) -> Result<Vec<u8>, RepositoryError> {
        plain::read(&self.fd, name.as_ref(), &self.path.join(name), largest)
    }

    /// Gives a new file its name only once it is whole and on the disk, and only if the name is free.
    pub(crate) fn place(&self, name: &str, bytes: &[u8]) -> Result<Placed, RepositoryError> {
        self.place_for(name, bytes, PRIVATE_FILE)
    }

    /// Gives a new file its name only once it is whole and on the disk, and only if the name is free; for everybody to read.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn place_public(&self, name: &str, bytes: &[u8]) -> Result<Placed, RepositoryError> {
        self.place_for(name, bytes, PUBLIC_FILE)
    }

    /// Gives new bytes to a file, for everybody to read, in one step.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn replace_public(&self, name: &str, bytes: &[u8]) -> Result<(), RepositoryError> {
        let path = self.path.join(name);
        let fault = |errno| faults::of(&path, errno);
        let aside = aside(name);
        let file = self.create(&aside, PUBLIC_FILE).map_err(fault)?;
        let renamed = write(&file, bytes)
            .and_then(|()| fs::fsync(&file))
            .and_then(|()| fs::renameat(&self.fd, &aside, &self.fd, name));
        if renamed.is_err() {
            let _ = fs::unlinkat(&self.fd, &aside, AtFlags::empty());
        }
        renamed.map_err(fault)?;
        self.sync()
    }

    fn place_for(&self, name: &str, bytes: &[u8], mode: Mode) -> Result<Placed, RepositoryError> {
        let path = self.path.join(name);
        let fault = |errno| faults::of(&path, errno);
        let aside = aside(name);
        let file = self.create(&aside, mode).map_err(fault)?;
        let placed = write(&file, bytes)
            .and_then(|()| fs::fsync(&file))
            .and_then(|()| self.give_name(&aside, name));
        if placed != Ok(Placed::New) {
            let _ = fs::unlinkat(&self.fd, &aside, AtFlags::empty());
        }
        if placed.map_err(fault)? == Placed::New {
            self.sync()?;
        }
        placed.map_err(fault)
    }

    fn create(&self, name: &str, mode: Mode) -> Result<OwnedFd, Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match fs::openat(&self.fd, name, flags, mode) {
            // Left over from a crash of a process that had our number.
            Err(Errno::EXIST) => {
                fs::unlinkat(&self.fd, name, AtFlags::empty())?;
                fs::openat(&self.fd, name, flags, mode)
            }
            made => made,
        }
    }

    fn give_name(&self, aside: &str, name: &str) -> Result<Placed, Errno> {
        match fs::renameat_with(&self.fd, aside, &self.fd, name, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(Placed::New),
            Err(Errno::EXIST) => Ok(Placed::Taken),
            // File systems that cannot rename exclusively can link exclusively.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                match fs::linkat(&self.fd, aside, &self.fd, name, AtFlags::empty()) {
                    Ok(()) => fs::unlinkat(&self.fd, aside, AtFlags::empty()).map(|()| Placed::New),
                    Err(Errno::EXIST) => Ok(Placed::Taken),
                    Err(errno) => Err(errno),
                }
            }
            Err(errno) => Err(errno),
        }
    }

    /// Removes a file; one that is gone already is no fault.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub fn remove(&self, name: &str) -> Result<(), RepositoryError> {
        match fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(faults::of(&self.path.join(name), errno)),
        }
    }

    /// Moves something into another folder of the same tree; what is not there is no fault.
    pub(crate) fn move_to(&self, name: &str, to: &Self) -> Result<(), RepositoryError> {
        match fs::renameat(&self.fd, name, &to.fd, name) {
            Ok(()) => {
                to.sync()?;
                self.sync()
            }
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(faults::of(&self.path.join(name), errno)),
        }
    }

    /// Removes a file, or a folder with everything in it. Links are removed, never followed.
    pub(crate) fn remove_all(&self, entry: &Entry) -> Result<(), RepositoryError> {
        if entry.kind != FileType::Directory {
            return self.remove(&entry.name);
        }
        let Some(folder) = self.find(&entry.name)? else {
            return Ok(());
        };
        for inner in folder.entries()? {
            folder.remove_all(&inner)?;
        }
        match fs::unlinkat(&self.fd, &entry.name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(faults::of(&self.path.join(&entry.name), errno)),
        }
    }

    /// Owner and permission bits.
    pub(crate) fn ownership(&self) -> Result<(u32, u32), RepositoryError> {
        let found = fs::fstat(&self.fd).map_err(|errno| self.fault(errno))?;
        Ok((found.st_uid, found.st_mode & 0o7777))
    }

    fn sync(&self) -> Result<(), RepositoryError> {
        match fs::fsync(&self.fd) {
            // Some network file systems cannot sync folders; they write through.
            Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::BADF) => Ok(()),
            Err(errno) => Err(self.fault(errno)),
        }
    }
}

/// A name for a file that is not whole yet.
fn aside(name: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(".{name}.{}-{count}{HALF}", std::process::id())
}

fn write(file: &OwnedFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
