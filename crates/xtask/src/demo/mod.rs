//! `cargo xtask demo`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::error::Result;

/// What the demo writes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the picture of the screen to this file.
    #[arg(long, value_name = "FILE")]
    screenshot: Option<PathBuf>,
    /// Run the agent at trace level and search everything it wrote for the secrets.
    #[arg(long)]
    trace: bool,
}

impl Options {
    /// A run under trace that writes nothing else.
    #[must_use]
    pub fn traced() -> Self {
        Self { trace: true, ..Self::default() }
    }
}

/// Runs the demo.
pub fn run(_options: &Options) -> Result<ExitCode> {
    println!("the demo is not there yet");
    Ok(ExitCode::FAILURE)
}
