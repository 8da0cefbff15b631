//! The document as Bitwarden writes it, as far as it is of use.

use super::secret::Secret;
use crate::error::ImportError;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

/// The whole.
#[derive(Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) folders: Vec<Folder>,
    /// In the place of folders, in an organisation's export.
    #[serde(default)]
    pub(super) collections: Vec<Folder>,
    pub(super) items: Option<Vec<Item>>,
}

#[derive(Deserialize)]
pub(super) struct Folder {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    #[serde(rename = "type")]
    pub(super) kind: Option<u64>,
    pub(super) name: Option<String>,
    pub(super) notes: Option<Secret>,
    #[serde(rename = "folderId")]
    pub(super) folder: Option<String>,
    #[serde(rename = "collectionIds")]
    pub(super) collections: Option<Vec<String>>,
    pub(super) login: Option<Login>,
    pub(super) fields: Option<Vec<Field>>,
    #[serde(rename = "passwordHistory")]
    pub(super) older: Option<Vec<IgnoredAny>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) totp: Option<Secret>,
    pub(super) uris: Option<Vec<Uri>>,
    #[serde(rename = "fido2Credentials")]
    pub(super) passkeys: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
pub(super) struct Uri {
    pub(super) uri: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Field {
    pub(super) name: Option<String>,
    pub(super) value: Option<Secret>,
}

/// Reads JSON. What serde says of a mistake may repeat a value, so only its place is taken from there.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ImportError> {
    serde_json::from_str(text).map_err(|error| {
        let line = u64::try_from(error.line()).unwrap_or(u64::MAX).max(1);
        match error.classify() {
            Category::Eof => ImportError::Cut {
                line,
                what: "an object or a list has no end",
            },
            Category::Syntax | Category::Io => ImportError::Broken {
                line,
                what: format!("this is no JSON from column {} on", error.column()),
            },
            Category::Data => ImportError::Broken {
                line,
                what: format!(
                    "another kind of value than Bitwarden writes, before column {}",
                    error.column()
                ),
            },
        }
    })
}
