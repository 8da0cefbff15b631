//! `countersign password`.

use crate::agent::{ask, ask_with};
use crate::arguments::{Password, PasswordChange, PasswordHistory, PasswordSettled, PasswordStatus};
use crate::clock::now;
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen, put};
use crate::secrets::Source;
use crate::words::{ago, counted, still, table};
use countersign_model::{Ending, LogonId, Stage, Timestamp};
use countersign_wire::{ClientError, PasswordReport, PasswordVerdict, Reply, Request};
use std::io::IsTerminal;

pub(crate) fn run(command: &Password, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Password::Change(wanted) => change(wanted, screen),
        Password::Status(wanted) => status(wanted, screen),
        Password::History(wanted) => history(wanted, screen),
        Password::Confirm(wanted) => settle(wanted, PasswordVerdict::Taken, screen),
        Password::Revert(wanted) => settle(wanted, PasswordVerdict::NotTaken, screen),
    }
}

fn change(wanted: &PasswordChange, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    let own = match wanted.own {
        true => vec![Source::standard_input().fresh("The new password", screen)?],
        false => Vec::new(),
    };
    let report = begin(logon.id, &own, screen)?;
    show(&report, wanted.format.json, screen)
}

/// Has the next password of a logon made, or hands the user's own over.
pub(crate) fn begin(
    id: LogonId,
    own: &[countersign_secret::Password],
    screen: &mut Screen,
) -> Result<PasswordReport, Failure> {
    let request = Request::PasswordChange {
        id,
        own: !own.is_empty(),
    };
    let (reply, said) = ask_with(&request, own)?;
    match reply {
        Reply::Password(report) => Ok(*report),
        Reply::PasswordRefused(error) => {
            for said in &said {
                screen.note(said.expose());
            }
            Err(ClientError::Failed(error).into())
        }
        _ => Err(Failure::OtherAnswer),
    }
}

fn settle(wanted: &PasswordSettled, verdict: PasswordVerdict, screen: &mut Screen) -> Result<u8, Failure> {
    let id = find::logon(&wanted.choice.logon)?.id;
    match ask(&Request::PasswordSettle { id, verdict })? {
        Reply::Password(report) => show(&report, wanted.format.json, screen),
        _ => Err(Failure::OtherAnswer),
    }
}

fn show(report: &PasswordReport, json: bool, screen: &mut Screen) -> Result<u8, Failure> {
    match json {
        true => screen.json("password", report)?,
        false => screen.say(described(report, now()))?,
    }
    Ok(0)
}

fn reports(id: Option<LogonId>) -> Result<Vec<PasswordReport>, Failure> {
    match ask(&Request::PasswordStatus { id })? {
        Reply::Passwords(reports) => Ok(reports),
        _ => Err(Failure::OtherAnswer),
    }
}

fn status(wanted: &PasswordStatus, screen: &mut Screen) -> Result<u8, Failure> {
    let id = wanted
        .logon
        .as_deref()
        .map(find::logon)
        .transpose()?
        .map(|logon| logon.id);
    let reports = reports(id)?;
    if wanted.format.json {
        screen.json("passwords", &reports)?;
    } else if reports.is_empty() {
        screen.say("no logon is stored; `countersign logon add TEMPLATE` stores one")?;
    }
    if !wanted.format.json {
        let now = now();
        for report in &reports {
            screen.say(described(report, now))?;
        }
    }
    Ok(0)
}

fn described(report: &PasswordReport, now: Timestamp) -> String {
    let application = report.application.as_deref().unwrap_or(report.template.as_str());
    let mut lines = format!("{} ({application})", Paint::Strong.on(&report.label));
    let (state, next) = state(report, now);
    lines.push_str(&format!("\n  {state}"));
    if let Some(next) = next {
        lines.push_str(&format!("\n  {next}"));
    }
    if let Some(since) = report.journal.since {
        lines.push_str(&format!("\n  in use since {}", ago(since, now)));
    }
    match report.expires {
        Some(expires) if expires <= now => {
            let grace = report
                .grace_left
                .map(|left| format!("; filled {} more", counted(left.into(), "time")));
            lines.push_str(&format!(
                "\n  {}{}",
                Paint::Warn.on(format_args!("expired {}", ago(expires, now))),
                grace.unwrap_or_default()
            ));
        }
        Some(expires) => lines.push_str(&format!("\n  expires in {}", still(expires, now))),
        None => {}
    }
    if let Some(group) = &report.group {
        lines.push_str(&format!("\n  shared in the group {group}"));
    }
    lines
}

/// How a change stands, and what its user may do about it.
fn state(report: &PasswordReport, now: Timestamp) -> (String, Option<String>) {
    let Some((made, stage)) = report.journal.pending else {
        return ("no change under way".to_owned(), None);
    };
    let made = ago(made, now);
    let label = &report.label;
    match stage {
        Stage::Made => (
            format!("a new one was made {made}; the application still has the one until now"),
            Some("it is typed where the application next asks for a new password".to_owned()),
        ),
        Stage::Sent(search) => (
            format!(
                "a new one was made {made} and typed into the application{}",
                match search.refused {
                    Some(_) => "; one of the two was refused, the other is tried next",
                    None => ", which has not shown yet whether it took it",
                }
            ),
            Some(format!(
                "the next logon finds out; or say it: `countersign password confirm {label:?}`, `countersign password revert {label:?}`"
            )),
        ),
        Stage::Unsure => (
            Paint::Bad.on(format_args!(
                "a new one was made {made}; the application refused both, and neither is typed any more"
            )),
            Some(format!(
                "try both by hand (`countersign password history {label:?} --reveal 0`), then `countersign password confirm {label:?}` or `countersign password revert {label:?}`"
            )),
        ),
    }
}

fn history(wanted: &PasswordHistory, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    if let Some(number) = wanted.reveal {
        return reveal(logon.id, number);
    }
    let report = reports(Some(logon.id))?.pop().ok_or(Failure::OtherAnswer)?;
    if wanted.format.json {
        screen.json("history", &report.journal)?;
        return Ok(0);
    }
    if report.journal.former.is_empty() {
        screen.say("no password of before is kept")?;
        return Ok(0);
    }
    let now = now();
    let rows: Vec<[String; 3]> = report
        .journal
        .former
        .iter()
        .enumerate()
        .map(|(at, (until, ending))| {
            let what = match ending {
                Ending::Replaced => "another one took its place",
                Ending::Refused => "the application did not take it",
                Ending::Abandoned => "given up before anything was known",
            };
            [(at + 1).to_string(), ago(*until, now), what.to_owned()]
        })
        .collect();
    screen.say(table(&rows))?;
    Ok(0)
}

fn reveal(id: LogonId, number: u32) -> Result<u8, Failure> {
    let password = Source::standard_input().existing("Password")?;
    let (reply, secrets) = ask_with(&Request::PasswordReveal { id, number }, &[password])?;
    let (Reply::Revealed, [secret]) = (reply, secrets.as_slice()) else {
        return Err(Failure::OtherAnswer);
    };
    let out = std::io::stdout();
    put(&out, secret.expose().as_bytes())?;
    if out.is_terminal() {
        put(&out, b"\n")?;
    }
    Ok(0)
}
