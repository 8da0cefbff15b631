//! An external program that answers with a secret: JSON over standard input and output, in 2 seconds.

mod run;

use crate::encoding::base64;
use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource, SHORTEST_FACTOR};
use countersign_secret::SecretBytes;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The version of the protocol.
const VERSION: u32 = 1;
/// The longest sentence of a program that is passed on, in characters.
const LONGEST_SENTENCE: usize = 200;

/// A program of the organisation or the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
}

/// What it is asked.
#[derive(Serialize)]
struct Question {
    version: u32,
    purpose: Purpose,
    vault: VaultId,
}

/// What the answer is for.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    Enroll,
    Unlock,
}

/// What it answers.
#[derive(Deserialize)]
struct Answer<'a> {
    version: u32,
    #[serde(borrow)]
    secret: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
}

impl Program {
    /// The program at an absolute path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn ask(&self, purpose: Purpose, vault: VaultId) -> Result<SecretBytes, FactorError> {
        self.check()?;
        let question = Question {
            version: VERSION,
            purpose,
            vault,
        };
        let mut line = serde_json::to_vec(&question).map_err(|error| self.failed(error.to_string()))?;
        line.push(b'\n');
        let said = run::run(&self.path, &line).map_err(|error| self.told(error))?;
        self.read(said.expose())
    }

    fn read(&self, said: &[u8]) -> Result<SecretBytes, FactorError> {
        let unreadable = |why: &str| FactorError::Unreadable {
            source_name: self.name(),
            why: why.to_owned(),
        };
        // Where it breaks is said, not what is there: that may be the secret.
        let answer: Answer<'_> = serde_json::from_slice(said)
            .map_err(|error| unreadable(&format!("it is no answer in JSON (column {})", error.column())))?;
        if answer.version != VERSION {
            return Err(unreadable(&format!("its version is {}, not {VERSION}", answer.version)));
        }
        if let Some(error) = answer.error {
            let plain = error.chars().filter(|c| !c.is_control()).take(LONGEST_SENTENCE);
            return Err(self.failed(plain.collect()));
        }
        let text = answer.secret.ok_or_else(|| unreadable("it has no `secret`"))?;
        let secret = base64(&text).map_err(|_| unreadable("its `secret` is not base64"))?;
        match secret.expose().len() {
            found if found < SHORTEST_FACTOR => Err(FactorError::Short {
                source_name: self.name(),
                found,
                least: SHORTEST_FACTOR,
            }),
            _ => Ok(secret),
        }
    }

    /// Whether only the user or root can have put it there.
    fn check(&self) -> Result<(), FactorError> {
        let untrusted = |why: String| FactorError::Untrusted {
            source_name: self.name(),
            why,
        };
        if !self.path.is_absolute() {
            return Err(untrusted("its path has to be absolute".to_owned()));
        }
        let path = self.path.canonicalize().map_err(|error| FactorError::Unreachable {
            source_name: self.name(),
            why: error.to_string(),
        })?;
        // The folders above count too: whoever may rename there may exchange it.
        for place in path.ancestors() {
            let facts = std::fs::metadata(place).map_err(|error| untrusted(error.to_string()))?;
            let (owner, mode) = (facts.uid(), facts.mode());
            let own = owner == 0 || owner == rustix::process::getuid().as_raw();
            let sticky = facts.is_dir() && mode & 0o1000 != 0;
            if !own || (mode & 0o022 != 0 && !sticky) {
                return Err(untrusted(format!(
                    "others may write {} (owner {owner}, mode {:04o}); it must be yours or root's alone",
                    place.display(),
                    mode & 0o7777
                )));
            }
        }
        let facts = std::fs::metadata(&path).map_err(|error| untrusted(error.to_string()))?;
        if facts.is_file() {
            Ok(())
        } else {
            Err(untrusted("it is no file".to_owned()))
        }
    }

    fn failed(&self, why: String) -> FactorError {
        FactorError::Failed {
            source_name: self.name(),
            why,
        }
    }

    fn told(&self, fault: run::Fault) -> FactorError {
        let source_name = self.name();
        match fault {
            run::Fault::NotStarted(error) => FactorError::Unreachable {
                source_name,
                why: error.to_string(),
            },
            run::Fault::Broken(error) => self.failed(error.to_string()),
            run::Fault::Ended(status) => self.failed(status.to_string()),
            run::Fault::Late => FactorError::Late {
                source_name,
                seconds: run::LIMIT.as_secs(),
            },
            run::Fault::Flooded => FactorError::Flooded {
                source_name,
                most: run::MOST,
            },
        }
    }
}

impl FactorSource for Program {
    fn name(&self) -> String {
        let name = self.path.file_name().map_or(self.path.as_path(), Path::new);
        format!("the program {}", name.display())
    }

    fn set_up(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        let first = self.ask(Purpose::Enroll, vault)?;
        let again = self.ask(Purpose::Unlock, vault)?;
        if first.expose() == again.expose() {
            Ok(first)
        } else {
            Err(FactorError::Unsteady(self.name()))
        }
    }

    fn fetch(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        self.ask(Purpose::Unlock, vault)
    }

    /// A program keeps nothing for us.
    fn remove(&self, _: VaultId) -> Result<(), FactorError> {
        Ok(())
    }
}
