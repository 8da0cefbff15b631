//! The files of the package and of the settings, read with care.

use countersign_model::Publisher;
use countersign_rules::{LONGEST_FILE, Problem, Severity};
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A package's template file.
pub(super) struct PackageFile {
    pub(super) place: String,
    pub(super) bytes: Vec<u8>,
    /// Whose word it is.
    pub(super) publisher: Publisher,
}

/// The package's template files, in order. Only what root alone can write is the package's; anything else is nobody's word.
pub(super) fn package_files(folder: &Path) -> std::io::Result<Vec<Result<PackageFile, Problem>>> {
    let sealed = |metadata: &fs::Metadata| metadata.uid() == 0 && metadata.mode() & 0o022 == 0;
    let trusted = sealed(&fs::metadata(folder)?);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let file = fs::metadata(path).and_then(|metadata| {
            Ok(PackageFile {
                place: path.display().to_string(),
                bytes: read_bounded(path)?,
                publisher: match trusted && sealed(&metadata) {
                    true => Publisher::Package,
                    false => Publisher::Unsigned,
                },
            })
        });
        file.map_err(|error| unreadable(path, &error))
    };
    Ok(paths.iter().map(read).collect())
}

/// A file's bytes; of one that is longer than any that is read, just enough to be told so.
pub(super) fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    // Anything but a file could keep the reader waiting for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(LONGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        place: path.display().to_string(),
        line: 1,
        column: 1,
        severity: Severity::Error,
        message: format!("it cannot be read: {error}"),
        help: "make it a file that you can read".to_owned(),
    }
}
