use std::path::{Path, PathBuf};

use crate::{LabError, Result};

/// The programs of this tree, as `cargo xtask test` built them beside the suites.
#[derive(Debug, Clone)]
pub struct Programs(PathBuf);

impl Programs {
    /// Finds them beside the running test.
    ///
    /// # Errors
    /// When they are not there: a test without them would prove nothing.
    pub fn built() -> Result<Self> {
        let own = std::env::current_exe().map_err(|source| LabError::File {
            action: "find",
            path: "the running test".into(),
            source,
        })?;
        // target/PROFILE/deps/TEST, or target/PROFILE/examples/EXAMPLE.
        let folder = own.parent().and_then(Path::parent).unwrap_or(Path::new("/")).to_owned();
        let programs = Self(folder);
        for program in [programs.agent(), programs.command_line(), programs.directory()] {
            if !program.is_file() {
                return Err(LabError::Tool {
                    program: program.display().to_string(),
                    message: "it is not built; run `cargo build -p countersign-agent -p countersign-cli -p countersign-directory`, or `cargo xtask test`, which does".to_owned(),
                });
            }
        }
        Ok(programs)
    }

    /// The agent.
    #[must_use]
    pub fn agent(&self) -> PathBuf {
        self.0.join("countersign-agent")
    }

    /// The command line.
    #[must_use]
    pub fn command_line(&self) -> PathBuf {
        self.0.join("countersign")
    }

    /// The program that speaks LDAP for the agent.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.0.join("countersign-directory")
    }
}
