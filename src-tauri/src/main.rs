//! `countersign-windows`: what people see. A thin shell over the agent's protocol: started for a window, gone when the last one closes.

mod agent;
mod choosing;
mod commands;
mod environment;
mod failure;
mod follow;
mod importing;
mod page;
mod secrets;
mod shell;

use crate::page::{Opening, Page};
use clap::Parser;
use countersign_secret::{ZeroOnFree, harden_process};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

/// The windows of Countersign.
#[derive(Parser)]
#[command(name = "countersign-windows", version)]
struct Arguments {
    /// Which window.
    #[arg(value_enum, default_value_t = Page::Logons)]
    page: Page,
    /// What it is about: a logon's id, a window's number.
    argument: Option<String>,
}

fn main() -> ExitCode {
    // Before anything of the toolkit runs.
    if let Err(error) = environment::settle() {
        return said(&error);
    }
    let arguments = Arguments::parse();
    if let Err(error) = harden_process() {
        return said(&error);
    }
    match shell::run(Opening::new(arguments.page, arguments.argument)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => said(&error),
    }
}

#[expect(clippy::print_stderr, reason = "there is no window yet to say it in")]
fn said(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("countersign-windows: {error}");
    ExitCode::FAILURE
}
