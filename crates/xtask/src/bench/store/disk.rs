//! Bytes on disk after many overwrites.

use std::path::Path;

use super::CONTESTANTS;
use super::contest::{Contestant, RECORD};
use super::folder::bytes_on_disk;
use crate::bench::engines::Which;
use crate::bench::random::Chance;
use crate::bench::{BenchError, Report};

/// The bytes of live values.
const LIVE: u32 = 500 << 10;
/// How many records are overwritten, one a commit.
const OVERWRITES: u32 = 20_000;
/// After so many overwrites the folder is measured.
const MEASURED_EVERY: u32 = 250;
/// The goal: so many times the live values.
const GOAL: f64 = 3.0;

/// Overwrites random records of everybody's store in turn, one a commit, measures on the way, and compares every value at the end.
pub fn run(report: &mut Report, scratch: &Path) -> Result<(), BenchError> {
    let records = LIVE.div_ceil(u32::try_from(RECORD).unwrap_or(u32::MAX));
    let mut contestants = Vec::new();
    for which in CONTESTANTS {
        contestants.push((Contestant::load(which, scratch, records)?, Vec::new()));
    }
    let mut chance = Chance::of(&[0xd15c]);
    for number in 1..=OVERWRITES {
        let record = u32::try_from(chance.below(records.into())).unwrap_or_default();
        for (contestant, sizes) in &mut contestants {
            contestant.overwrite(record)?;
            if number % MEASURED_EVERY == 0 {
                sizes.push(kib(bytes_on_disk(&contestant.folder)?));
            }
        }
    }
    for (contestant, sizes) in &mut contestants {
        let name = contestant.which.name();
        let open = kib(bytes_on_disk(&contestant.folder)?);
        contestant.compare_all()?;
        contestant.close()?;
        let closed = kib(bytes_on_disk(&contestant.folder)?);
        contestant.open(&contestant.folder.clone(), 0)?;
        contestant.compare_all()?;
        contestant.close()?;
        report.figures(
            format!("{name}: on disk during {OVERWRITES} overwrites of {} KiB", LIVE >> 10),
            sizes,
            "KiB",
        );
        report.figures(format!("{name}: on disk after them, open"), &[open], "KiB");
        report.figures(format!("{name}: on disk after them, closed"), &[closed], "KiB");
        if contestant.which == Which::Ours {
            let got = open.max(closed) / kib(LIVE.into());
            report.target(
                format!("on disk after {OVERWRITES} overwrites, as a multiple of the live values"),
                format!("≤ {GOAL}"),
                format!("{got:.2}"),
                got <= GOAL,
            );
        }
    }
    Ok(())
}

fn kib(bytes: u64) -> f64 {
    u32::try_from(bytes.div_ceil(1_024)).map_or(f64::MAX, f64::from)
}
