use std::fs::read_to_string;

use serde::Serialize;

/// The machine a figure was measured on.
#[derive(Debug, Serialize)]
pub struct Machine {
    system: String,
    kernel: String,
    cpu: String,
    cores: usize,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        Self {
            system: value("/etc/os-release", "PRETTY_NAME=").trim_matches('"').to_owned(),
            kernel: value("/proc/sys/kernel/osrelease", ""),
            cpu: value("/proc/cpuinfo", "model name")
                .trim_start_matches([' ', '\t', ':'])
                .to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

fn value(path: &str, key: &str) -> String {
    let text = read_to_string(path).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(key))
        .unwrap_or("unknown")
        .trim()
        .to_owned()
}
