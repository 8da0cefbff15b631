//! A unit as plain files: what is in git, what is signed, what lies in a folder repository.
//!
//! `templates/ID.toml`, `policies/ID.toml`, `overrides/ID.toml`, beside them `catalogue.N` and its pages `.pages/SHA256`.

use countersign_directory::tree::{Folder, Placed, plain_file};
use countersign_model::ConfigName;
use countersign_model::port::RepositoryError;
use countersign_rules::LONGEST_FILE;
use countersign_trust::{Digest, Entry, EntryKind, digest_of};
use countersign_wire::{ErrorCode, ErrorReply};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const CATALOGUE: &str = "catalogue.";
const PAGES: &str = ".pages";
const PUBLISHED: &str = ".published";
const LONGEST_OBJECT: u64 = LONGEST_FILE as u64;
const LONGEST_CATALOGUE: u64 = 1024 * 1024;

/// A unit's folder. Others may have filled it: no link in it is followed, and nothing but plain files is read.
pub(super) struct UnitFolder(Folder);

/// A file of the unit.
pub(super) struct UnitFile {
    pub(super) entry: Entry,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl UnitFolder {
    pub(super) fn open(path: &Path) -> Result<Self, ErrorReply> {
        Folder::root(path).map(Self).map_err(|why| {
            let message = format!("{} cannot be read: {}", path.display(), std::io::Error::from(why));
            ErrorReply::new(ErrorCode::BadRequest, message)
        })
    }

    pub(super) fn path_of(&self, kind: EntryKind, id: &str) -> PathBuf {
        self.0.path().join(folder_of(kind)).join(file_of(id))
    }

    /// An object's bytes, if it is there.
    pub(super) fn object(&self, kind: EntryKind, id: &str) -> Result<Option<Vec<u8>>, ErrorReply> {
        let Some(folder) = found(self.0.open(folder_of(kind)))? else {
            return Ok(None);
        };
        found(folder.read(&file_of(id), LONGEST_OBJECT))
    }

    /// Keeps what is published with catalogue `number`, for a rollback: `.published/NUMBER/`.
    pub(super) fn keep_published<'a>(
        &self,
        number: u64,
        objects: impl Iterator<Item = (&'a Entry, &'a [u8])>,
    ) -> Result<(), ErrorReply> {
        let published = self.0.open_or_make_public(PUBLISHED);
        let kept = published.and_then(|all| all.open_or_make_public(&number.to_string()));
        let kept = Self(kept.map_err(|error| unusable(&error))?);
        objects
            .into_iter()
            .try_for_each(|(entry, bytes)| kept.put(entry.kind, &entry.id, bytes))
    }

    fn put(&self, kind: EntryKind, id: &str, bytes: &[u8]) -> Result<(), ErrorReply> {
        if self.object(kind, id)?.as_deref() == Some(bytes) {
            return Ok(());
        }
        let folder = self.0.open_or_make_public(folder_of(kind));
        let written = folder.and_then(|folder| folder.replace_public(&file_of(id), bytes));
        written.map_err(|error| unusable(&error))
    }

    /// Puts back what was published with an earlier catalogue: this one, or the one before the newest. Returns its number.
    pub(super) fn restore(&self, wanted: Option<u64>) -> Result<u64, ErrorReply> {
        let published = found(self.0.open(PUBLISHED))?;
        let names = published.as_ref().map_or(Ok(Vec::new()), Folder::names);
        let names = names.map_err(|error| unusable(&error))?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        let number = match wanted {
            Some(wanted) => numbers.into_iter().find(|number| *number == wanted),
            None => numbers.into_iter().rev().nth(1),
        };
        let (published, number) = published.zip(number).ok_or_else(|| {
            let message = format!("{} does not hold what was published earlier", self.0.path().display());
            let next = "take the files of before out of git, then sign and publish them";
            ErrorReply::new(ErrorCode::NoMatch, message).next(next)
        })?;
        let before = published.open(&number.to_string()).map_err(|error| unusable(&error))?;
        let before = Self(before).files()?;
        for UnitFile { entry, .. } in self.files()? {
            let folder = self.0.open(folder_of(entry.kind));
            let removed = folder.and_then(|folder| folder.remove(&file_of(&entry.id)));
            removed.map_err(|error| unusable(&error))?;
        }
        for file in before {
            self.put(file.entry.kind, &file.entry.id, &file.bytes)?;
        }
        Ok(number)
    }

    /// Its files, in order, each of version 0. A file whose name cannot be an object's id is an error: it would be left out silently.
    pub(super) fn files(&self) -> Result<Vec<UnitFile>, ErrorReply> {
        let mut files = Vec::new();
        for kind in EntryKind::ALL {
            let Some(folder) = found(self.0.open(folder_of(kind)))? else {
                continue;
            };
            for name in folder.names().map_err(|error| unusable(&error))? {
                let name = Path::new(&name);
                if name.extension().is_some_and(|extension| extension == "toml") {
                    files.push(file(kind, &folder, name)?);
                }
            }
        }
        let mut seen = BTreeMap::new();
        for file in &files {
            let key = (file.entry.kind, file.entry.id.to_ascii_lowercase());
            if let Some(other) = seen.insert(key, &file.path) {
                let (one, other) = (file.path.display(), other.display());
                let message = format!("{one} and {other} differ by case only, which no directory tells apart");
                return Err(ErrorReply::new(ErrorCode::BadRequest, message).next("rename one of them"));
            }
        }
        Ok(files)
    }

    /// The newest catalogue and its number.
    pub(super) fn newest(&self) -> Result<Option<(u64, Vec<u8>)>, ErrorReply> {
        let Some(number) = self.numbers()?.into_iter().max() else {
            return Ok(None);
        };
        let bytes = self.0.read(&catalogue(number), LONGEST_CATALOGUE);
        Ok(Some((number, bytes.map_err(|error| unusable(&error))?)))
    }

    /// The numbers of its catalogues.
    fn numbers(&self) -> Result<Vec<u64>, ErrorReply> {
        let names = self.0.names().map_err(|error| unusable(&error))?;
        let number = |name: &std::ffi::OsString| name.to_str()?.strip_prefix(CATALOGUE)?.parse().ok();
        Ok(names.iter().filter_map(number).collect())
    }

    /// A page, if it is there.
    pub(super) fn page(&self, digest: &Digest) -> Option<Vec<u8>> {
        let pages = self.0.open(PAGES).ok()?;
        pages.read(&ConfigName::page(digest).id, LONGEST_CATALOGUE).ok()
    }

    /// Writes pages, then the catalogue that names them, under a number nobody has taken.
    pub(super) fn place(&self, number: u64, bytes: &[u8], pages: &[(Digest, Vec<u8>)]) -> Result<PathBuf, ErrorReply> {
        for (digest, page) in pages {
            if self.page(digest).as_ref() != Some(page) {
                let folder = self.0.open_or_make_public(PAGES);
                let written = folder.and_then(|folder| folder.replace_public(&ConfigName::page(digest).id, page));
                written.map_err(|error| unusable(&error))?;
            }
        }
        match self.0.place_public(&catalogue(number), bytes) {
            Ok(Placed::New) => Ok(self.0.path().join(catalogue(number))),
            Ok(Placed::Taken) => Err(ErrorReply::new(
                ErrorCode::Refused,
                format!("there is a catalogue {number} in {} already", self.0.path().display()),
            )
            .next("leave out --number, or give a higher one")),
            Err(error) => Err(unusable(&error)),
        }
    }

    /// Removes the pages no catalogue names, and the catalogues before the newest two.
    pub(super) fn tidy(&self, number: u64, pages: &[(Digest, Vec<u8>)], before: &[Digest]) {
        if let Ok(folder) = self.0.open(PAGES) {
            let named = pages.iter().map(|(digest, _)| digest).chain(before);
            let named: BTreeSet<String> = named.map(|digest| ConfigName::page(digest).id).collect();
            let names = folder.names().unwrap_or_default();
            for name in names.iter().filter_map(|name| name.to_str()) {
                if !named.contains(name) {
                    let _ = folder.remove(name);
                }
            }
        }
        for old in self.numbers().unwrap_or_default() {
            if old.saturating_add(2) <= number {
                let _ = self.0.remove(&catalogue(old));
            }
        }
    }
}

fn file(kind: EntryKind, folder: &Folder, name: &Path) -> Result<UnitFile, ErrorReply> {
    let path = folder.path().join(name);
    let id = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if kind.named(&id).is_none() {
        return Err(ErrorReply::new(
            ErrorCode::BadRequest,
            format!("{} cannot be an object's name", path.display()),
        )
        .next("file names have 1 to 64 characters out of a-z, A-Z, 0-9, `-`, `_` and `.`, and end in .toml"));
    }
    let bytes = folder.read(&file_of(&id), LONGEST_OBJECT);
    let bytes = bytes.map_err(|error| unusable(&error))?;
    Ok(UnitFile {
        entry: Entry {
            kind,
            id,
            version: 0,
            digest: digest_of(&bytes),
            size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        },
        path,
        bytes,
    })
}

/// What of a folder an older catalogue says: versions by kind and id.
pub(super) fn versions(entries: &[Entry]) -> BTreeMap<(EntryKind, String), (u64, Digest)> {
    let of = |entry: &Entry| ((entry.kind, entry.id.clone()), (entry.version, entry.digest));
    entries.iter().map(of).collect()
}

pub(super) fn folder_of(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Template => "templates",
        EntryKind::Policy => "policies",
        EntryKind::Override => "overrides",
    }
}

fn file_of(id: &str) -> String {
    format!("{id}.toml")
}

fn catalogue(number: u64) -> String {
    format!("{CATALOGUE}{number}")
}

/// A file's bytes, if it is a plain file and no longer than that.
pub(super) fn bounded(path: &Path, most: u64) -> Result<Vec<u8>, ErrorReply> {
    plain_file(path, most).map_err(|error| unusable(&error))
}

/// What is there; what is not is no error.
fn found<T>(looked: Result<T, RepositoryError>) -> Result<Option<T>, ErrorReply> {
    match looked {
        Err(RepositoryError::Missing(_)) => Ok(None),
        looked => looked.map(Some).map_err(|error| unusable(&error)),
    }
}

fn unusable(error: &RepositoryError) -> ErrorReply {
    match error {
        RepositoryError::Missing(place) => ErrorReply::new(ErrorCode::BadRequest, format!("{place} is not there")),
        RepositoryError::Denied { place, why } | RepositoryError::Unreachable { place, why } => {
            ErrorReply::new(ErrorCode::Failed, format!("{place} cannot be used: {why}"))
                .next("make it one you can read and write")
        }
        error => ErrorReply::new(ErrorCode::BadRequest, error.to_string())
            .next("put a plain file or folder of your own in its place"),
    }
}

#[cfg(test)]
mod tests;
