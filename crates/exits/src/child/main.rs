//! `countersign-exits`: holds one exit of the site, in a process of its own.
//!
//! An exit is foreign code that is told passwords. Before any of it is loaded this process gives up what it will not need: its
//! environment, every open file, files and system calls, memory without end. It is told what to load on its standard input, answers on
//! its standard output, and finds the bytes to load, hashed and sealed by its caller, in place of its standard error.

mod calls;
mod confine;
mod fault;
mod guarded;
mod library;
mod pipes;
mod serve;

use countersign_exits::protocol::{Answer, ENDED_UNRUN, Fault, Launch, hear, say};
use countersign_exits::{Confined, Form};
use countersign_secret::{ZeroOnFree, harden_process};
use pipes::Pipes;
use std::io;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    // A panic is a lost exit, not a message to anybody.
    std::panic::set_hook(Box::new(|_| {}));
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> io::Result<()> {
    harden_process().map_err(io::Error::other)?;
    confine::stay_with_the_caller()?;
    let mut pipes = Pipes::take()?;
    let launch: Launch = hear(&mut pipes.input)?;
    // It is looked up where this process will soon have no way to, and then remembered.
    let _ = rustix::param::page_size();
    match confine::confine(&launch) {
        Ok(files) => say(&mut pipes.output, &Answer::Confined(Confined { files }))?,
        Err(why) => return say(&mut pipes.output, &Answer::Fault(Fault::NotConfined(why))),
    }
    match launch.form {
        Form::Library => serve::serve(&mut pipes, launch.kind),
        Form::Program => {
            // Only what fails comes back.
            let _ = pipes.become_program();
            std::process::exit(ENDED_UNRUN)
        }
    }
}
