//! Image files: made, and copied as they are at one moment.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use super::mount::Mount;
use super::tool::{failed, run};
use crate::bench::{BenchError, clock};

/// How large an image is; only what is written takes room.
const SIZE: u64 = 256 << 20;
/// How often a copy is tried again because the file system wrote meanwhile.
const TRIES: u32 = 100;

/// Makes an empty ext4 image.
pub fn make(path: &Path) -> Result<(), BenchError> {
    File::create(path)
        .and_then(|file| file.set_len(SIZE))
        .map_err(failed("making an image"))?;
    run(
        "mkfs.ext4",
        &[
            "-q".as_ref(),
            "-F".as_ref(),
            "-b".as_ref(),
            "4096".as_ref(),
            path.as_ref(),
        ],
    )
}

/// Copies an image, holes as holes.
pub fn copy(from: &Path, to: &Path) -> Result<(), BenchError> {
    copied(from, to).map_err(failed("copying an image"))
}

/// Copies the image below a mount without a write to its device in between, and so as it was at one moment. Returns how often it had to
/// be tried.
pub fn copy_mounted(from: &Path, mount: &Mount, to: &Path) -> Result<u32, BenchError> {
    for tried in 1..=TRIES {
        let before = mount.writes()?;
        if before.is_quiet() {
            copy(from, to)?;
            if mount.writes()? == before {
                return Ok(tried);
            }
        }
        clock::rest(Duration::from_millis(10));
    }
    Err(BenchError::Step {
        what: "copying a mounted image",
        why: format!("its device was written during each of {TRIES} copies"),
    })
}

fn copied(from: &Path, to: &Path) -> io::Result<()> {
    let from = File::open(from)?;
    let to = OpenOptions::new().write(true).create(true).truncate(true).open(to)?;
    to.set_len(from.metadata()?.len())?;
    let mut block = vec![0; 1 << 20];
    let mut end = 0;
    loop {
        let mut at = match seek(&from, SeekFrom::Data(end)) {
            Ok(data) => data,
            Err(Errno::NXIO) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        end = seek(&from, SeekFrom::Hole(at))?;
        while at < end {
            let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(block.len());
            let part = block.get_mut(..length).unwrap_or_default();
            from.read_exact_at(part, at)?;
            to.write_all_at(part, at)?;
            at += u64::try_from(length).map_err(io::Error::other)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_with_its_holes() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let file = File::create(&from).unwrap();
        file.set_len(32 << 20).unwrap();
        file.write_all_at(&[7; 5_000], 3 << 20).unwrap();
        file.write_all_at(&[9; 2 << 20], 10 << 20).unwrap();
        std::fs::write(&to, "what was there before").unwrap();
        copied(&from, &to).unwrap();
        assert!(std::fs::read(&from).unwrap() == std::fs::read(&to).unwrap());
    }
}
