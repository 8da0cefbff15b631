//! `bench fill`: how long from a logon form's window to its filled fields and its submission, for each toolkit.

pub mod floor;
pub mod form;
pub mod keepassxc;
mod observer;
mod ours;
mod toolkit;
mod verdict;
pub mod xdotool;

use std::time::Duration;

use countersign_tests::{Deadline, Session};

use super::{BenchError, Options, Report};
use form::{Attempt, Shown, Start};
use keepassxc::{Delays, ENTRY, KeePassXc};
pub use observer::{Observer, Sight};
use ours::Ours;
use toolkit::{TOOLKITS, Toolkit, Ways};

/// The least time of a round. Loop protection lets 20 fills of one form through in five seconds, and a terminal's are quicker than that.
const PACE: Duration = Duration::from_millis(300);
/// How often each contestant fills each form.
const ROUNDS: u32 = 24;

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

/// What happened with one toolkit's form.
#[derive(Debug)]
struct Race {
    toolkit: &'static Toolkit,
    controls: Times,
    keys: Times,
    floor: Times,
    xdotool: Times,
    keepassxc: Times,
    keepassxc_zero: Times,
}

/// What `--only` may name.
pub fn names() -> Vec<&'static str> {
    TOOLKITS.iter().map(|toolkit| toolkit.id).collect()
}

/// Runs everybody in turn and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let known = names();
    let only = options.only_of(&known)?;
    let session = Session::start()?;
    let observer = Observer::of(&session)?;
    let rivals = [
        KeePassXc::start(&session, Delays::Default)?,
        KeePassXc::start(&session, Delays::Zero)?,
    ];
    let ours = Ours::start(&session)?;
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let races = TOOLKITS
        .iter()
        .filter(|toolkit| only.is_none_or(|only| only == toolkit.id))
        .map(|toolkit| Race::run((&session, &observer), toolkit, &ours, &rivals, rounds));
    let races = races.collect::<Result<Vec<_>, _>>()?;
    Ok(verdict::judge(&races))
}

impl Race {
    fn run(
        (session, observer): (&Session, &Observer),
        toolkit: &'static Toolkit,
        ours: &Ours,
        [keepassxc, keepassxc_zero]: &[KeePassXc; 2],
        rounds: u32,
    ) -> Result<Self, BenchError> {
        let attempt = |title: &str, begin: &mut dyn FnMut(Shown) -> Result<Start, BenchError>| {
            form::attempt(session, observer, (toolkit, title), begin)
        };
        let mut by_itself = |_: Shown| Ok(Start::Mapped);
        let mut race = Self {
            toolkit,
            controls: Times::default(),
            keys: Times::default(),
            floor: Times::default(),
            xdotool: Times::default(),
            keepassxc: Times::default(),
            keepassxc_zero: Times::default(),
        };
        for _round in 0..rounds {
            let pace = Deadline::after(PACE);
            race.keys
                .add(ours.explained(session, attempt(ours::KEYS, &mut by_itself)?));
            let mut typed = |form| xdotool::type_into(session, toolkit.ways, form);
            race.xdotool.add(attempt(ENTRY, &mut typed)?);
            if toolkit.ways == Ways::TypedPassword {
                let _: Option<()> = pace.find(|| None);
                continue;
            }
            if toolkit.ways == Ways::All {
                race.controls
                    .add(ours.explained(session, attempt(ours::CONTROLS, &mut by_itself)?));
                let waiting = floor::start(session, ENTRY)?;
                race.floor.add(attempt(ENTRY, &mut by_itself)?);
                drop(waiting);
            }
            race.keepassxc.add(attempt(ENTRY, &mut |form| keepassxc.trigger(form))?);
            race.keepassxc_zero
                .add(attempt(ENTRY, &mut |form| keepassxc_zero.trigger(form))?);
        }
        Ok(race)
    }
}
