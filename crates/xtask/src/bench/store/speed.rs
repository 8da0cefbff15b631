//! Commits, reads and opening.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use super::contest::{Contestant, RECORD};
use super::folder::{at, replicate};
use super::{CONTESTANTS, SIZES};
use crate::bench::engines::Which;
use crate::bench::random::Chance;
use crate::bench::{BenchError, Report, clock};

/// How many commits each makes.
const COMMITS: usize = 600;
/// How many reads each makes.
const READS: usize = 5_000;
/// How often each is opened.
const OPENINGS: usize = 7;
/// Our opening's goal in milliseconds, at the largest size.
const OPEN: f64 = 300.0;
/// Our commit's goal, as a part of the best rival's.
const COMMIT: f64 = 1.1;

#[derive(Default)]
struct Times {
    commits: Vec<Duration>,
    reads: Vec<Duration>,
    openings: Vec<Duration>,
    after_kill: Vec<Duration>,
}

/// Measures everybody with so many records.
pub fn run(report: &mut Report, scratch: &Path, records: u32) -> Result<(), BenchError> {
    let mut contestants = Vec::new();
    for which in CONTESTANTS {
        contestants.push((Contestant::load(which, scratch, records)?, Times::default()));
    }
    let mut chance = Chance::of(&[records.into()]);
    let mut record = || u32::try_from(chance.below(records.into())).unwrap_or_default();
    let mut floor = Floor::new(scratch)?;
    for _ in 0..COMMITS {
        let record = record();
        for (contestant, times) in &mut contestants {
            times.commits.push(contestant.overwrite(record)?);
        }
        floor.append()?;
    }
    for _ in 0..READS {
        let record = record();
        for (contestant, times) in &mut contestants {
            times.reads.push(contestant.read(record)?);
        }
    }
    for (contestant, _) in &mut contestants {
        contestant.compare_all()?;
    }
    open_again(scratch, &mut contestants, &mut record)?;
    tell(report, records, &contestants, &floor.times);
    Ok(())
}

/// Opens each as a kill at this moment leaves it, then closes it and opens it as that leaves it.
fn open_again(
    scratch: &Path,
    contestants: &mut [(Contestant, Times)],
    record: &mut impl FnMut() -> u32,
) -> Result<(), BenchError> {
    // Nobody is writing: a copy of the files is what a kill would leave.
    let copy = |contestant: &Contestant, round: usize| scratch.join(format!("{:?}.{round}", contestant.which));
    for round in 0..OPENINGS {
        for (contestant, _) in contestants.iter() {
            replicate(&contestant.folder, &copy(contestant, round))?;
        }
    }
    for (contestant, _) in contestants.iter_mut() {
        contestant.close()?;
    }
    for round in 0..OPENINGS {
        for (contestant, times) in contestants.iter_mut() {
            let folder = contestant.folder.clone();
            times.openings.push(contestant.open(&folder, record())?);
            contestant.close()?;
            let copy = copy(contestant, round);
            times.after_kill.push(contestant.open(&copy, record())?);
            if round == 0 {
                contestant.compare_all()?;
            }
            contestant.close()?;
            std::fs::remove_dir_all(&copy).map_err(at(&copy))?;
        }
    }
    for (contestant, _) in contestants.iter_mut() {
        let folder = contestant.folder.clone();
        contestant.open(&folder, record())?;
        contestant.compare_all()?;
        contestant.close()?;
    }
    Ok(())
}

fn tell(report: &mut Report, records: u32, contestants: &[(Contestant, Times)], floor: &[Duration]) {
    let mut commit = (None, None);
    let mut opening = None;
    for (contestant, times) in contestants {
        let name = contestant.which.name();
        let ours = contestant.which == Which::Ours;
        let micros = |times: &[Duration]| -> Vec<f64> { times.iter().map(|time| time.as_secs_f64() * 1e6).collect() };
        let median = report.times(format!("{name}: durable commit, {records} records"), &times.commits);
        match median {
            Some(median) if ours => commit.0 = Some(median),
            Some(median) => commit.1 = Some(commit.1.map_or(median, |best: f64| best.min(median))),
            None => {}
        }
        report.figures(
            format!("{name}: checked read, {records} records"),
            &micros(&times.reads),
            "µs",
        );
        let median = report.times(format!("{name}: open, {records} records"), &times.openings);
        if ours {
            opening = median;
        }
        report.times(
            format!("{name}: open after a kill, {records} records"),
            &times.after_kill,
        );
    }
    report.times(format!("floor: append {RECORD} bytes, fdatasync"), floor);
    if let (Some(ours), Some(best)) = commit {
        report.target(
            format!("commit, {records} records, as a part of the best rival's"),
            format!("≤ {COMMIT}"),
            format!("{:.2}", ours / best),
            ours <= best * COMMIT,
        );
    }
    if let Some(opening) = opening.filter(|_| SIZES.last() == Some(&records)) {
        report.target(
            format!("open, {records} records"),
            format!("≤ {OPEN} ms"),
            format!("{opening:.1} ms"),
            opening <= OPEN,
        );
    }
}

/// What the disk itself takes: a bare append and sync.
struct Floor {
    file: std::fs::File,
    times: Vec<Duration>,
}

impl Floor {
    fn new(scratch: &Path) -> Result<Self, BenchError> {
        let path = scratch.join("floor");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        Ok(Self {
            file: file.map_err(at(&path))?,
            times: Vec::new(),
        })
    }

    fn append(&mut self) -> Result<(), BenchError> {
        let bytes = [7; RECORD];
        let start = clock::now();
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        self.times.push(start.elapsed());
        written.map_err(at(Path::new("floor")))
    }
}
