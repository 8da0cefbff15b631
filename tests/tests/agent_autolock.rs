//! The vault is locked by itself: when the session is locked or ends, before the machine sleeps, when nobody is there.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, PASSWORD, PATIENCE, Package, SETTINGS, Start};
use countersign_tests::logind::{ID, Logind, ScreenSaver};
use countersign_tests::{Deadline, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TEMPLATE: &str = r#"
schema = 1
id = "test.ledger"
name = "Ledger"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Ledger"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "keys"
"#;

fn soon() -> Deadline {
    Deadline::seconds(PATIENCE)
}

/// An agent with this logind, its vault open.
fn agent<'a>(session: &'a Session, logind: &Logind, settings: &str) -> (Package<'a>, Agent<'a>) {
    let package = Package::with(session, "ledger", TEMPLATE).unwrap();
    set(session, &package, settings);
    let start = Start::usual().with("DBUS_SYSTEM_BUS_ADDRESS", logind.address());
    let agent = Agent::start_as(session, &package, &start).unwrap().enrolled().unwrap();
    (package, agent)
}

fn set(session: &Session, package: &Package<'_>, settings: &str) {
    let text = format!("{SETTINGS}{settings}");
    session.write(&package.folder().join("settings.toml"), &text).unwrap();
}

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

fn is_locked(agent: &Agent<'_>) -> bool {
    status(agent)["vault"] == "locked"
}

/// Waits until a reason to lock is heard of by these sources.
fn heard(agent: &Agent<'_>, reason: &str, by: &[&str]) {
    let what = format!("{reason} to be heard by {by:?}");
    let found = soon().find(|| (status(agent)["locks_on"][reason]["by"]["sources"] == json!(by)).then_some(()));
    assert!(
        found.is_some(),
        "{what}: {}\n{}",
        status(agent)["locks_on"],
        agent.said()
    );
}

fn locks(agent: &Agent<'_>, cause: &str) {
    soon()
        .wait_for(&format!("the lock by {cause}"), || is_locked(agent).then_some(()))
        .unwrap();
    assert_eq!(status(agent)["locked_by"], cause);
    let answer = agent.run(&["logon", "list"], &[]).unwrap();
    assert_eq!(answer.code, 4, "{answer:?}");
}

fn unlock(agent: &Agent<'_>) {
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert!(!is_locked(agent));
}

fn doctor(agent: &Agent<'_>, name: &str) -> (String, String) {
    let checks = agent.run(&["doctor", "--json"], &[]).unwrap().json("checks").unwrap();
    let check = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == name)
        .unwrap();
    (
        check["result"].as_str().unwrap().to_owned(),
        check["found"].as_str().unwrap().to_owned(),
    )
}

/// Microseconds of the monotonic clock.
fn monotonic() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap() * 1_000_000
}

#[test]
fn the_vault_is_locked_with_the_session() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "");
    heard(&agent, "session_lock", &[&format!("logind (session {ID})")]);
    assert_eq!(
        doctor(&agent, "session lock"),
        (
            "good".to_owned(),
            format!("locks the vault, heard by logind (session {ID})")
        )
    );

    logind.ask_to_lock().unwrap();
    locks(&agent, "session");
    let shown = agent.done(&["status"], &[]).unwrap().out;
    assert!(shown.contains("the session was locked"), "{shown}");
    unlock(&agent);
    assert_eq!(status(&agent)["locked_by"], Value::Null);
    logind.is_locked(true).unwrap();
    locks(&agent, "session");
    // Unlocking the screen does not open the vault.
    logind.is_locked(false).unwrap();
    unlock(&agent);

    // A screen saver that logind knows nothing of.
    let saver = ScreenSaver::start(&session, "org.gnome.ScreenSaver").unwrap();
    heard(
        &agent,
        "session_lock",
        &[&format!("logind (session {ID})"), "org.gnome.ScreenSaver"],
    );
    saver.is_active(false).unwrap();
    assert!(!is_locked(&agent));
    saver.is_active(true).unwrap();
    locks(&agent, "session");
    drop(saver);
    heard(&agent, "session_lock", &[&format!("logind (session {ID})")]);

    unlock(&agent);
    logind.session_ends().unwrap();
    locks(&agent, "session");
    // What the user asked for is told apart.
    unlock(&agent);
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(status(&agent)["locked_by"], "asked");
}

#[test]
fn the_machine_sleeps_only_after_the_vault_is_locked() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "");
    let ours = ("sleep".to_owned(), "Countersign".to_owned(), "delay".to_owned());
    let held = || {
        soon().wait_for("the delay", || {
            (logind.inhibitors().unwrap() == [ours.clone()]).then_some(())
        })
    };
    for _ in 0..3 {
        held().unwrap();
        heard(&agent, "suspend", &["logind"]);
        logind.sleeps(true).unwrap();
        soon()
            .wait_for("the end of the delay", || {
                logind.inhibitors().unwrap().is_empty().then_some(())
            })
            .unwrap();
        // From the first moment the machine may sleep.
        assert!(is_locked(&agent));
        assert_eq!(status(&agent)["locked_by"], "suspend");
        logind.sleeps(false).unwrap();
        held().unwrap();
        assert!(is_locked(&agent));
        unlock(&agent);
    }
    // The delay ends with the agent.
    drop(agent);
    soon()
        .wait_for("the end of the delay", || {
            logind.inhibitors().unwrap().is_empty().then_some(())
        })
        .unwrap();
}

#[test]
fn the_vault_is_locked_when_nobody_is_there() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "[lock]\nidle_minutes = 1\n");
    heard(
        &agent,
        "idle",
        &[
            "the display's idle time",
            "logind's idle hint, where the desktop gives it",
        ],
    );
    // Idle, but not for long enough.
    logind.is_idle(Some(monotonic())).unwrap();
    assert!(!is_locked(&agent));
    logind.is_idle(None).unwrap();
    assert!(!is_locked(&agent));
    logind
        .is_idle(Some(monotonic().saturating_sub(61_000_000).max(1)))
        .unwrap();
    locks(&agent, "idle");
}

#[test]
fn what_is_switched_off_does_not_lock() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let off = "[lock]\non_session_lock = false\non_suspend = false\nidle_minutes = 0\n";
    let (package, agent) = agent(&session, &logind, off);
    let saver = ScreenSaver::start(&session, "org.freedesktop.ScreenSaver").unwrap();
    let everything = || {
        logind.ask_to_lock().unwrap();
        logind.is_locked(true).unwrap();
        saver.is_active(true).unwrap();
        logind.is_idle(Some(1)).unwrap();
        logind.sleeps(true).unwrap();
    };
    everything();
    for reason in ["session_lock", "suspend", "idle"] {
        assert_eq!(status(&agent)["locks_on"][reason], "off");
    }
    assert_eq!(doctor(&agent, "suspend").0, "good");
    assert!(logind.inhibitors().unwrap().is_empty());
    assert!(!is_locked(&agent));
    logind.sleeps(false).unwrap();
    logind.is_idle(None).unwrap();
    logind.is_locked(false).unwrap();

    // Switched on one by one, with no restart.
    set(
        &session,
        &package,
        "[lock]\non_session_lock = false\non_suspend = true\nidle_minutes = 0\n",
    );
    agent.done(&["refresh"], &[]).unwrap();
    heard(&agent, "suspend", &["logind"]);
    soon()
        .wait_for("the delay", || (logind.inhibitors().unwrap().len() == 1).then_some(()))
        .unwrap();
    logind.ask_to_lock().unwrap();
    saver.is_active(true).unwrap();
    assert!(!is_locked(&agent));
    logind.sleeps(true).unwrap();
    locks(&agent, "suspend");
    logind.sleeps(false).unwrap();
    unlock(&agent);
    set(&session, &package, off);
    agent.done(&["refresh"], &[]).unwrap();
    soon()
        .wait_for("the end of the delay", || {
            logind.inhibitors().unwrap().is_empty().then_some(())
        })
        .unwrap();
    everything();
    assert!(!is_locked(&agent));
}

#[test]
fn a_fill_that_waits_is_told_of_the_lock() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "");
    heard(&agent, "session_lock", &[&format!("logind (session {ID})")]);
    agent.done(&["logon", "add", "Ledger"], &["sesame-Quartz-18"]).unwrap();
    // Something else has the focus, so that the form waits for it.
    let _form = session.spawn("zenity", &["--password", "--title=Ledger"]).unwrap();
    let window = soon()
        .wait_for("the form", || {
            let windows = agent.json(&["windows", "--json"], "windows").unwrap();
            let windows = windows.as_array().unwrap().clone();
            windows.into_iter().find(|window| window["title"] == "Ledger")
        })
        .unwrap();
    let number = format!("{:#x}", window["id"].as_u64().unwrap());
    drop(agent.run(&["pause"], &[]));
    let told = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| agent.run(&["logon", "fill", "--window", &number], &[]).unwrap());
        logind.ask_to_lock().unwrap();
        waiting.join().unwrap()
    });
    // Filled before the lock, or told of it; never left waiting.
    assert!(told.code == 4 || told.code == 0, "{told:?}");
    locks(&agent, "session");
}

#[test]
fn without_a_system_bus_doctor_says_so_and_nothing_is_noisy() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", TEMPLATE).unwrap();
    let nowhere = session.runtime().join("no-such-bus");
    let start = Start::usual().with("DBUS_SYSTEM_BUS_ADDRESS", &format!("unix:path={}", nowhere.display()));
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    heard(&agent, "idle", &["the display's idle time"]);
    let found = soon().find(|| {
        let (result, found) = doctor(&agent, "suspend");
        (result == "warning" && found.contains("there is no system bus")).then_some(())
    });
    assert!(found.is_some(), "{:?}", doctor(&agent, "suspend"));
    let (result, found) = doctor(&agent, "session lock");
    assert!(
        result == "warning" && found.contains("no system bus") && found.contains("no screen saver"),
        "{found}"
    );
    let shown = agent.run(&["doctor"], &[]).unwrap();
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.out.contains("in a container this is normal"), "{shown:?}");
    assert!(!agent.said().contains("system bus"), "{}", agent.said());
    // A screen saver alone is enough for session locks, whenever it comes.
    let saver = ScreenSaver::start(&session, "org.freedesktop.ScreenSaver").unwrap();
    heard(&agent, "session_lock", &["org.freedesktop.ScreenSaver"]);
    saver.is_active(true).unwrap();
    locks(&agent, "session");
}

#[test]
fn a_lock_outruns_an_unlock_that_has_begun() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "");
    heard(&agent, "session_lock", &[&format!("logind (session {ID})")]);
    agent.done(&["lock"], &[]).unwrap();
    let opened = std::thread::scope(|scope| {
        let unlocking = scope.spawn(|| agent.run(&["unlock"], &[PASSWORD]).unwrap());
        // While the key is being derived, and after.
        while !unlocking.is_finished() {
            logind.ask_to_lock().unwrap();
        }
        unlocking.join().unwrap()
    });
    logind.ask_to_lock().unwrap();
    assert!(opened.code == 4 || opened.code == 0, "{opened:?}");
    locks_whyever(&agent);
    unlock(&agent);
}

fn locks_whyever(agent: &Agent<'_>) {
    soon().wait_for("the lock", || is_locked(agent).then_some(())).unwrap();
}

/// How often the agent's threads were switched, but for sled's own: by name.
fn switches(agent: &Agent<'_>) -> BTreeMap<String, u64> {
    let threads = std::fs::read_dir(format!("/proc/{}/task", agent.id())).unwrap();
    let mut counted = BTreeMap::new();
    for thread in threads {
        let Ok(status) = std::fs::read_to_string(thread.unwrap().path().join("status")) else {
            continue;
        };
        let value = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).unwrap().trim();
        let name = value("Name:");
        if !name.starts_with("sled") {
            *counted.entry(name.to_owned()).or_default() += value("voluntary_ctxt_switches:").parse::<u64>().unwrap();
        }
    }
    counted
}

#[test]
fn listening_costs_nothing_while_nothing_happens() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (_package, agent) = agent(&session, &logind, "");
    heard(&agent, "suspend", &["logind"]);
    let saver = ScreenSaver::start(&session, "org.gnome.ScreenSaver").unwrap();
    heard(
        &agent,
        "session_lock",
        &[&format!("logind (session {ID})"), "org.gnome.ScreenSaver"],
    );
    // What follows the last request is soon over; then there are two seconds in which no thread runs.
    let found = soon().find(|| {
        let before = switches(&agent);
        assert!(before.contains_key("session"), "{before:?}");
        let quiet = Deadline::seconds(2);
        while !quiet.is_over() {
            quiet.pause();
        }
        (switches(&agent) == before).then_some(())
    });
    assert!(found.is_some(), "{:?}", switches(&agent));
    drop(saver);
}

#[test]
#[ignore = "waits a whole minute, the shortest time that can be set"]
fn an_untouched_display_locks_after_a_minute() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", TEMPLATE).unwrap();
    set(&session, &package, "[lock]\nidle_minutes = 1\n");
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    heard(&agent, "idle", &["the display's idle time"]);
    let begun = monotonic();
    Deadline::seconds(120)
        .wait_for("the lock", || is_locked(&agent).then_some(()))
        .unwrap();
    assert_eq!(status(&agent)["locked_by"], "idle");
    assert!(monotonic() - begun >= 30_000_000);
}
