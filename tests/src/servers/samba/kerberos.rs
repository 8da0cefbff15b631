use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{HOST_NAME, REALM};
use crate::servers::tls::write;
use crate::{LabError, Result};

/// A user's ticket. Programs that are to use it get [`Ticket::environment`].
#[derive(Debug, Clone)]
pub struct Ticket {
    configuration: PathBuf,
    cache: PathBuf,
}

impl Ticket {
    /// `KRB5_CONFIG` and `KRB5CCNAME`.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("KRB5_CONFIG", self.configuration.display().to_string()),
            ("KRB5CCNAME", format!("FILE:{}", self.cache.display())),
        ]
    }

    /// The credential cache's file.
    #[must_use]
    pub fn cache(&self) -> &Path {
        &self.cache
    }
}

/// Writes `krb5.conf`: nothing is looked up in DNS, where nobody knows this realm.
pub(super) fn configure(folder: &Path, address: &str) -> Result<()> {
    let text = format!(
        "[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n\
         \x20dns_canonicalize_hostname = false\n udp_preference_limit = 1\n\
         [realms]\n {REALM} = {{\n  kdc = {address}\n }}\n\
         [domain_realm]\n {HOST_NAME} = {REALM}\n {address} = {REALM}\n"
    );
    write(&folder.join("krb5.conf"), &text, 0o644)
}

pub(super) fn ticket(folder: &Path, name: &str, password: &str) -> Result<Ticket> {
    let ticket = Ticket {
        configuration: folder.join("krb5.conf"),
        cache: folder.join(format!("{name}.ccache")),
    };
    let start = |source| LabError::Start {
        program: "kinit".to_owned(),
        source,
    };
    let mut command = Command::new("kinit");
    command.arg(format!("{name}@{REALM}")).envs(ticket.environment());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut input) = child.stdin.take() {
        let _refused_early = writeln!(input, "{password}");
    }
    let answer = child.wait_with_output().map_err(start)?;
    if answer.status.success() {
        return Ok(ticket);
    }
    Err(LabError::Tool {
        program: "kinit".to_owned(),
        message: String::from_utf8_lossy(&answer.stderr).trim().to_owned(),
    })
}
