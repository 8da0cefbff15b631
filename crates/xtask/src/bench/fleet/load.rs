//! What a server has cost.

use std::time::Duration;

use super::super::BenchError;
use super::super::sync::directory::wrong;

/// Time on a processor of a process, all threads.
#[derive(Debug, Clone, Copy)]
pub struct Meter(pub u32);

/// What was used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    pub processor: Duration,
}

impl Load {
    pub fn since(self, before: Self) -> Self {
        Self {
            processor: self.processor.saturating_sub(before.processor),
        }
    }
}

impl Meter {
    /// What was used since the process began (proc(5): `utime` and `stime`, fields 14 and 15, in hundredths of a second).
    pub fn read(self) -> Result<Load, BenchError> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).map_err(wrong)?;
        // The name before may have any character.
        let (_, rest) = text.rsplit_once(')').ok_or_else(|| wrong("no process"))?;
        let ticks: u64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Ok(Load {
            processor: Duration::from_millis(ticks * 10),
        })
    }

    /// Its resident memory, in MiB.
    pub fn memory(self) -> Result<f64, BenchError> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.0)).map_err(wrong)?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u32>().ok());
        Ok(f64::from(kib.unwrap_or_default()) / 1_024.0)
    }
}
