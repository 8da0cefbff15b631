//! `countersign exits`.

use crate::agent::ask;
use crate::arguments::{Exits, Format};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use countersign_exits::Sha256;
use countersign_wire::{ExitHeld, ExitReport, ExitRole, Reply, Request};
use std::path::Path;

pub(crate) fn run(command: &Exits, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Exits::List(format) => list(*format, screen),
        Exits::Pin { file } => pin(file, screen),
    }
}

/// Exit 1 when one cannot be loaded.
fn list(format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    let Reply::Exits(exits) = ask(&Request::Exits)? else {
        return Err(Failure::OtherAnswer);
    };
    let code = u8::from(exits.iter().any(|exit| exit.problem.is_some()));
    if format.json {
        screen.json("exits", &exits)?;
        return Ok(code);
    }
    if exits.is_empty() {
        screen.say("no exits; `exits.change` and `exits.generate` name them")?;
    }
    for exit in &exits {
        tell(exit, screen)?;
    }
    Ok(code)
}

fn tell(exit: &ExitReport, screen: &mut Screen) -> Result<(), Failure> {
    let role = match exit.role {
        ExitRole::Change => "is asked about new passwords",
        ExitRole::Generate => "makes passwords",
    };
    let network = match exit.network {
        true => ", may connect",
        false => "",
    };
    let (sign, found) = match (&exit.problem, exit.held) {
        (Some(problem), _) => (Paint::Bad.on("✗"), problem.as_str()),
        (None, Some(ExitHeld::Open)) => (Paint::Warn.on("!"), "can be loaded, and reads whatever you may"),
        (None, _) => (Paint::Good.on("✓"), "can be loaded"),
    };
    screen.say(format_args!("{sign} {}: {role}{network}", exit.name))?;
    screen.say(format_args!("  file     {}", exit.file.display()))?;
    screen.say(format_args!(
        "  sha-256  {}",
        exit.sha256.as_deref().unwrap_or("cannot be read")
    ))?;
    screen.say(format_args!("  {found}"))
}

fn pin(file: &Path, screen: &mut Screen) -> Result<u8, Failure> {
    let hash = Sha256::of_file(file).map_err(|why| Failure::File {
        place: file.to_owned(),
        why,
    })?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    // In a comment: a line feed in a name must not end it.
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    screen.say(format_args!("\"{hash}\",  # {name}"))?;
    screen.note("put this line between the brackets of `exits.pins`, in /etc/countersign/settings.toml or in what the organisation's root signs");
    Ok(0)
}
