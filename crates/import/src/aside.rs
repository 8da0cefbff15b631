//! A file that is set aside, so that nothing can come into its place.

use rustix::fs::{self, AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// A file that is about to be deleted: still in its folder, under a name of its own.
pub(crate) struct Aside<'a> {
    path: &'a Path,
    folder: OwnedFd,
    name: &'a OsStr,
    aside: String,
}

impl<'a> Aside<'a> {
    /// Renames the file.
    pub(crate) fn set(path: &'a Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = fs::open(folder.unwrap_or(Path::new(".")), flags, Mode::empty())?;
        let mut chance = [0; 16];
        getrandom(&mut chance, GetRandomFlags::empty())?;
        let aside = format!(".countersign-{:032x}", u128::from_ne_bytes(chance));
        rename(&folder, name, OsStr::new(&aside))?;
        Ok(Self {
            path,
            folder,
            name,
            aside,
        })
    }

    /// To be written.
    pub(crate) fn open(&self) -> io::Result<File> {
        // What has come into its place may be no regular file; that is not waited for.
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(fs::openat(&self.folder, &self.aside, flags, Mode::empty())?.into())
    }

    /// Gives it its name back. The error: why, and what it is called where it could not be.
    pub(crate) fn put_back(self, why: io::Error) -> io::Error {
        match rename(&self.folder, OsStr::new(&self.aside), self.name) {
            Ok(()) => why,
            Err(taken) => io::Error::other(format!("{why}; it is {} now: {taken}", self.place().display())),
        }
    }

    /// Takes it out of its folder, durably.
    pub(crate) fn remove(self) -> io::Result<()> {
        fs::unlinkat(&self.folder, &self.aside, AtFlags::empty()).map_err(|why| {
            let place = self.place();
            io::Error::other(format!("it is overwritten, and stays as {}: {why}", place.display()))
        })?;
        Ok(fs::fsync(&self.folder)?)
    }

    fn place(&self) -> PathBuf {
        self.path.with_file_name(&self.aside)
    }
}

/// Never over another file.
fn rename(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> rustix::io::Result<()> {
    match fs::renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        // File systems that cannot rename exclusively can link exclusively.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::linkat(folder, from, folder, to, AtFlags::empty())?;
            fs::unlinkat(folder, from, AtFlags::empty())
        }
        renamed => renamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read, write};

    #[test]
    fn what_finds_its_name_taken_says_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        write(&path, "export").unwrap();
        let aside = Aside::set(&path).unwrap();
        write(&path, "another").unwrap();
        let place = aside.place();
        let said = aside.put_back(io::Error::other("it stays")).to_string();
        assert!(said.contains(place.to_str().unwrap()), "{said}");
        assert_eq!(
            (read(&place).unwrap(), read(&path).unwrap()),
            (b"export".to_vec(), b"another".to_vec())
        );
    }
}
