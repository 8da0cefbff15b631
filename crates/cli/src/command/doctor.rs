use crate::agent::ask;
use crate::arguments::Doctor;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use countersign_wire::{CheckResult, Reply, Request};

/// Exit 1 when something does not work; warnings are no failure.
pub(crate) fn run(wanted: Doctor, screen: &mut Screen) -> Result<u8, Failure> {
    let request = match wanted.directory {
        true => Request::DoctorDirectory,
        false => Request::Doctor,
    };
    let Reply::Doctor(checks) = ask(&request)? else {
        return Err(Failure::OtherAnswer);
    };
    let worst = checks.iter().map(|check| check.result).max();
    let exit = u8::from(worst == Some(CheckResult::Bad));
    if wanted.format.json {
        screen.json("checks", &checks)?;
        return Ok(exit);
    }
    for check in &checks {
        let sign = match check.result {
            CheckResult::Good => Paint::Good.on("✓"),
            CheckResult::Warning => Paint::Warn.on("!"),
            CheckResult::Bad => Paint::Bad.on("✗"),
        };
        screen.say(format_args!("{sign} {}: {}", check.name, check.found))?;
        if let Some(next) = &check.next {
            screen.say(format_args!("  {} {next}", Paint::Strong.on("next:")))?;
        }
    }
    Ok(exit)
}
