//! `countersign-agent`: one process a user, in the background of the desktop session.

use clap::Parser;
use countersign_agent::{Options, serve};
use countersign_secret::{ZeroOnFree, harden_process, keep_memory_small};
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

/// Recognises logon forms and fills them. Started by the session; spoken to with `countersign`.
#[derive(Parser)]
#[command(name = "countersign-agent", version)]
struct Arguments {
    /// The package's folder, with `templates` and `settings.toml` in it.
    #[arg(long, value_name = "DIR", default_value = "/usr/share/countersign")]
    package_dir: PathBuf,
}

fn main() -> ExitCode {
    keep_memory_small();
    let hardened = harden_process();
    let arguments = Arguments::parse();
    countersign_agent::log_to_stderr();
    if let Err(error) = hardened {
        tracing::error!("{error}; the agent does not start without this protection");
        return ExitCode::FAILURE;
    }
    match serve(Options {
        package: arguments.package_dir,
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
