use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Who answers for a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publisher {
    /// Shipped with the package, in a folder only root can write.
    Package,
    /// From a repository, with no signature.
    Unsigned,
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Package => "package",
            Self::Unsigned => "unsigned",
        })
    }
}

/// What a logon was saved for, and what a window is: equal, or nothing is filled without asking.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Binding {
    /// Who publishes the template.
    pub publisher: Publisher,
    /// The executable, or for interpreters the script.
    ///
    /// `None`: not yet known, because the logon was stored before its application was ever seen. The first fill fixes it.
    pub executable: Option<PathBuf>,
}
