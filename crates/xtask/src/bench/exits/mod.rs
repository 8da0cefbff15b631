//! `bench exits`: what a good password exit costs beyond itself, and a thousand calls of each bad one, every one of which has to end in the
//! error it is while we live on.

mod alone;
mod cases;
mod source;

use std::time::Duration;

use countersign_exits::{Change, ChangeExit, Exit, ExitError, GeneratorExit, PasswordRules, Wanted};
use countersign_secret::Password;

use super::report::quantile;
use super::{BenchError, Options, Report, clock};
use alone::Alone;
use cases::{At, CASES, Case, Pace};
use source::Folder;

/// How often each exit is called, unless `--rounds` says otherwise.
const CALLS: u32 = 1_000;
/// One that hangs is called this much less often: each time takes two seconds.
const FEWER: u32 = 20;
/// The most a call of a good exit may take beyond the exit itself at the 99th of a hundred, in milliseconds.
const BEYOND: f64 = 2.0;
/// The calls of a good exit between which it runs by itself.
const TURN: u32 = 100;
/// What is asked about. It protects nothing.
const PASSWORD: &str = "bench-exits-Zq97xWu";

/// Calls every exit, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let calls = options.rounds.unwrap_or(CALLS);
    let mut report = Report::new("exits");
    let folder = Folder::new()?;
    let password = Password::from_utf8(PASSWORD.as_bytes()).map_err(wrong)?;
    let library = folder.sample("reject_application_name.c")?;
    let mut good = ChangeExit::open(library).map_err(wrong)?;
    cost(&mut report, &folder, &mut good, &password, calls)?;
    program(&mut report, &folder, &password, calls)?;
    for case in CASES {
        let exit = folder.library(case)?;
        let calls = match case.pace {
            Pace::Full => calls,
            Pace::Slow => calls.div_ceil(FEWER),
        };
        let tally = Tally::of(case, &exit, &password, calls)?;
        // What stands for the caller is this process: it can still have a good exit answer, and no process of the bad one is left.
        let is_alive = good.before(&change(&password)).is_ok() && children()? == 1;
        tally.tell(case, is_alive, &mut report);
    }
    Ok(report)
}

/// A good exit by itself and confined, in turn.
fn cost(
    report: &mut Report,
    folder: &Folder,
    good: &mut ChangeExit,
    password: &Password,
    calls: u32,
) -> Result<(), BenchError> {
    let alone = Alone::compile(folder, "reject_application_name.c")?;
    let (mut by_itself, mut confined) = (Vec::new(), Vec::new());
    let mut left = calls;
    while left > 0 {
        let turn = left.min(TURN);
        by_itself.extend(alone.run(turn)?);
        for _ in 0..turn {
            let (time, answer) = timed(|| good.before(&change(password)).map(drop));
            answer.map_err(wrong)?;
            confined.push(time);
        }
        left = left.saturating_sub(turn);
    }
    let alone = times(report, "a good exit, by itself", &by_itself);
    let confined = times(report, "a good exit, in its process", &confined);
    let beyond = alone.zip(confined).map(|(alone, confined)| confined - alone);
    report.target(
        "a good exit beyond itself, p99",
        format!("≤ {BEYOND} ms"),
        beyond.map_or_else(|| "not measured".to_owned(), |beyond| format!("{beyond:.3} ms")),
        beyond.is_some_and(|beyond| beyond <= BEYOND),
    );
    Ok(())
}

/// A program in Python, which rejects what is short: for comparison.
fn program(report: &mut Report, folder: &Folder, password: &Password, calls: u32) -> Result<(), BenchError> {
    let mut exit = ChangeExit::open(folder.script("long_enough.py")?).map_err(wrong)?;
    let mut all = Vec::new();
    for _ in 0..calls {
        let (time, answer) = timed(|| exit.before(&change(password)).map(drop));
        answer.map_err(wrong)?;
        all.push(time);
    }
    times(report, "a good program in Python, in its process", &all);
    Ok(())
}

/// What came of the calls of one exit.
#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    caught: usize,
    /// The first answer that was not the one that was due.
    other: Option<String>,
}

impl Tally {
    fn of(case: &Case, exit: &Exit, password: &Password, calls: u32) -> Result<Self, BenchError> {
        let change = change(password);
        let mut tally = Self::default();
        match case.at {
            At::Open => {
                for _ in 0..calls {
                    tally.note(case, || ChangeExit::open(exit.clone()).map(drop));
                }
            }
            At::Before | At::After => {
                let mut open = ChangeExit::open(exit.clone()).map_err(wrong)?;
                for _ in 0..calls {
                    tally.note(case, || {
                        let accepted = open.before(&change)?;
                        if case.at == At::After {
                            accepted.updated()?;
                        }
                        Ok(())
                    });
                }
            }
            At::Generate => {
                let mut open = GeneratorExit::open(exit.clone()).map_err(wrong)?;
                for _ in 0..calls {
                    tally.note(case, || open.generate(&wanted()).map(drop));
                }
            }
            At::Close => {
                for _ in 0..calls {
                    let open = ChangeExit::open(exit.clone()).map_err(wrong)?;
                    tally.note(case, || open.close());
                }
            }
        }
        Ok(tally)
    }

    fn note(&mut self, case: &Case, call: impl FnOnce() -> Result<(), ExitError>) {
        let (time, answer) = timed(call);
        self.times.push(time);
        match answer {
            Err(error) if (case.is_caught)(&error) => self.caught += 1,
            other => {
                self.other.get_or_insert_with(|| match other {
                    Ok(()) => "it was taken for good".to_owned(),
                    Err(error) => error.to_string(),
                });
            }
        }
    }

    fn tell(&self, case: &Case, is_alive: bool, report: &mut Report) {
        times(report, case.what, &self.times);
        let calls = self.times.len();
        let lives = if is_alive { "alive" } else { "NOT well" };
        let other = self
            .other
            .as_ref()
            .map_or_else(String::new, |other| format!("; {other}"));
        report.target(
            case.what,
            format!("{calls} caught, caller alive"),
            format!("{} caught, caller {lives}{other}", self.caught),
            self.caught == calls && is_alive,
        );
    }
}

/// Adds two rows, and returns the 99th of a hundred in milliseconds.
fn times(report: &mut Report, what: &str, times: &[Duration]) -> Option<f64> {
    report.times(what, times)?;
    let millis: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1_000.0).collect();
    let p99 = quantile(&millis, 0.99)?;
    report.figures("  its p99", &[p99], "ms");
    Some(p99)
}

fn timed<T>(call: impl FnOnce() -> T) -> (Duration, T) {
    let begun = clock::now();
    let answer = call();
    (clock::now().saturating_duration_since(begun), answer)
}

fn change(password: &Password) -> Change<'_> {
    Change {
        user: "ada",
        application: "Ledger",
        login: "a.l",
        password,
    }
}

fn wanted() -> Wanted<'static> {
    Wanted {
        user: "ada",
        application: "Ledger",
        login: "a.l",
        rules: PasswordRules::default(),
        size: 32,
    }
}

/// How many processes this one has started that are still there.
fn children() -> Result<usize, BenchError> {
    let own = std::process::id().to_string();
    let failed = |source| BenchError::File {
        path: "/proc".into(),
        source,
    };
    let mut count = 0;
    for process in std::fs::read_dir("/proc").map_err(failed)? {
        // One may end while it is looked at.
        let status = std::fs::read_to_string(process.map_err(failed)?.path().join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        count += usize::from(parent.is_some_and(|parent| parent.trim() == own));
    }
    Ok(count)
}

fn wrong(why: impl ToString) -> BenchError {
    BenchError::Wrong {
        who: "an exit",
        why: why.to_string(),
    }
}
