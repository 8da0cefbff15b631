//! `countersign`: the command line of Countersign.

mod agent;
mod arguments;
mod clock;
mod command;
mod decision;
mod failure;
mod find;
mod screen;
mod secrets;
mod terminal;
mod words;

use arguments::Arguments;
use clap::Parser;
use countersign_secret::{ZeroOnFree, harden_process};
use failure::Failure;
use screen::Screen;
use std::process::ExitCode;

/// Passwords pass through: whatever a library copied is wiped when it is freed.
#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    let hardened = harden_process();
    let arguments = Arguments::parse();
    let mut screen = Screen::new();
    let done = hardened
        .map_err(Failure::from)
        .and_then(|()| command::run(&arguments.command, &mut screen));
    match done {
        Ok(code) => ExitCode::from(code),
        // The reader has gone away (`countersign … | head`): nothing is left to be said.
        Err(Failure::Output(_)) => ExitCode::FAILURE,
        Err(failure) => {
            screen.fail(&failure, arguments.command.wants_json());
            ExitCode::from(failure.exit_code())
        }
    }
}
