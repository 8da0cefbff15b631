//! The floor: a bare program, started anew for every form and waiting before the form shows.

mod program;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ExitCode, Stdio};

use countersign_tests::{Process, Session};

use super::form::{PASSWORD, USER, start_error};
use crate::bench::{BenchError, complain};

/// The name by which this program starts itself as the floor.
pub const NAME: &str = "fill-floor";

/// The program.
pub fn run() -> ExitCode {
    match program::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("floor: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Starts it and returns when it waits for a window called `title`.
pub fn start(session: &Session, title: &str) -> Result<Process, BenchError> {
    let program = std::env::current_exe().map_err(start_error("floor"))?;
    let mut command = session.command(program);
    command
        .args(["bench", NAME])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut floor = Process::adopt("floor", &mut command)?;
    if let Some(mut stdin) = floor.child().stdin.take() {
        stdin
            .write_all(format!("{title}\n{USER}\n{PASSWORD}\n").as_bytes())
            .map_err(start_error("floor"))?;
    }
    let mut ready = String::new();
    if let Some(stdout) = floor.child().stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut ready)
            .map_err(start_error("floor"))?;
    }
    if ready.trim() == "ready" {
        return Ok(floor);
    }
    Err(BenchError::NotReady {
        who: "the floor",
        why: "it ended before it was ready".to_owned(),
    })
}
