use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a text must look: `/…/` is a regular expression, a text with `*` or `?` a glob, anything else an exact text.
///
/// `{name}` stands for a plain (never a secret) field of the logon. `rules` gives it its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
