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
/// How many passwords are made in a round.
const COUNT: usize = 20_000;
/// The longest that one password may take: nobody waits for it.
const EACH: f64 = 2.0;
/// The least part of pwgen's passwords a second that ours makes of what pwgen can make.
const PART: f64 = 1.0;

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

/// The medians of one contestant, in passwords a second.
struct Rates {
    made: f64,
    checked: f64,
}

/// Runs everything in turn, checks what was made, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut report = Report::new("passwords");
    let contestants = [
        ("company", COMPANY, Kind::Random),
        ("company, words", COMPANY, Kind::Diceware),
        ("tight", TIGHT, Kind::Random),
        (pwgen::LIKE, CLASSES, Kind::Random),
    ];
    let mut all = Vec::new();
    for (name, text, kind) in contestants {
        all.push((name, Ours::new(name, text, kind)?, Vec::new(), Vec::new(), Vec::new()));
    }
    let mut theirs = Vec::new();
    for _ in 0..rounds {
        for (_, ours, made, checked, bare) in &mut all {
            let round = ours.round(COUNT)?;
            made.push(round.made);
            checked.push(round.checked);
            bare.push(round.bare);
        }
        theirs.push(pwgen::round(COUNT)?);
    }
    let theirs = report
        .figures("pwgen -s -c -n -y 20, one process", &theirs, "a second")
        .unwrap_or_default();
    for (name, ours, made, checked, bare) in &all {
        let what = format!("{name} ({:.0} bits)", ours.bits());
        let made = report.figures(format!("{what}: made"), made, "a second");
        let checked = report.figures(format!("{what}: checked"), checked, "a second");
        report.figures(format!("{what}: its random bytes alone"), bare, "a second");
        if let Some((made, checked)) = made.zip(checked) {
            goals(&mut report, name, &Rates { made, checked }, theirs);
        }
    }
    Ok(report)
}

fn goals(report: &mut Report, name: &str, ours: &Rates, theirs: f64) {
    for (what, rate) in [("made", ours.made), ("checked", ours.checked)] {
        let each = 1_000.0 / rate;
        report.target(
            format!("{name}: one password {what}"),
            format!("≤ {EACH} ms"),
            format!("{each:.3} ms"),
            each <= EACH,
        );
    }
    if name == pwgen::LIKE {
        let part = ours.made / theirs;
        report.target(
            "what pwgen can make: ours a second against its",
            format!("≥ {PART} ×"),
            format!("{part:.2} ×"),
            part >= PART,
        );
    }
}
