//! A file, its format, and what opens it.

use crate::csv::{self, ColumnNames};
use crate::entry::Contents;
use crate::error::ImportError;
use crate::limits::LONGEST_FILE;
use crate::{bitwarden, kdbx, text};
use countersign_secret::Password;
use serde::Serialize;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// CSV of Chrome, Edge and other browsers of that family.
    Chromium,
    /// CSV of Firefox.
    Firefox,
    /// CSV of KeePassXC.
    #[serde(rename = "keepassxc")]
    KeePassXc,
    /// CSV with columns of any names.
    Csv,
    /// JSON of Bitwarden.
    Bitwarden,
    /// A database of KeePass 2.35 and later, KeePassXC and others.
    Kdbx,
}

impl Format {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chrome or Edge (CSV)",
            Self::Firefox => "Firefox (CSV)",
            Self::KeePassXc => "KeePassXC (CSV)",
            Self::Csv => "CSV",
            Self::Bitwarden => "Bitwarden (JSON)",
            Self::Kdbx => "KDBX 4",
        }
    }
}

/// How a file is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Not at all: whoever reads it reads the passwords.
    None,
    /// With a password.
    Password,
    /// With a password, a key file, or both.
    PasswordOrKeyFile,
}

/// What opens a sealed file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys<'a> {
    /// Its password.
    pub password: Option<&'a Password>,
    /// The contents of its key file.
    pub key_file: Option<&'a [u8]>,
}

/// The bytes of a file, and what they are.
#[derive(Clone, Copy)]
pub struct File<'a> {
    bytes: &'a [u8],
    format: Format,
}

impl<'a> File<'a> {
    /// Recognises the format by how the file begins.
    ///
    /// # Errors
    /// [`ImportError::Unknown`], and everything that is wrong with the first line.
    pub fn recognised(bytes: &'a [u8]) -> Result<Self, ImportError> {
        bounded(bytes)?;
        let format = if kdbx::is_one(bytes) {
            Format::Kdbx
        } else {
            let text = text::of(bytes)?;
            match text.trim_start().chars().next() {
                None => return Err(ImportError::Empty),
                Some('{') => Format::Bitwarden,
                Some(_) => csv::recognise(text)?.ok_or(ImportError::Unknown)?,
            }
        };
        Ok(Self { bytes, format })
    }

    /// Takes the format as it is told.
    ///
    /// # Errors
    /// [`ImportError::Empty`] and [`ImportError::LargeFile`].
    pub fn told(bytes: &'a [u8], format: Format) -> Result<Self, ImportError> {
        bounded(bytes)?;
        Ok(Self { bytes, format })
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// How it is closed.
    ///
    /// # Errors
    /// Where that cannot be seen, and where nothing here opens it whatever the password.
    pub fn seal(&self) -> Result<Seal, ImportError> {
        match self.format {
            Format::Kdbx => kdbx::check(self.bytes).map(|()| Seal::PasswordOrKeyFile),
            Format::Bitwarden => bitwarden::seal(text::of(self.bytes)?),
            _ => Ok(Seal::None),
        }
    }

    /// Reads it. `named` are the columns of a CSV file as the user names them.
    ///
    /// # Errors
    /// Whatever is wrong with any of it; then there are no entries at all.
    pub fn read(&self, keys: Keys<'_>, named: &ColumnNames) -> Result<Contents, ImportError> {
        let contents = match self.format {
            Format::Kdbx => kdbx::read(self.bytes, keys)?,
            Format::Bitwarden => bitwarden::read(text::of(self.bytes)?, keys)?,
            csv => csv::read(text::of(self.bytes)?, csv, named)?,
        };
        match contents.entries.is_empty() && contents.left_out.is_empty() {
            true => Err(ImportError::Empty),
            false => Ok(contents),
        }
    }
}

fn bounded(bytes: &[u8]) -> Result<(), ImportError> {
    match bytes.len() {
        0 => Err(ImportError::Empty),
        1..=LONGEST_FILE => Ok(()),
        _ => Err(ImportError::LargeFile),
    }
}
