//! Counterparts that accept or refuse a logon, whose logs are the evidence; and directories.

mod directory;
mod door;
mod ftp;
pub mod hostile;
mod hsqldb;
mod kdc;
mod ldap;
mod port;
mod port389;
mod postgres;
pub mod relay;
pub mod samba;
pub mod slapd;
mod sshd;
pub mod tls;
mod web;

pub use directory::DirectoryServer;
pub use ftp::Ftp;
pub use hostile::Hostile;
pub use hsqldb::{Hsqldb, JAR as HSQLDB_JAR};
pub use kdc::Kdc;
pub use ldap::{Found, Login, Question, Scope, base64, from_base64};
pub use port::Port;
pub use port389::Port389;
pub use postgres::Postgres;
pub use relay::Relay;
pub use samba::Samba;
pub use slapd::{Slapd, SlapdOptions, SlapdPair};
pub use sshd::Sshd;
pub use web::Web;

use std::path::Path;

use crate::process::read_lossy;
use crate::{LabError, Process, Result};

/// What a counterpart wrote about one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It let the account in; the line of its log that says so.
    Accepted(String),
    /// It refused; the line that says so.
    Refused(String),
}

impl Verdict {
    /// The log's line.
    #[must_use]
    pub fn evidence(&self) -> &str {
        match self {
            Self::Accepted(line) | Self::Refused(line) => line,
        }
    }

    /// True when the account was let in.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

/// The part of a log that is not yet looked at.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    bytes: usize,
}

impl Unread {
    /// The next complete line for which `judge` finds a verdict.
    pub(crate) fn next(&mut self, log: &str, judge: impl Fn(&str) -> Option<Verdict>) -> Option<Verdict> {
        while let Some(rest) = log.get(self.bytes..) {
            let end = rest.find('\n')?;
            let line = rest.get(..end)?.trim_end();
            self.bytes += end + 1;
            if let Some(verdict) = judge(line) {
                return Some(verdict);
            }
        }
        None
    }
}

/// An error with its last words if a server has ended: its folder, with the log, goes with it.
fn must_serve(process: &mut Process, log: &Path) -> Result<()> {
    process.must_run().map_err(|error| {
        let said = read_lossy(log);
        let last = said.len().saturating_sub(2000);
        LabError::Tool {
            program: "the directory server".to_owned(),
            message: format!("{error}; it said: {}", said.get(last..).unwrap_or(&said).trim()),
        }
    })
}
