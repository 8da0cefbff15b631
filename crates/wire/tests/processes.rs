//! Two processes, and where the suite runs as root, two users.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_wire::{Client, ClientError, Listener, Reply, Request, SocketPlace};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use support::Serving;

const ROLE: &str = "COUNTERSIGN_WIRE_ROLE";
const FOLDER: &str = "COUNTERSIGN_WIRE_FOLDER";
const NOBODY: u32 = 65534;

/// This very test program again, as another process that plays one role.
fn play(role: &str, folder: &Path, uid: u32) -> ExitStatus {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again
        .args(["--exact", "a_role", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, folder);
    if uid != own() {
        again.uid(uid).gid(uid);
    }
    again.status().unwrap()
}

fn own() -> u32 {
    rustix::process::getuid().as_raw()
}

/// Only does something when [`play`] started it.
#[test]
fn a_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let place = SocketPlace::under(Path::new(&std::env::var(FOLDER).unwrap()));
    match role.as_str() {
        "foreign client" => {
            let refused = Client::connect(&place, "test");
            assert!(matches!(refused, Err(ClientError::Frame(_))), "{refused:?}");
        }
        "client of a foreign server" => {
            let refused = Client::connect(&place, "test");
            assert!(matches!(refused, Err(ClientError::Peer(_))), "{refused:?}");
        }
        "hardened agent and client" => {
            countersign_secret::harden_process().unwrap();
            let _serving = Serving::start(Listener::bind(&place).unwrap());
            let mut client = Client::connect(&place, "test").unwrap();
            assert_eq!(client.call(&Request::Lock, &[]).unwrap().0, Reply::Done);
        }
        "second agent" => {
            let said = Listener::bind(&place).err().unwrap().to_string();
            assert_eq!(
                said,
                format!(
                    "an agent is already running (process {}); use it, or end it first",
                    std::os::unix::process::parent_id()
                )
            );
        }
        other => panic!("no role {other}"),
    }
}

#[test]
fn a_second_agent_process_learns_the_first_ones_number() {
    let folder = tempfile::tempdir().unwrap();
    let _listener = Listener::bind(&SocketPlace::under(folder.path())).unwrap();
    assert!(play("second agent", folder.path(), own()).success());
}

#[test]
fn an_undumpable_process_serves_and_connects() {
    let folder = tempfile::tempdir().unwrap();
    let uid = if own() == 0 { NOBODY } else { own() };
    std::os::unix::fs::chown(folder.path(), Some(uid), Some(uid)).unwrap();
    assert!(play("hardened agent and client", folder.path(), uid).success());
}

#[test]
fn another_users_process_is_refused() {
    if own() != 0 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = SocketPlace::under(folder.path());
    for open in [folder.path(), place.folder()] {
        std::fs::create_dir_all(open).unwrap();
        std::fs::set_permissions(open, PermissionsExt::from_mode(0o755)).unwrap();
    }
    // Root's folder, open to all, as a careless administrator might make it.
    let socket = std::os::unix::net::UnixListener::bind(place.socket()).unwrap();
    std::fs::set_permissions(place.socket(), PermissionsExt::from_mode(0o777)).unwrap();
    let _serving = Serving::start(Listener::from_activated(socket).unwrap());
    assert!(play("foreign client", folder.path(), NOBODY).success());
    // The same socket in a folder of the other user's: root's process there is not his agent.
    std::os::unix::fs::chown(place.folder(), Some(NOBODY), Some(NOBODY)).unwrap();
    std::fs::set_permissions(place.folder(), PermissionsExt::from_mode(0o700)).unwrap();
    assert!(play("client of a foreign server", folder.path(), NOBODY).success());
}
