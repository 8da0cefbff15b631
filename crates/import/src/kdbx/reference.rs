//! Fields that only say where their value is: `{REF:P@I:…}`.

use keepass::Database;
use keepass::db::{EntryRef, fields};
use std::collections::HashMap;

/// How far one leads to the next.
const FURTHEST: usize = 8;

/// The entries, by their ids as 32 hexadecimal digits.
pub(super) struct References<'a>(HashMap<String, EntryRef<'a>>);

impl<'a> References<'a> {
    pub(super) fn of(database: &'a Database) -> Self {
        let entries = database.iter_all_entries();
        Self(
            entries
                .map(|entry| (entry.id().uuid().simple().to_string(), entry))
                .collect(),
        )
    }

    /// The value itself, or what it refers to.
    pub(super) fn followed<'b>(&'b self, written: &'b str) -> Result<&'b str, &'static str> {
        let mut value = written;
        for _ in 0..FURTHEST {
            let Some(inner) = value.strip_prefix("{REF:").and_then(|rest| rest.strip_suffix('}')) else {
                return Ok(value);
            };
            let unknown = "it refers to another entry in a way that is not known here";
            let (field, id) = inner.split_once("@I:").ok_or(unknown)?;
            let name = match field {
                "T" => fields::TITLE,
                "U" => fields::USERNAME,
                "P" => fields::PASSWORD,
                "A" => fields::URL,
                "N" => fields::NOTES,
                _ => return Err(unknown),
            };
            let entry = self
                .0
                .get(&id.to_lowercase())
                .ok_or("it refers to an entry that is not there")?;
            value = entry.get(name).unwrap_or_default();
        }
        Err("it refers to other entries in a circle")
    }
}
