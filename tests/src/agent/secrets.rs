use std::path::{Path, PathBuf};

/// The password of a test's vault. No byte sequence of it is in any program.
pub const PASSWORD: &str = "Vhk2-prime-Zq97xWu";
/// The passphrase answer of a test's vault.
pub const PASSPHRASE: &str = "walrus tungsten october parsnip violin";
/// Settings under which key derivation costs little.
pub const SETTINGS: &str = "[unlock]\nkdf_memory_mib = 64\n";

/// Secrets in every form in which they could have been written down.
#[derive(Debug)]
pub struct Needles(Vec<(String, &'static str, Vec<u8>)>);

impl Needles {
    /// The forms of these secrets: bytes, UTF-16, hexadecimal and base64.
    #[must_use]
    pub fn of(secrets: &[&str]) -> Self {
        Self(secrets.iter().flat_map(|secret| forms(secret)).collect())
    }

    /// What is found in `bytes`, named.
    #[must_use]
    pub fn found(&self, bytes: &[u8]) -> Vec<String> {
        let holds = |needle: &[u8]| bytes.windows(needle.len().max(1)).any(|window| window == needle);
        let hits = self.0.iter().filter(|(_, _, needle)| holds(needle));
        hits.map(|(secret, form, _)| format!("{secret} as {form}")).collect()
    }

    /// What is found in the files below `folder`, with the file; and how many files were looked at.
    #[must_use]
    pub fn found_below(&self, folder: &Path) -> (Vec<String>, usize) {
        let files = files_below(folder);
        let hits = files.iter().flat_map(|(path, bytes)| {
            let hits = self.found(bytes).into_iter();
            hits.map(move |hit| format!("{}: {hit}", path.display()))
        });
        (hits.collect(), files.len())
    }
}

/// The files below `folder` and what is in them.
pub(super) fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        let Ok(facts) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if facts.is_dir() {
            open.extend(entries(&path));
        } else if facts.is_file()
            && let Ok(bytes) = std::fs::read(&path)
        {
            files.push((path, bytes));
        }
    }
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect()
}

fn forms(secret: &str) -> Vec<(String, &'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        ("bytes", bytes.to_vec()),
        ("UTF-16LE", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", secret.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("hex", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("a list of numbers", list(bytes).into_bytes()),
    ];
    // Inside a longer text base64 may begin at each of three places; only whole groups look the same everywhere.
    forms.extend((0..3).map(|skip| ("base64", base64(bytes.get(skip..).unwrap_or_default()))));
    forms
        .into_iter()
        .map(|(form, needle)| (secret.to_owned(), form, needle))
        .collect()
}

/// As `{:?}` shows bytes.
fn list(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks_exact(3);
    groups
        .map(|group| group.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte)))
        .flat_map(|bits| [18, 12, 6, 0].map(|shift| (bits >> shift) & 63))
        .filter_map(|index| ALPHABET.get(index).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let needles = Needles::of(&["correct horse battery"]);
        for text in [
            "log: correct horse battery!",
            "636F727265637420686F727365206261747465727900",
            "636f727265637420686f727365206261747465727900",
            "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5",
            "eGNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==",
            "eHhjb3JyZWN0IGhvcnNlIGJhdHRlcnk=",
            "[99, 111, 114, 114, 101, 99, 116, 32, 104, 111, 114, 115, 101, 32, 98, 97, 116, 116, 101, 114, 121]",
        ] {
            assert!(!needles.found(text.as_bytes()).is_empty(), "{text}");
        }
        let wide: Vec<u8> = "a correct horse battery"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(!needles.found(&wide).is_empty());
        assert!(needles.found(b"correct horse").is_empty());
    }
}
