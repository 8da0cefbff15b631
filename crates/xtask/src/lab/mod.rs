//! `cargo xtask lab`: every application that Countersign's own templates are tried on, one after the other on one desktop.

mod report;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Package};
use countersign_tests::applications::{TRIALS, Trial};

use crate::compile::{self, Profile};
use crate::error::{Error, Result};
use crate::namespace::{self, Outbox, Who};
use crate::packages;
use crate::row::Row;
use report::Report;

/// What the laboratory does and writes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only applications whose name or toolkit holds this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Runs it: builds and enters the laboratory, or, inside it, logs on.
pub fn run(options: &Options) -> Result<ExitCode> {
    if namespace::is_inside() {
        log_on(options)
    } else {
        from_outside(options)
    }
}

fn from_outside(options: &Options) -> Result<ExitCode> {
    packages::ensure_big()?;
    compile::programs(Profile::Dev)?;
    let outbox = Outbox::new()?;
    let json = outbox.path("lab.json");
    let program = std::env::current_exe().map_err(Error::file("find", "xtask"))?;
    let mut command: Vec<OsString> = vec![program.into(), "lab".into(), "--json".into(), json.clone().into()];
    if let Some(only) = &options.only {
        command.extend(["--only".into(), only.into()]);
    }
    let code = namespace::enter(Who::Ordinary, &command, &[])?;
    if let Some(wanted) = options.json.as_ref().filter(|_| json.exists()) {
        outbox.deliver(&json, wanted)?;
        println!("   the figures: {}", wanted.display());
    }
    Ok(code)
}

fn log_on(options: &Options) -> Result<ExitCode> {
    let session = Session::start()?;
    // The same logon may be wanted by several programs within seconds here.
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[loop]\nfills = 20\n")?;
    let package = Package::shipped(&session)?;
    let agent = Agent::start(&session, &package)?.enrolled()?;
    let wanted = |trial: &&Trial| {
        let text = options.only.as_deref().unwrap_or_default();
        trial.application.contains(text) || trial.toolkit.contains(text)
    };
    let mut report = Report::default();
    for trial in TRIALS.iter().filter(wanted) {
        let row = row(trial, &session, &agent);
        println!("   {}", row.line());
        report.rows.push(row);
    }
    report.print();
    if let Some(path) = &options.json {
        report.save(path)?;
    }
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One application. What keeps it from being logged on to is its row, not the end of the others.
fn row(trial: &Trial, session: &Session, agent: &Agent<'_>) -> Row {
    let empty = Row {
        application: trial.application,
        toolkit: trial.toolkit,
        method: "none".to_owned(),
        filled_ms: None,
        submitted_ms: None,
        accepted: false,
        evidence: String::new(),
    };
    match trial.log_on(session, agent) {
        Ok(done) => Row {
            method: done.method,
            filled_ms: done.filled_ms,
            submitted_ms: done.submitted_ms,
            accepted: done.verdict.is_accepted(),
            evidence: done.verdict.evidence().to_owned(),
            ..empty
        },
        Err(error) => {
            eprintln!("{}: {error}", trial.application);
            let told = error.to_string();
            Row {
                evidence: told.lines().next().unwrap_or_default().to_owned(),
                ..empty
            }
        }
    }
}
