//! The pages of the windows.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::packages;
use crate::workspace::{root, step};

/// Has the pages checked and tested.
pub fn check() -> Result<()> {
    fetch()?;
    step("the pages: types", npm().args(["run", "--silent", "check"]))?;
    step("the pages: tests", npm().args(["run", "--silent", "test"]))
}

/// Builds the pages, which every build of the windows takes in.
pub fn build() -> Result<()> {
    fetch()?;
    step("building the pages", npm().args(["run", "--silent", "build"]))
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(root().join("ui")).stdin(std::process::Stdio::null());
    npm
}

/// What the pages are built with, as `package-lock.json` has it.
fn fetch() -> Result<()> {
    packages::ensure_windows()?;
    node()?;
    let ui = root().join("ui");
    if newer(
        &ui.join("package-lock.json"),
        &ui.join("node_modules/.package-lock.json"),
    ) {
        step(
            "fetching what the pages are built with",
            npm().args(["ci", "--silent", "--no-audit", "--no-fund"]),
        )?;
    }
    Ok(())
}

/// Whether `from` was written after `made`, or `made` is not there.
fn newer(from: &Path, made: &Path) -> bool {
    let written = |file: &Path| file.metadata().and_then(|facts| facts.modified()).ok();
    written(made).is_none_or(|made| written(from).is_none_or(|from| from > made))
}

/// The oldest Node.js that Vite runs on.
const NODE: u32 = 20;

fn node() -> Result<()> {
    let found = Command::new("node").arg("--version").output().ok();
    let said = found.map_or_else(String::new, |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    });
    let major = said
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|part| part.parse().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        Some::<u32>(_) => Err(Error::Node {
            found: said,
            wanted: NODE,
        }),
        None => Err(Error::Node {
            found: "none".to_owned(),
            wanted: NODE,
        }),
    }
}
