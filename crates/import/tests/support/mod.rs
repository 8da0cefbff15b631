//! What the suites share: files, and entries in words that can be compared.
#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    reason = "a test suite's support; each suite uses a part"
)]

use countersign_import::*;
use countersign_secret::{Password, SecretBytes};

/// What the sealed fixtures open with.
pub const PASSWORD: &str = "fixture pässword";

pub fn fixture(name: &str) -> Vec<u8> {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(place.join(name)).unwrap()
}

/// An entry with its secrets in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clear {
    pub title: String,
    pub addresses: Vec<String>,
    pub user_name: String,
    pub password: String,
    pub one_time: String,
    pub notes: String,
    pub folder: String,
    pub further: Vec<(String, String)>,
}

pub fn clear(entry: &Entry) -> Clear {
    let secret = |secret: &Option<Password>| {
        secret
            .as_ref()
            .map(|secret| secret.expose().to_owned())
            .unwrap_or_default()
    };
    let text = |bytes: &SecretBytes| String::from_utf8(bytes.expose().to_vec()).unwrap();
    Clear {
        title: entry.title.clone(),
        addresses: entry.addresses.clone(),
        user_name: entry.user_name.clone(),
        password: secret(&entry.password),
        one_time: secret(&entry.one_time),
        notes: entry.notes.as_ref().map(text).unwrap_or_default(),
        folder: entry.folder.clone(),
        further: entry
            .further
            .iter()
            .map(|further| (further.name.clone(), text(&further.value)))
            .collect(),
    }
}

pub fn recognised(bytes: &[u8]) -> Result<(Format, Contents), ImportError> {
    let file = File::recognised(bytes)?;
    Ok((file.format(), file.read(Keys::default(), &ColumnNames::new())?))
}

pub fn read(text: &str) -> Result<Vec<Clear>, ImportError> {
    let (_, contents) = recognised(text.as_bytes())?;
    Ok(contents.entries.iter().map(clear).collect())
}

pub fn opened(name: &str, password: Option<&str>, key_file: Option<&[u8]>) -> Result<Contents, ImportError> {
    let password = password.map(|text| Password::from_utf8(text.as_bytes()).unwrap());
    let keys = Keys {
        password: password.as_ref(),
        key_file,
    };
    File::recognised(&fixture(name))?.read(keys, &ColumnNames::new())
}

pub fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}
