//! Building what the laboratory runs.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::workspace::{cargo, step, target};
use crate::{packages, pages};

/// How the programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// For measurements.
    Release,
}

/// What people install.
const SHIPPED: [&str; 5] = [
    "countersign-agent",
    "countersign-cli",
    "countersign-directory",
    "countersign-identify",
    "countersign-exits",
];

const WINDOWS: &str = "countersign-windows";

/// Builds the agent and the command line, and returns the folder they are in. For measurements this program, too.
pub fn programs(profile: Profile) -> Result<PathBuf> {
    match profile {
        Profile::Dev => build(&SHIPPED, profile),
        Profile::Release => build(&[&SHIPPED[..], &["xtask"]].concat(), profile),
    }
}

/// The same, and the windows.
pub fn shipped(profile: Profile) -> Result<PathBuf> {
    pages::build()?;
    build(&[&SHIPPED[..], &[WINDOWS]].concat(), profile)
}

/// The programs for measurements, and the windows as tests drive them.
pub fn driven() -> Result<PathBuf> {
    pages::build()?;
    let mut command = cargo();
    command.args([
        "build",
        "--quiet",
        "--release",
        "--package",
        WINDOWS,
        "--features",
        "e2e",
    ]);
    step("building the windows", &mut command)?;
    programs(Profile::Release)
}

/// Builds the windows alone, and returns the folder they are in.
pub fn shown(profile: Profile) -> Result<PathBuf> {
    pages::build()?;
    build(&[WINDOWS], profile)
}

fn build(packages: &[&str], profile: Profile) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--quiet"]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    if profile == Profile::Release {
        command.arg("--release");
    }
    step("building the programs", &mut command)?;
    Ok(folder(profile))
}

/// Builds the program that speaks LDAP once more, with Kerberos binds.
pub fn kerberos() -> Result<()> {
    packages::ensure_kerberos()?;
    let mut command = cargo();
    command.args([
        "build",
        "--quiet",
        "--package",
        "countersign-directory",
        "--features",
        "gssapi",
    ]);
    step("building Kerberos binds", &mut command)
}

/// Builds this program, and the children it starts in measurements without an agent, and returns the folder it is in.
pub fn measurements() -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--release", "--package", "xtask"]);
    command.args(["--package", "countersign-directory", "--package", "countersign-exits"]);
    step("building the measurements", &mut command)?;
    Ok(folder(Profile::Release))
}

/// The folder of the built programs.
#[must_use]
pub fn folder(profile: Profile) -> PathBuf {
    target().join(match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    })
}

/// The agent's program in that folder.
#[must_use]
pub fn agent(folder: &Path) -> PathBuf {
    folder.join("countersign-agent")
}

/// The program that speaks LDAP for it in that folder.
#[must_use]
pub fn directory(folder: &Path) -> PathBuf {
    folder.join("countersign-directory")
}

/// The program that looks at undumpable processes for it in that folder.
#[must_use]
pub fn identify(folder: &Path) -> PathBuf {
    folder.join("countersign-identify")
}

/// The program that holds a password exit for it in that folder.
#[must_use]
pub fn exits(folder: &Path) -> PathBuf {
    folder.join("countersign-exits")
}

/// The windows' program in that folder, if it was built.
#[must_use]
pub fn windows(folder: &Path) -> PathBuf {
    folder.join("countersign-windows")
}

/// The command line's program in that folder.
#[must_use]
pub fn command_line(folder: &Path) -> PathBuf {
    folder.join("countersign")
}
