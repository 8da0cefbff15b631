use crate::error::ImportError;
use crate::limits::{LONGEST_NOTE, LONGEST_TEXT, MOST_FIELDS};
use countersign_secret::{Password, SecretBytes};
use std::fmt;

/// Where in a file something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The line it begins on, from 1.
    Line(u64),
    /// The entry, where a file has no lines: its number from 1, and its title.
    Record(usize, String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Record(number, title) if title.is_empty() => write!(f, "entry {number}"),
            Self::Record(number, title) => write!(f, "entry {number} (`{title}`)"),
        }
    }
}

/// A field that only some managers have: a custom field, or a column with a name of its own.
#[derive(Debug)]
pub struct Further {
    /// Its name.
    pub name: String,
    /// Its value, as UTF-8. It may be a secret.
    pub value: SecretBytes,
}

/// One entry of a file.
#[derive(Debug)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// What its owner calls it; may be empty.
    pub title: String,
    /// Its addresses, the main one first.
    pub addresses: Vec<String>,
    /// The user name; may be empty.
    pub user_name: String,
    /// The password.
    pub password: Option<Password>,
    /// The key of one-time passwords, as the file writes it: base32, or an `otpauth://` address.
    pub one_time: Option<Password>,
    /// Notes, as UTF-8.
    pub notes: Option<SecretBytes>,
    /// The folder or group, outer ones first with `/` between; may be empty.
    pub folder: String,
    /// Everything else.
    pub further: Vec<Further>,
    /// What the file has besides and is not read, in words.
    pub unread: Vec<&'static str>,
}

impl Entry {
    /// An entry with nothing in it.
    pub(crate) fn at(place: Place) -> Self {
        Self {
            place,
            title: String::new(),
            addresses: Vec::new(),
            user_name: String::new(),
            password: None,
            one_time: None,
            notes: None,
            folder: String::new(),
            further: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Whether there is any secret that could be stored.
    pub(crate) fn has_secret(&self) -> bool {
        self.password.is_some() || self.one_time.is_some()
    }

    pub(crate) fn add_address(&mut self, address: String) -> Result<(), ImportError> {
        if !address.is_empty() && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
        match self.addresses.len() <= MOST_FIELDS {
            true => Ok(()),
            false => Err(ImportError::TooLong(self.place.clone(), "the list of addresses")),
        }
    }

    pub(crate) fn add_further(&mut self, name: &str, value: &str) -> Result<(), ImportError> {
        if value.is_empty() {
            return Ok(());
        }
        if name.is_empty() {
            self.unread.push("a field without a name");
            return Ok(());
        }
        if self.further.len() == MOST_FIELDS || name.len() > LONGEST_TEXT {
            return Err(ImportError::TooLong(self.place.clone(), "the list of further fields"));
        }
        let value = note(value).ok_or_else(|| ImportError::TooLong(self.place.clone(), "a further field"))?;
        self.further.push(Further {
            name: name.to_owned(),
            value,
        });
        Ok(())
    }
}

/// Text in locked memory that may be longer than a password; `None`: longer than anything that is read.
pub(crate) fn note(text: &str) -> Option<SecretBytes> {
    if text.len() > LONGEST_NOTE {
        return None;
    }
    let mut bytes = SecretBytes::zeroed(text.len());
    bytes.expose_mut().copy_from_slice(text.as_bytes());
    Some(bytes)
}

/// Something in a file that is no logon, and is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub what: &'static str,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its entries, in the file's order.
    pub entries: Vec<Entry>,
    /// What is no logon.
    pub left_out: Vec<LeftOut>,
}
