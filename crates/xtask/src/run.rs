//! Running the agent of this tree, and measurements.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::bench::{self, Place};
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

/// Runs a measurement where it belongs, with everything built for release.
pub fn bench(name: &str, json: Option<&Path>, options: bench::Options) -> Result<ExitCode> {
    let place = bench::place(name).unwrap_or(Place::Machine);
    let programs = match place {
        Place::Laboratory => {
            match name {
                "fill" => packages::ensure_forms()?,
                _ => packages::ensure()?,
            }
            match name {
                "footprint" => compile::driven()?,
                _ => compile::programs(Profile::Release)?,
            }
        }
        Place::Machine | Place::Mounts => compile::measurements()?,
    };
    let outbox = Outbox::new()?;
    let file = outbox.path("bench.json");
    let mut command: Vec<OsString> = vec![programs.join("xtask").into(), "bench".into(), name.into()];
    command.extend(["--json".into(), file.clone().into_os_string()]);
    command.extend(options.words().into_iter().map(OsString::from));
    let code = match place {
        Place::Laboratory => namespace::enter(Who::Ordinary, &command, &[])?,
        Place::Machine => start(Command::new("env"), &command)?,
        Place::Mounts => {
            let mut unshare = packages::privileged("unshare")?;
            unshare.args(["--mount", "--propagation", "private", "--"]);
            start(unshare, &command)?
        }
    };
    if let Some(wanted) = json.filter(|_| file.exists()) {
        outbox.deliver(&file, wanted)?;
    }
    Ok(code)
}

/// Has `command` carried out by a program that starts others.
fn start(mut by: Command, command: &[OsString]) -> Result<ExitCode> {
    let program = by.get_program().to_string_lossy().into_owned();
    let status = by.args(command).arg("--here").status();
    let status = status.map_err(|source| Error::Start { program, source })?;
    Ok(namespace::exit_code(status))
}
