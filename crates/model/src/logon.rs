use crate::{Binding, FieldName, LogonId, PasswordJournal, TemplateId, Timestamp};
use countersign_secret::Password;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a field may be shown.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Shown in lists, usable in patterns as `{name}`.
    Plain,
    /// Never shown without re-authentication.
    #[default]
    Secret,
}

/// The values of a logon, in the template's order. All of them are sealed; `Plain` ones may be shown.
#[derive(Debug, Default)]
pub struct FieldValues(pub Vec<(FieldName, FieldKind, Password)>);

impl FieldValues {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &FieldName) -> Option<&Password> {
        self.0.iter().find(|(n, _, _)| n == name).map(|(_, _, value)| value)
    }

    /// The value of a field if it is a plain one.
    #[must_use]
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, kind, _)| n.as_str() == name && *kind == FieldKind::Plain)
            .map(|(_, _, value)| value.expose())
    }
}

/// A stored logon, opened.
#[derive(Debug)]
pub struct Logon {
    /// Its record.
    pub id: LogonId,
    /// The application template it is for.
    pub template: TemplateId,
    /// The user's own name for it, to tell several apart.
    pub label: String,
    /// Its values.
    pub fields: FieldValues,
    /// What it was saved for. Filled only where this still holds.
    pub binding: Binding,
    /// When it was last changed.
    pub changed: Timestamp,
    /// The change of its password, and the passwords of before.
    pub journal: PasswordJournal,
}
