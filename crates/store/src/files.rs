//! The only door to the log's files: every open, write, fsync and rename goes through [`Files`].

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    ReadWrite,
}

/// One folder of files, by name.
pub(crate) trait Files: Send + Sync {
    /// Makes a file that must not be there yet, readable by its owner only.
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>>;
    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn LogFile>>;
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    fn remove(&self, name: &str) -> io::Result<()>;
    fn list(&self) -> io::Result<Vec<String>>;
    /// Moves a file into the folder `quarantine`, under its name or, if that is taken, its name and a number. Returns the new path
    /// below this folder.
    fn quarantine(&self, name: &str) -> io::Result<String>;
    /// Makes creations, renames and removals survive a power cut.
    fn sync_folder(&self) -> io::Result<()>;
}

/// One open file.
pub(crate) trait LogFile: Send + Sync {
    fn length(&self) -> io::Result<u64>;
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    fn set_length(&self, length: u64) -> io::Result<()>;
    /// Writes zeros, which takes up the room for good.
    fn zero(&self, offset: u64, length: u64) -> io::Result<()>;
    /// Makes everything written so far survive a power cut.
    fn sync(&self) -> io::Result<()>;
    /// Lets the next reads come from the disk, where the system takes such a wish.
    fn uncache(&self) {}
}

impl dyn LogFile + '_ {
    pub(crate) fn read_all(&self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.length()?).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.read_at(0, &mut bytes)?;
        Ok(bytes)
    }
}

impl dyn Files + '_ {
    /// Makes a file that will be renamed. What an interrupted attempt left under that name goes for good first: otherwise a power cut
    /// could give the new name to the old file.
    pub(crate) fn create_aside(&self, aside: &str) -> io::Result<Box<dyn LogFile>> {
        match self.remove(aside) {
            Ok(()) => self.sync_folder()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.create(aside)
    }

    /// Makes a file whole or not at all: written aside, synced, renamed, and the folder synced.
    pub(crate) fn place(&self, name: &str, bytes: &[u8]) -> io::Result<Box<dyn LogFile>> {
        let aside = format!("{name}.new");
        let file = self.create_aside(&aside)?;
        file.write_at(0, bytes)?;
        file.sync()?;
        self.rename(&aside, name)?;
        self.sync_folder()?;
        Ok(file)
    }
}

/// A real folder.
pub(crate) struct Disk {
    folder: OwnedFd,
}

impl Disk {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            folder: fs::open(folder, flags, Mode::empty())?,
        })
    }

    fn open_with(&self, name: &str, flags: OFlags) -> io::Result<Box<dyn LogFile>> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(Box::new(DiskFile(fs::openat(
            &self.folder,
            name,
            flags,
            Mode::RUSR | Mode::WUSR,
        )?)))
    }
}

impl Files for Disk {
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        self.open_with(name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn LogFile>> {
        self.open_with(
            name,
            match access {
                Access::Read => OFlags::RDONLY,
                Access::ReadWrite => OFlags::RDWR,
            },
        )
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.folder, from, &self.folder, to)?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.folder, name, AtFlags::empty())?)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.folder)? {
            let entry = entry?;
            // The store names its files in ASCII; anything else is not its own.
            if let Ok(name) = entry.file_name().to_str()
                && name != "."
                && name != ".."
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn quarantine(&self, name: &str) -> io::Result<String> {
        match fs::mkdirat(&self.folder, QUARANTINE, Mode::RWXU) {
            Err(Errno::EXIST) => {}
            made => made?,
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let apart = fs::openat(&self.folder, QUARANTINE, flags, Mode::empty())?;
        for candidate in candidates(name) {
            match fs::renameat_with(&self.folder, name, &apart, &candidate, fs::RenameFlags::NOREPLACE) {
                Err(Errno::EXIST) => {}
                moved => {
                    moved?;
                    fs::fsync(&apart)?;
                    return Ok(format!("{QUARANTINE}/{candidate}"));
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn sync_folder(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.folder)?)
    }
}

/// Where damaged files go.
pub(crate) const QUARANTINE: &str = "quarantine";

/// The names a file may get in the quarantine.
pub(crate) fn candidates(name: &str) -> impl Iterator<Item = String> {
    let numbered = (1..1000).map(move |number| format!("{name}.{number}"));
    std::iter::once(name.to_owned()).chain(numbered)
}

struct DiskFile(OwnedFd);

impl LogFile for DiskFile {
    fn length(&self) -> io::Result<u64> {
        u64::try_from(fs::fstat(&self.0)?.st_size).map_err(io::Error::other)
    }

    fn read_at(&self, mut offset: u64, mut into: &mut [u8]) -> io::Result<()> {
        while !into.is_empty() {
            match rustix::io::pread(&self.0, &mut *into, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    into = into.get_mut(read..).unwrap_or_default();
                    offset += read as u64;
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn write_at(&self, mut offset: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::pwrite(&self.0, bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    offset += written as u64;
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        Ok(fs::ftruncate(&self.0, length)?)
    }

    fn uncache(&self) {
        let _ = fs::fadvise(&self.0, 0, None, fs::Advice::DontNeed);
    }

    fn zero(&self, mut offset: u64, mut length: u64) -> io::Result<()> {
        // Not fallocate: its blocks count as unwritten, and writing them changes metadata after all.
        static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
        while length > 0 {
            let part = usize::try_from(length).unwrap_or(ZEROS.len()).min(ZEROS.len());
            self.write_at(offset, ZEROS.get(..part).unwrap_or_default())?;
            offset += part as u64;
            length -= part as u64;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(fs::fdatasync(&self.0)?)
    }
}
