//! What this process gives up before it loads anything.

use crate::calls;
use countersign_exits::protocol::Launch;
use countersign_exits::{Confinement, Files, Form, Network};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use rustix::thread::set_no_new_privs;
use std::io;

/// The rights this version knows. A kernel that knows fewer holds those.
const RIGHTS: ABI = ABI::V6;

/// Open files.
const MOST_FILES: u64 = 64;

/// Where programs and libraries are, to be read and run.
const PROGRAMS: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// What the C library and interpreters read in passing.
const READ: [&str; 6] = [
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
];
/// What finding another machine takes.
const READ_FOR_NETWORK: [&str; 8] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/run/systemd/resolve",
];

/// Asks to be ended with the caller, and never to get more rights than now.
pub(crate) fn stay_with_the_caller() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(set_no_new_privs(true)?)
}

/// Limits, files, and system calls, in this order: each takes calls that the next forbids. How far files are held, or why not.
pub(crate) fn confine(launch: &Launch) -> Result<Files, String> {
    limit(launch).map_err(|error| format!("limits: {error}"))?;
    let files = hold_files(launch).map_err(|error| format!("Landlock: {error}"))?;
    if files == Files::Open && launch.confinement == Confinement::Require {
        return Err("this kernel has no Landlock".to_owned());
    }
    calls::filter(launch.form, launch.network).map_err(|error| format!("seccomp: {error}"))?;
    Ok(files)
}

fn limit(launch: &Launch) -> io::Result<()> {
    let limits = [
        (Resource::As, launch.memory),
        (Resource::Nofile, MOST_FILES),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

fn hold_files(launch: &Launch) -> Result<Files, RulesetError> {
    let read = AccessFs::from_read(RIGHTS) & !AccessFs::Execute;
    let network = match launch.network {
        Network::Forbidden => AccessNet::from_all(RIGHTS),
        Network::Allowed => AccessNet::BindTcp.into(),
    };
    let run = match launch.form {
        Form::Library => read,
        Form::Program => AccessFs::from_read(RIGHTS),
    };
    let for_network = match launch.network {
        Network::Forbidden => &[][..],
        Network::Allowed => &READ_FOR_NETWORK,
    };
    let held = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(network)?
        .scope(Scope::from_all(RIGHTS))?
        .create()?
        .add_rules(path_beneath_rules(PROGRAMS, run))?
        .add_rules(path_beneath_rules(READ.iter().chain(for_network), read))?
        .add_rules(path_beneath_rules(&launch.reads, read))?
        .add_rules(path_beneath_rules(["/dev/null"], read | AccessFs::WriteFile))?
        .restrict_self()?;
    Ok(match held.ruleset {
        RulesetStatus::FullyEnforced => Files::Held,
        RulesetStatus::PartiallyEnforced => Files::Partly,
        RulesetStatus::NotEnforced => Files::Open,
    })
}
