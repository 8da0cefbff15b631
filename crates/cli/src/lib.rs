//! `countersign`: the command line of Countersign, as a library: for the program itself, and for what is generated from it.

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
use clap::{CommandFactory, Parser};
use countersign_secret::harden_process;
use failure::Failure;
use screen::Screen;
use std::process::ExitCode;

/// Does what this process's arguments say.
#[must_use]
pub fn run() -> ExitCode {
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

/// The commands and their arguments, for completions and man pages.
#[must_use]
pub fn command_line() -> clap::Command {
    Arguments::command()
}
