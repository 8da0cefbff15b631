use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::account::lab_folder;
use crate::{LabError, Result};

/// The programs of this tree, as `cargo xtask test` built them beside the suites.
#[derive(Debug, Clone)]
pub struct Programs(PathBuf);

impl Programs {
    /// Finds them beside the running test or program. In the laboratory they are seen as if they were installed.
    ///
    /// # Errors
    /// When they are not there: a test without them would prove nothing.
    pub fn built() -> Result<Self> {
        let own = std::env::current_exe().map_err(|source| LabError::File {
            action: "find",
            path: "the running test".into(),
            source,
        })?;
        // target/PROFILE/deps/TEST, target/PROFILE/examples/EXAMPLE, or target/PROFILE/xtask.
        let folder = own.parent().unwrap_or(Path::new("/"));
        let is_below = folder.ends_with("deps") || folder.ends_with("examples");
        let folder = if is_below {
            folder.parent().unwrap_or(folder)
        } else {
            folder
        }
        .to_owned();
        let programs = Self(folder);
        for program in [
            programs.agent(),
            programs.command_line(),
            programs.directory(),
            programs.identify(),
            programs.exits(),
        ] {
            if !program.is_file() {
                return Err(LabError::Tool {
                    program: program.display().to_string(),
                    message: "it is not built; run `cargo build -p countersign-agent -p countersign-cli -p countersign-directory -p countersign-identify -p countersign-exits`, or `cargo xtask test`, which does".to_owned(),
                });
            }
        }
        match lab_folder() {
            Some(lab) => programs.installed(&lab.join("keeper/socket")),
            None => Ok(programs),
        }
    }

    /// Asks the keeper: a file gets its capability from root alone.
    fn installed(&self, keeper: &Path) -> Result<Self> {
        let error = |source| LabError::File {
            action: "ask the keeper at",
            path: keeper.to_owned(),
            source,
        };
        let mut asked = UnixStream::connect(keeper).map_err(error)?;
        writeln!(asked, "programs {}", self.0.display()).map_err(error)?;
        let mut answer = String::new();
        BufReader::new(asked).read_line(&mut answer).map_err(error)?;
        let answer = answer.trim_end();
        if answer.starts_with('/') {
            Ok(Self(answer.into()))
        } else {
            Err(LabError::Tool {
                program: "setcap".to_owned(),
                message: answer.to_owned(),
            })
        }
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

    /// The windows, built so that a test can drive them.
    #[must_use]
    pub fn windows(&self) -> PathBuf {
        self.0.join("windows/countersign-windows")
    }

    /// The program that looks at undumpable processes for the agent.
    #[must_use]
    pub fn identify(&self) -> PathBuf {
        self.0.join("countersign-identify")
    }

    /// The program that holds a password exit for the agent.
    #[must_use]
    pub fn exits(&self) -> PathBuf {
        self.0.join("countersign-exits")
    }

    /// The program that speaks LDAP for the agent.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.0.join("countersign-directory")
    }
}
