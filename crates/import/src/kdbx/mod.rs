//! KDBX 4, read by `keepass`. What stands before the file's own checksum is looked at here first.

mod header;
mod reference;

pub(crate) use header::check;

use crate::entry::{Contents, Entry, LeftOut, Place, note};
use crate::error::ImportError;
use crate::file::Keys;
use crate::limits::{LONGEST_TEXT, MOST_ENTRIES};
use countersign_secret::Password;
use keepass::db::{DatabaseOpenError, GroupRef, fields};
use keepass::{Database, DatabaseKey};
use reference::References;

/// Whether it begins as every KeePass database does.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(&header::MAGIC)
}

pub(crate) fn read(bytes: &[u8], keys: Keys<'_>) -> Result<Contents, ImportError> {
    check(bytes)?;
    let mut key = DatabaseKey::new();
    if let Some(password) = keys.password {
        key = key.with_password(password.expose());
    }
    if let Some(mut file) = keys.key_file {
        let read = key.with_keyfile(&mut file);
        key = read.map_err(|_| ImportError::NeedsKey("key file"))?;
    }
    if key.is_empty() {
        return Err(ImportError::NeedsKey("password or key file"));
    }
    let database = Database::parse(bytes, key).map_err(unopened)?;
    let mut reading = Reading {
        contents: Contents::default(),
        references: References::of(&database),
        bin: database.recycle_bin().map(|bin| bin.id()),
    };
    reading.group(&database.root(), "", 0)?;
    Ok(reading.contents)
}

/// What went wrong, in words of our own: the library's may repeat what is in the file.
fn unopened(error: DatabaseOpenError) -> ImportError {
    let damaged = |what: &str| ImportError::Damaged(what.to_owned());
    match error {
        DatabaseOpenError::Key(_) => ImportError::WrongKey,
        DatabaseOpenError::UnexpectedEof => damaged("it ends too early"),
        DatabaseOpenError::Cryptography(_) => damaged("what is sealed in it does not open"),
        DatabaseOpenError::Format(_) => {
            damaged("a part of it is not what its checksum says, or not what KDBX 4 has there")
        }
        _ => damaged("it cannot be read as KDBX 4"),
    }
}

/// Why an entry is left out.
type LeftOutFor = &'static str;

/// The deepest group.
const DEEPEST: usize = 64;

struct Reading<'a> {
    contents: Contents,
    references: References<'a>,
    bin: Option<keepass::db::GroupId>,
}

impl Reading<'_> {
    fn group(&mut self, group: &GroupRef<'_>, path: &str, depth: usize) -> Result<(), ImportError> {
        let in_bin = self.bin == Some(group.id());
        if depth == DEEPEST {
            return Err(ImportError::Damaged(format!("its groups are more than {DEEPEST} deep")));
        }
        for entry in group.entries() {
            let number = self.contents.entries.len() + self.contents.left_out.len() + 1;
            let title: String = entry.get(fields::TITLE).unwrap_or_default().chars().take(60).collect();
            let place = Place::Record(number, title);
            if number > MOST_ENTRIES {
                return Err(ImportError::TooMany(place));
            }
            if in_bin {
                self.left_out(place, "in the recycle bin");
                continue;
            }
            match self.entry(place.clone(), &entry, path)? {
                Ok(read) if read.has_secret() => self.contents.entries.push(read),
                Ok(_) => self.left_out(place, "an entry without a password"),
                Err(what) => self.left_out(place, what),
            }
        }
        // Of what is thrown away nothing below counts either.
        for inner in group.groups().filter(|_| !in_bin) {
            let path = match path {
                "" => inner.name.clone(),
                path => format!("{path}/{}", inner.name),
            };
            self.group(&inner, &path, depth + 1)?;
        }
        Ok(())
    }

    fn left_out(&mut self, place: Place, what: &'static str) {
        self.contents.left_out.push(LeftOut { place, what });
    }

    /// The entry, or why it is left out.
    fn entry(
        &self,
        place: Place,
        from: &keepass::db::Entry,
        path: &str,
    ) -> Result<Result<Entry, LeftOutFor>, ImportError> {
        let mut entry = Entry::at(place);
        entry.folder = path.to_owned();
        // In the order of their names: the library keeps none.
        let mut names: Vec<&String> = from.fields.keys().collect();
        names.sort();
        for name in names {
            let Some(written) = from.get(name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let value = match self.references.followed(written) {
                Ok(value) => value,
                Err(what) => return Ok(Err(what)),
            };
            let too_long = |what| ImportError::TooLong(entry.place.clone(), what);
            let short = |what| match value.len() {
                0..=LONGEST_TEXT => Ok(value.to_owned()),
                _ => Err(too_long(what)),
            };
            let secret = |what| {
                Password::from_utf8(value.as_bytes())
                    .map(Some)
                    .map_err(|_| too_long(what))
            };
            match name.as_str() {
                fields::TITLE => entry.title = short("the title")?,
                fields::USERNAME => entry.user_name = short("the user name")?,
                fields::PASSWORD => entry.password = secret("the password")?.filter(|password| !password.is_empty()),
                fields::OTP | "TimeOtp-Secret-Base32" | "TOTP Seed" => entry.one_time = secret("the one-time key")?,
                fields::URL => {
                    let address = short("the address")?;
                    entry.addresses.retain(|other| *other != address);
                    entry.addresses.insert(0, address);
                }
                fields::NOTES => entry.notes = Some(note(value).ok_or_else(|| too_long("the note"))?),
                // KeePassXC and its browser plugin keep further addresses so.
                further if further.starts_with("KP2A_URL") => {
                    let address = short("the address")?;
                    entry.add_address(address)?;
                }
                further if further.starts_with("TOTP ") || further.starts_with("TimeOtp-") => {}
                further => entry.add_further(further, value)?,
            }
        }
        Ok(Ok(entry))
    }
}
