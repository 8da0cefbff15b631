//! A domain as it is before any test: made once, then copied.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign_schema::{Server, render};
use rustix::fs::{FlockOperation, flock};

use super::{ADMIN_PASSWORD, BASE, REALM};
use crate::process::output;
use crate::{LabError, Result};

/// What an administrator grants: the very files of the documentation.
const PEOPLE: &str = include_str!("../../../../docs/admin/ad/people.sddl");
const VAULTS: &str = include_str!("../../../../docs/admin/ad/vaults.sddl");
const TOP: &str = include_str!("../../../../docs/admin/ad/configuration.sddl");
pub(super) const UNIT: &str = include_str!("../../../../docs/admin/ad/unit.sddl");

const CONTENT: &str = include_str!("content.py");
const HOST: &str = "dc1";

/// Samba's Python is Debian's, whatever else is on the path.
pub(super) const PYTHON: &str = "/usr/bin/python3";

/// The list without comments and line ends.
pub(super) fn sddl(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// The folder of a domain with the schema, the rules and the containers. It takes some 20 seconds the first time, and again when schema or
/// rules have changed.
pub(super) fn provisioned() -> Result<PathBuf> {
    let cache = target_folder()?.join("countersign-samba");
    std::fs::create_dir_all(&cache).map_err(file("make", &cache))?;
    let lock = cache.join("lock");
    let held = File::create(&lock).map_err(file("write", &lock))?;
    flock(&held, FlockOperation::LockExclusive).map_err(|error| file("lock", &lock)(error.into()))?;
    let folder = cache.join(format!("{:016x}", stamp()));
    if folder.is_dir() {
        return Ok(folder);
    }
    let new = tempfile::Builder::new().prefix("new.").tempdir_in(&cache);
    let new = new.map_err(file("make a folder in", &cache))?;
    make(new.path())?;
    // Whoever owns the target folder may delete it.
    let mut own = Command::new("chown");
    own.arg("-R")
        .arg(format!("--reference={}", cache.parent().unwrap_or(&cache).display()))
        .arg(new.path());
    output(&mut own)?;
    let new = new.keep();
    std::fs::rename(&new, &folder).map_err(file("rename", &new))?;
    Ok(folder)
}

/// What the domain is made from.
fn stamp() -> u64 {
    let mut hasher = DefaultHasher::new();
    let sources = [PEOPLE, VAULTS, TOP, CONTENT, ADMIN_PASSWORD, REALM, "2"];
    (sources, render(Server::ActiveDirectory)).hash(&mut hasher);
    hasher.finish()
}

fn make(folder: &Path) -> Result<()> {
    // In a network of its own: nobody answers what it looks up.
    let mut provision = Command::new("unshare");
    provision.args(["--net", "--", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""]);
    provision.args([PYTHON, "/usr/bin/samba-tool", "domain", "provision"]);
    provision.args([
        "--server-role=dc",
        "--dns-backend=NONE",
        "--domain=EXAMPLE",
        "--host-ip=127.0.0.1",
    ]);
    provision.args([
        format!("--realm={REALM}"),
        format!("--host-name={HOST}"),
        format!("--adminpass={ADMIN_PASSWORD}"),
    ]);
    provision.args([
        "--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb",
        "--option=server services=ldap, kdc, cldap",
    ]);
    provision.arg("--targetdir").arg(folder);
    output(&mut provision)?;
    let configuration = folder.join("etc/smb.conf");
    let mut text = std::fs::read_to_string(&configuration).map_err(file("read", &configuration))?;
    text = text.replacen("[global]", "[global]\n\tdsdb:schema update allowed = yes", 1);
    std::fs::write(&configuration, text).map_err(file("write", &configuration))?;
    let wanted = serde_json::json!({
        "configuration": configuration,
        "database": folder.join("private/sam.ldb"),
        "schema": render(Server::ActiveDirectory).replace("DC=X", BASE),
        "people": sddl(PEOPLE),
        "vaults": sddl(VAULTS),
        "top": sddl(TOP),
    });
    python(CONTENT, &wanted).map(drop)
}

/// Runs a script with this on its standard input.
pub(super) fn python(script: &str, wanted: &serde_json::Value) -> Result<String> {
    let start = |source| LabError::Start {
        program: PYTHON.to_owned(),
        source,
    };
    let mut command = Command::new(PYTHON);
    command
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut input) = child.stdin.take() {
        let _ended_early = input.write_all(wanted.to_string().as_bytes());
    }
    let answer = child.wait_with_output().map_err(start)?;
    if answer.status.success() {
        return Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned());
    }
    Err(LabError::Tool {
        program: PYTHON.to_owned(),
        message: String::from_utf8_lossy(&answer.stderr).trim().to_owned(),
    })
}

/// target, from target/PROFILE/deps/TEST or target/PROFILE/PROGRAM.
fn target_folder() -> Result<PathBuf> {
    let own = std::env::current_exe().map_err(file("find", Path::new("the running program")))?;
    let mut folders = own.ancestors().skip(1);
    let found = folders.find(|folder| !folder.ends_with("deps") && !folder.ends_with("examples"));
    let target = found.and_then(Path::parent).unwrap_or(Path::new("/var/tmp"));
    Ok(target.to_owned())
}

pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LabError {
    let path = path.to_owned();
    move |source| LabError::File { action, path, source }
}
