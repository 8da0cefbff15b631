use crate::error::ExitError;
use crate::exit::{Exit, Form};
use crate::pins::Sha256;
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags, fcntl_add_seals, memfd_create, open};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

/// The largest file that is an exit: 64 MiB.
const LARGEST: u64 = 64 << 20;

/// The bytes of an exit, read once, hashed, and sealed: what was hashed is what is loaded, whatever becomes of the file.
pub(crate) struct Image(OwnedFd);

impl Image {
    pub(crate) fn read(exit: &Exit) -> Result<Self, ExitError> {
        let name = Path::new(&exit.name);
        let mut parts = name.components();
        let is_plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == OsStr::new(&exit.name));
        if !is_plain {
            return Err(ExitError::Name(exit.name.clone()));
        }
        let path = exit.folder.join(name);
        let bytes = match whole(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(ExitError::Unreadable { path, source }),
        };
        let found = Sha256::of(&bytes);
        if !exit.pins.hold(&found) {
            return Err(ExitError::NotPinned { path, found });
        }
        if exit.form == Form::Program && !(bytes.starts_with(b"#!") || bytes.starts_with(b"\x7fELF")) {
            // Such a file would be run by a shell.
            let why = "it is neither a program for this system nor a script whose first line begins with #!";
            return Err(ExitError::Unloadable(why.to_owned()));
        }
        sealed(&bytes).map(Self).map_err(ExitError::NotStarted)
    }

    /// A descriptor of the sealed bytes for a child.
    pub(crate) fn hand_over(&self) -> io::Result<OwnedFd> {
        self.0.try_clone()
    }
}

/// The bytes of a file that may be an exit.
pub(crate) fn whole(path: &Path) -> io::Result<Vec<u8>> {
    // Without waiting: a pipe in its place must not hold us up.
    let file = File::from(open(
        path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    )?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(io::Error::other("it is larger than 64 MiB"));
    }
    Ok(bytes)
}

fn sealed(bytes: &[u8]) -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let memory = match memfd_create("exit", flags | MemfdFlags::EXEC) {
        // Linux before 6.3 has no such flag, and no need of it.
        Err(Errno::INVAL) => memfd_create("exit", flags)?,
        made => made?,
    };
    let mut file = File::from(memory);
    file.write_all(bytes)?;
    fcntl_add_seals(
        &file,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pins::Pins;
    use std::os::unix::fs::FileExt;

    fn named(folder: &Path, name: &str, pinned: &[u8]) -> Exit {
        Exit::library(folder, name, Pins::from_iter([Sha256::of(pinned)]))
    }

    #[test]
    fn what_is_loaded_is_what_was_pinned_and_nobody_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.so"), b"bytes").unwrap();
        let image = Image::read(&named(folder.path(), "a.so", b"bytes")).unwrap();
        std::fs::write(folder.path().join("a.so"), b"other").unwrap();
        let held = File::from(image.hand_over().unwrap());
        let mut read = [0; 5];
        held.read_exact_at(&mut read, 0).unwrap();
        assert_eq!(&read, b"bytes");
        assert!(held.write_at(b"x", 0).is_err() && held.set_len(0).is_err());
        let refused = Image::read(&named(folder.path(), "a.so", b"bytes")).err().unwrap();
        let found = Sha256::of(b"other").to_string();
        assert!(refused.to_string().contains(&found), "{refused}");
    }

    #[test]
    fn only_plain_names_of_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "..", "../a.so", "a/b.so", "/etc/passwd", "a.so/", "./a.so"] {
            assert!(
                matches!(Image::read(&named(folder.path(), name, b"")), Err(ExitError::Name(_))),
                "{name}"
            );
        }
        rustix::fs::mknodat(
            rustix::fs::CWD,
            folder.path().join("pipe"),
            rustix::fs::FileType::Fifo,
            Mode::RWXU,
            0,
        )
        .unwrap();
        for name in ["none.so", "pipe"] {
            let refused = Image::read(&named(folder.path(), name, b""));
            assert!(matches!(refused, Err(ExitError::Unreadable { .. })), "{name}");
        }
    }
}
