use crate::pins::Pins;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// An exit as the settings name it, and what it may do.
#[derive(Clone, Debug)]
pub struct Exit {
    /// The folder of the site's exits.
    pub folder: PathBuf,
    /// The file's name in that folder.
    pub name: String,
    /// What the file is.
    pub form: Form,
    /// The files that may be loaded.
    pub pins: Pins,
    /// What to do where the kernel has no Landlock.
    pub confinement: Confinement,
    /// Whether it may open connections.
    pub network: Network,
    /// Files and folders it may read beside the system's programs and libraries: a list of words, say.
    pub reads: Vec<PathBuf>,
    /// How long it may take to start, and for each call.
    pub limit: Duration,
    /// The address space its process may have, in bytes.
    pub memory: u64,
}

impl Exit {
    /// A library with the C interface: two seconds a call, 512 MiB, no network, and not without Landlock.
    #[must_use]
    pub fn library(folder: impl Into<PathBuf>, name: impl Into<String>, pins: Pins) -> Self {
        Self {
            folder: folder.into(),
            name: name.into(),
            form: Form::Library,
            pins,
            confinement: Confinement::Require,
            network: Network::Forbidden,
            reads: Vec::new(),
            limit: Duration::from_secs(2),
            memory: 512 << 20,
        }
    }

    /// A program that speaks JSON, with the same limits.
    #[must_use]
    pub fn program(folder: impl Into<PathBuf>, name: impl Into<String>, pins: Pins) -> Self {
        Self {
            form: Form::Program,
            ..Self::library(folder, name, pins)
        }
    }
}

/// What the file of an exit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A shared library with the C interface.
    Library,
    /// A program, or a script with a `#!` line, that speaks JSON over its standard input and output.
    Program,
}

/// Whether an exit may run where the kernel has no Landlock (Linux before 5.13, or switched off).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confinement {
    /// It is refused.
    Require,
    /// It runs, and [`Confined::files`] says what holds.
    BestEffort,
}

/// Whether an exit may open connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// It ends where it tries.
    Forbidden,
    /// It may connect, not listen. For exits that tell another system of a change; the settings that allow it have to be signed.
    Allowed,
}

/// What holds an exit's process, as that process found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confined {
    /// What Landlock keeps it from. The system calls are filtered in any case: without that no exit runs.
    pub files: Files,
}

/// How far Landlock holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Files {
    /// Everything this version asks the kernel for: files, devices, TCP, signals.
    Held,
    /// Files are held; the kernel does not know some newer rights.
    Partly,
    /// The kernel has no Landlock: the exit reads whatever its user may. It still makes, empties and writes no file.
    Open,
}
