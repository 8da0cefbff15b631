//! `bench footprint`: what the agent with its tray icon, and the windows beside it, hold in memory; how long a click takes to become a
//! window that can be used; and how long a search takes. KeePassXC with the same entries, its window open, beside it.

mod shown;
mod store;
mod tree;

use std::time::Duration;

use countersign_tests::Session;
use countersign_tests::accessible::Bus;
use countersign_tests::pages::Pages;
use countersign_tests::panel::Panel;

use super::idle::{KeePassXc, Memory, Ours};
use super::{BenchError, Options, Report, clock};
use tree::Windows;

/// Logons, and as many entries in KeePassXC's database.
const LOGONS: usize = 1_000;
/// Logons that are searched.
const SEARCHED: usize = 10_000;
/// How often a window is opened and closed when nobody says.
const ROUNDS: u32 = 5;
/// How long everything is left alone before it is weighed.
const SETTLED: Duration = Duration::from_secs(8);
/// The most memory of the idle agent, as a part of KeePassXC's.
const PART: f64 = 1.0 / 5.0;
/// From a keystroke to its result, in milliseconds.
const KEYSTROKE: f64 = 16.0;

/// Opens and closes the window of logons, weighs at rest, with the window and after it, and searches.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let session = Session::start()?;
    let panel = Panel::start(&session)?;
    let ours = Ours::start(&session, 1, 1)?;
    store::fill(&session, 2, LOGONS)?;
    ours.settle()?;
    ours.check(1, LOGONS)?;
    let keepassxc = KeePassXc::start(&session, LOGONS)?;
    let icon = panel.icon()?;
    clock::rest(SETTLED);
    let idle = Memory::of(ours.id())?;

    let bus = Bus::of(&session)?;
    let mut opened = Vec::new();
    let mut beside = None;
    for _ in 0..options.rounds.unwrap_or(ROUNDS).max(1) {
        opened.push(shown::open(&bus, &icon, ours.id())?);
        clock::rest(SETTLED);
        let windows = Windows::of(ours.id())?;
        beside = Some((Memory::of(ours.id())?, windows.memory()?));
        windows.close(&session)?;
    }
    clock::rest(SETTLED);
    let after = Memory::of(ours.id())?;
    let left = Windows::of(ours.id())?.count();
    let theirs = Memory::of(keepassxc.id())?;
    drop(keepassxc);

    store::fill(&session, LOGONS + 1, SEARCHED)?;
    ours.settle()?;
    let mut pages = Pages::start(&session, &["logons"])?;
    let searched = shown::search(&mut pages, SEARCHED)?;
    ours.check(1, SEARCHED)?;

    let mut report = Report::new("footprint");
    let (agent, windows) = beside.unwrap_or((after, Vec::new()));
    weigh(&mut report, "the agent with its tray icon, idle", idle);
    weigh(&mut report, "the agent while a window is open", agent);
    for (name, memory) in &windows {
        weigh(&mut report, &format!("window: {name}"), *memory);
    }
    let whole = windows.iter().fold(agent, |sum, (_, memory)| sum.and(*memory));
    weigh(&mut report, "agent and window together", whole);
    weigh(&mut report, "the agent after the window is closed", after);
    weigh(&mut report, "KeePassXC, its window open", theirs);
    report.figures("from the click to a list that can be used".to_owned(), &opened, "ms");
    report.figures(
        format!("from a keystroke to its result, {SEARCHED} logons"),
        &searched,
        "ms",
    );
    report.target(
        "RSS of the idle agent, as a part of KeePassXC's",
        "≤ 1/5",
        format!("1/{:.1}", theirs.resident / idle.resident),
        idle.resident <= theirs.resident * PART,
    );
    report.target(
        "processes of windows after the last is closed",
        "0",
        left.to_string(),
        left == 0,
    );
    let worst = searched.iter().copied().fold(0.0, f64::max);
    report.target(
        "the slowest keystroke to its result",
        format!("≤ {KEYSTROKE} ms"),
        format!("{worst:.1} ms"),
        worst <= KEYSTROKE,
    );
    Ok(report)
}

fn weigh(report: &mut Report, who: &str, memory: Memory) {
    report.figures(format!("{who}: resident (RSS)"), &[memory.resident], "MiB");
    report.figures(format!("{who}: proportional (PSS)"), &[memory.proportional], "MiB");
}
