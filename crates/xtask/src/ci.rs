//! What the continuous integration checks.

use std::process::ExitCode;

use crate::error::Result;
use crate::{demo, suites};

/// All suites, then a demo whose traces are searched for secrets.
pub fn run() -> Result<ExitCode> {
    let tested = suites::run(suites::Extent::All)?;
    if tested != ExitCode::SUCCESS {
        return Ok(tested);
    }
    demo::run(&demo::Options::traced())
}
