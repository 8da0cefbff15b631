use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// A protection the system would not give.
#[derive(Debug, thiserror::Error)]
pub enum HardenError {
    /// `PR_SET_DUMPABLE` failed.
    #[error("cannot forbid other programs to read this process's memory: {0}")]
    Dumpable(rustix::io::Errno),
    /// `RLIMIT_CORE` could not be set.
    #[error("cannot forbid core files: {0}")]
    Core(rustix::io::Errno),
}

/// Makes this process undumpable (no ptrace and no `/proc/PID/mem` for the same user, see prctl(2)) and forbids core files.
///
/// Call it first in `main` of every program that holds secrets.
///
/// # Errors
/// When the system refuses; a program that holds secrets should then stop.
pub fn harden_process() -> Result<(), HardenError> {
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )
    .map_err(HardenError::Core)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(HardenError::Dumpable)
}
