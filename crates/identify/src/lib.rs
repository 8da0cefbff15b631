//! Which program a process runs, so that it cannot be mistaken for another.
//!
//! Programs that make themselves undumpable are looked at by `countersign-identify`, a small program with the capability to do so.

mod code;
mod interpreter;
mod look;
mod package;
pub mod proc;
pub mod question;
mod told;
mod writable;

pub use look::wait_channels;
pub use package::{package_of, version_of};

use countersign_model::{IdentityProblem, Lineage, ProcessIdentity, Refusal, Writable};
use proc::ProcError;
use std::path::PathBuf;

/// Identifies the process behind a window.
///
/// `owner` is the process as the display knows it, `declared` what the window itself says (`_NET_WM_PID`), which alone proves nothing,
/// `machine` its `WM_CLIENT_MACHINE`.
///
/// # Errors
/// See [`IdentityProblem`].
pub fn of_window(owner: Option<u32>, declared: Option<u32>, machine: &str) -> Result<ProcessIdentity, IdentityProblem> {
    if !machine.is_empty() && !is_here(machine) {
        return Err(IdentityProblem::Remote(machine.to_owned()));
    }
    let owner = owner.ok_or(IdentityProblem::NoProcess)?;
    if declared.is_some_and(|declared| declared != owner) {
        return Err(IdentityProblem::NoProcess);
    }
    of_process(owner)
}

/// Identifies a process.
///
/// # Errors
/// See [`IdentityProblem`]. Nothing is filled for a process that cannot be identified.
pub fn of_process(pid: u32) -> Result<ProcessIdentity, IdentityProblem> {
    let problem = |error| problem(pid, error);
    let before = proc::stat(pid).map_err(problem)?;
    let program = program(pid).map_err(problem)?;
    let arguments = proc::arguments(pid).map_err(problem)?;
    let script = interpreter::script(pid, &program.path, &arguments);
    let parent = proc::stat(before.parent).ok().map(|parent| parent.lineage);
    let started_by = parent
        .and_then(|_| self::program(before.parent).ok())
        .map(|program| program.path);
    // The number may have gone to another process in the meantime.
    if proc::stat(pid).map_err(problem)?.lineage != before.lineage {
        return Err(IdentityProblem::Ended(pid));
    }
    let mut writable = program.writable;
    if let Some(script) = &script
        && writable::who(script) == Writable::ByUser
    {
        writable = Writable::ByUser;
    }
    // Of a program that the user may change himself this says nothing.
    let foreign = match writable {
        Writable::RootOnly => match look::foreign_code(pid).map_err(problem)? {
            None => told::foreign(pid, &program.path, &arguments).map_err(problem)?,
            found => found,
        },
        Writable::ByUser => None,
    };
    Ok(ProcessIdentity {
        lineage: before.lineage,
        parent,
        started_by,
        owner: writable::owner(&program.path),
        package: None,
        foreign,
        executable: program.path,
        script,
        writable,
    })
}

/// Whether a process still is what it was identified as: same start, same executable.
///
/// # Errors
/// [`Refusal::IdentityChanged`] when it is another one now, [`Refusal::WindowGone`] when it has ended.
pub fn still(process: &ProcessIdentity) -> Result<(), Refusal> {
    let pid = process.lineage.pid;
    let now = match proc::stat(pid) {
        Ok(now) => now.lineage,
        Err(_) => return Err(Refusal::WindowGone),
    };
    if now != process.lineage {
        return Err(Refusal::IdentityChanged);
    }
    match program(pid) {
        Ok(program) if program.path == process.executable => Ok(()),
        _ => Err(Refusal::IdentityChanged),
    }
}

/// The start of a process, if it is there.
#[must_use]
pub fn lineage(pid: u32) -> Option<Lineage> {
    proc::stat(pid).ok().map(|stat| stat.lineage)
}

/// Whether this very process still runs.
#[must_use]
pub fn runs(process: Lineage) -> bool {
    lineage(process.pid) == Some(process)
}

/// The program a process runs, if it may be known.
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    look::program(pid).ok().map(|(path, _)| path)
}

struct Program {
    path: PathBuf,
    writable: Writable,
}

/// The executable. A path seen from another mount namespace is believed only if the same file is behind it here.
fn program(pid: u32) -> Result<Program, ProcError> {
    let (path, is_here) = look::program(pid)?;
    if !is_here {
        return Err(ProcError::Denied);
    }
    if let Some(was) = proc::without_deleted(&path) {
        return Ok(Program {
            path: was,
            writable: Writable::ByUser,
        });
    }
    let writable = writable::who(&path);
    Ok(Program { path, writable })
}

fn problem(pid: u32, error: ProcError) -> IdentityProblem {
    match error {
        ProcError::Ended => IdentityProblem::Ended(pid),
        ProcError::Denied => IdentityProblem::Unreadable(pid),
    }
}

/// Whether a `WM_CLIENT_MACHINE` is this machine, with or without its domain.
fn is_here(machine: &str) -> bool {
    let uname = rustix::system::uname();
    let here = uname.nodename().to_string_lossy().into_owned();
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    short(machine) == short(&here) || short(machine) == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_itself_and_a_lie_is_not_believed() {
        let me = std::process::id();
        let identity = of_process(me).unwrap();
        assert_eq!(
            identity.executable,
            std::env::current_exe().unwrap().canonicalize().unwrap()
        );
        assert_eq!(identity.lineage.pid, me);
        assert_eq!(identity.parent.unwrap().pid, std::os::unix::process::parent_id());
        assert_eq!(still(&identity), Ok(()));
        let mut other = identity.clone();
        other.lineage.started += 1;
        assert_eq!(still(&other), Err(Refusal::IdentityChanged));
        other = identity;
        other.executable = PathBuf::from("/usr/bin/true");
        assert_eq!(still(&other), Err(Refusal::IdentityChanged));
    }

    #[test]
    fn what_a_window_says_alone_proves_nothing() {
        let me = std::process::id();
        assert_eq!(of_window(None, Some(me), ""), Err(IdentityProblem::NoProcess));
        assert_eq!(of_window(Some(me), Some(1), ""), Err(IdentityProblem::NoProcess));
        assert_eq!(
            of_window(Some(me), Some(me), "elsewhere.example"),
            Err(IdentityProblem::Remote("elsewhere.example".into()))
        );
        assert!(of_window(Some(me), None, "localhost").is_ok());
        assert!(matches!(
            of_window(Some(u32::MAX - 1), None, ""),
            Err(IdentityProblem::Ended(_))
        ));
    }
}
