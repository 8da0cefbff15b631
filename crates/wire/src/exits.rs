//! What is told of password exits.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A password exit that the settings name.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitReport {
    /// Its file's name.
    pub name: String,
    /// What it is asked for.
    pub role: ExitRole,
    /// Where the file is.
    pub file: PathBuf,
    /// The file's SHA-256, 64 hexadecimal digits; none: it cannot be read.
    pub sha256: Option<String>,
    /// Whether it may open connections.
    pub network: bool,
    /// What holds its process; none: it cannot be loaded.
    pub held: Option<ExitHeld>,
    /// Why it cannot be loaded, and what to do.
    pub problem: Option<String>,
}

/// What an exit is for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitRole {
    /// It is asked about new passwords and told of them.
    Change,
    /// It makes them.
    Generate,
}

/// How far an exit's process is held. Its system calls are filtered in any case.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitHeld {
    /// From files, devices, connections and signals.
    Held,
    /// The same, as far as an older kernel knows of it.
    Partly,
    /// It may read whatever its user may.
    Open,
}
