//! `countersign refresh`.

use crate::agent::ask;
use crate::arguments::Refresh;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::words::{counted, problem};
use countersign_wire::{Reply, Request, SyncProgress};
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often the bar is drawn.
const DRAWN: Duration = Duration::from_millis(100);
const WIDTH: u64 = 30;

pub(crate) fn run(wanted: Refresh, screen: &mut Screen) -> Result<u8, Failure> {
    let reply = match wanted.wait {
        true => with_bar()?,
        false => ask(&Request::Refresh)?,
    };
    let Reply::Refreshed(report) = reply else {
        return Err(Failure::OtherAnswer);
    };
    if wanted.format.json {
        screen.json("refreshed", &report)?;
        return Ok(0);
    }
    screen.say(format_args!(
        "{} in force; {} fetched, {} sent",
        counted(report.templates.into(), "template"),
        counted(report.pulled.into(), "record"),
        report.pushed,
    ))?;
    for found in &report.problems {
        screen.say(problem(found))?;
    }
    Ok(0)
}

/// Asks on a thread of its own, and draws how far it is until the answer is there.
fn with_bar() -> Result<Reply, Failure> {
    let (sender, answer) = channel();
    std::thread::spawn(move || sender.send(ask(&Request::Refresh)));
    let mut error = std::io::stderr();
    let is_seen = error.is_terminal();
    let mut last = None;
    loop {
        match answer.recv_timeout(DRAWN) {
            Ok(reply) => {
                if is_seen {
                    let _ = write!(error, "\r\x1b[2K");
                }
                return reply;
            }
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::OtherAnswer),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Ok(Reply::Syncing(progress)) = ask(&Request::Syncing) {
            let line = line(&progress);
            if is_seen {
                let _ = write!(error, "\r\x1b[2K{line}");
            } else if last.as_ref() != Some(&line) {
                let _ = writeln!(error, "{line}");
            }
            let _ = error.flush();
            last = Some(line);
        }
    }
}

fn line(progress: &SyncProgress) -> String {
    let SyncProgress {
        objects,
        bytes,
        of,
        source,
        ..
    } = progress;
    let filled = (objects.min(of) * WIDTH).checked_div(*of).unwrap_or(0);
    let bar: String = (0..WIDTH).map(|at| if at < filled { '█' } else { '·' }).collect();
    let size = match bytes {
        0..10_000 => format!("{bytes} bytes"),
        _ => format!("{} kB", bytes / 1_000),
    };
    format!("{bar} {objects} of {of} objects, {size}, from {source}")
}
