//! Reading a file of which it is not known who made it.

use crate::faults;
use countersign_model::port::RepositoryError;
use rustix::fs::{self, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::AsFd;
use std::path::Path;

/// The bytes of a file that somebody names, if it is a plain file of at most `largest` bytes, and no link to one.
///
/// # Errors
/// See [`RepositoryError`]; of any other file, or a longer one, it is [`RepositoryError::Invalid`].
pub fn plain_file(path: &Path, largest: u64) -> Result<Vec<u8>, RepositoryError> {
    read(fs::CWD, path, path, largest)
}

pub(super) fn read(folder: impl AsFd, name: &Path, path: &Path, largest: u64) -> Result<Vec<u8>, RepositoryError> {
    let fault = |errno| faults::of(path, errno);
    // Without O_NONBLOCK a pipe in the place of a file would keep us waiting; without O_NOCTTY a terminal could become ours.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = fs::openat(folder, name, flags, Mode::empty()).map_err(fault)?;
    let found = fs::fstat(&file).map_err(fault)?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(faults::invalid(path, "it is not a plain file"));
    }
    let too_large = || faults::invalid(path, &format!("it is larger than {largest} bytes"));
    let length = u64::try_from(found.st_size)
        .ok()
        .filter(|length| *length <= largest)
        .ok_or_else(too_large)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let mut block = [0; 16 << 10];
    loop {
        match rustix::io::read(&file, &mut block) {
            Ok(0) => return Ok(bytes),
            Ok(read) => bytes.extend_from_slice(block.get(..read).unwrap_or_default()),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(fault(errno)),
        }
        if bytes.len() as u64 > largest {
            return Err(too_large());
        }
    }
}
