//! `bench idle`: what the agent costs while nothing happens: wake-ups, by thread, and memory, beside KeePassXC.

mod census;
mod keepassxc;
mod ours;
mod templates;

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_tests::Session;

use super::{BenchError, Options, Report, clock, complain};
use census::{Census, Thread};

pub use census::Memory;
pub use keepassxc::KeePassXc;
pub use ours::Ours;

/// Templates in force.
const TEMPLATES: usize = 10_000;
/// Logons, and as many entries in KeePassXC's database.
const LOGONS: usize = 500;
/// How long is counted when nobody says.
const SECONDS: u64 = 60;
/// How long everything is left alone first.
const SETTLED: Duration = Duration::from_secs(10);
/// The most context switches a second.
const SWITCHES: f64 = 8.0;
/// The most memory, as a part of KeePassXC's.
const PART: f64 = 1.0 / 5.0;

/// Leaves both alone, side by side, and counts.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let session = Session::start()?;
    let ours = Ours::start(&session, TEMPLATES, LOGONS)?;
    let keepassxc = KeePassXc::start(&session, LOGONS)?;
    let counted = options.seconds.map_or(SECONDS, u64::from).max(1);
    clock::rest(SETTLED);
    let contestants = [("ours", ours.id()), ("KeePassXC", keepassxc.id())];
    let before = contestants.map(|(_, id)| Census::of(id));
    clock::rest(Duration::from_secs(counted));
    let after = contestants.map(|(_, id)| Census::of(id));
    let [before_ours, before_theirs] = before;
    let [after_ours, after_theirs] = after;
    let quiet = Quiet {
        seconds: Duration::from_secs(counted).as_secs_f64(),
        ours: after_ours?.since(&before_ours?),
        theirs: after_theirs?.since(&before_theirs?),
        our_memory: Memory::of(ours.id())?,
        their_memory: Memory::of(keepassxc.id())?,
    };
    // What was measured must have been what was meant.
    ours.check(TEMPLATES, LOGONS)?;
    Ok(judge(&quiet))
}

/// What was counted while nothing happened.
struct Quiet {
    seconds: f64,
    ours: Vec<Thread>,
    theirs: Vec<Thread>,
    our_memory: Memory,
    their_memory: Memory,
}

fn judge(quiet: &Quiet) -> Report {
    let mut report = Report::new("idle");
    for (name, threads) in [("ours", &quiet.ours), ("KeePassXC", &quiet.theirs)] {
        for (thread, switches) in by_name(threads) {
            report.figures(
                format!("{name}: thread {thread}"),
                &[switches / quiet.seconds],
                "switches/s",
            );
        }
        report.figures(
            format!("{name}: all {} threads", threads.len()),
            &[all(threads) / quiet.seconds],
            "switches/s",
        );
    }
    for (name, memory) in [("ours", quiet.our_memory), ("KeePassXC", quiet.their_memory)] {
        report.figures(format!("{name}: resident (RSS)"), &[memory.resident], "MiB");
        report.figures(format!("{name}: proportional (PSS)"), &[memory.proportional], "MiB");
    }
    let switches = all(&quiet.ours) / quiet.seconds;
    report.target(
        "context switches a second, all threads",
        format!("≤ {SWITCHES}"),
        format!("{switches:.1}"),
        switches <= SWITCHES,
    );
    let foreign: Vec<_> = quiet.ours.iter().filter(|thread| !thread.is_of_sled()).collect();
    let woken: u64 = foreign.iter().map(|thread| thread.switches).sum();
    for thread in foreign.iter().filter(|thread| thread.switches > 0) {
        complain(&format!(
            "ours: thread {} was switched {} times",
            thread.name, thread.switches
        ));
    }
    report.target(
        "context switches outside sled's threads",
        "0",
        woken.to_string(),
        woken == 0,
    );
    let (ours, theirs) = (quiet.our_memory.resident, quiet.their_memory.resident);
    report.target(
        "RSS, as a part of KeePassXC's",
        "≤ 1/5",
        format!("1/{:.1}", theirs / ours),
        ours <= theirs * PART,
    );
    report
}

fn all(threads: &[Thread]) -> f64 {
    threads.iter().map(Thread::figure).sum()
}

/// Threads of one name together.
fn by_name(threads: &[Thread]) -> BTreeMap<String, f64> {
    let mut names = BTreeMap::new();
    for thread in threads {
        *names.entry(thread.name.clone()).or_default() += thread.figure();
    }
    names
}
