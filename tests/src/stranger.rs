//! Another user of the machine: programs that run with a user id and group that own nothing here.
//!
//! Root changes to that user himself; inside the laboratory's namespace the keeper does it.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::account::lab_folder;
use crate::{LabError, Result};

/// His user and group id.
pub const STRANGER: u32 = 65_533;

/// A program of his. Dropping it ends it.
#[derive(Debug)]
pub struct Stranger(Life);

#[derive(Debug)]
enum Life {
    Own(Child),
    Keepers(UnixStream),
}

impl Stranger {
    /// Starts a program as him, with this environment and no other.
    ///
    /// # Errors
    /// When the caller is neither root nor inside the namespace.
    pub fn start(program: &Path, words: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let mut all = vec!["env".to_owned(), "--ignore-environment".to_owned()];
        all.extend(environment.iter().map(|(name, value)| format!("{name}={value}")));
        all.push(program.display().to_string());
        all.extend(words.iter().map(|&word| word.to_owned()));
        let failed = |source| LabError::Start {
            program: program.display().to_string(),
            source,
        };
        if rustix::process::geteuid().is_root() {
            let mut command = command(&all);
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::inherit());
            return command.spawn().map(|child| Self(Life::Own(child))).map_err(failed);
        }
        let folder = lab_folder().ok_or(LabError::NoAccounts("a program of another user"))?;
        let asked = UnixStream::connect(folder.join("keeper/socket")).and_then(|mut keeper| {
            keeper.write_all(format!("stranger {}\n", all.join("\0")).as_bytes())?;
            Ok(keeper)
        });
        asked.map(|keeper| Self(Life::Keepers(keeper))).map_err(failed)
    }

    /// What it says next, as much as comes at once; nothing when it has ended.
    ///
    /// # Errors
    /// What the system says.
    pub fn says(&mut self) -> Result<String> {
        let mut bytes = vec![0; 64 * 1024];
        let read = match &mut self.0 {
            Life::Own(child) => child.stdout.as_mut().map_or(Ok(0), |stdout| stdout.read(&mut bytes)),
            Life::Keepers(keeper) => keeper.read(&mut bytes),
        };
        let length = read.map_err(|source| LabError::File {
            action: "read what was said by",
            path: "the stranger".into(),
            source,
        })?;
        Ok(String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).into_owned())
    }

    /// Ends it; what it had said that was not read yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn stopped(mut self) -> Result<String> {
        match &mut self.0 {
            Life::Own(child) => drop(child.kill()),
            Life::Keepers(keeper) => drop(keeper.shutdown(Shutdown::Write)),
        }
        self.all()
    }

    /// Everything it says to its end.
    ///
    /// # Errors
    /// What the system says.
    pub fn all(mut self) -> Result<String> {
        let mut all = String::new();
        loop {
            let more = self.says()?;
            if more.is_empty() {
                return Ok(all);
            }
            all += &more;
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        if let Life::Own(child) = &mut self.0 {
            let _ended_already = child.kill();
            let _gone = child.wait();
        }
    }
}

/// A command that runs as him; for root.
#[must_use]
pub fn command(words: &[String]) -> Command {
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={STRANGER}"))
        .arg(format!("--regid={STRANGER}"))
        .args([
            "--clear-groups",
            "--inh-caps=-all",
            "--bounding-set=-all",
            "--no-new-privs",
        ])
        .args(["--pdeathsig", "KILL", "--"])
        .args(words);
    command
}
