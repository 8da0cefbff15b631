//! What a process has cost so far.

use std::path::PathBuf;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

use crate::bench::BenchError;

/// The time a process and its threads have spent on a core, in user mode and in the kernel (`proc_pid_stat(5)`).
pub fn spent(pid: u32) -> Result<Duration, BenchError> {
    let path = PathBuf::from(format!("/proc/{pid}/stat"));
    let stat = std::fs::read_to_string(&path).map_err(|source| BenchError::File {
        path: path.clone(),
        source,
    })?;
    ticks(&stat)
        .map(|ticks| Duration::from_secs(ticks) / u32::try_from(clock_ticks_per_second()).unwrap_or(100))
        .ok_or_else(|| BenchError::NotReady {
            who: "the agent",
            why: format!("{} is not as proc_pid_stat(5) says", path.display()),
        })
}

/// Fields 14 and 15. The second one, the program's name in brackets, may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_misleads_nobody() {
        let stat = "42 (a) 7 (b)) S 1 42 42 0 -1 4194560 100 0 0 0 31 11 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks(stat), Some(42));
    }
}
