//! What the kernel has counted for a process: context switches by thread, and memory.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use countersign_tests::account::lab_folder;

use crate::bench::BenchError;

/// A thread and how often it was switched.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Its name.
    pub name: String,
    /// Voluntary and involuntary context switches.
    pub switches: u64,
}

impl Thread {
    /// Whether the thread is one of sled's own: flusher and I/O.
    pub fn is_of_sled(&self) -> bool {
        self.name.starts_with("sled")
    }

    /// The switches, to calculate with.
    pub fn figure(&self) -> f64 {
        u32::try_from(self.switches).map_or(f64::MAX, f64::from)
    }
}

/// The threads of a process at one moment.
#[derive(Debug)]
pub struct Census(BTreeMap<u32, Thread>);

impl Census {
    /// Counts the threads of a process.
    pub fn of(id: u32) -> Result<Self, BenchError> {
        let folder = PathBuf::from(format!("/proc/{id}/task"));
        let entries = std::fs::read_dir(&folder).map_err(file(&folder))?;
        let mut threads = BTreeMap::new();
        for entry in entries {
            let entry = entry.map_err(file(&folder))?;
            // A thread may end while it is looked at.
            let Ok(status) = std::fs::read_to_string(entry.path().join("status")) else {
                continue;
            };
            if let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
                threads.insert(number, thread(&status));
            }
        }
        Ok(Self(threads))
    }

    /// The threads and how often each was switched since `before`; one that is new counts from its beginning, one that has ended
    /// counts for what is known of it.
    pub fn since(&self, before: &Self) -> Vec<Thread> {
        let mut threads: Vec<_> = self
            .0
            .iter()
            .map(|(number, thread)| Thread {
                name: thread.name.clone(),
                switches: thread
                    .switches
                    .saturating_sub(before.0.get(number).map_or(0, |known| known.switches)),
            })
            .collect();
        let ended = before.0.iter().filter(|(number, _)| !self.0.contains_key(number));
        threads.extend(ended.map(|(_, thread)| Thread {
            name: format!("{} (ended)", thread.name),
            switches: 1,
        }));
        threads
    }
}

fn thread(status: &str) -> Thread {
    let value = |key: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .map(str::trim)
            .unwrap_or_default()
    };
    let number = |key: &str| value(key).parse::<u64>().unwrap_or_default();
    Thread {
        name: value("Name:").to_owned(),
        switches: number("voluntary_ctxt_switches:") + number("nonvoluntary_ctxt_switches:"),
    }
}

/// Memory of a process in MiB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Everything that is mapped in (RSS).
    pub resident: f64,
    /// The same, with shared pages divided among those that share them (PSS).
    pub proportional: f64,
}

impl Memory {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            resident: self.resident + other.resident,
            proportional: self.proportional + other.proportional,
        }
    }

    /// Asks the namespace's keeper: both programs are undumpable, so that their user may not look.
    pub fn of(id: u32) -> Result<Self, BenchError> {
        let socket = lab_folder().unwrap_or_default().join("keeper/socket");
        let mut answer = String::new();
        UnixStream::connect(&socket)
            .and_then(|mut keeper| {
                keeper.write_all(format!("memory {id}\n").as_bytes())?;
                keeper.read_to_string(&mut answer)
            })
            .map_err(file(&socket))?;
        let mebibytes = |key: &str| {
            let line = answer.lines().find_map(|line| line.strip_prefix(key));
            let kibibytes: Option<u32> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            kibibytes.map(|kibibytes| f64::from(kibibytes) / 1024.0)
        };
        match (mebibytes("Rss:"), mebibytes("Pss:")) {
            (Some(resident), Some(proportional)) => Ok(Self { resident, proportional }),
            _ => Err(BenchError::NotReady {
                who: "the count of memory",
                why: answer,
            }),
        }
    }
}

fn file(path: &Path) -> impl Fn(std::io::Error) -> BenchError {
    let path = path.to_owned();
    move |source| BenchError::File {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_counted_by_thread() {
        let census = |switches: &[(u32, u64)]| {
            Census(
                switches
                    .iter()
                    .map(|&(number, switches)| {
                        let status = format!(
                            "Name:\tt{number}\nvoluntary_ctxt_switches:\t{switches}\nnonvoluntary_ctxt_switches:\t1\n"
                        );
                        (number, thread(&status))
                    })
                    .collect(),
            )
        };
        let counted = census(&[(1, 10), (2, 7), (4, 3)]).since(&census(&[(1, 10), (2, 4), (3, 9)]));
        let counted: Vec<_> = counted.iter().map(|one| (one.name.as_str(), one.switches)).collect();
        assert_eq!(counted, [("t1", 0), ("t2", 3), ("t4", 4), ("t3 (ended)", 1)]);
    }
}
