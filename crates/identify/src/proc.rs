//! `/proc`, read so that what is read belongs together.

use countersign_model::Lineage;
use std::collections::HashMap;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Why a process could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcError {
    /// It has ended.
    Ended,
    /// It may not be looked at, or what it says cannot be believed.
    Denied,
}

impl From<io::Error> for ProcError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied,
            // ENOENT: no such process; ESRCH: it ended while being read.
            _ => Self::Ended,
        }
    }
}

/// What `/proc/PID/stat` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its number and when it began, in clock ticks since the machine started.
    pub lineage: Lineage,
    /// One letter: `S` sleeps and can be woken.
    pub state: char,
    /// The process that started it, or that adopted it.
    pub parent: u32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// The controlling terminal's device number.
    pub tty: u32,
    /// The foreground process group of that terminal.
    pub foreground: i32,
}

/// What `/proc/PID/stat` says of a process that still runs something.
///
/// # Errors
/// See [`ProcError`].
pub fn stat(pid: u32) -> Result<Stat, ProcError> {
    let text = std::fs::read(format!("/proc/{pid}/stat"))?;
    parse(pid, &text).ok_or(ProcError::Ended)
}

/// The name in field 2 may hold anything, blanks and parentheses too: fields are counted from its last parenthesis.
fn parse(pid: u32, text: &[u8]) -> Option<Stat> {
    let end = text.iter().rposition(|&byte| byte == b')')?;
    let rest = std::str::from_utf8(text.get(end + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let state = fields.first()?.chars().next()?;
    // A zombie has no program any more.
    if matches!(state, 'Z' | 'X') {
        return None;
    }
    let number = |field: usize| fields.get(field - 3)?.parse::<i64>().ok();
    Some(Stat {
        lineage: Lineage {
            pid,
            started: fields.get(22 - 3)?.parse().ok()?,
        },
        state,
        parent: u32::try_from(number(4)?).ok()?,
        group: i32::try_from(number(5)?).ok()?,
        session: i32::try_from(number(6)?).ok()?,
        tty: u32::try_from(number(7)?).ok()?,
        foreground: i32::try_from(number(8)?).ok()?,
    })
}

/// Where `/proc/PID/exe` leads.
///
/// # Errors
/// See [`ProcError`].
pub(crate) fn executable(pid: u32) -> Result<PathBuf, ProcError> {
    Ok(std::fs::read_link(format!("/proc/{pid}/exe"))?)
}

/// The path a deleted executable had, or nothing if it is still there.
pub(crate) fn without_deleted(path: &Path) -> Option<PathBuf> {
    let was = path.as_os_str().as_bytes().strip_suffix(b" (deleted)")?;
    // A file may really be called so.
    if path.exists() {
        return None;
    }
    Some(PathBuf::from(std::ffi::OsString::from_vec(was.to_vec())))
}

/// Whether a process sees the same file system as we do.
///
/// # Errors
/// See [`ProcError`].
pub(crate) fn same_mounts(pid: u32) -> Result<bool, ProcError> {
    let theirs = std::fs::read_link(format!("/proc/{pid}/ns/mnt"))?;
    let ours = std::fs::read_link("/proc/self/ns/mnt")?;
    Ok(theirs == ours)
}

/// Whether the file a process runs is the file at this path here.
pub(crate) fn is_file_at(pid: u32, path: &Path) -> bool {
    let same = || -> io::Result<bool> {
        let theirs = std::fs::metadata(format!("/proc/{pid}/exe"))?;
        let ours = std::fs::metadata(path)?;
        Ok(theirs.dev() == ours.dev() && theirs.ino() == ours.ino())
    };
    same().unwrap_or(false)
}

/// The arguments, program name first. A program may rewrite its own, so they are what it says of itself.
///
/// # Errors
/// See [`ProcError`].
pub fn arguments(pid: u32) -> Result<Vec<String>, ProcError> {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline"))?;
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
    Ok(bytes
        .split(|&byte| byte == 0)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect())
}

/// Those of the wanted variables that a process was started with.
pub(crate) fn variables(pid: u32, wanted: impl Fn(&str) -> bool) -> Result<HashMap<String, String>, ProcError> {
    let bytes = std::fs::read(format!("/proc/{pid}/environ"))?;
    let pairs = bytes.split(|&byte| byte == 0).filter_map(|pair| {
        let (name, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
        wanted(name).then(|| (name.to_owned(), value.to_owned()))
    });
    Ok(pairs.collect())
}

/// What is mapped into a process, a line each (proc(5)).
///
/// # Errors
/// See [`ProcError`].
pub(crate) fn maps(pid: u32) -> Result<String, ProcError> {
    Ok(std::fs::read_to_string(format!("/proc/{pid}/maps"))?)
}

/// The folder a process is in.
///
/// # Errors
/// See [`ProcError`].
pub(crate) fn folder(pid: u32) -> Result<PathBuf, ProcError> {
    Ok(std::fs::read_link(format!("/proc/{pid}/cwd"))?)
}

/// The kernel functions the threads of a process sleep in, as far as that may be read.
pub(crate) fn wait_channels(pid: u32) -> Vec<String> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("wchan")).ok())
        .filter(|channel| !channel.is_empty() && channel != "0")
        .collect()
}

/// The user ids of a process: real, effective, saved and of the file system (`Uid`, proc(5)).
///
/// # Errors
/// [`ProcError::Ended`] when it is not there.
pub fn users(pid: u32) -> Result<[u32; 4], ProcError> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let numbers = line.into_iter().flat_map(str::split_ascii_whitespace);
    let users: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
    users.try_into().map_err(|_| ProcError::Ended)
}

/// How often a process has given the processor up to wait (`voluntary_ctxt_switches`, proc(5)).
#[must_use]
pub fn sleeps(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let count = status
        .lines()
        .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

/// Every process there is.
#[must_use]
pub fn all() -> Vec<Stat> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| stat(pid).ok())
        .collect()
}

/// Every process below one, as far as they still name it as their ancestor; on kernels that keep no list of children every process.
#[must_use]
pub fn below(ancestor: u32) -> Vec<Stat> {
    let mut found = Vec::new();
    let mut open = vec![ancestor];
    while let Some(pid) = open.pop() {
        let Some(children) = children(pid) else {
            return all();
        };
        // A number that comes again in the middle of reading must not lead around for ever.
        let new = children.into_iter().filter_map(|child| stat(child).ok());
        for child in new {
            if !found.contains(&child) {
                open.push(child.lineage.pid);
                found.push(child);
            }
        }
    }
    found
}

/// The children of a process; nothing if the kernel keeps no list. A process that has ended has none.
fn children(pid: u32) -> Option<Vec<u32>> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return Some(Vec::new());
    };
    let mut children = Vec::new();
    for thread in threads.flatten() {
        let path = thread.path();
        match std::fs::read_to_string(path.join("children")) {
            Ok(list) => children.extend(list.split_ascii_whitespace().filter_map(|pid| pid.parse::<u32>().ok())),
            Err(_) if path.exists() => return None,
            Err(_) => {}
        }
    }
    Some(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let line = b"42 (a) S 1 (b)) S 7 42 42 34817 43 4194304 1 0 0 0 0 0 0 0 20 0 1 0 555 0 0";
        let stat = parse(42, line).unwrap();
        assert_eq!((stat.parent, stat.group, stat.session, stat.tty), (7, 42, 42, 34817));
        assert_eq!((stat.foreground, stat.lineage.started, stat.state), (43, 555, 'S'));
        assert_eq!(parse(42, b"42 (x) Z 7 42 42 0 -1 0 1 0 0 0 0 0 0 0 20 0 1 0 555"), None);
        assert_eq!(parse(42, b"garbage"), None);
    }

    #[test]
    fn children_are_found_below_their_parents() {
        let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let me = std::process::id();
        let below = below(me);
        assert!(below.iter().any(|process| process.lineage.pid == child.id()));
        assert!(below.iter().all(|process| process.lineage.pid != me));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
