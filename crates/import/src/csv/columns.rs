//! What the columns of a CSV file mean.

use super::rows::{Field, Row};
use crate::error::ImportError;
use crate::file::Format;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The entry's name.
    Title,
    /// An address.
    Address,
    /// The user name.
    UserName,
    /// The password.
    Password,
    /// The key of one-time passwords.
    OneTime,
    /// Notes.
    Notes,
    /// The folder or group.
    Folder,
    /// Nothing of use: when it was made, its icon.
    Ignored,
    /// A field of its own.
    Further(String),
}

impl Column {
    /// By the word for it: `title`, `url`, `username`, `password`, `totp`, `notes`, `folder`, `ignore`; any other word is a field of that
    /// name.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "title" => Self::Title,
            "url" => Self::Address,
            "username" => Self::UserName,
            "password" => Self::Password,
            "totp" => Self::OneTime,
            "notes" => Self::Notes,
            "folder" => Self::Folder,
            "ignore" => Self::Ignored,
            other => Self::Further(other.to_owned()),
        }
    }

    /// By what exports and spreadsheets call it. A word that is not known is a field of that name.
    fn usual(name: &str) -> Self {
        match name.to_lowercase().as_str() {
            "name" | "title" | "account" | "entry" => Self::Title,
            "url" | "uri" | "address" | "website" | "web site" | "login_uri" | "site" => Self::Address,
            "username" | "user name" | "user" | "login" | "login name" | "login_username" | "email" | "e-mail" => {
                Self::UserName
            }
            "password" | "login_password" => Self::Password,
            "totp" | "otp" | "otpauth" | "login_totp" => Self::OneTime,
            "note" | "notes" | "comment" | "comments" | "extra" => Self::Notes,
            "group" | "folder" | "grouping" | "category" => Self::Folder,
            "icon"
            | "last modified"
            | "created"
            | "guid"
            | "timecreated"
            | "timelastused"
            | "timepasswordchanged"
            | "formactionorigin"
            | "favorite"
            | "reprompt" => Self::Ignored,
            _ => Self::Further(name.to_owned()),
        }
    }
}

/// Columns as the user names them: what stands in the first line, and what it holds.
pub type ColumnNames = Vec<(String, Column)>;

/// Chrome and Edge: without notes before 2023.
const CHROMIUM: &[&str] = &["name", "url", "username", "password"];
const FIREFOX: &[&str] = &["url", "username", "password", "httprealm", "formactionorigin", "guid"];
const KEEPASSXC: &[&str] = &["group", "title", "username", "password", "url", "notes"];

/// The columns of one file.
pub(super) struct Layout {
    pub(super) columns: Vec<Column>,
}

impl Layout {
    /// The program by the names of its columns, in its order.
    pub(super) fn recognised(header: &Row<'_>) -> Option<Format> {
        let names: Vec<String> = header.fields.iter().map(|field| name(field).to_lowercase()).collect();
        let begins = |known: &[&str]| names.len() >= known.len() && known.iter().zip(&names).all(|(a, b)| a == b);
        match () {
            () if begins(CHROMIUM)
                && matches!(names.get(4).map(String::as_str), None | Some("note"))
                && names.len() < 6 =>
            {
                Some(Format::Chromium)
            }
            () if begins(FIREFOX) => Some(Format::Firefox),
            () if begins(KEEPASSXC) => Some(Format::KeePassXc),
            () if is_enough(&names.iter().map(|name| Column::usual(name)).collect::<Vec<_>>()) => Some(Format::Csv),
            () => None,
        }
    }

    pub(super) fn of(header: &Row<'_>, format: Format, named: &ColumnNames) -> Result<Self, ImportError> {
        let line = header.line;
        let wrong = |what: String| ImportError::Header { line, what };
        let told = Self::recognised(header);
        if format != Format::Csv && told != Some(format) && named.is_empty() {
            return Err(wrong(format!("the columns are not those of {}", format.name())));
        }
        let names: Vec<String> = header.fields.iter().map(name).collect();
        let fits = |given: &str, name: &str| given.trim().eq_ignore_ascii_case(name) || given.trim() == name;
        if let Some((given, _)) = named
            .iter()
            .find(|(given, _)| !names.iter().any(|name| fits(given, name)))
        {
            return Err(wrong(format!("no column is called `{given}`")));
        }
        let columns: Vec<Column> = names
            .iter()
            .map(|name| match named.iter().find(|(given, _)| fits(given, name)) {
                Some((_, column)) => column.clone(),
                None => Column::usual(name),
            })
            .collect();
        let count = |wanted: &Column| columns.iter().filter(|column| *column == wanted).count();
        for (column, word) in [
            (Column::Password, "passwords"),
            (Column::UserName, "user names"),
            (Column::Title, "titles"),
            (Column::OneTime, "one-time keys"),
            (Column::Notes, "notes"),
            (Column::Folder, "folders"),
        ] {
            if count(&column) > 1 {
                return Err(wrong(format!("several columns hold {word}")));
            }
        }
        match is_enough(&columns) {
            true => Ok(Self { columns }),
            false => Err(wrong(format!(
                "{} columns, and none is known to hold the passwords",
                columns.len()
            ))),
        }
    }
}

/// A password, and something to tell entries apart by.
fn is_enough(columns: &[Column]) -> bool {
    let has = |wanted: Column| columns.contains(&wanted);
    (has(Column::Password) || has(Column::OneTime))
        && (has(Column::Title) || has(Column::Address) || has(Column::UserName))
}

fn name(field: &Field<'_>) -> String {
    field.text().trim().to_owned()
}
