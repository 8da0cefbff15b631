//! `countersign audit`: what the agent did with secrets, and whether its log holds.

use crate::agent::ask;
use crate::arguments::{Audit, Format};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::{ago, counted, table};
use countersign_wire::{AuditTold, ErrorCode, Reply, Request};

pub(crate) fn run(command: &Audit, screen: &mut Screen) -> Result<u8, Failure> {
    let limit = match command {
        Audit::Show(show) => show.limit,
        Audit::Verify(_) => 1,
    };
    let Reply::Audit(told) = ask(&Request::Audit { limit: Some(limit) })? else {
        return Err(Failure::OtherAnswer);
    };
    match command {
        Audit::Show(asked) => return show(&told, asked.format, screen),
        Audit::Verify(format) if format.json => {
            screen.json(
                "audit",
                &serde_json::json!({ "count": told.count, "faults": told.faults }),
            )?;
        }
        Audit::Verify(_) => {
            if told.faults.is_empty() {
                let entries = counted(told.count, "entry").replace("entrys", "entries");
                screen.say(format_args!(
                    "{} the audit log is whole: {entries}",
                    Paint::Good.on("✓")
                ))?;
            }
            faults(&told, screen)?;
        }
    }
    Ok(verdict(&told))
}

/// Shows a log and says whether it holds.
pub(super) fn show(told: &AuditTold, format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    match format.json {
        true => screen.json("audit", told)?,
        false => shown(told, screen)?,
    }
    Ok(verdict(told))
}

fn verdict(told: &AuditTold) -> u8 {
    match told.faults.as_slice() {
        [] => 0,
        _ => ErrorCode::Integrity.exit_code(),
    }
}

fn shown(told: &AuditTold, screen: &mut Screen) -> Result<(), Failure> {
    let now = now();
    let rows: Vec<_> = told
        .entries
        .iter()
        .map(|line| {
            let texts = [&line.event, &line.subject, &line.detail];
            let [event, subject, detail] =
                texts.map(|text| text.chars().filter(|c| !c.is_control()).collect::<String>());
            [ago(line.at, now), event, subject, detail]
        })
        .collect();
    if rows.is_empty() {
        screen.say("nothing was entered yet")?;
    } else {
        screen.say(table(&rows))?;
    }
    faults(told, screen)
}

fn faults(told: &AuditTold, screen: &mut Screen) -> Result<(), Failure> {
    for fault in &told.faults {
        screen.say(format_args!("{} {fault}", Paint::Bad.on("✗")))?;
    }
    Ok(())
}
