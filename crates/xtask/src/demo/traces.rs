//! Searching everything a run wrote for its secrets.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use countersign_tests::account::lab_folder;
use rustix::process::geteuid;
use serde::Serialize;

use crate::demo::secrets::Secrets;
use crate::error::{Error, Result};

/// What the search looked at and found.
#[derive(Debug, Default, Serialize)]
pub struct Traces {
    files: usize,
    bytes: u64,
    hits: Vec<Hit>,
}

#[derive(Debug, Serialize)]
struct Hit {
    file: PathBuf,
    secret: &'static str,
    form: &'static str,
}

struct Needle {
    secret: &'static str,
    form: &'static str,
    bytes: Vec<u8>,
}

impl Traces {
    /// True when nothing was found where there was something to look at.
    pub fn is_clean(&self) -> bool {
        self.hits.is_empty() && self.files > 0
    }

    /// For people.
    pub fn print(&self) {
        println!(
            "searched {} files ({} bytes) for every secret as bytes, UTF-16, base64 and hex:",
            self.files, self.bytes
        );
        if self.hits.is_empty() {
            println!("   none found");
        }
        for hit in &self.hits {
            println!("   FOUND {} as {} in {}", hit.secret, hit.form, hit.file.display());
        }
    }
}

/// Searches the session's folder, the rest of the laboratory, and what the user left in the temporary folders.
pub fn search(session: &Path, secrets: &Secrets) -> Result<Traces> {
    let needles: Vec<_> = secrets
        .named()
        .into_iter()
        .flat_map(|(name, secret)| needles(name, secret))
        .collect();
    let mut traces = Traces::default();
    let mut open = vec![session.to_owned()];
    open.extend(lab_folder());
    open.extend(["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from));
    let mut seen = std::collections::HashSet::new();
    while let Some(path) = open.pop() {
        let Ok(facts) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        let ours = facts.uid() == geteuid().as_raw();
        if facts.is_dir() && seen.insert((facts.dev(), facts.ino())) {
            let entries = std::fs::read_dir(&path).into_iter().flatten();
            open.extend(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())));
        } else if facts.is_file() && ours && !is_given(&path) && seen.insert((facts.dev(), facts.ino())) {
            look(&path, &needles, &mut traces)?;
        }
    }
    Ok(traces)
}

/// The laboratory's own note of the password it made for the servers; no part of the run writes it.
fn is_given(path: &Path) -> bool {
    lab_folder().is_some_and(|lab| path == lab.join("password"))
}

fn look(path: &Path, needles: &[Needle], traces: &mut Traces) -> Result<()> {
    let content = std::fs::read(path).map_err(Error::file("read", path))?;
    traces.files += 1;
    traces.bytes += content.len() as u64;
    for needle in needles.iter().filter(|needle| holds(&content, &needle.bytes)) {
        traces.hits.push(Hit {
            file: path.to_owned(),
            secret: needle.secret,
            form: needle.form,
        });
    }
    Ok(())
}

fn holds(content: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return false };
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(needle) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

fn needles(secret: &'static str, text: &str) -> Vec<Needle> {
    let bytes = text.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        ("bytes", bytes.to_vec()),
        (
            "UTF-16 (little-endian)",
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "UTF-16 (big-endian)",
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
        ("hex", hex.clone().into_bytes()),
        ("hex", hex.to_uppercase().into_bytes()),
    ];
    // Inside a longer text base64 may start at each of three places; the ends depend on what surrounds the secret.
    forms.extend((0..3).map(|skip| ("base64", base64_core(bytes, skip))));
    forms
        .into_iter()
        .map(|(form, bytes)| Needle { secret, form, bytes })
        .collect()
}

/// The base64 letters that depend on `bytes` alone when they start `skip` bytes into a group of three. The secrets hold
/// no bytes whose letters differ between the alphabets.
fn base64_core(bytes: &[u8], skip: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = bytes.get((3 - skip) % 3..).unwrap_or_default();
    let groups = whole
        .chunks_exact(3)
        .map(|group| group.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte)));
    groups
        .flat_map(|bits| [18, 12, 6, 0].map(|shift| (bits >> shift) & 63))
        .filter_map(|index| ALPHABET.get(index).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form_and_anywhere() {
        let secret = "correct horse battery";
        let needles = needles("it", secret);
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let utf16: Vec<u8> = "xx"
            .encode_utf16()
            .chain(secret.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let places = [
            format!("log: {secret}!").into_bytes(),
            hex.into_bytes(),
            utf16,
            // base64 of the secret after nothing, one and two other bytes.
            b"Y29ycmVjdCBob3JzZSBiYXR0ZXJ5".to_vec(),
            b"eGNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==".to_vec(),
            b"eHhjb3JyZWN0IGhvcnNlIGJhdHRlcnk=".to_vec(),
        ];
        for place in places {
            assert!(
                needles.iter().any(|needle| holds(&place, &needle.bytes)),
                "{}",
                String::from_utf8_lossy(&place)
            );
        }
        assert!(!needles.iter().any(|needle| holds(b"correct horse", &needle.bytes)));
    }
}
