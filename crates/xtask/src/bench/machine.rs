//! The machine a figure was measured on.

use std::fs::read_to_string;

use serde::Serialize;

use super::clock;

/// What a reader must know to compare two reports.
#[derive(Debug, Serialize)]
pub struct Machine {
    system: String,
    kernel: String,
    cpu: String,
    cores: usize,
    memory_mib: u64,
    date: String,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        Self {
            system: value_of("/etc/os-release", "PRETTY_NAME=").trim_matches('"').to_owned(),
            kernel: first_line("/proc/sys/kernel/osrelease"),
            cpu: value_of("/proc/cpuinfo", "model name")
                .trim_start_matches([' ', '\t', ':'])
                .to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mib: memory(),
            date: clock::today(),
        }
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let Self {
            system,
            kernel,
            cpu,
            cores,
            memory_mib,
            date,
        } = self;
        format!("{system}, Linux {kernel}, {cores} × {cpu}, {memory_mib} MiB, {date}")
    }
}

fn memory() -> u64 {
    let line = value_of("/proc/meminfo", "MemTotal:");
    let kib: Option<u64> = line.split_whitespace().next().and_then(|word| word.parse().ok());
    kib.unwrap_or_default() / 1024
}

fn first_line(path: &str) -> String {
    read_to_string(path)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or("unknown")
        .to_owned()
}

fn value_of(path: &str, key: &str) -> String {
    let text = read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(key));
    value.unwrap_or("unknown").trim().to_owned()
}
