//! The lists that a policy names: files of words and of known passwords.

use countersign_model::ListRules;
use countersign_rules::policy::Lists;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The longest list that is read, in bytes.
const LONGEST: u64 = 1 << 28;

/// A list that cannot be read: no password passes unseen.
#[derive(Debug, thiserror::Error)]
#[error("the list {place} cannot be read: {why}", place = place.display())]
pub struct UnreadList {
    /// Its file.
    pub place: PathBuf,
    /// Why.
    pub why: io::Error,
}

/// Reads the lists a policy names. Paths that do not begin with `/` are of files in `beside`. It may take a second for a long one.
///
/// # Errors
/// [`UnreadList`] names the first one that is not there, is no file, cannot be read or is longer than 256 MiB.
pub fn read_lists(rules: &ListRules, beside: &Path) -> Result<Lists, UnreadList> {
    Lists::read(rules, |path| {
        let place = beside.join(path);
        read(&place).map_err(|why| UnreadList { place, why })
    })
}

/// Opens the lists and reads nothing of them.
pub(super) fn open_lists(rules: &ListRules, beside: &Path) -> Result<(), UnreadList> {
    [&rules.dictionary, &rules.breached]
        .into_iter()
        .flatten()
        .try_for_each(|path| {
            let place = beside.join(path);
            open(&place).map(drop).map_err(|why| UnreadList { place, why })
        })
}

fn read(place: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(place)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LONGEST {
        true => Err(io::Error::other("it is longer than 256 MiB; take a shorter list")),
        false => Ok(bytes),
    }
}

fn open(place: &Path) -> io::Result<File> {
    // Anything but a file could keep the reader waiting for ever.
    match fs::metadata(place)?.is_file() {
        true => File::open(place),
        false => Err(io::Error::other("it is not a file")),
    }
}
