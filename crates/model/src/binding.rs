use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// Who answers for a template.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publisher {
    /// Signed by a publisher the organisation's root names. He may change his key; his name stays.
    Signed {
        /// The organisation.
        organisation: String,
        /// The publisher's name on its list.
        name: String,
    },
    /// Shipped with the package, in a folder only root can write.
    Package,
    /// From a repository, with no signature.
    Unsigned,
    /// The same, on another machine: nobody here has agreed to it. Only what is saved can be so, never what asks.
    UnsignedElsewhere,
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed { organisation, name } => write!(f, "{name} of {organisation}"),
            Self::Package => f.write_str("package"),
            Self::Unsigned => f.write_str("unsigned"),
            Self::UnsignedElsewhere => f.write_str("unsigned, on another machine"),
        }
    }
}

/// What a logon was saved for, and what a window is: equal, or nothing is filled without asking.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Binding {
    /// Who publishes the template.
    pub publisher: Publisher,
    /// The executable, or for interpreters the script.
    ///
    /// `None`: not yet known, because the logon was stored before its application was ever seen. The first fill fixes it.
    pub executable: Option<PathBuf>,
}
