//! `config/UNIT/`: a unit's catalogues (`catalogue.N`), the newest of which stands for its objects, and the objects
//! (`templates/ID.toml`, `policies/…`, `overrides/…`, `.pages/ID`).

use crate::tree::{Folder, Placed};
use crate::{MAX_CATALOGUE, MAX_OBJECT, faults, names};
use countersign_model::port::RepositoryError;
use countersign_model::{ConfigKind, ConfigName, ConfigObject, Unit, UnitState, Wanted};
use rustix::fs::FileType;

const CATALOGUE: &str = "catalogue.";
/// The newest catalogue and the one before it stay.
const KEPT: u64 = 2;
const DEEPEST: usize = 8;

/// The folder of a kind's objects.
fn folder_of(kind: ConfigKind) -> &'static str {
    match kind {
        ConfigKind::Template => "templates",
        ConfigKind::Override => "overrides",
        ConfigKind::Policy => "policies",
        ConfigKind::Page => ".pages",
    }
}

fn file_of(name: &ConfigName) -> String {
    match name.kind {
        ConfigKind::Page => name.id.clone(),
        ConfigKind::Template | ConfigKind::Override | ConfigKind::Policy => format!("{}.toml", name.id),
    }
}

fn name_of(kind: ConfigKind, file: &str) -> Option<ConfigName> {
    let id = match kind {
        ConfigKind::Page => file,
        ConfigKind::Template | ConfigKind::Override | ConfigKind::Policy => file.strip_suffix(".toml")?,
    };
    ConfigName::new(kind, id)
}

/// Whether a folder in this one holds objects a catalogue stands for.
pub(crate) fn is_of_catalogue(folder: &Folder, name: &str) -> bool {
    let ours = ConfigKind::ALL.into_iter().any(|kind| folder_of(kind) == name);
    ours && matches!(newest(folder), Ok(Some(_)))
}

/// The folder of a unit, if it is there.
fn find(config: &Folder, unit: &Unit) -> Result<Option<Folder>, RepositoryError> {
    let mut at = config.again()?;
    for name in unit.names() {
        match at.find(name)? {
            Some(below) => at = below,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

fn find_or_make(config: &Folder, unit: &Unit) -> Result<Folder, RepositoryError> {
    unit.names()
        .try_fold(config.again()?, |at, name| at.open_or_make_public(name))
}

/// The number of the newest catalogue in a folder.
fn newest(folder: &Folder) -> Result<Option<u64>, RepositoryError> {
    let entries = folder.entries()?;
    let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
    let numbers = files.filter_map(|entry| names::parse_header(entry.name.strip_prefix(CATALOGUE)?));
    Ok(numbers.map(|number| number.0).max())
}

pub(crate) fn all(config: &Folder) -> Result<Vec<UnitState>, RepositoryError> {
    let mut found = Vec::new();
    walk(config, &Unit::root(), &mut found)?;
    Ok(found)
}

fn walk(folder: &Folder, unit: &Unit, found: &mut Vec<UnitState>) -> Result<(), RepositoryError> {
    if let Some(number) = newest(folder)? {
        found.push(UnitState {
            unit: unit.clone(),
            number,
        });
    }
    if unit.depth() == DEEPEST {
        return Ok(());
    }
    for entry in folder.entries()? {
        if entry.kind != FileType::Directory || names::is_hidden(&entry.name) {
            continue;
        }
        // A folder that may not be entered is not this user's to know.
        if let (Ok(below), Ok(Some(inner))) = (unit.below(&entry.name), folder.find(&entry.name)) {
            walk(&inner, &below, found)?;
        }
    }
    Ok(())
}

pub(crate) fn number(config: &Folder, unit: &Unit) -> Result<Option<u64>, RepositoryError> {
    match find(config, unit) {
        Ok(Some(folder)) => newest(&folder),
        Ok(None) | Err(RepositoryError::Denied { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn catalogue(config: &Folder, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError> {
    let missing = || RepositoryError::Missing(format!("the catalogue of {unit}"));
    let folder = find(config, unit)?.ok_or_else(missing)?;
    let number = newest(&folder)?.ok_or_else(missing)?;
    Ok((number, folder.read(&format!("{CATALOGUE}{number}"), MAX_CATALOGUE)?))
}

pub(crate) fn objects(
    config: &Folder,
    unit: &Unit,
    wanted: Wanted<'_>,
    each: &mut dyn FnMut(ConfigObject),
) -> Result<(), RepositoryError> {
    let Some(folder) = find(config, unit)? else {
        return Ok(());
    };
    for kind in ConfigKind::ALL {
        let Some(of_kind) = folder.find(folder_of(kind))? else {
            continue;
        };
        let listed;
        let names: Box<dyn Iterator<Item = &ConfigName>> = match wanted {
            Wanted::These(names) | Wanted::Most(names) => Box::new(names.iter().filter(|name| name.kind == kind)),
            Wanted::All => {
                listed = of(&of_kind, kind)?;
                Box::new(listed.iter())
            }
        };
        for name in names {
            let file = file_of(name);
            match of_kind.read(&file, MAX_OBJECT) {
                Ok(bytes) => each(ConfigObject {
                    kind,
                    id: name.id.clone(),
                    place: of_kind.path().join(&file).display().to_string(),
                    bytes,
                }),
                Err(error @ RepositoryError::Unreachable { .. }) => return Err(error),
                Err(_) => {}
            }
        }
    }
    Ok(())
}

fn of(folder: &Folder, kind: ConfigKind) -> Result<Vec<ConfigName>, RepositoryError> {
    let entries = folder.entries()?;
    let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
    Ok(files.filter_map(|entry| name_of(kind, &entry.name)).collect())
}

pub(crate) fn inventory(config: &Folder, unit: &Unit) -> Result<Vec<(ConfigName, u64)>, RepositoryError> {
    let Some(folder) = find(config, unit)? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for kind in ConfigKind::ALL {
        if let Some(of_kind) = folder.find(folder_of(kind))? {
            // Files have no versions; what they hold tells them apart.
            all.extend(of(&of_kind, kind)?.into_iter().map(|name| (name, 0)));
        }
    }
    all.sort();
    Ok(all)
}

pub(crate) fn put(config: &Folder, unit: &Unit, name: &ConfigName, bytes: &[u8]) -> Result<(), RepositoryError> {
    let folder = find_or_make(config, unit)?.open_or_make_public(folder_of(name.kind))?;
    let file = file_of(name);
    if bytes.len() as u64 > MAX_OBJECT {
        let why = format!("it is larger than {MAX_OBJECT} bytes");
        return Err(faults::invalid(&folder.path().join(file), &why));
    }
    folder.replace_public(&file, bytes)
}

pub(crate) fn remove(config: &Folder, unit: &Unit, name: &ConfigName) -> Result<(), RepositoryError> {
    let Some(folder) = find(config, unit)? else {
        return Ok(());
    };
    match folder.find(folder_of(name.kind))? {
        Some(of_kind) => of_kind.remove(&file_of(name)),
        None => Ok(()),
    }
}

pub(crate) fn swap_catalogue(
    config: &Folder,
    unit: &Unit,
    replaces: Option<u64>,
    number: u64,
    bytes: &[u8],
) -> Result<(), RepositoryError> {
    let folder = find_or_make(config, unit)?;
    let place = folder.path().join(format!("{CATALOGUE}{number}"));
    if bytes.len() as u64 > MAX_CATALOGUE || number <= replaces.unwrap_or(0) {
        let why = format!("a catalogue has at most {MAX_CATALOGUE} bytes and a higher number than the one before it");
        return Err(faults::invalid(&place, &why));
    }
    let conflict = || RepositoryError::Conflict(place.display().to_string());
    if newest(&folder)? != replaces || folder.place_public(&format!("{CATALOGUE}{number}"), bytes)? == Placed::Taken {
        return Err(conflict());
    }
    // The new one is in force; old ones that stay behind do no harm.
    for entry in folder.entries().unwrap_or_default() {
        let old = entry.name.strip_prefix(CATALOGUE).and_then(names::parse_header);
        if old.is_some_and(|old| old.0 + KEPT <= number && Some(old.0) != replaces) {
            let _ = folder.remove(&entry.name);
        }
    }
    Ok(())
}
