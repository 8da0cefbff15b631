//! What templates weigh: a process of its own for each figure, so that nothing else is in it.

use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};

use countersign_model::Publisher;
use countersign_rules::{FormRef, TemplateSet};

use super::{events, templates};
use crate::bench::{BenchError, complain};

/// The name by which this program starts itself to be weighed.
pub const NAME: &str = "match-memory";

/// How templates are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// As the agent holds them.
    Indexed,
    /// Every form ready to be matched, for a loop over all of them.
    OneByOne,
}

/// The resident memory, in bytes, that so many templates add to a process, after every event was asked of them.
pub fn weigh(holding: Holding, count: usize) -> Result<f64, BenchError> {
    let word = match holding {
        Holding::Indexed => "indexed",
        Holding::OneByOne => "one-by-one",
    };
    let failed = |why: String| BenchError::NotReady { who: "the scales", why };
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut child = Command::new(program)
        .args(["bench", NAME, "--here"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        let _seen_below = stdin.write_all(format!("{word} {count}\n").as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.trim()
        .parse()
        .map_err(|_| failed(format!("it said `{}`", said.trim())))
}

/// The weighed process.
pub fn run() -> ExitCode {
    match weighed() {
        Ok(bytes) => {
            println!("{bytes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("{NAME}: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn weighed() -> Result<u64, BenchError> {
    let wrong = || BenchError::NotReady {
        who: "the scales",
        why: "start `cargo xtask bench match`".to_owned(),
    };
    let mut asked = String::new();
    std::io::stdin().read_line(&mut asked).map_err(|_| wrong())?;
    let (word, count) = asked.trim().split_once(' ').ok_or_else(wrong)?;
    let count: usize = count.parse().map_err(|_| wrong())?;
    let events = events::recorded(count)?;
    // What the first template brings with it (tables, the TOML reader's schema) is not a template's.
    let warm = held(1)?.0;
    let before = resident()?;
    let (set, every) = match word {
        "indexed" => held(count)?,
        _ => {
            let set = held(count)?.0;
            let every: Vec<FormRef> = set.templates().flat_map(|loaded| loaded.forms()).collect();
            (set, every)
        }
    };
    let mut found = 0;
    for event in &events {
        found += match word {
            "indexed" => set.candidates(event).len(),
            _ => every.iter().filter(|form| form.fits(event)).count(),
        };
    }
    let after = resident()?;
    drop(warm);
    if found == 0 {
        return Err(wrong());
    }
    Ok(after.saturating_sub(before))
}

fn held(count: usize) -> Result<(TemplateSet, Vec<FormRef>), BenchError> {
    let mut checked = Vec::new();
    for template in templates::all(count) {
        checked.push((Publisher::Unsigned, template?));
    }
    Ok((TemplateSet::of(checked).0, Vec::new()))
}

/// The resident memory of this process.
fn resident() -> Result<u64, BenchError> {
    let path = std::path::PathBuf::from("/proc/self/status");
    let text = std::fs::read_to_string(&path).map_err(|source| BenchError::File { path, source })?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    Ok(kib.unwrap_or_default() * 1024)
}
