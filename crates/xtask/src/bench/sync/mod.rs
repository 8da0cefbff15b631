//! `bench sync`: the organisation's configuration from a real slapd over LDAPS into the store, beside ldapsearch fetching the same.

pub mod directory;
mod ours;
mod rival;
mod stages;

use std::time::Duration;

use super::{BenchError, Options, Report};
use directory::{Directory, wrong};
use ours::Device;

/// How often each is measured when nobody says.
const ROUNDS: u32 = 5;
const OBJECTS: usize = 10_000;
/// The most the first sync may take, as a multiple of ldapsearch.
const FIRST: f64 = 1.4;

/// Runs both in turn, looks at what came, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut report = Report::new("sync");
    let folder = tempfile::Builder::new()
        .prefix("countersign-bench.")
        .tempdir()
        .map_err(wrong)?;
    let password = rival::password_file(folder.path())?;
    let mut directory = Directory::with(OBJECTS)?;
    stages_of(&directory, rounds, &mut report)?;

    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    let (mut fetched, mut kept) = (Vec::new(), Vec::new());
    if rival::count(&directory, &password)? != OBJECTS {
        return Err(wrong("ldapsearch does not bring every object"));
    }
    for round in 0..rounds {
        theirs.push(rival::fetch(&directory, &password)?);
        let (device, taken) = Device::first(&directory, &folder.path().join(format!("first-{round}")))?;
        device.holds(OBJECTS)?;
        ours.push(taken);
        fetched.push(stages::fetched(&directory, OBJECTS)?);
        kept.push(stages::kept(&directory, &folder.path().join(format!("kept-{round}")))?);
    }
    let what = format!("{OBJECTS} objects of 4 KiB");
    let theirs = report.times(format!("ldapsearch, its output thrown away: {what}"), &theirs);
    let ours = report.times(format!("first sync, verified and durable: {what}"), &ours);
    report.times(format!("of that, fetching alone, thrown away: {what}"), &fetched);
    report.times(format!("of that, verifying and keeping alone: {what}"), &kept);
    let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
    report.target(
        format!("first sync of {what}, against ldapsearch"),
        format!("≤ {FIRST}"),
        ratio.map_or_else(|| "not measured".to_owned(), |ratio| format!("{ratio:.2}")),
        ratio.is_some_and(|ratio| ratio <= FIRST),
    );

    let (mut device, _) = Device::first(&directory, &folder.path().join("device"))?;
    let times = (0..rounds * 20).map(|_| device.look()).collect::<Result<Vec<_>, _>>()?;
    let look = report.times("nothing changed, on a bound connection", &times);
    within(&mut report, "nothing changed, an OU", look, 2.0);
    let bytes = Device::bytes_of_a_look(&directory, &folder.path().join("counted"))?;
    report.count("nothing changed: bytes both ways with TLS, an OU", 1, bytes, "bytes");
    report.target("nothing changed, an OU", "≤ 400 bytes", bytes.to_string(), bytes <= 400);
    let committed = stages::committed(&folder.path().join("committed"))?;
    report.times("a commit of three values, 15 kB, alone", &committed);
    let mut published = 0;
    for (count, goal) in [(1, 5.0), (1_000, 300.0)] {
        let mut times = Vec::new();
        for _ in 0..rounds {
            published += 1;
            directory.change(count, published)?;
            times.push(device.look()?);
            device.holds(OBJECTS)?;
        }
        let taken = report.times(format!("{count} of {OBJECTS} changed"), &times);
        within(&mut report, &format!("{count} of {OBJECTS} changed"), taken, goal);
    }
    drop(directory);
    growth(&mut report, folder.path())?;
    Ok(report)
}

fn within(report: &mut Report, what: &str, taken: Option<f64>, goal: f64) {
    report.target(
        what,
        format!("≤ {goal} ms"),
        taken.map_or_else(|| "not measured".to_owned(), |taken| format!("{taken:.1} ms")),
        taken.is_some_and(|taken| taken <= goal),
    );
}

fn stages_of(directory: &Directory, rounds: u32, report: &mut Report) -> Result<(), BenchError> {
    let program = ours::child()?;
    let measured = (0..rounds * 4).map(|_| stages::measure(directory, &program));
    let measured = measured.collect::<Result<Vec<_>, _>>()?;
    for (at, what) in ["the child's start", "TCP and TLS", "the bind"].into_iter().enumerate() {
        let times: Vec<Duration> = measured.iter().filter_map(|stages| stages.get(at).copied()).collect();
        report.times(what, &times);
    }
    Ok(())
}

/// From 1,000 to 100,000 objects.
fn growth(report: &mut Report, folder: &std::path::Path) -> Result<(), BenchError> {
    for count in [1_000, 100_000] {
        let mut directory = Directory::with(count)?;
        let (mut device, taken) = Device::first(&directory, &folder.join(format!("growth-{count}")))?;
        device.holds(count)?;
        report.times(format!("first sync of {count} objects"), &[taken]);
        let times = (0..20).map(|_| device.look()).collect::<Result<Vec<_>, _>>()?;
        report.times(format!("nothing changed among {count}"), &times);
        directory.change(1, 1)?;
        report.times(format!("1 of {count} changed"), &[device.look()?]);
    }
    Ok(())
}
