//! OpenLDAP's ldapsearch, fetching the same.

use std::process::{Command, Stdio};
use std::time::Duration;

use countersign_tests::servers::DirectoryServer;

use super::super::{BenchError, clock};
use super::directory::{Directory, PASSWORD, USER, wrong};

fn command(directory: &Directory, password: &std::path::Path) -> Command {
    let mut command = Command::new("ldapsearch");
    command
        .env("LDAPTLS_CACERT", directory.server.ca())
        .args(["-x", "-LLL", "-o", "ldif-wrap=no", "-H", &directory.server.url()])
        .args(["-D", &directory.server.bind_name(USER), "-y"])
        .arg(password)
        .args([
            "-b",
            &directory.dn(),
            "-s",
            "one",
            "(objectClass=countersignConfig)",
            "countersignData",
        ]);
    command
}

/// How long it takes, from its start to its end. Its output goes nowhere; how much that is was checked before.
pub fn fetch(directory: &Directory, password: &std::path::Path) -> Result<Duration, BenchError> {
    let begun = clock::now();
    let status = command(directory, password)
        .stdout(Stdio::null())
        .status()
        .map_err(wrong)?;
    let taken = clock::now().saturating_duration_since(begun);
    match status.success() {
        true => Ok(taken),
        false => Err(wrong("ldapsearch failed")),
    }
}

/// How many objects it brings.
pub fn count(directory: &Directory, password: &std::path::Path) -> Result<usize, BenchError> {
    let output = command(directory, password).output().map_err(wrong)?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter(|line| line.starts_with("dn: cn=template-")).count())
}

/// A file with the user's password, as ldapsearch wants it.
pub fn password_file(folder: &std::path::Path) -> Result<std::path::PathBuf, BenchError> {
    let path = folder.join("password");
    std::fs::write(&path, PASSWORD).map_err(wrong)?;
    Ok(path)
}
