//! One fuzz target: run for a while, and asked what it did.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::BenchError;
use crate::workspace::{root, target};

/// What came of a run.
pub struct Outcome {
    /// How many inputs were tried.
    pub runs: usize,
    /// How many a second.
    pub speed: usize,
    /// Inputs that crash it, or the log when it ended without leaving one.
    pub found: Vec<PathBuf>,
}

/// Runs a target. It begins with the corpus in the repository and what earlier runs on this machine discovered; new discoveries stay
/// in the target folder.
pub fn run(programs: &Path, name: &str, seconds: u32) -> Result<Outcome, BenchError> {
    let work = target().join("fuzz");
    let (discovered, findings) = (work.join("discovered").join(name), work.join("findings").join(name));
    // Findings of earlier runs were told then; those that still show will show again.
    let _nothing_there = fs::remove_dir_all(&findings);
    for folder in [&discovered, &findings] {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let log = work.join(format!("{name}.log"));
    let output = fs::File::create(&log).map_err(at(&log))?;
    let ended = Command::new(programs.join(name))
        .arg(&discovered)
        .arg(root().join("tests/fuzz/corpus").join(name))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .args([
            "-print_final_stats=1",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-max_len=16384",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .status()
        .map_err(at(&programs.join(name)))?;
    let said = fs::read(&log).map_err(at(&log))?;
    let said = String::from_utf8_lossy(&said);
    let mut found: Vec<PathBuf> = fs::read_dir(&findings)
        .map_err(at(&findings))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    found.sort();
    if !ended.success() && found.is_empty() {
        found.push(log);
    }
    Ok(Outcome {
        runs: stated(&said, "number_of_executed_units").unwrap_or(0),
        speed: stated(&said, "average_exec_per_sec").unwrap_or(0),
        found,
    })
}

/// A figure of libFuzzer's final statistics.
fn stated(said: &str, name: &str) -> Option<usize> {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
    line?.trim_start_matches(':').trim().parse().ok()
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BenchError + use<> {
    let path = path.to_owned();
    move |source| BenchError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn the_final_statistics_are_read() {
        let said = "Done 12 runs\nstat::number_of_executed_units: 5120000\nstat::average_exec_per_sec:     83934\n";
        assert_eq!(stated(said, "number_of_executed_units"), Some(5_120_000));
        assert_eq!(stated(said, "average_exec_per_sec"), Some(83_934));
        assert_eq!(stated(said, "peak_rss_mb"), None);
    }
}
