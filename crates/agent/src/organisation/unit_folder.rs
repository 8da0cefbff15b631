//! A unit as plain files: what is in git, what is signed, what lies in a folder repository.
//!
//! `templates/ID.toml`, `policies/ID.toml`, `overrides/ID.toml`, beside them `catalogue.N` and its pages `.pages/SHA256`.

use countersign_model::ConfigName;
use countersign_rules::LONGEST_FILE;
use countersign_trust::{Digest, Entry, EntryKind, digest_of};
use countersign_wire::{ErrorCode, ErrorReply};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

const CATALOGUE: &str = "catalogue.";
const PAGES: &str = ".pages";
const PUBLISHED: &str = ".published";
const LONGEST_CATALOGUE: u64 = 1024 * 1024;

/// A unit's folder.
pub(super) struct UnitFolder(PathBuf);

/// A file of the unit.
pub(super) struct UnitFile {
    pub(super) entry: Entry,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl UnitFolder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn path_of(&self, kind: EntryKind, id: &str) -> PathBuf {
        self.0.join(folder_of(kind)).join(format!("{id}.toml"))
    }

    /// Keeps what is published with catalogue `number`, for a rollback: `.published/NUMBER/`.
    pub(super) fn keep_published<'a>(
        &self,
        number: u64,
        objects: impl Iterator<Item = (&'a Entry, &'a [u8])>,
    ) -> Result<(), ErrorReply> {
        let kept = Self(self.0.join(PUBLISHED).join(number.to_string()));
        std::fs::create_dir_all(&kept.0).map_err(|why| unwritten(&kept.0, &why))?;
        objects
            .into_iter()
            .try_for_each(|(entry, bytes)| kept.put(entry.kind, &entry.id, bytes))
    }

    fn put(&self, kind: EntryKind, id: &str, bytes: &[u8]) -> Result<(), ErrorReply> {
        let path = self.path_of(kind, id);
        let folder = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(folder).map_err(|why| unwritten(folder, &why))?;
        std::fs::write(&path, bytes).map_err(|why| unwritten(&path, &why))
    }

    /// Puts back what was published with an earlier catalogue: this one, or the one before the newest. Returns its number.
    pub(super) fn restore(&self, wanted: Option<u64>) -> Result<u64, ErrorReply> {
        let all = std::fs::read_dir(self.0.join(PUBLISHED))
            .into_iter()
            .flatten()
            .flatten();
        let mut numbers: Vec<u64> = all
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        let found = match wanted {
            Some(wanted) => numbers.into_iter().find(|number| *number == wanted),
            None => numbers.into_iter().rev().nth(1),
        };
        let number = found.ok_or_else(|| {
            let message = format!("{} does not hold what was published earlier", self.0.display());
            let next = "take the files of before out of git, then sign and publish them";
            ErrorReply::new(ErrorCode::NoMatch, message).next(next)
        })?;
        let before = Self(self.0.join(PUBLISHED).join(number.to_string())).files()?;
        for file in self.files()? {
            std::fs::remove_file(&file.path).map_err(|why| unwritten(&file.path, &why))?;
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
            let folder = self.0.join(folder_of(kind));
            let mut paths = match std::fs::read_dir(&folder) {
                Ok(entries) => entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|why| unreadable(&folder, &why))?,
                Err(why) if why.kind() == ErrorKind::NotFound => continue,
                Err(why) => return Err(unreadable(&folder, &why)),
            };
            paths.sort();
            for path in paths {
                if path.extension().is_some_and(|extension| extension == "toml") {
                    files.push(file(kind, path)?);
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
        let entries = std::fs::read_dir(&self.0).map_err(|why| unreadable(&self.0, &why))?;
        let numbers = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            name.to_str()?.strip_prefix(CATALOGUE)?.parse::<u64>().ok()
        });
        let Some(number) = numbers.max() else { return Ok(None) };
        let path = self.0.join(format!("{CATALOGUE}{number}"));
        Ok(Some((number, bounded(&path, LONGEST_CATALOGUE)?)))
    }

    /// A page, if it is there.
    pub(super) fn page(&self, digest: &Digest) -> Option<Vec<u8>> {
        bounded(&self.0.join(PAGES).join(ConfigName::page(digest).id), LONGEST_CATALOGUE).ok()
    }

    /// Writes pages, then the catalogue that names them, under a number nobody has taken.
    pub(super) fn place(&self, number: u64, bytes: &[u8], pages: &[(Digest, Vec<u8>)]) -> Result<PathBuf, ErrorReply> {
        let folder = self.0.join(PAGES);
        if !pages.is_empty() {
            std::fs::create_dir_all(&folder).map_err(|why| unwritten(&folder, &why))?;
        }
        for (digest, page) in pages {
            let path = folder.join(ConfigName::page(digest).id);
            if self.page(digest).as_ref() != Some(page) {
                let written = whole(&path, page).and_then(|half| std::fs::rename(half, &path));
                written.map_err(|why| unwritten(&path, &why))?;
            }
        }
        let path = self.0.join(format!("{CATALOGUE}{number}"));
        let placed = whole(&path, bytes).and_then(|half| {
            let linked = std::fs::hard_link(&half, &path);
            let _ = std::fs::remove_file(&half);
            linked
        });
        match placed {
            Ok(()) => Ok(path),
            Err(why) if why.kind() == ErrorKind::AlreadyExists => Err(ErrorReply::new(
                ErrorCode::Refused,
                format!("there is a catalogue {number} in {} already", self.0.display()),
            )
            .next("leave out --number, or give a higher one")),
            Err(why) => Err(unwritten(&path, &why)),
        }
    }

    /// Removes the pages no catalogue names, and the catalogues before the newest two.
    pub(super) fn tidy(&self, number: u64, pages: &[(Digest, Vec<u8>)], before: &[Digest]) {
        for entry in std::fs::read_dir(self.0.join(PAGES)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_named = pages.iter().map(|(digest, _)| digest).chain(before);
            if !is_named
                .into_iter()
                .any(|digest| name.to_str() == Some(&ConfigName::page(digest).id))
            {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        for entry in std::fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let old = name
                .to_str()
                .and_then(|name| name.strip_prefix(CATALOGUE)?.parse::<u64>().ok());
            if old.is_some_and(|old| old.saturating_add(2) <= number) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// A file beside the wanted one, whole and on the disk.
fn whole(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let mut file = std::fs::File::create(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(half)
}

fn file(kind: EntryKind, path: PathBuf) -> Result<UnitFile, ErrorReply> {
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if kind.named(&id).is_none() {
        return Err(ErrorReply::new(
            ErrorCode::BadRequest,
            format!("{} cannot be an object's name", path.display()),
        )
        .next("file names have 1 to 64 characters out of a-z, A-Z, 0-9, `-`, `_` and `.`, and end in .toml"));
    }
    let bytes = bounded(&path, u64::try_from(LONGEST_FILE).unwrap_or(u64::MAX))?;
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

pub(super) fn bounded(path: &Path, most: u64) -> Result<Vec<u8>, ErrorReply> {
    let mut bytes = Vec::new();
    let read = std::fs::metadata(path).and_then(|facts| match facts.is_file() {
        true => std::fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes),
        false => Err(std::io::Error::other("it is not a file")),
    });
    match read {
        Ok(_) if bytes.len() as u64 > most => Err(ErrorReply::new(
            ErrorCode::BadRequest,
            format!("{} is longer than {most} bytes", path.display()),
        )),
        Ok(_) => Ok(bytes),
        Err(why) => Err(unreadable(path, &why)),
    }
}

fn unreadable(path: &Path, why: &std::io::Error) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::BadRequest,
        format!("{} cannot be read: {why}", path.display()),
    )
}

fn unwritten(path: &Path, why: &std::io::Error) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Failed,
        format!("{} cannot be written: {why}", path.display()),
    )
    .next("make the folder one you can write")
}
