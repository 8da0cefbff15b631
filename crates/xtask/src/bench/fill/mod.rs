//! `bench fill`: how long from a logon form's window to its filled fields and its submission.

pub mod floor;
mod form;
mod keepassxc;
mod observer;
mod ours;
mod xdotool;

use std::time::Duration;

use countersign_tests::Session;

use super::{BenchError, Report, complain};
use form::{Attempt, Shown, Start};
use keepassxc::{Delays, ENTRY, KeePassXc};
use observer::Observer;
use ours::Ours;

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
                self.filled.extend(filled);
                self.submitted.push(submitted);
            }
            Attempt::Wrong(how) => self.wrong.push(how),
        }
    }
}

#[derive(Debug, Default)]
struct Race {
    controls: Times,
    keys: Times,
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
    let _ours = Ours::start(&session)?;
    let attempt = |title: &str, begin: &mut dyn FnMut(Shown) -> Result<Start, BenchError>| {
        form::attempt(&session, &observer, title, begin)
    };
    let mut by_itself = |_: Shown| Ok(Start::Mapped);
    let mut race = Race::default();
    for _round in 0..ROUNDS {
        race.controls.add(attempt(ours::CONTROLS, &mut by_itself)?);
        let waiting = floor::start(&session, ENTRY)?;
        race.floor.add(attempt(ENTRY, &mut by_itself)?);
        drop(waiting);
        race.keys.add(attempt(ours::KEYS, &mut by_itself)?);
        race.xdotool
            .add(attempt(ENTRY, &mut |form| xdotool::type_into(&session, form))?);
        race.keepassxc.add(attempt(ENTRY, &mut |form| keepassxc.trigger(form))?);
        race.keepassxc_zero
            .add(attempt(ENTRY, &mut |form| keepassxc_zero.trigger(form))?);
    }
    Ok(judge(&race))
}

/// Medians in milliseconds.
struct Medians {
    filled: Option<f64>,
    submitted: Option<f64>,
}

fn judge(race: &Race) -> Report {
    let mut report = Report::new("fill");
    let mut row = |name: &str, times: &Times| Medians {
        filled: report.times(format!("{name}: filled"), &times.filled),
        submitted: report.times(format!("{name}: submitted"), &times.submitted),
    };
    let controls = row("ours by controls", &race.controls);
    let keys = row("ours by keys", &race.keys);
    let floor = row("floor, a bare zbus program", &race.floor);
    let xdotool = row("xdotool type --delay 0", &race.xdotool);
    let keepassxc = row("KeePassXC auto-type, defaults (from its trigger)", &race.keepassxc);
    let keepassxc_zero = row("KeePassXC auto-type, delays 0 (from its trigger)", &race.keepassxc_zero);

    let mut ratio = |what: &str, most: f64, goal: &str, ours: Option<f64>, theirs: Option<f64>| {
        let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
        let got = match ratio {
            Some(ratio) if ratio < 0.5 => format!("1/{:.0}", (1.0 / ratio).floor()),
            Some(ratio) => format!("{ratio:.2}"),
            None => "not measured".to_owned(),
        };
        report.target(what, goal, got, ratio.is_some_and(|ratio| ratio <= most));
    };
    let submitted = controls.submitted;
    ratio(
        "controls, submitted, against KeePassXC's defaults",
        1.0 / 100.0,
        "≤ 1/100",
        submitted,
        keepassxc.submitted,
    );
    ratio(
        "controls, submitted, against KeePassXC's delays 0",
        1.0 / 30.0,
        "≤ 1/30",
        submitted,
        keepassxc_zero.submitted,
    );
    ratio(
        "controls, submitted, against the floor",
        1.5,
        "≤ 1.5",
        submitted,
        floor.submitted,
    );
    ratio("keys, filled, against xdotool", 1.0, "≤ 1", keys.filled, xdotool.filled);

    let contestants = [
        ("ours by controls", &race.controls),
        ("ours by keys", &race.keys),
        ("floor", &race.floor),
        ("xdotool", &race.xdotool),
        ("KeePassXC, defaults", &race.keepassxc),
        ("KeePassXC, delays 0", &race.keepassxc_zero),
    ];
    for (name, times) in contestants {
        for how in &times.wrong {
            complain(&format!("{name}: {how}"));
        }
        if !times.wrong.is_empty() {
            report.count(format!("{name}: wrong or missing"), ROUNDS, times.wrong.len(), "forms");
        }
    }
    let wrong = race.controls.wrong.len() + race.keys.wrong.len();
    report.target("forms that ours filled wrongly", "0", wrong.to_string(), wrong == 0);
    let correct = contestants.iter().map(|(_, times)| times.submitted.len());
    let fewest = correct.min().unwrap_or_default();
    report.target("correct fills, of each", "≥ 20", fewest.to_string(), fewest >= 20);
    report
}
