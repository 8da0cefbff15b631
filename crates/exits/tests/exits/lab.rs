//! Exits that are compiled while a test runs, from nothing but the documented interface.

use countersign_exits::{
    Change, ChangeExit, Confinement, Exit, ExitError, GeneratorExit, PasswordRules, Pins, Sha256, Wanted,
};
use countersign_secret::Password;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What tests count is the whole process's, so one of them counts at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A folder of exits. At its end nothing of them may be left.
pub struct Lab {
    folder: tempfile::TempDir,
    files: BTreeSet<PathBuf>,
    _alone: MutexGuard<'static, ()>,
}

/// The functions of an exit in C; what a test does not care about does nothing and returns zero.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub global: &'a str,
    pub init: &'a str,
    pub term: &'a str,
    pub before: &'a str,
    pub after: &'a str,
    pub generate: &'a str,
}

pub const QUIET: Source<'_> = Source {
    global: "",
    init: "",
    term: "",
    before: "",
    after: "",
    generate: "strcpy(szPassword, \"abc\");",
};

const INCLUDED: &str = "#define _GNU_SOURCE
#include \"ssod_exits.h\"
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
";

impl Lab {
    pub fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(children(), "");
        Self {
            folder: tempfile::tempdir().unwrap(),
            files: open_files(),
            _alone: alone,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Compiles a library that is both kinds of exit.
    pub fn library(&self, source: Source<'_>) -> Exit {
        let Source {
            global,
            init,
            term,
            before,
            after,
            generate,
        } = source;
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
        let path = self.folder().join("exit.c");
        std::fs::write(&path, text).unwrap();
        self.compiled(&path, &[])
    }

    /// Compiles a file.
    pub fn compiled(&self, source: &Path, options: &[&str]) -> Exit {
        let library = self.folder().join("exit.so");
        let said = Command::new("cc")
            .args(["-O0", "-w", "-shared", "-fPIC", "-I", &documented("")])
            .args(options)
            .arg("-o")
            .arg(&library)
            .arg(source)
            .output()
            .unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        Exit::library(self.folder(), "exit.so", pinned(&library))
    }

    pub fn program(&self, text: &str) -> Exit {
        let path = self.folder().join("exit");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Exit::program(self.folder(), "exit", pinned(&path))
    }

    pub fn change(&self, source: Source<'_>) -> ChangeExit {
        ChangeExit::open(self.library(source)).unwrap()
    }

    /// The number of the only process there is.
    pub fn child(&self) -> u32 {
        children().trim().parse().unwrap()
    }

    /// Waits until every process has ended.
    pub fn until_childless(&self) {
        while !children().is_empty() {
            std::thread::yield_now();
        }
    }

    pub fn generator(&self, source: Source<'_>) -> GeneratorExit {
        GeneratorExit::open(self.library(source)).unwrap()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(children(), "");
            assert_eq!(open_files(), self.files);
        }
    }
}

/// A file of `docs/exits/`.
pub fn documented(name: &str) -> String {
    format!("{}/../../docs/exits/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub fn pinned(path: &Path) -> Pins {
    Pins::from_iter([Sha256::of(&std::fs::read(path).unwrap())])
}

pub fn password(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

pub fn change(password: &Password) -> Change<'_> {
    Change {
        user: "ada",
        application: "Ledger",
        login: "a.l",
        password,
    }
}

pub fn wanted(size: u16) -> Wanted<'static> {
    Wanted {
        user: "ada",
        application: "Ledger",
        login: "a.l",
        rules: PasswordRules::default(),
        size,
    }
}

/// Asks about a password, and says what came of it.
pub fn before(exit: &mut ChangeExit) -> Result<(), ExitError> {
    let password = password("hunter2");
    exit.before(&change(&password)).map(drop)
}

/// Asks, changes, and tells.
pub fn after(exit: &mut ChangeExit) -> Result<(), ExitError> {
    let password = password("hunter2");
    let change = change(&password);
    exit.before(&change).unwrap().updated().map(drop)
}

/// An error that neither shows nor holds the password.
pub fn shown(error: &ExitError) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    shown
}

pub fn least_confined(exit: Exit) -> Exit {
    Exit {
        confinement: Confinement::BestEffort,
        ..exit
    }
}

/// The processes this one has started, by their numbers.
pub fn children() -> String {
    let own = std::process::id().to_string();
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap() {
        let process = process.unwrap();
        // One may end while it is looked at.
        let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        if parent.is_some_and(|parent| parent.trim() == own) {
            found.push(process.file_name().into_string().unwrap());
        }
    }
    found.join(" ")
}

fn open_files() -> BTreeSet<PathBuf> {
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    all.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok())
        .filter(|path| !path.starts_with("/proc"))
        .collect()
}
