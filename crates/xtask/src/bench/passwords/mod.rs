//! `bench passwords`: passwords made and checked per second, by several policies, beside `pwgen -s` and the bare random bytes.
//!
//! Everybody makes many at once: ours in this process, pwgen in one process that prints as many, so that its start is a small part of it.

mod ours;
mod pwgen;

use super::{BenchError, Options, Report};
use countersign_rules::policy::Kind;
use ours::Ours;

/// How many rounds when nobody says.
const ROUNDS: u32 = 5;
/// How many passwords pwgen makes in a round.
const COUNT: usize = 20_000;
/// The longest that one password may take, in milliseconds: nobody notices.
const EACH: f64 = 10.0;

/// What pwgen can be told, in our words: a length, and three of the four classes.
const CLASSES: &str = "
schema = 1
id = \"classes\"
name = \"Three classes\"
[length]
min = 20
max = 20
[characters]
capital = 1
digits = 1
others = 1
";

/// A small space with rules that cut deep into it: short, nothing twice, fixed ends, and nothing that looks like something else.
const TIGHT: &str = "
schema = 1
id = \"tight\"
name = \"Tight\"
[length]
min = 8
max = 8
[characters]
small = 2
capital = 2
digits = 2
others = 1
forbidden = \"0O1lI|\"
first = [\"small\", \"capital\"]
last = [\"small\", \"capital\", \"digit\"]
[repeats]
in_a_row = 1
of_one = 1
";

/// The policy that Countersign ships.
const COMPANY: &str = include_str!("../../../../../policies/company.toml");

/// Ours by one policy, and what its rounds came to, in passwords a second.
struct Contestant {
    name: &'static str,
    ours: Ours,
    /// How many passwords it makes in a round: about a second's work.
    count: usize,
    made: Vec<f64>,
    checked: Vec<f64>,
    bare: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, text: &str, kind: Kind, count: usize) -> Result<Self, BenchError> {
        Ok(Self {
            name,
            ours: Ours::new(name, text, kind)?,
            count,
            made: Vec::new(),
            checked: Vec::new(),
            bare: Vec::new(),
        })
    }

    fn round(&mut self) -> Result<(), BenchError> {
        let round = self.ours.round(self.count)?;
        self.made.push(round.made);
        self.checked.push(round.checked);
        self.bare.push(round.bare);
        Ok(())
    }

    /// Tells what it came to, beside so many of pwgen's a second.
    fn tell(&self, report: &mut Report, theirs: f64) {
        let what = format!("{} (2^{:.0})", self.name, self.ours.bits());
        let mut row = |which: &str, figures: &[f64]| {
            let median = report.figures(format!("{what}: {which}"), figures, "a second");
            median.unwrap_or_default()
        };
        let made = row("made", &self.made);
        let checked = row("checked", &self.checked);
        let bare = row("its random bytes alone", &self.bare);
        for (rival, rate) in [("pwgen", theirs), ("its random bytes alone", bare)] {
            report.figures(format!("{what}: takes as long as {rival}"), &[rate / made], "times");
        }
        for (which, rate) in [("made", made), ("checked", checked)] {
            let each = 1_000.0 / rate;
            report.target(
                format!("{}: one password {which}", self.name),
                format!("≤ {EACH} ms"),
                format!("{each:.3} ms"),
                each <= EACH,
            );
        }
    }
}

/// Runs everything in turn, checks what was made, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let mut report = Report::new("passwords");
    let mut all = [
        Contestant::new("company", COMPANY, Kind::Random, 2_000)?,
        Contestant::new("company, words", COMPANY, Kind::Diceware, 1_000)?,
        Contestant::new("tight", TIGHT, Kind::Random, COUNT)?,
        Contestant::new(pwgen::LIKE, CLASSES, Kind::Random, COUNT)?,
    ];
    let mut theirs = Vec::new();
    for _ in 0..options.rounds.unwrap_or(ROUNDS) {
        for one in &mut all {
            one.round()?;
        }
        theirs.push(pwgen::round(COUNT)?);
    }
    let theirs = report.figures("pwgen -s -c -n -y 20, one process", &theirs, "a second");
    for one in &all {
        one.tell(&mut report, theirs.unwrap_or_default());
    }
    Ok(report)
}
