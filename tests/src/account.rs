//! Who the laboratory's programs run as.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{getegid, geteuid};

use crate::{LabError, Result};

/// The user id of the laboratory's account when the caller is root. It is never added to the machine.
pub const LAB_UID: u32 = 59_417;
/// Its group.
pub const LAB_GID: u32 = 59_417;
/// `nobody`: who programs run as when the caller is root and outside the namespace, where the account is not known.
/// The bus daemon serves no one whom the user database does not know.
const NOBODY: u32 = 65_534;
/// The name under which the account is known inside the laboratory, and to the servers.
pub const LAB_NAME: &str = "demo";
/// The file of its password in the laboratory's folder.
pub const LAB_PASSWORD: &str = "password";
/// More accounts of the same user, whose passwords tests change, each its own. `NAME.password` is the file of the one it has at first.
pub const CHANGING_NAMES: [&str; 2] = ["changer", "changer-killed"];
/// Set inside the laboratory's mount namespace: the folder that only exists there.
pub const LAB_VARIABLE: &str = "COUNTERSIGN_LAB";

/// The ordinary user as whom the laboratory's programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl Account {
    /// The caller; when the caller is root, the laboratory's account, or `nobody` outside its namespace.
    #[must_use]
    pub fn ordinary() -> Self {
        let uid = geteuid();
        if uid.is_root() && lab_folder().is_none() {
            Self {
                uid: NOBODY,
                gid: NOBODY,
            }
        } else if uid.is_root() {
            Self {
                uid: LAB_UID,
                gid: LAB_GID,
            }
        } else {
            Self {
                uid: uid.as_raw(),
                gid: getegid().as_raw(),
            }
        }
    }

    /// A command that runs as this account.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        if !geteuid().is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={}", self.uid))
            .arg(format!("--regid={}", self.gid));
        command
            .args(["--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"])
            .arg(program);
        command
    }

    /// Gives a file or folder to this account.
    pub fn own(&self, path: &Path) -> Result<()> {
        if !geteuid().is_root() {
            return Ok(());
        }
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).map_err(|source| LabError::File {
            action: "change the owner of",
            path: path.to_owned(),
            source,
        })
    }
}

/// The folder of the mount namespace, when we are in it.
#[must_use]
pub fn lab_folder() -> Option<PathBuf> {
    std::env::var_os(LAB_VARIABLE).map(PathBuf::from)
}

/// The password with which the servers accept the account [`LAB_NAME`]; made anew for each namespace.
pub fn lab_password() -> Result<String> {
    password(LAB_PASSWORD)
}

/// The password one of [`CHANGING_NAMES`] has at first; made anew for each namespace.
pub fn changing_password(name: &str) -> Result<String> {
    password(&format!("{name}.password"))
}

fn password(file: &str) -> Result<String> {
    let folder = lab_folder().ok_or(LabError::NoAccounts("this server"))?;
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).map_err(|source| LabError::File {
        action: "read",
        path,
        source,
    })?;
    Ok(text.trim_end().to_owned())
}
