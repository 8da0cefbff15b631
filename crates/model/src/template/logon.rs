//! What is stored for an application, and who may use its template.

use super::behaviour::yes;
use crate::{FieldKind, FieldName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which of the organisation's groups may use a template (`[access]`). A convenience for publishers, not a secret: whoever can read the
/// template can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Members of one of these groups; none named: everybody.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Members of these groups may not, whatever else they are in.
    #[serde(default)]
    pub deny: Vec<String>,
}

impl Access {
    /// Whether a member of these groups may use it. Names are compared without regard to case.
    #[must_use]
    pub fn admits(&self, groups: &[String]) -> bool {
        let member = |named: &String| groups.iter().any(|group| group.to_lowercase() == named.to_lowercase());
        !self.deny.iter().any(member) && (self.allow.is_empty() || self.allow.iter().any(member))
    }
}

/// What is stored for an application (`[logon]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogonSpec {
    /// The fields, in order.
    pub fields: Vec<FieldName>,
    /// More about single fields.
    #[serde(default)]
    pub field: BTreeMap<FieldName, FieldSpec>,
    /// Applications of one group share their logons: what is changed for one is changed for all of the same publisher.
    #[serde(default)]
    pub group: Option<String>,
    /// The password policy that passwords are made and judged by.
    #[serde(default)]
    pub policy: Option<String>,
    /// Whether several logons may be stored.
    #[serde(default = "yes")]
    pub multiple: bool,
    /// Whether users are asked for it together with others at first use.
    #[serde(default)]
    pub bulk_add: bool,
    /// Whether users may see their own secrets. The setting `reveal.allowed` must allow it as well.
    #[serde(default = "yes")]
    pub reveal: bool,
}

impl Default for LogonSpec {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            field: BTreeMap::new(),
            group: None,
            policy: None,
            multiple: true,
            bulk_add: false,
            reveal: true,
        }
    }
}

/// More about one field (`[logon.field.NAME]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// What people call it.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it may be shown. Default: `username` is plain, everything else secret.
    #[serde(default)]
    pub kind: Option<FieldKind>,
    /// Whether it is hidden while it is typed in. Default: secret fields are.
    #[serde(default)]
    pub mask: Option<bool>,
    /// Whether a logon is not stored without it.
    #[serde(default)]
    pub required: bool,
    /// What a plain field holds where the user gives nothing.
    #[serde(default)]
    pub default: Option<String>,
    /// Where the value comes from when the form is filled, instead of being stored.
    #[serde(default)]
    pub rule: Option<FieldRule>,
    /// Whose value it is.
    #[serde(default)]
    pub scope: FieldScope,
    /// The most characters it may have.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// It is a one-time password: stored is the key, filled in the code of the moment.
    #[serde(default)]
    pub totp: Option<TotpSpec>,
}

/// Where a field's value comes from when the form is filled: a table with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FieldRule {
    /// A variable of the agent's environment, such as `USER`.
    Environment(String),
    /// An attribute of the user's own entry in the directory, such as `mail`: its first value, as it was when the directory was asked last.
    Directory(String),
}

/// Whose value a field has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldScope {
    /// The user's own.
    #[default]
    User,
    /// Everybody's: `default`, and nobody is asked for it.
    Global,
}

/// A time-based one-time password (RFC 6238; `[logon.field.NAME.totp]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TotpSpec {
    /// How many digits, 6 to 8.
    pub digits: u32,
    /// How many seconds a code lasts, 15 to 300.
    pub period: u32,
    /// The hash.
    pub algorithm: TotpAlgorithm,
}

impl Default for TotpSpec {
    fn default() -> Self {
        Self {
            digits: 6,
            period: 30,
            algorithm: TotpAlgorithm::Sha1,
        }
    }
}

/// The hash of a one-time password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TotpAlgorithm {
    /// SHA-1, as nearly every service uses it.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl FieldSpec {
    /// Whether its value is known without the user and never stored.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.scope == FieldScope::Global || self.rule.is_some()
    }
}

impl LogonSpec {
    /// The field that is the logon's password: `password`, or else the first secret one that the user gives and that is no key of one-time
    /// passwords. Changes of passwords are changes of this one.
    #[must_use]
    pub fn password(&self) -> Option<&FieldName> {
        let is_one = |name: &&FieldName| self.kind(name) == FieldKind::Secret && self.spec(name).totp.is_none();
        let named = self.own().find(|name| name.as_str() == "password");
        named.filter(is_one).or_else(|| self.own().find(is_one))
    }

    /// Whether a field may be shown.
    #[must_use]
    pub fn kind(&self, name: &FieldName) -> FieldKind {
        let default = if name.as_str() == "username" {
            FieldKind::Plain
        } else {
            FieldKind::Secret
        };
        self.field.get(name).and_then(|spec| spec.kind).unwrap_or(default)
    }

    /// What is said about a field, or what holds where nothing is.
    #[must_use]
    pub fn spec(&self, name: &FieldName) -> FieldSpec {
        self.field.get(name).cloned().unwrap_or_default()
    }

    /// Whether a field is hidden while it is typed in.
    #[must_use]
    pub fn masks(&self, name: &FieldName) -> bool {
        let mask = self.field.get(name).and_then(|spec| spec.mask);
        mask.unwrap_or(self.kind(name) == FieldKind::Secret)
    }

    /// The fields the user gives, in order: all that are not given by a rule or for everybody.
    pub fn own(&self) -> impl Iterator<Item = &FieldName> {
        let given = |name: &FieldName| self.field.get(name).is_some_and(FieldSpec::is_given);
        self.fields.iter().filter(move |name| !given(name))
    }
}
