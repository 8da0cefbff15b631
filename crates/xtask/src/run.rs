//! Running the agent of this tree, and measurements.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::compile::{self, Profile};
use crate::error::{Error, Result};
use crate::namespace::{self, Outbox, Who};
use crate::{packages, workspace};

/// Starts the agent of this tree on the current display and stays with it.
pub fn run() -> Result<ExitCode> {
    let programs = compile::programs(Profile::Dev)?;
    println!(
        "── countersign-agent on display {}",
        std::env::var("DISPLAY").unwrap_or_else(|_| "(none)".to_owned())
    );
    println!("   the command line is {}", compile::command_line(&programs).display());
    let agent = compile::agent(&programs);
    let mut command = Command::new(&agent);
    command.arg("--package-dir").arg(workspace::root());
    let program = agent.display().to_string();
    let status = command.status().map_err(|source| Error::Start { program, source })?;
    Ok(namespace::exit_code(status))
}

/// Runs a measurement in the laboratory, with everything built for release.
pub fn bench(name: &str, json: Option<&Path>) -> Result<ExitCode> {
    packages::ensure()?;
    let programs = compile::programs(Profile::Release)?;
    let outbox = Outbox::new()?;
    let file = outbox.path("bench.json");
    let mut command: Vec<OsString> = vec![programs.join("xtask").into(), "bench".into(), name.into()];
    command.extend(["--json".into(), file.clone().into_os_string()]);
    let code = namespace::enter(Who::Ordinary, &command, &[])?;
    if let Some(wanted) = json {
        outbox.deliver(&file, wanted)?;
    }
    Ok(code)
}
