//! Two machines of one user on one folder repository: joining, taking off, following, coming back.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, PATIENCE, Package, state};
use countersign_tests::{Deadline, Session};
use serde_json::Value;

const TEMPLATE: &str = r#"
schema = 1
id = "test.ledger"
name = "Ledger"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Ledger"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

const OTHER_PASSWORD: &str = "Qmz8-ladder-Rt41vYe";

fn machine() -> Session {
    Session::start().unwrap()
}

/// A machine whose repository is the first one's.
fn second(first: &Session) -> Session {
    let session = machine();
    let repository = first.data_home().join("countersign/repository");
    on(&session, &repository);
    session
}

fn on(session: &Session, repository: &std::path::Path) {
    let settings = session.config_home().join("countersign/settings.toml");
    let text = format!("[repository]\npath = \"{}\"\n", repository.display());
    session.write(&settings, &text).unwrap();
}

fn add(agent: &Agent<'_>, name: &str) {
    let words = ["logon", "add", "test.ledger", "--name", name, "--set", "username=anna"];
    agent.done(&words, &[&format!("Secret-of-{name}-7391")]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
}

fn reveals(agent: &Agent<'_>, name: &str, password: &str) {
    let shown = agent.done(&["logon", "reveal", name], &[password]).unwrap().out;
    assert_eq!(shown, format!("Secret-of-{name}-7391"), "{}", agent.said());
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let logons = logons.as_array().unwrap().iter();
    let mut labels: Vec<_> = logons
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect();
    labels.sort();
    labels
}

fn devices(agent: &Agent<'_>) -> Vec<Value> {
    let listed = agent.json(&["device", "list", "--json"], "devices").unwrap();
    listed.as_array().unwrap().clone()
}

fn id_of(agent: &Agent<'_>) -> String {
    let listed = devices(agent);
    let own = listed.iter().find(|device| device["this"] == true).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}

/// Refreshes until it is so: what one machine writes another one fetches when it looks.
fn until(agent: &Agent<'_>, what: &str, so: impl Fn(&Agent<'_>) -> bool) {
    let deadline = Deadline::seconds(PATIENCE);
    loop {
        agent.done(&["refresh"], &[]).unwrap();
        if so(agent) {
            return;
        }
        assert!(!deadline.is_over(), "{what}: {}\n{}", problems(agent), agent.said());
        deadline.pause();
    }
}

/// The second machine's vault: the passphrase opens it, a login slot is made.
fn joined<'a>(session: &'a Session, package: &Package<'_>) -> Agent<'a> {
    let agent = Agent::start(session, package).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    agent
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    agent
}

#[test]
fn a_lost_machine_is_taken_off_and_the_others_follow() {
    let one = machine();
    let package_one = Package::with(&one, "ledger", TEMPLATE).unwrap();
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let two = second(&one);
    let package_two = Package::with(&two, "ledger", TEMPLATE).unwrap();
    let second_one = joined(&two, &package_two);
    let three = second(&one);
    let package_three = Package::with(&three, "ledger", TEMPLATE).unwrap();
    let lost = joined(&three, &package_three);
    let lost_id = id_of(&lost);
    add(&lost, "travel");
    for agent in [&first, &second_one] {
        until(agent, "three devices", |agent| devices(agent).len() == 3);
        until(agent, "both logons", |agent| labels(agent) == ["ledger", "travel"]);
    }
    let named = devices(&first);
    assert!(named.iter().all(|device| device["name"] != ""), "{named:?}");
    assert!(named.iter().all(|device| device["state"] == "listed"), "{named:?}");

    // The second is locked while the first takes the lost one off.
    second_one.done(&["lock"], &[]).unwrap();
    let wrong = first
        .run(&["device", "revoke", &lost_id], &["not-the-password"])
        .unwrap();
    assert_ne!(wrong.code, 0, "{wrong:?}");
    let own = first.run(&["device", "revoke", &id_of(&first)], &[PASSWORD]).unwrap();
    assert_eq!(own.code, 7, "{own:?}");
    let said = first.done(&["device", "revoke", &lost_id], &[PASSWORD]).unwrap().out;
    assert!(said.contains("is off"), "{said}");
    assert_eq!(devices(&first).len(), 2);
    reveals(&first, "ledger", PASSWORD);
    reveals(&first, "travel", PASSWORD);
    add(&first, "after");

    // It follows at its next unlock; nothing has to be typed but its own password.
    second_one.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    until(&second_one, "the roll", |agent| devices(agent).len() == 2);
    until(&second_one, "the new logon", |agent| {
        labels(agent) == ["after", "ledger", "travel"]
    });
    for name in ["after", "ledger", "travel"] {
        reveals(&second_one, name, OTHER_PASSWORD);
    }
    add(&second_one, "later");
    until(&first, "a logon of the other", |agent| {
        labels(agent).contains(&"later".to_owned())
    });

    // The lost one gets none of it, and is told.
    lost.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&lost), ["ledger", "travel"]);
    assert!(problems(&lost).contains("taken off the vault"), "{}", problems(&lost));
    // What it writes reaches nobody.
    add(&lost, "planted");
    for agent in [&first, &second_one] {
        agent.done(&["refresh"], &[]).unwrap();
        assert_eq!(labels(agent), ["after", "later", "ledger", "travel"]);
    }

    // Everything opens again after a restart, under the new key.
    drop(first);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    for name in ["after", "later", "ledger", "travel"] {
        reveals(&first, name, PASSWORD);
    }
    assert!(!state(&one).join("vault.old").exists() && !state(&one).join("vault.next").exists());

    // The passphrase lets it in again, as a new device.
    lost.done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    until(&lost, "what there is", |agent| {
        labels(agent).contains(&"later".to_owned())
    });
    assert_ne!(id_of(&lost), lost_id);
    reveals(&lost, "after", OTHER_PASSWORD);
}

#[test]
fn a_device_taken_off_offline_is_off_once_the_repository_answers() {
    let one = machine();
    let package_one = Package::with(&one, "ledger", TEMPLATE).unwrap();
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let two = second(&one);
    let package_two = Package::with(&two, "ledger", TEMPLATE).unwrap();
    let other = joined(&two, &package_two);
    let other_id = id_of(&other);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    drop(first);

    // The share is not there; the wish outlives a restart.
    let repository = one.data_home().join("countersign/repository");
    on(&one, std::path::Path::new("/nonexistent/share"));
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    let said = first.done(&["device", "revoke", &other_id], &[PASSWORD]).unwrap().out;
    assert!(said.contains("queued"), "{said}");
    assert_eq!(devices(&first).len(), 2);
    drop(first);
    on(&one, &repository);
    let first = Agent::start(&one, &package_one).unwrap();
    let leaving = devices(&first);
    assert!(leaving.iter().any(|device| device["state"] == "leaving"), "{leaving:?}");
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&first, "one device", |agent| devices(agent).len() == 1);
    reveals(&first, "ledger", PASSWORD);
    until(&other, "the news", |agent| {
        problems(agent).contains("taken off the vault")
    });
}
