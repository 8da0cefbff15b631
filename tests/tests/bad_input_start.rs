//! A start that cannot succeed says why; one that can do without something does.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use countersign_tests::agent::{Agent, CommandLine, Explained, PASSWORD, PATIENCE, Package, Start};
use countersign_tests::process::signal;
use countersign_tests::{Deadline, Process, Session};
use rustix::process::Signal;
use serde_json::{Value, json};

const KEYS: &str = r#"
schema = 1
id = "test.keys"
name = "Keys"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Keys"
[form.respond]
method = "keys"
"#;
const CONTROLS: &str = r#"
schema = 1
id = "test.controls"
name = "Controls"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Controls"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

/// An agent must end with exit code 1 and these words.
fn refused(session: &Session, package: &Package<'_>, start: &Start, words: &[&str]) {
    let (ended, said) = Agent::refused(session, package, start).unwrap();
    assert_eq!(ended.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said:\n{said}");
    }
}

#[test]
fn a_second_agent_ends_and_the_first_goes_on() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "keys", KEYS).unwrap();
    let mut agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(
            &["logon", "add", "test.keys", "--set", "username=anna"],
            &["Keys-Pass-1"],
        )
        .unwrap();
    let pid = agent.id().to_string();
    refused(
        &session,
        &package,
        &Start::usual(),
        &["already running", &format!("process {pid}")],
    );
    let before = status(&agent);
    assert_eq!(
        (&before["pid"], &before["vault"], &before["logons"]),
        (&json!(agent.id()), &json!("unlocked"), &json!(1))
    );

    // One that was killed leaves its socket behind; the next takes it over and has everything.
    signal(agent.id(), Signal::KILL);
    agent.process().wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(session.runtime().join("countersign/agent.sock").exists());
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(status(&agent)["logons"], 1);

    // An end by TERM is an orderly one, and the socket goes with it.
    drop(agent);
    assert!(!session.runtime().join("countersign/agent.sock").exists());
}

#[test]
fn a_squatted_socket_is_left_alone_and_named() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let folder = session.runtime().join("countersign");
    let socket = folder.join("agent.sock");
    session.write(&socket, "not a socket").unwrap();
    let usual = Start::usual();
    refused(
        &session,
        &package,
        &usual,
        &[socket.to_str().unwrap(), "not a socket of yours"],
    );
    assert_eq!(std::fs::read_to_string(&socket).unwrap(), "not a socket");
    std::fs::remove_file(&socket).unwrap();
    symlink("/dev/null", &socket).unwrap();
    refused(&session, &package, &usual, &["not a socket of yours"]);
    std::fs::remove_file(&socket).unwrap();

    // A folder that others may enter is trusted neither by the agent nor by its clients.
    mode(&folder, 0o755);
    refused(&session, &package, &usual, &["can be entered by others", "chmod 700"]);
    let listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let client = CommandLine::of(&session, &usual)
        .unwrap()
        .run(&["unlock"], &[PASSWORD])
        .unwrap();
    assert_eq!(client.code, 1, "{client:?}");
    assert!(client.err.contains("can be entered by others"), "{client:?}");
    listening.set_nonblocking(true).unwrap();
    assert!(listening.accept().is_err(), "the client connected");
    drop(listening);
    std::fs::remove_dir_all(&folder).unwrap();

    // Neither is a link or a file in its place, or a folder of somebody else.
    let elsewhere = session.runtime().join("elsewhere");
    session.write(&elsewhere.join("x"), "").unwrap();
    symlink(&elsewhere, &folder).unwrap();
    refused(&session, &package, &usual, &["is not a folder"]);
    std::fs::remove_file(&folder).unwrap();
    session.write(&folder, "").unwrap();
    refused(&session, &package, &usual, &["is not a folder"]);
    std::fs::remove_file(&folder).unwrap();
    if rustix::process::geteuid().is_root() {
        // Only root can give a folder away; without him the check is `countersign-wire`'s own test.
        std::fs::create_dir(&folder).unwrap();
        mode(&folder, 0o700);
        std::os::unix::fs::chown(&folder, Some(1), Some(1)).unwrap();
        refused(&session, &package, &usual, &["belongs to user 1"]);
        mode(&folder, 0o755);
        let client = CommandLine::of(&session, &usual)
            .unwrap()
            .run(&["unlock"], &[PASSWORD])
            .unwrap();
        assert_eq!(client.code, 1, "{client:?}");
        assert!(client.err.contains("belongs to user 1"), "{client:?}");
        std::fs::remove_dir(&folder).unwrap();
    }
    refused(
        &session,
        &package,
        &usual.clone().without("XDG_RUNTIME_DIR"),
        &["XDG_RUNTIME_DIR"],
    );
    Agent::start(&session, &package).unwrap();
}

#[test]
fn the_device_secret_is_used_only_as_it_was_made() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let state = agent.state();
    drop(agent);
    let secret = state.join("device-secret");
    assert_eq!(std::fs::metadata(&secret).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(std::fs::metadata(&state).unwrap().mode() & 0o7777, 0o700);
    let usual = Start::usual();
    mode(&secret, 0o644);
    refused(&session, &package, &usual, &[secret.to_str().unwrap(), "chmod 600"]);
    mode(&secret, 0o600);
    mode(&state, 0o750);
    refused(&session, &package, &usual, &[state.to_str().unwrap(), "chmod 700"]);
    mode(&state, 0o700);
    let bytes = std::fs::read(&secret).unwrap();
    std::fs::write(&secret, &bytes[..7]).unwrap();
    refused(&session, &package, &usual, &["7 bytes instead of 32"]);
    assert_eq!(std::fs::read(&secret).unwrap(), bytes[..7]);
    // Restored, it opens what it always opened.
    std::fs::write(&secret, bytes).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}

#[test]
fn without_a_display_the_vault_is_served() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "keys", KEYS).unwrap();
    let start = Start::usual().without("DISPLAY");
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    agent
        .done(
            &["logon", "add", "test.keys", "--set", "username=anna"],
            &["Keys-Pass-1"],
        )
        .unwrap();
    assert_eq!(
        agent.done(&["logon", "reveal", "test.keys"], &[PASSWORD]).unwrap().out,
        "Keys-Pass-1"
    );
    let told = status(&agent)["desktop"]["display"].clone();
    assert!(told["missing"].as_str().unwrap().contains("DISPLAY"), "{told}");
    let doctor = agent.run(&["doctor"], &[]).unwrap();
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains("graphical session"), "{doctor:?}");
    for words in [&["windows"][..], &["logon", "fill"]] {
        let answer = agent.run(words, &[]).unwrap();
        assert!(matches!(answer.code, 1 | 5), "{answer:?}");
    }
}

#[test]
fn a_display_that_goes_away_does_not_take_the_agent_with_it() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "keys", KEYS).unwrap();
    let mut xvfb = session
        .spawn(
            "Xvfb",
            &["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        )
        .unwrap();
    let deadline = Deadline::seconds(PATIENCE);
    let number = deadline
        .wait_for("the other display", || {
            xvfb.said().lines().find_map(|line| line.trim().parse::<u32>().ok())
        })
        .unwrap();
    let start = Start::usual().with("DISPLAY", &format!(":{number}"));
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    assert_eq!(
        status(&agent)["desktop"]["display"],
        json!({ "watching": format!(":{number}") })
    );
    xvfb.stop();
    let missing = || {
        status(&agent)["desktop"]["display"]["missing"]
            .as_str()
            .map(str::to_owned)
    };
    deadline.wait_for("the agent's noticing", missing).unwrap();
    // With its display the session has ended: the vault is locked, and serves again when it is unlocked.
    assert_eq!(status(&agent)["locked_by"], "session");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent
        .done(
            &["logon", "add", "test.keys", "--set", "username=anna"],
            &["Keys-Pass-1"],
        )
        .unwrap();
}

#[test]
fn without_an_accessibility_bus_keys_still_work() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "keys", KEYS).unwrap();
    package.template("controls", CONTROLS).unwrap();
    let start = Start::usual().with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    let told = status(&agent)["desktop"].clone();
    assert!(told["accessibility"]["missing"].is_string(), "{told}");
    assert!(told["display"]["watching"].is_string(), "{told}");
    let doctor = agent.run(&["doctor"], &[]).unwrap();
    assert!(doctor.code == 1 && doctor.out.contains("at-spi2-core"), "{doctor:?}");
    agent
        .done(
            &["logon", "add", "test.keys", "--set", "username=anna"],
            &["Keys-Pass-1"],
        )
        .unwrap();
    agent
        .done(&["logon", "add", "test.controls"], &["Controls-Pass-1"])
        .unwrap();

    let mut explained = Explained::from_now(&agent).unwrap();
    let mut typed = zenity(&session, &["--password", "--username", "--title=Keys"]);
    assert_eq!(
        explained.wait("responded").unwrap()["decision"],
        json!({ "responded": "done" })
    );
    typed.wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(typed.said().contains("anna|Keys-Pass-1"), "{}", typed.said());

    // Controls cannot be reached: said, and nothing is typed instead.
    let mut untouched = zenity(&session, &["--password", "--title=Controls"]);
    let unread = explained.wait("unreadable").unwrap();
    assert_eq!(unread["template"], "test.controls");
    assert!(untouched.ended().is_none());
}

fn zenity(session: &Session, words: &[&str]) -> Process {
    session.spawn("zenity", words).unwrap()
}
