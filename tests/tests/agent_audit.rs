//! The audit log, as its owner reads it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Explained, Needles, PASSPHRASE, PASSWORD, PATIENCE, Package};
use countersign_tests::{Deadline, Session};
use serde_json::Value;

const TEMPLATE: &str = r#"
schema = 1
id = "test.acme"
name = "Acme"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Acme"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;
const STORED: &str = "Kq7-stored-Wm93zb";
const NEW: &str = "Bn6-renewed-Ty21ch";

fn events(agent: &Agent<'_>) -> Vec<(String, String, String)> {
    // A log that does not hold is shown as far as it does, with another exit code.
    let told = agent
        .run(&["audit", "show", "--json"], &[])
        .unwrap()
        .json("audit")
        .unwrap();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let lines = told["entries"].as_array().unwrap().iter();
    lines
        .map(|line| (text(line, "event"), text(line, "subject"), text(line, "detail")))
        .collect()
}

#[test]
fn what_was_done_with_secrets_is_entered_and_a_changed_log_is_noticed() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "acme", TEMPLATE).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["logon", "add", "test.acme"], &[STORED]).unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();
    let mut shown = session
        .spawn("sh", &["-c", "zenity --password --title=Acme | sha256sum"])
        .unwrap();
    explained.wait("responded").unwrap();
    shown.wait(Deadline::seconds(PATIENCE)).unwrap();
    agent.done(&["logon", "reveal", "test.acme"], &[PASSWORD]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["unlock"], &["not it"]).unwrap().code, 4);
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, NEW]).unwrap();
    let names: Vec<_> = events(&agent).into_iter().map(|(event, _, _)| event).collect();
    let expected = [
        "slot-change",
        "unlock",
        "release",
        "reveal",
        "lock",
        "refusal",
        "slot-change",
        "unlock",
    ];
    assert_eq!(names, expected);
    let all = events(&agent);
    assert!(all.contains(&(
        "release".to_owned(),
        "test.acme".to_owned(),
        "/usr/bin/zenity".to_owned()
    )));
    assert!(all.contains(&("reveal".to_owned(), "test.acme".to_owned(), "field password".to_owned())));
    let whole = agent.done(&["audit", "verify"], &[]).unwrap();
    assert!(whole.out.contains("whole: 8 entries"), "{whole:?}");
    let log = agent.state().join("audit.log");
    let needles = Needles::of(&[PASSWORD, PASSPHRASE, STORED, NEW, "not it"]);
    assert_eq!(needles.found(&std::fs::read(&log).unwrap()), Vec::<String>::new());

    // The next agent goes on where this one ended.
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[NEW]).unwrap();
    assert_eq!(events(&agent).len(), 10);
    agent.done(&["audit", "verify"], &[]).unwrap();

    // A word changed, while it runs; then the end cut off, while it does not.
    let mut bytes = std::fs::read(&log).unwrap();
    let at = bytes.windows(9).position(|window| window == b"test.acme").unwrap();
    bytes.splice(at..at + 9, *b"test.nice");
    std::fs::write(&log, &bytes).unwrap();
    let changed = agent.run(&["audit", "verify"], &[]).unwrap();
    assert!(changed.code == 8 && changed.out.contains("changed"), "{changed:?}");
    drop(agent);
    std::fs::write(&log, "").unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let cut = agent.run(&["audit", "verify", "--json"], &[]).unwrap();
    assert_eq!(cut.code, 8, "{cut:?}");
    let (event, _, detail) = events(&agent).remove(0);
    assert!(event == "alarm" && detail.contains("cut short"), "{detail}");
}
