//! `config/`: loose templates and setting overrides, by organisational unit. What a catalogue stands for is in `units`.

use crate::tree::Folder;
use crate::{MAX_OBJECT, faults, names, units};
use countersign_model::port::RepositoryError;
use countersign_model::{ConfigKind, ConfigObject};
use rustix::fs::FileType;

const DEEPEST: usize = 8;
const MOST: usize = 50_000;
const OVERRIDE: &str = "settings.toml";

/// Every object below `config`, and what could not be read.
pub(crate) fn read(config: &Folder) -> (Vec<ConfigObject>, Vec<RepositoryError>) {
    let mut found = (Vec::new(), Vec::new());
    walk(config, 0, &mut found);
    found
}

fn walk(folder: &Folder, depth: usize, found: &mut (Vec<ConfigObject>, Vec<RepositoryError>)) {
    let entries = match folder.entries() {
        Ok(entries) => entries,
        Err(fault) => return found.1.push(fault),
    };
    for entry in entries.iter().filter(|entry| !names::is_hidden(&entry.name)) {
        let path = folder.path().join(&entry.name);
        let is_object = std::path::Path::new(&entry.name)
            .extension()
            .is_some_and(|extension| extension == "toml");
        match entry.kind {
            FileType::Directory if units::is_of_catalogue(folder, &entry.name) => {}
            FileType::Directory if depth == DEEPEST => {
                found.1.push(faults::invalid(
                    &path,
                    &format!("it is more than {DEEPEST} folders deep"),
                ));
            }
            FileType::Directory => match folder.open(&entry.name) {
                Ok(below) => walk(&below, depth + 1, found),
                Err(fault) => found.1.push(fault),
            },
            FileType::RegularFile if is_object && found.0.len() == MOST => {
                found.1.push(faults::invalid(
                    &path,
                    &format!("there are more than {MOST} objects; this and others are left out"),
                ));
                return;
            }
            FileType::RegularFile if is_object => match folder.read(&entry.name, MAX_OBJECT) {
                Ok(bytes) => found.0.push(ConfigObject {
                    id: entry.name.trim_end_matches(".toml").to_owned(),
                    kind: if entry.name == OVERRIDE {
                        ConfigKind::Override
                    } else {
                        ConfigKind::Template
                    },
                    place: path.display().to_string(),
                    bytes,
                }),
                Err(fault) => found.1.push(fault),
            },
            FileType::Symlink => found.1.push(faults::invalid(
                &path,
                "it is a link; links are not followed, put the file itself here",
            )),
            _ => {}
        }
    }
}
