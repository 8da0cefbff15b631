//! `cargo xtask`: the one developer entry.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks to the person who typed it"
)]

mod bench;
mod ci;
mod compile;
mod demo;
mod error;
mod install;
mod lab;
mod layout;
mod machine;
mod namespace;
mod package;
mod packages;
mod pages;
mod row;
mod run;
mod suites;
mod workspace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::compile::Profile;
use crate::error::Result;

/// Developer commands of Countersign.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Log on to three real applications on a desktop of its own, each accepted by its real counterpart.
    Demo(demo::Options),
    /// Log on to every application that there is a laboratory for, through the shipped templates, each accepted by its real counterpart.
    Lab(lab::Options),
    /// Start the agent of this tree on the current display.
    Run,
    /// Build the windows with their pages.
    Windows {
        /// For release.
        #[arg(long)]
        release: bool,
    },
    /// Build for release and install on this machine: programs, the agent's group and its machine secret, templates, session start.
    Install,
    /// Make a Debian package: programs, units, templates, completions, man pages.
    Package(package::Options),
    /// Check formatting, lints and dependencies, then run the test suites.
    Test {
        /// The slow suites too.
        #[arg(long)]
        all: bool,
    },
    /// Measure. With no name: list what can be measured.
    Bench {
        /// Which measurement.
        name: Option<String>,
        /// Write the figures to this file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        #[command(flatten)]
        options: bench::Options,
    },
    /// Everything the continuous integration checks: all suites, then a demo under trace.
    Ci,
    /// Run a command as the laboratory's ordinary user, where its accounts and servers are.
    Enter {
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Set up the mount namespace (started by the others, as root).
    #[command(hide = true)]
    Prepare(namespace::Preparation),
}

fn main() -> ExitCode {
    // What we build must be readable for the ordinary user of the laboratory, whatever the caller's mask.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    match carry_out(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode> {
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Lab(options) => lab::run(&options),
        Command::Run => run::run(),
        Command::Windows { release } => {
            let profile = if release { Profile::Release } else { Profile::Dev };
            println!("── {}", compile::windows(&compile::shown(profile)?).display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Install => install::run(),
        Command::Package(options) => package::run(&options),
        Command::Test { all } => suites::run(if all {
            suites::Extent::All
        } else {
            suites::Extent::Usual
        }),
        Command::Bench {
            name: Some(name),
            json,
            options,
        } if !options.here && !namespace::is_inside() => run::bench(&name, json.as_deref(), options),
        Command::Bench { name, json, options } => Ok(bench::run(name.as_deref(), json.as_deref(), &options)),
        Command::Ci => ci::run(),
        Command::Enter { command } => namespace::enter(namespace::Who::Ordinary, &command, &[]),
        Command::Prepare(preparation) => namespace::prepare(&preparation),
    }
}
