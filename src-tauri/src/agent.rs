//! The agent: asked over a connection for each question, and started where none runs.

use crate::failure::{Failure, Way};
use countersign_secret::Password;
use countersign_wire::{Client, Reply, Request, SocketPlace};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = concat!("countersign-windows ", env!("CARGO_PKG_VERSION"));
const AGENT: &str = "countersign-agent";
/// How long an agent may take until it answers.
const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// Asks, and waits for the answer.
pub(crate) fn ask(request: &Request, secrets: &[Password]) -> Result<(Reply, Vec<Password>), Failure> {
    let place = SocketPlace::from_environment()?;
    Ok(Client::connect(&place, PROGRAM)?.call(request, secrets)?)
}

/// Starts the agent, unless one runs, and waits until it answers: by the user's service manager where it knows it.
pub(crate) fn start() -> Result<(), Failure> {
    if ask(&Request::Status, &[]).is_ok() {
        return Ok(());
    }
    let by_service = Command::new("systemctl")
        .args(["--user", "start", "countersign.service"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !by_service {
        Command::new(program())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| {
                Failure::on_the_way(
                    Way::NotRunning,
                    format_args!("{AGENT} cannot be started: {error}"),
                    "have Countersign installed again: a part of it is missing",
                )
            })?;
    }
    wait()
}

/// Beside this program, where they are installed together, or wherever programs are.
fn program() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(AGENT));
    beside
        .filter(|file| file.exists())
        .unwrap_or_else(|| PathBuf::from(AGENT))
}

fn wait() -> Result<(), Failure> {
    let until = now() + STARTS_WITHIN;
    loop {
        match ask(&Request::Status, &[]) {
            Ok(_) => return Ok(()),
            Err(failure) if now() > until => return Err(failure),
            Err(_) => pause(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a window's own clock")]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits for another process that says nothing when it is ready"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}
