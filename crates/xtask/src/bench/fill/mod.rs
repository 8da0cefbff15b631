//! `bench fill`: how long from a logon form's window to its filled fields and its submission.

pub mod floor;
mod form;
mod keepassxc;
mod observer;
mod xdotool;

use std::time::Duration;

use countersign_tests::Session;

use super::{BenchError, Report, complain};
use form::{Attempt, Shown, Start};
use keepassxc::{Delays, ENTRY, KeePassXc};
use observer::Observer;

/// How often each contestant fills the form.
const ROUNDS: usize = 24;

/// Times of one contestant.
#[derive(Debug, Default)]
struct Times {
    filled: Vec<Duration>,
    submitted: Vec<Duration>,
    wrong: Vec<String>,
}

impl Times {
    fn add(&mut self, attempt: Attempt) {
        match attempt {
            Attempt::Correct { filled, submitted } => {
                self.filled.push(filled);
                self.submitted.push(submitted);
            }
            Attempt::Wrong(how) => self.wrong.push(how),
        }
    }
}

#[derive(Debug, Default)]
struct Race {
    floor: Times,
    xdotool: Times,
    keepassxc: Times,
    keepassxc_zero: Times,
}

/// Runs everybody in turn and reports.
pub fn run() -> Result<Report, BenchError> {
    let session = Session::start()?;
    let observer = Observer::of(&session)?;
    let keepassxc = KeePassXc::start(&session, Delays::Default)?;
    let keepassxc_zero = KeePassXc::start(&session, Delays::Zero)?;
    let mut race = Race::default();
    let mut by_itself = |_: Shown| Ok(Start::Mapped);
    for _round in 0..ROUNDS {
        let waiting = floor::start(&session, ENTRY)?;
        race.floor
            .add(form::attempt(&session, &observer, ENTRY, &mut by_itself)?);
        drop(waiting);
        race.xdotool.add(form::attempt(&session, &observer, ENTRY, &mut |form| {
            xdotool::type_into(&session, form)
        })?);
        race.keepassxc
            .add(form::attempt(&session, &observer, ENTRY, &mut |form| {
                keepassxc.trigger(form)
            })?);
        race.keepassxc_zero
            .add(form::attempt(&session, &observer, ENTRY, &mut |form| {
                keepassxc_zero.trigger(form)
            })?);
    }
    Ok(judge(&race))
}

fn judge(race: &Race) -> Report {
    let mut report = Report::new("fill");
    let contestants = [
        ("floor: bare zbus program", &race.floor),
        ("xdotool type --delay 0", &race.xdotool),
        ("KeePassXC auto-type, defaults (from its trigger)", &race.keepassxc),
        (
            "KeePassXC auto-type, no delays (from its trigger)",
            &race.keepassxc_zero,
        ),
    ];
    for (name, times) in contestants {
        report.times(format!("{name}: filled"), &times.filled);
        report.times(format!("{name}: submitted"), &times.submitted);
    }
    let wrong: Vec<_> = contestants
        .iter()
        .flat_map(|(name, times)| times.wrong.iter().map(move |how| format!("{name}: {how}")))
        .collect();
    for how in &wrong {
        complain(how);
    }
    let got = wrong
        .first()
        .map_or_else(|| "0".to_owned(), |first| format!("{} ({first})", wrong.len()));
    report.target("forms filled wrongly, by anybody", "0", got, wrong.is_empty());
    report
}
