//! The package in a new Debian: what it depends on is there, it enrols, it fills, and taken out it leaves the machine secret alone.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::packages::{self, privileged};
use crate::workspace::{root, step};

/// Tries the package out in a system below this folder, which is removed if all is well, and returns the picture of its screen.
pub fn run(package: &Path, out: &Path) -> Result<PathBuf> {
    packages::ensure_trial()?;
    let (system, picture) = (out.join("debian"), out.join("screen.png"));
    let mut there = privileged("unshare")?;
    there
        .args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--propagation",
            "private",
            "--",
        ])
        .arg(root().join("packaging/try/debian.sh"))
        .args([package, &system, &picture]);
    step("trying it out in a new Debian", &mut there)?;
    let mut remove = privileged("rm")?;
    step(
        "removing that",
        remove.arg("-rf").arg(&system).arg(system.with_extension("log")),
    )?;
    Ok(picture)
}
