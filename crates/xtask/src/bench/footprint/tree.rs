//! The program that shows windows, which the agent starts, and WebKit's processes below it.

use std::collections::BTreeMap;

use countersign_tests::{Deadline, Session};

use crate::bench::BenchError;
use crate::bench::idle::Memory;

/// The processes below a process, by name.
#[derive(Debug)]
pub struct Windows(BTreeMap<u32, String>);

impl Windows {
    /// Those below the agent that belong to windows.
    pub fn of(agent: u32) -> Result<Self, BenchError> {
        let mut parents = BTreeMap::new();
        for entry in std::fs::read_dir("/proc").map_err(|source| BenchError::File {
            path: "/proc".into(),
            source,
        })? {
            let Some(id) = entry
                .ok()
                .and_then(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            else {
                continue;
            };
            // A process may end while it is looked at.
            if let Some((name, parent)) = status(id) {
                parents.insert(id, (name, parent));
            }
        }
        let is_below = |mut id: u32| {
            while let Some((_, parent)) = parents.get(&id) {
                if *parent == agent {
                    return true;
                }
                id = *parent;
            }
            false
        };
        let mut windows = BTreeMap::new();
        let roots: Vec<u32> = parents
            .iter()
            .filter(|(id, (name, _))| name.starts_with("countersign-win") && is_below(**id))
            .map(|(id, _)| *id)
            .collect();
        for (id, (name, _)) in &parents {
            let mut above = Some(*id);
            while let Some(here) = above {
                if roots.contains(&here) {
                    windows.insert(*id, name.clone());
                    break;
                }
                above = parents.get(&here).map(|(_, parent)| *parent);
            }
        }
        Ok(Self(windows))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The program itself: the first of them.
    pub fn program(&self) -> Option<u32> {
        self.0.keys().next().copied()
    }

    /// What each holds.
    pub fn memory(&self) -> Result<Vec<(String, Memory)>, BenchError> {
        self.0
            .iter()
            .map(|(id, name)| Ok((name.clone(), Memory::of(*id)?)))
            .collect()
    }

    /// Closes the window as its user does, and waits until its processes are gone.
    pub fn close(&self, session: &Session) -> Result<(), BenchError> {
        // It fails, too, where another window vanishes while it searches.
        let closed = || {
            let mut close = session.command("xdotool");
            close.args(["search", "--onlyvisible", "--name", "^Logons", "windowclose"]);
            countersign_tests::process::output(&mut close).ok()
        };
        let deadline = Deadline::seconds(20);
        deadline.wait_for("a window of logons", closed)?;
        let gone = || self.0.keys().all(|id| status(*id).is_none()).then_some(());
        Ok(deadline.wait_for("the end of the windows' program", gone)?)
    }
}

/// Name and parent of a process that has not ended.
fn status(id: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    if value("State:")?.starts_with('Z') {
        return None;
    }
    Some((value("Name:")?.to_owned(), value("PPid:")?.parse().ok()?))
}
