//! OpenLDAP's own tools as a second opinion: whoever looks with them sees what every client would.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::directory::DirectoryServer;
use crate::{LabError, Result};

/// As whom to bind. The password goes to the tools through a file that only the caller can read.
#[derive(Clone)]
pub struct Login {
    name: String,
    password: String,
}

impl Login {
    /// A name as a simple bind takes it, and the password.
    #[must_use]
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The entry itself.
    Base,
    /// What is directly below it.
    One,
    /// It and everything below.
    Tree,
}

/// A search.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where.
    pub base: &'a str,
    /// How far.
    pub scope: Scope,
    /// What.
    pub filter: &'a str,
    /// Which attributes; none for all of the user's attributes.
    pub attributes: &'a [&'a str],
}

impl<'a> Question<'a> {
    /// One entry with all it has.
    #[must_use]
    pub fn entry(dn: &'a str) -> Self {
        Self {
            base: dn,
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes: &[],
        }
    }

    /// Everything from here down.
    #[must_use]
    pub fn tree(base: &'a str, filter: &'a str) -> Self {
        Self {
            base,
            scope: Scope::Tree,
            filter,
            attributes: &[],
        }
    }
}

/// What a search found, as LDIF with each value on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found(pub String);

impl Found {
    /// The entries' names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.values("dn")
    }

    /// All values of an attribute. Values that are not plain text are in base64.
    #[must_use]
    pub fn values(&self, attribute: &str) -> Vec<&str> {
        let value = |line: &'_ str| -> Option<usize> {
            let (name, rest) = line.split_once(':')?;
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            name.eq_ignore_ascii_case(attribute)
                .then(|| line.len() - rest.trim_start().len())
        };
        let lines = self.0.lines();
        lines
            .filter_map(|line| value(line).and_then(|start| line.get(start..)))
            .collect()
    }

    /// The only value of an attribute in everything found.
    #[must_use]
    pub fn value(&self, attribute: &str) -> Option<&str> {
        match *self.values(attribute) {
            [value] => Some(value),
            _ => None,
        }
    }
}

/// Adds, changes and deletes as LDIF says.
pub(super) fn change(server: &(impl DirectoryServer + ?Sized), who: &Login, ldif: &str) -> Result<()> {
    tool(server, who, "ldapmodify", &["-a"], ldif).map(drop)
}

/// The same with a control, as `ldapmodify -e` takes it.
pub(super) fn change_with(
    server: &(impl DirectoryServer + ?Sized),
    who: &Login,
    control: &str,
    ldif: &str,
) -> Result<()> {
    tool(server, who, "ldapmodify", &["-a", "-e", control], ldif).map(drop)
}

/// Deletes an entry and what is below it.
pub(super) fn delete_tree(server: &(impl DirectoryServer + ?Sized), who: &Login, dn: &str) -> Result<()> {
    tool(server, who, "ldapdelete", &["-r", dn], "").map(drop)
}

/// Asks.
pub(super) fn search(server: &(impl DirectoryServer + ?Sized), who: &Login, question: &Question<'_>) -> Result<Found> {
    let scope = match question.scope {
        Scope::Base => "base",
        Scope::One => "one",
        Scope::Tree => "sub",
    };
    let mut words = vec!["-LLL", "-o", "ldif-wrap=no", "-E", "pr=500/noprompt"];
    words.extend(["-s", scope, "-b", question.base, question.filter]);
    words.extend(question.attributes);
    tool(server, who, "ldapsearch", &words, "").map(Found)
}

fn tool(
    server: &(impl DirectoryServer + ?Sized),
    who: &Login,
    program: &str,
    words: &[&str],
    input: &str,
) -> Result<String> {
    let start = |source| LabError::Start {
        program: program.to_owned(),
        source,
    };
    let mut password = tempfile::NamedTempFile::new().map_err(start)?;
    password.write_all(who.password.as_bytes()).map_err(start)?;
    let mut command = Command::new(program);
    command
        .args(["-H", &server.url(), "-x", "-D", &who.name, "-y"])
        .arg(password.path());
    command.args(["-o", "nettimeout=20"]).args(words);
    trusting(&mut command, server.ca());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut to) = child.stdin.take() {
        // It may refuse before it has read everything.
        let _refused_early = to.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(start)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(LabError::Ldap {
        program: program.to_owned(),
        code: output.status.code().unwrap_or(-1),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Has OpenLDAP's client library trust this certificate, and nothing of the machine's own configuration.
pub(super) fn trusting(command: &mut Command, ca: &Path) {
    command
        .env("LDAPCONF", "/dev/null")
        .env("LDAPTLS_CACERT", ca)
        .env("LDAPTLS_REQCERT", "demand");
}

/// Bytes as LDIF takes them after `::`.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for piece in bytes.chunks(3) {
        let byte = |place: usize| piece.get(place).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..=piece.len() {
            let value = (bits >> (18 - 6 * digit)) & 0x3f;
            text.extend(DIGITS.get(value as usize).copied().map(char::from));
        }
        text.extend(std::iter::repeat_n('=', 3 - piece.len()));
    }
    text
}

/// The bytes that LDIF shows after `::`; what is not base64 is left out.
#[must_use]
pub fn from_base64(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = (held << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from(held >> bits & 0xff));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for length in 0..9 {
            let bytes: Vec<u8> = (0..length).map(|number: u8| number.wrapping_mul(97) ^ 0xf3).collect();
            assert_eq!(from_base64(&base64(&bytes)), bytes);
        }
    }
}
