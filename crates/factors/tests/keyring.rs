//! The Secret Service against a real gnome-keyring-daemon on a bus of its own.
//!
//! A bus is named by the environment, so each part below runs in a process of its own, as an ignored test that this one starts.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use countersign_factors::{Removal, SecretService, check_source};
use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const VAULT: VaultId = VaultId([7; 16]);

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn bus(home: &Path) -> (Ended, String) {
    // Nothing is activated: what is not started here is not there.
    let configuration = format!(
        "<busconfig><type>session</type><listen>unix:dir={}</listen><policy context=\"default\">\
         <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
        home.display()
    );
    let file = home.join("bus.conf");
    std::fs::write(&file, configuration).unwrap();
    let mut bus = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", file.display()))
        .args(["--nofork", "--print-address"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(bus.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    (Ended(bus), address.trim().to_owned())
}

fn keyring(home: &Path, address: &str) -> Ended {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--foreground", "--components=secrets", "--unlock"])
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    daemon.stdin.take().unwrap().write_all(b"keyring").unwrap();
    let daemon = Ended(daemon);
    // Its name is there before its keyring is.
    let alias = || {
        let asked = Command::new("gdbus")
            .args(["call", "--session", "--dest", "org.freedesktop.secrets"])
            .args(["--object-path", "/org/freedesktop/secrets"])
            .args(["--method", "org.freedesktop.Secret.Service.ReadAlias", "default"])
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .output()
            .unwrap();
        String::from_utf8_lossy(&asked.stdout).contains("/collection/")
    };
    assert!(
        (0..3000).any(|_| alias()),
        "gnome-keyring-daemon never made its keyring"
    );
    daemon
}

/// Runs one of the parts below on a bus.
fn run(part: &str, address: &str) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", part, "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stdout).contains("1 passed"));
}

#[test]
fn a_real_keyring_keeps_the_contract() {
    let home = tempfile::tempdir().unwrap();
    let (_bus, address) = bus(home.path());
    run("part_no_service", &address);
    let _keyring = keyring(home.path(), &address);
    run("part_contract", &address);
    let lock = Command::new("gdbus")
        .args([
            "call",
            "--session",
            "--dest",
            "org.freedesktop.secrets",
            "--object-path",
            "/org/freedesktop/secrets",
        ])
        .args([
            "--method",
            "org.freedesktop.Secret.Service.Lock",
            "['/org/freedesktop/secrets/collection/login']",
        ])
        .env("DBUS_SESSION_BUS_ADDRESS", &address)
        .output()
        .unwrap();
    assert!(lock.status.success(), "{lock:?}");
    run("part_locked", &address);
}

#[test]
#[ignore = "a part of a_real_keyring_keeps_the_contract, which starts it"]
fn part_no_service() {
    let error = SecretService.fetch(VAULT).unwrap_err();
    assert!(matches!(error, FactorError::Unreachable { .. }), "{error:?}");
}

#[test]
#[ignore = "a part of a_real_keyring_keeps_the_contract, which starts it"]
fn part_contract() {
    assert_eq!(check_source(&SecretService, Removal::Forgets), Ok(()));
}

#[test]
#[ignore = "a part of a_real_keyring_keeps_the_contract, which starts it"]
fn part_locked() {
    for error in [SecretService.fetch(VAULT), SecretService.set_up(VAULT)] {
        let error = error.unwrap_err();
        assert!(matches!(error, FactorError::Locked(_)), "{error:?}");
    }
}
