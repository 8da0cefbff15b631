//! `bench store`: durable commits, checked reads, opening, and bytes on disk, beside redb and SQLite.
//!
//! Everybody does the same in turn on the same file system: one 300-byte record a commit, acknowledged when it is durable; each value that is
//! read is compared. The page cache is warm for everybody.

mod contest;
mod disk;
pub mod folder;
mod speed;

use super::engines::Which;
use super::{BenchError, Options, Report};

/// Who takes part.
const CONTESTANTS: [Which; 3] = [Which::Ours, Which::Redb, Which::Sqlite];
/// The numbers of records.
const SIZES: [u32; 2] = [1_000, 100_000];

/// Measures everything.
pub fn run(_: &Options) -> Result<Report, BenchError> {
    let mut report = Report::new("store");
    let scratch = folder::real_disk()?;
    for records in SIZES {
        speed::run(&mut report, scratch.path(), records)?;
    }
    disk::run(&mut report, scratch.path())?;
    Ok(report)
}
