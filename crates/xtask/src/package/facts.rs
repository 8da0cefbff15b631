//! What a package is told about itself.

use std::process::Command;

use super::answer;
use crate::error::Result;
use crate::workspace::root;

/// Debian's edition of a version.
const EDITION: u32 = 1;

/// What stands in the package's control file and changelog.
#[derive(Debug)]
pub struct Facts {
    /// Its version.
    pub version: String,
    /// The kind of machine.
    pub architecture: String,
    /// Whoever builds it.
    pub maintainer: String,
    /// When the tree was committed, as changelogs write it.
    pub date: String,
    /// The same in seconds: every time in the package is this one.
    pub epoch: String,
}

impl Facts {
    /// Of this tree on this machine, built by git's user.
    pub fn of_this_tree() -> Result<Self> {
        let git = |words: &[&str]| answer(Command::new("git").arg("-C").arg(root()).args(words));
        let (name, address) = (git(&["config", "user.name"])?, git(&["config", "user.email"])?);
        Ok(Self {
            version: format!("{}-{EDITION}", env!("CARGO_PKG_VERSION")),
            architecture: answer(Command::new("dpkg").arg("--print-architecture"))?,
            maintainer: format!("{name} <{address}>"),
            date: git(&["log", "-1", "--format=%cD"])?,
            epoch: git(&["log", "-1", "--format=%ct"])?,
        })
    }
}
