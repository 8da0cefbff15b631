//! The system's tools: mkfs, mount, umount.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, Stdio};

use crate::bench::BenchError;

/// An error of a step, which ends the benchmark: a harness that goes on after a failed step blames the stores for its own faults.
pub fn failed(what: &'static str) -> impl FnOnce(io::Error) -> BenchError {
    move |error| BenchError::Step {
        what,
        why: error.to_string(),
    }
}

/// Runs a tool and checks how it ended.
pub fn run(program: &'static str, arguments: &[&OsStr]) -> Result<(), BenchError> {
    let done = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(failed(program))?;
    if done.status.success() {
        return Ok(());
    }
    Err(BenchError::Step {
        what: program,
        why: format!("{}: {}", done.status, String::from_utf8_lossy(&done.stderr).trim()),
    })
}
