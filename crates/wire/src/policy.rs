use countersign_model::{Layer, Publisher, TemplateId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The password policy in force for an application.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// Its id: the name it is kept under.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub publisher: Publisher,
    /// Where it is from: a file's path, or a unit and its object.
    pub place: String,
    /// Who says that it counts.
    pub named_by: PolicyNamedBy,
    /// What it asks for.
    pub rules: Vec<PolicyRule>,
}

/// Who says which password policy counts.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyNamedBy {
    /// A template: the application's, or one that shares its logons.
    Template(TemplateId),
    /// The setting `password.policy`.
    Setting {
        /// The layer its value comes from.
        layer: Layer,
        /// The file or entry that says it; none for the built-in value.
        place: Option<String>,
    },
}

/// A rule of a password policy.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Where it stands in a policy, such as `length.min`.
    pub rule: String,
    /// What it asks for, in words.
    pub words: String,
}

impl fmt::Display for PolicyNamedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(id) => write!(f, "the template `{id}`"),
            Self::Setting { place: Some(place), .. } => write!(f, "the setting `password.policy` ({place})"),
            Self::Setting { place: None, .. } => f.write_str("the setting `password.policy`"),
        }
    }
}
