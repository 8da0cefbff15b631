use countersign_tests::account::lab_password;

use crate::error::{Error, Result};

/// The run's secrets, long and random, so that finding one of them somewhere proves that it was written there.
#[derive(Debug)]
pub struct Secrets {
    /// Opens the vault.
    pub primary: String,
    /// Opens it when the primary password no longer does.
    pub passphrase: String,
    /// What the servers accept.
    pub right: String,
    /// What they do not.
    pub wrong: String,
}

impl Secrets {
    /// Makes them anew.
    pub fn make() -> Result<Self> {
        let words: Result<Vec<_>> = (0..5).map(|_| random(8)).collect();
        Ok(Self {
            primary: random(20)?,
            passphrase: words?.join(" "),
            right: lab_password()?,
            wrong: random(20)?,
        })
    }

    /// Each with its name.
    pub fn named(&self) -> [(&'static str, &str); 4] {
        [
            ("the vault's password", &self.primary),
            ("the passphrase", &self.passphrase),
            ("the stored password", &self.right),
            ("the stored wrong password", &self.wrong),
        ]
    }
}

fn random(length: usize) -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; length];
    let opened = std::fs::File::open("/dev/urandom");
    let read = opened.and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes));
    read.map_err(Error::file("read", "/dev/urandom"))?;
    Ok(bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .collect())
}
