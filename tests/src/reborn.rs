//! Programs under the process number of one that has ended.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;

use crate::account::lab_folder;
use crate::{LabError, Result, Session};

/// A program of the session's under a number it was given. Dropping it ends it.
#[derive(Debug)]
pub struct Reborn {
    // It ends when this is closed.
    _keeper: UnixStream,
}

impl Reborn {
    /// Starts a program as process `number`, which has to be free. The laboratory's keeper does it: it takes root.
    ///
    /// # Errors
    /// Outside the laboratory's namespace, and when the number is in use.
    pub fn start(session: &Session, number: u32, program: &str, words: &[&str]) -> Result<Self> {
        let mut all = vec!["env".to_owned(), "--ignore-environment".to_owned()];
        all.extend(
            session
                .environment()
                .into_iter()
                .map(|(name, value)| format!("{name}={value}")),
        );
        all.extend([program].iter().chain(words).map(|&word| word.to_owned()));
        let failed = |source| LabError::Start {
            program: program.to_owned(),
            source,
        };
        let folder = lab_folder().ok_or(LabError::NoAccounts("a process number"))?;
        let mut answer = String::new();
        let asked = UnixStream::connect(folder.join("keeper/socket")).and_then(|mut keeper| {
            keeper.write_all(format!("reborn {number} {}\n", all.join("\0")).as_bytes())?;
            BufReader::new(&keeper).read_line(&mut answer)?;
            Ok(keeper)
        });
        let keeper = asked.map_err(failed)?;
        if answer.trim_end() == "ok" {
            return Ok(Self { _keeper: keeper });
        }
        Err(failed(std::io::Error::other(answer)))
    }
}
