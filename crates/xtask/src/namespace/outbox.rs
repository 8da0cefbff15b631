use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::namespace::ordinary;

/// A folder into which the ordinary user writes results, and from which the caller takes them with his own rights.
#[derive(Debug)]
pub struct Outbox {
    folder: tempfile::TempDir,
}

impl Outbox {
    /// Makes one below /var/tmp.
    pub fn new() -> Result<Self> {
        let made = tempfile::Builder::new()
            .prefix("countersign-out.")
            .tempdir_in("/var/tmp");
        let folder = made.map_err(Error::file("make a folder in", "/var/tmp"))?;
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = ordinary();
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid))
                .map_err(Error::file("give away", folder.path()))?;
        }
        Ok(Self { folder })
    }

    /// The path of a result in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies a result to where the caller wants it.
    pub fn deliver(&self, result: &Path, wanted: &Path) -> Result<()> {
        std::fs::copy(result, wanted)
            .map(drop)
            .map_err(Error::file("write", wanted))
    }
}
