//! `bench powercut`: does an acknowledged commit survive when the power goes?
//!
//! Each store is written in an ext4 image in a loop device that commits nothing by itself for five minutes. At a seeded moment the file system
//! is stopped dead, or the writer killed; the image is copied as it is, without what only the page cache holds; and the copy is mounted,
//! its journal replayed, the store opened, every value compared. A control that never syncs shows that a cut takes un-synced writes away.

mod image;
mod lane;
mod mount;
mod plan;
mod shutdown;
mod tool;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cut::Finding;
use super::engines::Which;
use super::{BenchError, Options, Report, complain};
pub use lane::is_compacted;
use lane::{Bases, Lane, Outcome};
use mount::Mount;
use plan::{Begin, Plan};
use tool::failed;

/// How many images of ours, unless `--images` says otherwise; rivals and the control have fewer.
const IMAGES: u32 = 400;
/// The rivals' part of that.
const RIVALS: (u32, u32) = (120, IMAGES);
/// The control's.
const CONTROL: (u32, u32) = (20, IMAGES);
/// How many cuts are under way at a time.
const LANES: usize = 3;

/// The contestants and how many images each has.
fn contestants(images: u32) -> [(Which, u32); 5] {
    let part = |(part, of): (u32, u32)| (images * part).div_ceil(of);
    [
        (Which::Ours, images),
        (Which::Sled, part(RIVALS)),
        (Which::Redb, part(RIVALS)),
        (Which::Sqlite, part(RIVALS)),
        (Which::Unsynced, part(CONTROL)),
    ]
}

/// Cuts everybody's power in turn.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let contestants = contestants(options.images.unwrap_or(IMAGES));
    let folder = tempfile::Builder::new()
        .prefix("countersign-powercut.")
        .tempdir_in("/var/tmp")
        .map_err(failed("making a folder in /var/tmp"))?;
    let memory = Mount::memory(folder.path(), "4g")?;
    let outcomes = cut_all(&memory, &contestants)?;
    memory.unmount()?;
    Ok(judge(&contestants, &outcomes))
}

fn cut_all(memory: &Mount, contestants: &[(Which, u32)]) -> Result<Vec<Outcome>, BenchError> {
    let names: Vec<Which> = contestants.iter().map(|(which, _)| *which).collect();
    let bases = Bases::make(memory.point(), &names)?;
    let most = contestants.iter().map(|(_, images)| *images).max().unwrap_or_default();
    let plans = (0..most).flat_map(|number| {
        let having = contestants.iter().filter(move |(_, images)| number < *images);
        having.map(move |(which, _)| Plan::of(*which, number.into()))
    });
    let (plans, outcomes, broken) = (Mutex::new(plans), Mutex::new(Vec::new()), AtomicBool::new(false));
    let work = |number: usize| -> Result<(), BenchError> {
        let mut lane = Lane::new(&bases, memory.point().join(format!("lane.{number}")))?;
        while !broken.load(Ordering::Relaxed) {
            let Some(plan) = plans.lock().unwrap_or_else(PoisonError::into_inner).next() else {
                break;
            };
            let outcome = lane.cut(plan).inspect_err(|_| broken.store(true, Ordering::Relaxed))?;
            if let Some(complaint) = outcome.finding.complaint() {
                let (who, words) = (plan.which.name(), plan.words());
                complain(&format!(
                    "{who}, {words}, {} acknowledged: {complaint}",
                    outcome.acknowledged
                ));
            }
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let work = &work;
        let lanes: Vec<_> = (0..LANES).map(|number| scope.spawn(move || work(number))).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(|_| Err(died())))
            .collect::<Result<Vec<()>, _>>()
    })?;
    Ok(outcomes.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn died() -> BenchError {
    BenchError::Step {
        what: "a lane of cuts",
        why: "it panicked; its words are above".into(),
    }
}

fn judge(contestants: &[(Which, u32)], outcomes: &[Outcome]) -> Report {
    let mut report = Report::new("powercut");
    for (which, _) in contestants {
        let own: Vec<_> = outcomes.iter().filter(|outcome| outcome.plan.which == *which).collect();
        let name = which.name();
        let count = |is: fn(&Outcome) -> bool| own.iter().filter(|outcome| is(outcome)).count();
        let bad = count(|outcome| outcome.finding.complaint().is_some());
        let young = |outcome: &Outcome| outcome.plan.begin == Begin::Young;
        report.count(format!("{name}: bad"), own.len(), bad, "images");
        report.count(
            format!("{name}: bad, of new stores"),
            count(young),
            count(|outcome| outcome.plan.begin == Begin::Young && outcome.finding.complaint().is_some()),
            "images",
        );
        report.count(
            format!("{name}: cannot be used"),
            own.len(),
            count(|outcome| matches!(outcome.finding, Finding::Unusable(_))),
            "images",
        );
        report.count(
            format!("{name}: acknowledged commits lost"),
            own.len(),
            count(|outcome| matches!(outcome.finding, Finding::Lost(_))),
            "images",
        );
        report.count(
            format!("{name}: a state that never was"),
            own.len(),
            count(|outcome| matches!(outcome.finding, Finding::Torn(_))),
            "images",
        );
        let commits: Vec<f64> = own
            .iter()
            .filter_map(|outcome| u32::try_from(outcome.acknowledged).ok().map(f64::from))
            .collect();
        report.figures(format!("{name}: acknowledged before the cut"), &commits, "commits");
        match which {
            Which::Ours => {
                let compacted = count(|outcome| outcome.compacted);
                report.count("Countersign: had been compacted", own.len(), compacted, "images");
                let what = format!("bad images of {}", own.len());
                report.target(what, "0", bad.to_string(), bad == 0 && !own.is_empty());
            }
            Which::Unsynced => {
                // Where nothing was written there is nothing to take back.
                let written = count(|outcome| outcome.acknowledged > 0);
                report.target(
                    "control: cuts that took un-synced writes back",
                    format!("{written} of {written}"),
                    bad.to_string(),
                    bad == written && written > 0,
                );
            }
            _ => {}
        }
    }
    let copies: Vec<f64> = outcomes.iter().map(|outcome| outcome.copies.into()).collect();
    report.figures("copies until nothing was written meanwhile", &copies, "copies");
    report
}
