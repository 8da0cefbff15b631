//! CSV files: rows first, then what the columns mean.

mod columns;
mod rows;

pub use columns::{Column, ColumnNames};

use crate::entry::{Contents, Entry, LeftOut, Place, note};
use crate::error::ImportError;
use crate::file::Format;
use crate::limits::{LONGEST_TEXT, MOST_ENTRIES};
use crate::text;
use columns::Layout;
use countersign_secret::Password;
use rows::{Field, Rows};

/// Which program wrote this, by its first line; none: the columns have no names that are known.
pub(crate) fn recognise(text: &str) -> Result<Option<Format>, ImportError> {
    let mut rows = Rows::of(text);
    match rows.next_row()? {
        Some(header) => Ok(Layout::recognised(&header)),
        None => Ok(None),
    }
}

/// Reads the rows. `named` are columns that the user names, and come before what their names say.
pub(crate) fn read(text: &str, format: Format, named: &ColumnNames) -> Result<Contents, ImportError> {
    let mut rows = Rows::of(text);
    let header = rows.next_row()?.ok_or(ImportError::Empty)?;
    let layout = Layout::of(&header, format, named)?;
    let mut contents = Contents::default();
    while let Some(row) = rows.next_row()? {
        let place = Place::Line(row.line);
        if contents.entries.len() + contents.left_out.len() == MOST_ENTRIES {
            return Err(ImportError::TooMany(place));
        }
        if row.fields.len() != layout.columns.len() {
            return Err(ImportError::Broken {
                line: row.line,
                what: format!(
                    "{} fields where the first line has {}",
                    row.fields.len(),
                    layout.columns.len()
                ),
            });
        }
        let entry = entry(place.clone(), &row.fields, &layout)?;
        match no_logon(&entry, format) {
            None => contents.entries.push(entry),
            Some(what) => contents.left_out.push(LeftOut { place, what }),
        }
    }
    // Only Firefox writes no line break after the last row, and each of its fields has quotation marks.
    match format == Format::Firefox || text.ends_with(['\n', '\r']) {
        true => Ok(contents),
        false => Err(ImportError::Cut {
            line: text::line_after(text.as_bytes()),
            what: "the last line has no line break, which every export has (if it is whole, put one after it)",
        }),
    }
}

/// Why an entry is left out.
fn no_logon(entry: &Entry, format: Format) -> Option<&'static str> {
    let refers = |text: &str| text.starts_with("{REF:") && text.ends_with('}');
    let password = entry.password.as_ref().map(Password::expose).unwrap_or_default();
    if !entry.has_secret() {
        return Some("an entry without a password");
    }
    if format != Format::KeePassXc {
        return None;
    }
    // The export has the thrown away, and references as they are written.
    let in_bin = entry.folder.split('/').nth(1) == Some("Recycle Bin");
    match (in_bin, refers(password) || refers(&entry.user_name)) {
        (true, _) => Some("in the recycle bin"),
        (false, true) => Some("it refers to another entry; the KDBX file itself says to which"),
        (false, false) => None,
    }
}

fn entry(place: Place, fields: &[Field<'_>], layout: &Layout) -> Result<Entry, ImportError> {
    let mut entry = Entry::at(place);
    for (column, field) in layout.columns.iter().zip(fields) {
        let too_long = |what| ImportError::TooLong(entry.place.clone(), what);
        if field.is_empty() {
            continue;
        }
        let short = field.len() <= LONGEST_TEXT;
        match column {
            Column::Ignored => {}
            Column::Password if short => entry.password = Some(secret(field, &entry.place)?),
            Column::Password => return Err(too_long("the password")),
            Column::OneTime if short => entry.one_time = Some(secret(field, &entry.place)?),
            Column::OneTime => return Err(too_long("the one-time key")),
            Column::Title if short => entry.title = field.text(),
            Column::Title => return Err(too_long("the title")),
            Column::UserName if short => entry.user_name = field.text(),
            Column::UserName => return Err(too_long("the user name")),
            Column::Folder if short => entry.folder = field.text(),
            Column::Folder => return Err(too_long("the folder")),
            Column::Address if short => entry.add_address(field.text())?,
            Column::Address => return Err(too_long("the address")),
            Column::Notes => {
                let text = field.secret_text();
                entry.notes = Some(note(&text).ok_or_else(|| too_long("the note"))?);
            }
            Column::Further(name) => entry.add_further(name, &field.secret_text())?,
        }
    }
    Ok(entry)
}

/// From the file's bytes to locked memory, with nothing in between.
fn secret(field: &Field<'_>, place: &Place) -> Result<Password, ImportError> {
    let wrong = || ImportError::Entry {
        place: place.clone(),
        what: "its password cannot be stored",
    };
    let taken = Password::try_fill(field.len(), |into| {
        let mut used = 0;
        for piece in field.pieces() {
            let end = used + piece.len();
            let free = into.get_mut(used..end);
            free.ok_or(countersign_secret::PasswordError::TooLong)?
                .copy_from_slice(piece.as_bytes());
            used = end;
        }
        Ok::<_, countersign_secret::PasswordError>(used)
    });
    taken.map_err(|_| wrong())
}
