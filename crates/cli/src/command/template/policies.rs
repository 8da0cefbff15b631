//! Which password policies can be seen from a template.

use crate::failure::Failure;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The names of the policies in a folder, or in those beside a template: `policies` in its folder, and beside its folder `templates`. `None`
/// where there is no such folder: which policies there are cannot be known then.
pub(super) fn known(template: &Path, given: Option<&Path>) -> Result<Option<BTreeSet<String>>, Failure> {
    if let Some(folder) = given {
        return match names(folder)? {
            Some(names) => Ok(Some(names)),
            None => Err(Failure::File {
                place: folder.to_owned(),
                why: io::Error::from(io::ErrorKind::NotFound),
            }),
        };
    }
    let mut known = None;
    for folder in beside(template)? {
        if let Some(names) = names(&folder)? {
            known.get_or_insert_with(BTreeSet::new).extend(names);
        }
    }
    Ok(known)
}

fn beside(template: &Path) -> Result<Vec<PathBuf>, Failure> {
    // A name without a folder in it is in one all the same.
    let whole = template.canonicalize().map_err(|why| Failure::File {
        place: template.to_owned(),
        why,
    })?;
    let folder = whole.parent().unwrap_or(&whole);
    let mut beside = vec![folder.join("policies")];
    if folder.file_name() == Some(OsStr::new("templates")) {
        beside.push(folder.with_file_name("policies"));
    }
    Ok(beside)
}

fn names(folder: &Path) -> Result<Option<BTreeSet<String>>, Failure> {
    let failed = |why| Failure::File {
        place: folder.to_owned(),
        why,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(failed(why)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    Ok(Some(names))
}
