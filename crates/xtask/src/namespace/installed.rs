//! This tree's programs as they are when they are installed: `countersign-identify` with its capability.
//!
//! A capability belongs to a file, and the target folder's files are not to have one: they are seen in a folder of the laboratory, and the
//! one file is a copy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::layout::IDENTIFY_CAPABILITY;
use crate::namespace::prepare::{make, mount};

/// What is beside each other when it is installed.
const PROGRAMS: [&str; 4] = [
    "countersign-agent",
    "countersign",
    "countersign-directory",
    "countersign-exits",
];
/// In a folder of their own, where only those find them that are about them.
const WINDOWS: &str = "countersign-windows";
const APART: &str = "windows";
const IDENTIFY: &str = "countersign-identify";

/// The folders that were made already, each with the one whose programs it shows.
static MADE: Mutex<Vec<(PathBuf, PathBuf)>> = Mutex::new(Vec::new());

/// The folder in which the programs of `built` are installed; `below` is the keeper's.
pub fn programs(built: &Path, below: &Path) -> Result<PathBuf, Error> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, folder)) = made.iter().find(|(of, _)| of == built) {
        return Ok(folder.clone());
    }
    let folder = below.join(format!("programs.{}", made.len()));
    make(&folder)?;
    for program in PROGRAMS {
        let place = folder.join(program);
        std::fs::write(&place, "").map_err(Error::file("make", &place))?;
        mount(&["--bind".as_ref(), built.join(program).as_os_str(), place.as_os_str()])?;
    }
    if built.join(WINDOWS).exists() {
        let apart = folder.join(APART);
        make(&apart)?;
        let place = apart.join(WINDOWS);
        std::fs::write(&place, "").map_err(Error::file("make", &place))?;
        mount(&["--bind".as_ref(), built.join(WINDOWS).as_os_str(), place.as_os_str()])?;
    }
    let place = folder.join(IDENTIFY);
    std::fs::copy(built.join(IDENTIFY), &place).map_err(Error::file("copy", &place))?;
    let mut setcap = Command::new("setcap");
    setcap.arg(IDENTIFY_CAPABILITY).arg(&place).stdin(Stdio::null());
    let status = setcap.status().map_err(|source| Error::Start {
        program: "setcap".to_owned(),
        source,
    })?;
    if !status.success() {
        return Err(Error::Step(format!("setcap {IDENTIFY_CAPABILITY} {}", place.display())));
    }
    made.push((built.to_owned(), folder.clone()));
    Ok(folder)
}
