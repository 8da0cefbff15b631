//! `countersign primary`.

use crate::agent::{ask, tell};
use crate::arguments::{Format, Primary, PrimaryChange};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use countersign_wire::{PrimaryChoice, PrimaryMethod, PrimaryReport, Reply, Request};

pub(crate) fn run(command: &Primary, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Primary::Show(format) => show(*format, screen)?,
        Primary::Change(wanted) => change(wanted, screen)?,
    }
    Ok(0)
}

fn primary() -> Result<PrimaryReport, Failure> {
    match ask(&Request::Primary)? {
        Reply::Primary(report) => Ok(report),
        _ => Err(Failure::OtherAnswer),
    }
}

fn show(format: Format, screen: &mut Screen) -> Result<(), Failure> {
    let report = primary()?;
    if format.json {
        return screen.json("primary", &report);
    }
    let chosen = match &report.choice {
        PrimaryChoice::User => "you chose it".to_owned(),
        PrimaryChoice::Setting => "`primary.method` says so".to_owned(),
        PrimaryChoice::Picked(why) => format!("picked: {why}"),
    };
    let allowed: Vec<_> = report.allowed.iter().map(|method| method.name()).collect();
    screen.say(format_args!(
        "{}: {}\n{chosen}\nmay be: {}",
        Paint::Strong.on(report.method.name()),
        words(report.method),
        allowed.join(", ")
    ))
}

fn words(method: PrimaryMethod) -> &'static str {
    match method {
        PrimaryMethod::Os => "your login password opens the vault on this machine",
        PrimaryMethod::Directory => {
            "your directory password opens the vault on this machine, and logs you in to the directory"
        }
        PrimaryMethod::Own => "a password that is for the vault alone opens it on this machine",
        PrimaryMethod::None => {
            "nothing is typed: whoever uses your account here opens the vault; what only you may do asks for the passphrase answer"
        }
    }
}

/// What is asked for when a password is chosen.
pub(super) fn prompt(method: PrimaryMethod) -> &'static str {
    match method {
        PrimaryMethod::Own => "A password for your vault",
        PrimaryMethod::Directory => "Your directory password",
        PrimaryMethod::Os | PrimaryMethod::None => "Your login password",
    }
}

fn change(wanted: &PrimaryChange, screen: &mut Screen) -> Result<(), Failure> {
    let (before, to) = (primary()?.method, PrimaryMethod::from(wanted.to));
    let source = Source::standard_input();
    let cancelled = |error: PromptError, screen: &mut Screen| {
        screen.note(format_args!(
            "nothing was changed: the primary is still `{}`",
            before.name()
        ));
        Failure::from(error)
    };
    let current = match before {
        PrimaryMethod::None => "Your passphrase answer",
        PrimaryMethod::Os | PrimaryMethod::Directory | PrimaryMethod::Own => "Password until now",
    };
    let typed = source.existing(current);
    let mut secrets = vec![typed.map_err(|error| cancelled(error, screen))?];
    if to != PrimaryMethod::None {
        let new = source.fresh(prompt(to), screen).and_then(|new| match new.is_empty() {
            true => Err(PromptError::Empty("the new password".to_owned())),
            false => Ok(new),
        });
        secrets.push(new.map_err(|error| cancelled(error, screen))?);
    }
    tell(&Request::PrimaryChange { to }, &secrets)?;
    screen.say(format_args!("{} {}: {}", Paint::Good.on("✓"), to.name(), words(to)))
}
