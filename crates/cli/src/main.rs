//! `countersign`.

use countersign_secret::ZeroOnFree;
use std::process::ExitCode;

/// Passwords pass through: whatever a library copied is wiped when it is freed.
#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

fn main() -> ExitCode {
    countersign_cli::run()
}
