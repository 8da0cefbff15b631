//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The target folder: $CARGO_TARGET_DIR, else `target` in the repository.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// cargo, in the repository.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).stdin(std::process::Stdio::null());
    command
}

/// Runs a step, saying which; its output goes straight through.
pub fn step(title: &str, command: &mut Command) -> Result<()> {
    println!("── {title}");
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|source| Error::Start { program, source })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Step(title.to_owned()))
    }
}

/// True when a program of that name answers `--version`.
#[must_use]
pub fn answers(command: &mut Command) -> bool {
    let quiet = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null());
    quiet
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
