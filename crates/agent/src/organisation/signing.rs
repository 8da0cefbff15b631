//! Signing a unit's catalogue, and looking at one: in the publisher's own process, with a key file that never leaves his machine.

use super::administration::Administration;
use super::judging::judge;
use super::keys;
use super::unit_folder::{UnitFile, UnitFolder, bounded, versions};
use crate::configuration::agent_version;
use countersign_model::{Timestamp, Unit};
use countersign_secret::Password;
use countersign_trust::{
    AgentVersion, CatalogueError, Contents, Entry, EntryKind, Heading, PublisherKey, Terms, Trusted, accept_catalogue,
    digest_of, inspect_catalogue, sign_catalogue,
};
use countersign_vault::KeyKind;
use countersign_wire::{ErrorCode, ErrorReply};
use std::path::{Path, PathBuf};

/// What is to be signed.
#[derive(Clone, Debug)]
pub struct ToSign {
    /// The folder with `templates`, `policies` and `overrides`.
    pub folder: PathBuf,
    /// The unit it is for.
    pub unit: Unit,
    /// The publisher's key file.
    pub key_file: PathBuf,
    /// How long it holds, in days.
    pub days: u32,
    /// Its number; by default the next one of the folder.
    pub number: Option<u64>,
    /// Older agents do not take it.
    pub min_agent: AgentVersion,
}

/// A catalogue that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedFolder {
    /// Its file.
    pub path: PathBuf,
    /// Its number.
    pub number: u64,
    /// Until when it holds.
    pub expires: Timestamp,
    /// How many objects of each kind it names.
    pub counts: Vec<(EntryKind, usize)>,
    /// What is new or other than in the catalogue before it, and what is gone.
    pub changed: Vec<(EntryKind, String)>,
}

/// What a catalogue says, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its own words.
    pub heading: Heading,
    /// The publisher's name on the list, if it is on it.
    pub publisher: Option<String>,
    /// The six words of its publisher's key.
    pub words: String,
    /// How many objects of each kind it names, as far as its pages are there.
    pub counts: Vec<(EntryKind, usize)>,
    /// The six words of the root whose list it was held against.
    pub root: String,
    /// What is wrong, in sentences; none: agents take it.
    pub problems: Vec<String>,
}

impl Administration {
    /// Signs a unit's catalogue and puts it beside its files. Files agents would not take into force are not signed.
    ///
    /// # Errors
    /// When a file is not good, the publisher may not sign it, the passphrase is wrong, or the catalogue cannot be written.
    pub fn sign_folder(&self, wanted: &ToSign, passphrase: &Password) -> Result<SignedFolder, ErrorReply> {
        let folder = UnitFolder::open(&wanted.folder)?;
        let files = folder.files()?;
        judge(&files)?;
        let before = folder.newest()?;
        let inspected = before.as_ref().and_then(|(_, bytes)| inspect_catalogue(bytes).ok());
        let (list, now) = (self.newest_list()?, self.now());
        let (facts, seed) = keys::open(&wanted.key_file, KeyKind::Publisher, passphrase)?;
        let key = PublisherKey::from_seed(seed);
        let trusted = |bytes: &[u8]| {
            let terms = Terms {
                list: &list,
                unit: &wanted.unit,
                agent: wanted.min_agent.max(agent_version()),
                mark: None,
                now,
            };
            accept_catalogue(bytes, terms)
        };
        let known = before
            .as_ref()
            .and_then(|(_, bytes)| trusted(bytes).ok()?.entries(|digest| folder.page(digest)).ok())
            .unwrap_or_default();
        let newest = before.as_ref().map_or(0, |(number, _)| *number);
        let heading = Heading {
            organisation: list.organisation.clone(),
            unit: wanted.unit.clone(),
            list_version: list.version,
            sequence: wanted.number.unwrap_or(newest.saturating_add(1)),
            issued: now,
            expires: self.expiry(wanted.days),
            min_agent: wanted.min_agent,
        };
        if heading.sequence <= newest {
            return Err(ErrorReply::new(
                ErrorCode::BadRequest,
                format!("the folder has catalogue {newest} already and numbers only go up"),
            ));
        }
        let (entries, changed) = versioned(&files, &known);
        let signed = sign_catalogue(&key, &heading, entries).map_err(|error| refused(&error))?;
        // An agent with this list looks at it as everybody will.
        let accepted = trusted(&signed.bytes).map_err(|error| refused(&error))?;
        let entries = accepted.entries(|digest| page_of(&signed.pages, digest));
        let entries = entries.map_err(|error| refused(&error))?;
        let path = folder.place(heading.sequence, &signed.bytes, &signed.pages)?;
        let pages_before = inspected.map(|catalogue| catalogue.contents.pages().to_vec());
        folder.tidy(heading.sequence, &signed.pages, &pages_before.unwrap_or_default());
        tracing::debug!("signed by {}", facts.name);
        Ok(SignedFolder {
            path,
            number: heading.sequence,
            expires: heading.expires,
            counts: counts(&entries),
            changed,
        })
    }

    /// Looks at a unit's catalogue as an agent would: a folder with all that it names, or the catalogue alone.
    ///
    /// # Errors
    /// When there is no catalogue that can be read, or no list to hold it against.
    pub fn verify(&self, path: &Path, unit: Option<&Unit>) -> Result<Verified, ErrorReply> {
        let folder = path.is_dir().then(|| UnitFolder::open(path)).transpose()?;
        let bytes = match &folder {
            Some(folder) => folder.newest()?.map(|(_, bytes)| bytes).ok_or_else(|| {
                ErrorReply::new(ErrorCode::NoMatch, format!("{} holds no catalogue", path.display()))
                    .next("make one with `countersign trust sign`")
            })?,
            None => bounded(path, 1024 * 1024)?,
        };
        let catalogue = inspect_catalogue(&bytes).map_err(|error| refused(&error))?;
        let (list, now) = (self.newest_list()?, self.now());
        let unit = unit.unwrap_or(&catalogue.heading.unit).clone();
        let terms = Terms {
            list: &list,
            unit: &unit,
            agent: agent_version(),
            mark: None,
            now,
        };
        let mut found = Verified {
            publisher: None,
            words: catalogue.publisher.fingerprint().join(" "),
            counts: match &catalogue.contents {
                Contents::Inline(entries) => counts(entries),
                Contents::Paged { .. } => Vec::new(),
            },
            root: list.root.fingerprint().join(" "),
            problems: Vec::new(),
            heading: catalogue.heading,
        };
        match accept_catalogue(&bytes, terms) {
            Ok(trusted) => {
                found.publisher = Some(trusted.publisher().to_owned());
                if let Some(folder) = &folder {
                    contents(&trusted, folder, &mut found);
                }
            }
            Err(error) => found.problems.push(format!("the catalogue does not count: {error}")),
        }
        Ok(found)
    }
}

/// Holds a folder's files against its catalogue.
fn contents(trusted: &Trusted, folder: &UnitFolder, found: &mut Verified) {
    let entries = match trusted.entries(|digest| folder.page(digest)) {
        Ok(entries) => entries,
        Err(error) => return found.problems.push(format!("the catalogue does not count: {error}")),
    };
    found.counts = counts(&entries);
    let mut known = versions(&entries);
    match folder.files() {
        Err(error) => found.problems.push(error.message),
        Ok(files) => {
            for file in files {
                let key = (file.entry.kind, file.entry.id.clone());
                match known.remove(&key) {
                    Some((_, digest)) if digest == digest_of(&file.bytes) => {}
                    Some(_) => found.problems.push(format!(
                        "{} is not the file that was signed; sign again, or put it back",
                        file.path.display()
                    )),
                    None => found.problems.push(format!(
                        "{} is not in the catalogue and does not count",
                        file.path.display()
                    )),
                }
            }
        }
    }
    for (kind, id) in known.into_keys() {
        let path = folder.path_of(kind, &id);
        found
            .problems
            .push(format!("{} is in the catalogue and missing", path.display()));
    }
}

/// The files' entries with their versions: one that changed is one version on. And the names of those that changed, came or went.
fn versioned(files: &[UnitFile], known: &[Entry]) -> (Vec<Entry>, Vec<(EntryKind, String)>) {
    let mut before = versions(known);
    let (mut entries, mut changed) = (Vec::with_capacity(files.len()), Vec::new());
    for file in files {
        let mut entry = file.entry.clone();
        entry.version = match before.remove(&(entry.kind, entry.id.clone())) {
            Some((version, digest)) if digest == entry.digest => version,
            found => {
                changed.push((entry.kind, entry.id.clone()));
                found.map_or(1, |(version, _)| version.saturating_add(1))
            }
        };
        entries.push(entry);
    }
    changed.extend(before.into_keys());
    (entries, changed)
}

fn counts(entries: &[Entry]) -> Vec<(EntryKind, usize)> {
    let count = |kind| entries.iter().filter(|entry| entry.kind == kind).count();
    EntryKind::ALL.into_iter().map(|kind| (kind, count(kind))).collect()
}

fn page_of(pages: &[([u8; 32], Vec<u8>)], digest: &[u8; 32]) -> Option<Vec<u8>> {
    let found = pages.iter().find(|(known, _)| known == digest);
    found.map(|(_, page)| page.clone())
}

fn refused(error: &CatalogueError) -> ErrorReply {
    let code = match error {
        CatalogueError::OutOfBounds(_) => ErrorCode::BadRequest,
        CatalogueError::Damaged(_)
        | CatalogueError::Unsupported(_)
        | CatalogueError::UnknownKind(_)
        | CatalogueError::BadSignature => ErrorCode::Integrity,
        _ => ErrorCode::Refused,
    };
    ErrorReply::new(code, format!("the catalogue would not count: {error}"))
}
