//! The laboratory's mount namespace: our own account files over the machine's, and an ordinary user.
//!
//! No user is added to the machine, nothing is installed for the servers, and everything is gone with the last
//! process inside.

mod accounts;
mod installed;
mod keeper;
mod outbox;
mod prepare;
mod reach;
mod reborn;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

use countersign_tests::account::{LAB_GID, LAB_UID, lab_folder};
use rustix::process::{getegid, geteuid};

use crate::error::{Error, Result};
use crate::packages::privileged;
use crate::workspace;

pub use outbox::Outbox;
pub use prepare::{Preparation, prepare};

/// Where the laboratory is mounted inside its namespace: below folders that only root may write on every machine.
pub const FOLDER: &str = "/run/countersign-lab";

/// As whom a command runs inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Who {
    /// As the ordinary user.
    Ordinary,
    /// As the caller, who may be root; for cargo, which starts each test binary as the ordinary user.
    Caller,
}

/// True when this process is inside the namespace.
#[must_use]
pub fn is_inside() -> bool {
    lab_folder().is_some()
}

/// User and group of the ordinary user: the caller, or the laboratory's account when the caller is root.
#[must_use]
pub fn ordinary() -> (u32, u32) {
    if geteuid().is_root() {
        (LAB_UID, LAB_GID)
    } else {
        (geteuid().as_raw(), getegid().as_raw())
    }
}

/// Runs a command inside a new namespace and waits for it.
pub fn enter(who: Who, command: &[OsString], environment: &[(&str, &str)]) -> Result<ExitCode> {
    let (uid, gid) = ordinary();
    let program = std::env::current_exe().map_err(Error::file("find", "xtask"))?;
    let mut outer = if geteuid().is_root() {
        Command::new("unshare")
    } else {
        privileged("unshare")?
    };
    outer.args(["--mount", "--propagation", "private", "--"]).arg(program);
    outer.args(["prepare", "--uid", &uid.to_string(), "--gid", &gid.to_string(), "--who"]);
    outer.arg(if who == Who::Ordinary { "ordinary" } else { "caller" });
    for path in reach() {
        outer.arg("--reach").arg(path);
    }
    if geteuid().is_root() {
        outer.envs(environment.iter().copied());
    } else {
        // sudo clears the environment: hand it over by hand. It holds no secrets of ours.
        let own = std::env::vars_os().map(|(name, value)| assignment(name, &value));
        let more = environment
            .iter()
            .map(|(name, value)| assignment(name.into(), value.as_ref()));
        for one in own.chain(more) {
            outer.arg("--environment").arg(one);
        }
    }
    outer.arg("--").args(command);
    let status = outer.status().map_err(|source| Error::Start {
        program: "unshare".to_owned(),
        source,
    })?;
    Ok(exit_code(status))
}

fn assignment(mut name: OsString, value: &OsStr) -> OsString {
    name.push("=");
    name.push(value);
    name
}

/// What the ordinary user must be able to reach: the repository, what was built, and cargo.
fn reach() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let folder =
        |variable: &str, usual: &str| std::env::var_os(variable).map_or_else(|| home.join(usual), PathBuf::from);
    let folders = [
        workspace::root(),
        workspace::target(),
        folder("CARGO_HOME", ".cargo"),
        folder("RUSTUP_HOME", ".rustup"),
    ];
    folders.into_iter().filter(|folder| folder.is_dir()).collect()
}

/// A child's end as our own.
#[must_use]
pub fn exit_code(status: ExitStatus) -> ExitCode {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
