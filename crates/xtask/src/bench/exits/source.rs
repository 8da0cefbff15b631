//! Exits, compiled from C against nothing but the documented header.

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_exits::{Exit, Pins, Sha256};
use tempfile::TempDir;

use super::cases::Case;
use crate::bench::BenchError;
use crate::workspace::root;

/// What every exit may use.
const INCLUDED: &str = "#define _GNU_SOURCE
#include \"ssod_exits.h\"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
";

/// A folder of exits.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Result<Self, BenchError> {
        tempfile::tempdir().map(Self).map_err(|source| BenchError::File {
            path: std::env::temp_dir(),
            source,
        })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A sample of the documentation as a library.
    pub fn sample(&self, source: &str) -> Result<Exit, BenchError> {
        let name = format!("{source}.so");
        let documented = documented().join(source);
        self.compile(&["-shared", "-fPIC"], &[&documented], &name)?;
        self.pinned(&name, |folder, name, pins| Exit::library(folder, name, pins))
    }

    /// A sample of the documentation that is a program.
    pub fn script(&self, source: &str) -> Result<Exit, BenchError> {
        let (from, to) = (documented().join(source), self.path(source));
        std::fs::copy(from, &to).map_err(|source| BenchError::File { path: to, source })?;
        self.pinned(source, |folder, name, pins| Exit::program(folder, name, pins))
    }

    /// A library that is both kinds of exit and goes wrong where the case says.
    pub fn library(&self, case: &Case) -> Result<Exit, BenchError> {
        let Case {
            global,
            init,
            term,
            before,
            after,
            generate,
            ..
        } = case;
        let tell = "void *pCtxExit, const char *szSSOUserName, const char *szApplName, const char *szLoginName, \
                    const char *szPassword, char **pszExtra";
        let mut text = format!("{INCLUDED}\n{global}\n");
        for kind in ["Pwd", "Auto"] {
            text += &format!(
                "unsigned long ssod_Exit_{kind}_Init(void **ppCtxExit, unsigned long *pulExitVersion) {{ {init} return 0; }}\n\
                 unsigned long ssod_Exit_{kind}_Term(void **ppCtxExit) {{ {term} return 0; }}\n"
            );
        }
        text += &format!(
            "unsigned long ssod_Exit_PreSetPwd({tell}) {{ {before} return 0; }}\n\
             unsigned long ssod_Exit_PostSetPwd({tell}) {{ {after} return 0; }}\n\
             unsigned long ssod_Exit_PwdAutoGen(void *pCtxExit, const char *szSSOUserName, const SEOS_PASSWDRULES *pPwdRules, \
             const char *szApplName, const char *szLoginName, char *szPassword, int iPwdSize, char **pszExtra) \
             {{ {generate} return 0; }}\n"
        );
        let source = self.written("exit.c", &text)?;
        self.compile(&["-shared", "-fPIC"], &[&source], "exit.so")?;
        self.pinned("exit.so", |folder, name, pins| Exit::library(folder, name, pins))
    }

    /// Writes a source.
    pub fn written(&self, name: &str, text: &str) -> Result<PathBuf, BenchError> {
        let path = self.path(name);
        match std::fs::write(&path, text) {
            Ok(()) => Ok(path),
            Err(source) => Err(BenchError::File { path, source }),
        }
    }

    /// Has the compiler make one file of sources.
    pub fn compile(&self, options: &[&str], sources: &[&Path], name: &str) -> Result<(), BenchError> {
        let failed = |why: String| BenchError::Step {
            what: "compiling an exit (cc, of the package g++)",
            why,
        };
        let mut cc = Command::new("cc");
        // Without warnings: what is wrong here is wrong on purpose.
        cc.args(["-O2", "-w", "-I"]).arg(documented()).args(options);
        let said = cc.arg("-o").arg(self.path(name)).args(sources).output();
        let said = said.map_err(|error| failed(error.to_string()))?;
        match said.status.success() {
            true => Ok(()),
            false => Err(failed(String::from_utf8_lossy(&said.stderr).into_owned())),
        }
    }

    fn pinned(&self, name: &str, exit: impl FnOnce(&Path, &str, Pins) -> Exit) -> Result<Exit, BenchError> {
        let path = self.path(name);
        match Sha256::of_file(&path) {
            Ok(hash) => Ok(exit(self.0.path(), name, Pins::from_iter([hash]))),
            Err(source) => Err(BenchError::File { path, source }),
        }
    }
}

/// Where header and samples are.
pub fn documented() -> PathBuf {
    root().join("docs/exits")
}
