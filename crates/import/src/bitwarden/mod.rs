//! JSON of Bitwarden: plain, or sealed with a password of the export's own.

mod document;
mod sealed;
mod secret;

use crate::entry::{Contents, Entry, LeftOut, Place};
use crate::error::ImportError;
use crate::file::{Keys, Seal};
use crate::limits::{LONGEST_TEXT, MOST_ENTRIES};
use document::{Document, Item, Login};
use sealed::Sealed;
use secret::Secret;
use std::collections::HashMap;

/// Items that are logons, by their number.
const LOGON: u64 = 1;

pub(crate) fn seal(text: &str) -> Result<Seal, ImportError> {
    let outside: Sealed = document::parse(text)?;
    match outside.encrypted {
        true => outside.is_for_a_password().map(|()| Seal::Password),
        false => Ok(Seal::None),
    }
}

pub(crate) fn read(text: &str, keys: Keys<'_>) -> Result<Contents, ImportError> {
    let outside: Sealed = document::parse(text)?;
    if !outside.encrypted {
        return contents(document::parse(text)?);
    }
    let plain = outside.open(keys.password)?;
    let text = std::str::from_utf8(plain.expose()).map_err(|_| ImportError::Damaged("it is no text".to_owned()))?;
    contents(document::parse(text)?)
}

fn contents(document: Document) -> Result<Contents, ImportError> {
    let Some(items) = document.items else {
        return Err(ImportError::OtherFormat("Bitwarden (JSON)"));
    };
    let folders: HashMap<String, String> = document
        .folders
        .into_iter()
        .chain(document.collections)
        .filter_map(|folder| Some((folder.id?, folder.name.unwrap_or_default())))
        .collect();
    let mut contents = Contents::default();
    for (at, item) in items.into_iter().enumerate() {
        let place = Place::Record(at + 1, title(&item));
        if at == MOST_ENTRIES {
            return Err(ImportError::TooMany(place));
        }
        let left_out = match item.kind {
            Some(LOGON) => None,
            Some(2) => Some("a secure note"),
            Some(3) => Some("a card"),
            Some(4) => Some("an identity"),
            Some(5) => Some("an SSH key"),
            _ => Some("an item of another kind"),
        };
        if let Some(what) = left_out {
            contents.left_out.push(LeftOut { place, what });
            continue;
        }
        let entry = entry(place.clone(), item, &folders)?;
        match entry.has_secret() {
            true => contents.entries.push(entry),
            false => contents.left_out.push(LeftOut {
                place,
                what: "an entry without a password",
            }),
        }
    }
    Ok(contents)
}

/// Titles stand in messages, and so are short there.
fn title(item: &Item) -> String {
    item.name.as_deref().unwrap_or_default().chars().take(60).collect()
}

fn entry(place: Place, item: Item, folders: &HashMap<String, String>) -> Result<Entry, ImportError> {
    let mut entry = Entry::at(place);
    let Login {
        username,
        password,
        totp,
        uris,
        passkeys,
    } = item.login.unwrap_or_default();
    entry.title = bounded(item.name, &entry.place, "the name")?;
    entry.user_name = bounded(username, &entry.place, "the user name")?;
    let folder = item
        .folder
        .or_else(|| item.collections.and_then(|all| all.into_iter().next()));
    entry.folder = folder.and_then(|id| folders.get(&id)).cloned().unwrap_or_default();
    entry.password = password.map_or(Ok(None), |secret| secret.password(&entry.place, "the password"))?;
    entry.one_time = totp.map_or(Ok(None), |secret| secret.password(&entry.place, "the one-time key"))?;
    for uri in uris.into_iter().flatten() {
        let address = bounded(uri.uri, &entry.place, "the address")?;
        entry.add_address(address)?;
    }
    if let Some(notes) = item.notes {
        entry.notes = notes.note(&entry.place)?;
    }
    for field in item.fields.into_iter().flatten() {
        if let Some(value) = field.value.as_ref().and_then(Secret::text) {
            entry.add_further(&field.name.unwrap_or_default(), value)?;
        }
    }
    for (unread, what) in [(passkeys, "a passkey"), (item.older, "older passwords")] {
        if unread.is_some_and(|unread| !unread.is_empty()) {
            entry.unread.push(what);
        }
    }
    Ok(entry)
}

fn bounded(text: Option<String>, place: &Place, what: &'static str) -> Result<String, ImportError> {
    match text.unwrap_or_default() {
        long if long.len() > LONGEST_TEXT => Err(ImportError::TooLong(place.clone(), what)),
        text => Ok(text),
    }
}
