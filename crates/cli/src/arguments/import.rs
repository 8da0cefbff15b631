use super::{Format, assignment};
use clap::{Args, ValueEnum};
use countersign_import::Column;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Its format. Default: recognised by how the file begins.
    #[arg(long = "format", value_name = "FORMAT")]
    pub(crate) written_as: Option<ImportFormat>,
    /// What a column of a CSV file holds: `Login=username`. FIELD is title, url, username, password, totp, notes, folder, ignore, or a field
    /// of a template.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = mapping)]
    pub(crate) map: Vec<(String, Column)>,
    /// Which application entries are for: `3=org.example.Mail`. ENTRY is a number as the preview shows it, a title, or the host of an
    /// address; TEMPLATE a template's id or an application's name.
    #[arg(long, value_name = "ENTRY=TEMPLATE", value_parser = assigned)]
    pub(crate) assign: Vec<(String, String)>,
    /// Leaves entries out, named as for --assign.
    #[arg(long, value_name = "ENTRY")]
    pub(crate) skip: Vec<String>,
    /// The key file of a KDBX database.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The KDBX database has a key file and no password.
    #[arg(long, requires = "key_file")]
    pub(crate) no_password: bool,
    /// Only shows what would be done.
    #[arg(long, conflicts_with_all = ["yes", "delete"])]
    pub(crate) dry_run: bool,
    /// Do not ask first.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Deletes the file afterwards: without asking if everything in it is stored, and else only if you say so at a terminal. Default: you
    /// are asked at a terminal if everything in it is stored.
    #[arg(long)]
    pub(crate) delete: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// A format by the name of the program that wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// CSV of Chrome.
    Chrome,
    /// CSV of Edge.
    Edge,
    /// CSV of Firefox.
    Firefox,
    /// CSV of KeePassXC.
    #[value(name = "keepassxc")]
    KeePassXc,
    /// Any CSV whose first line names its columns.
    Csv,
    /// JSON of Bitwarden, plain or sealed with a password.
    Bitwarden,
    /// A KDBX 4 database.
    Kdbx,
}

impl From<ImportFormat> for countersign_import::Format {
    fn from(format: ImportFormat) -> Self {
        match format {
            ImportFormat::Chrome | ImportFormat::Edge => Self::Chromium,
            ImportFormat::Firefox => Self::Firefox,
            ImportFormat::KeePassXc => Self::KeePassXc,
            ImportFormat::Csv => Self::Csv,
            ImportFormat::Bitwarden => Self::Bitwarden,
            ImportFormat::Kdbx => Self::Kdbx,
        }
    }
}

fn mapping(text: &str) -> Result<(String, Column), String> {
    let (column, field) = assignment(text)?;
    match field.trim() {
        "" => Err("write it as COLUMN=FIELD".to_owned()),
        field => Ok((column, Column::named(field))),
    }
}

/// Titles may have a `=` in them, ids of templates have none.
fn assigned(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((entry, template)) if !entry.is_empty() && !template.is_empty() => {
            Ok((entry.to_owned(), template.to_owned()))
        }
        _ => Err("write it as ENTRY=TEMPLATE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_what_is_taken_apart() {
        assert_eq!(mapping("Login=username"), Ok(("Login".to_owned(), Column::UserName)));
        assert_eq!(
            mapping("Site=host"),
            Ok(("Site".to_owned(), Column::Further("host".to_owned())))
        );
        assert!(mapping("Login=").is_err() && mapping("=username").is_err() && mapping("x").is_err());
        assert_eq!(
            assigned("a=b=org.example.Mail"),
            Ok(("a=b".to_owned(), "org.example.Mail".to_owned()))
        );
        assert!(assigned("a=").is_err() && assigned("=a").is_err());
    }
}
