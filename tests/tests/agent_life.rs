//! The life of a vault, as a person lives it on the command line.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, PATIENCE, Package};
use countersign_tests::{Deadline, Session};
use serde_json::{Value, json};

const TEMPLATE: &str = r#"
schema = 1
id = "test.ledger"
name = "Ledger"
[logon]
fields = ["username", "password", "pin"]
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

fn slots(status: &Value) -> Vec<(&str, &str)> {
    let slots = status["slots"].as_array().unwrap().iter();
    slots
        .map(|slot| (slot["kind"].as_str().unwrap(), slot["rating"].as_str().unwrap()))
        .collect()
}

#[test]
fn from_enrolment_through_a_changed_password_nothing_is_lost() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", TEMPLATE).unwrap();
    let agent = Agent::start(&session, &package).unwrap();

    // Before enrolment everything that needs a vault says so, with exit code 4.
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!(status["vault"], "unenrolled");
    for words in [
        &["logon", "list"][..],
        &["logon", "add", "test.ledger", "--set", "username=a"],
        &["unlock"],
    ] {
        let answer = agent.run(words, &["x", "y"]).unwrap();
        assert_eq!(answer.code, 4, "{answer:?}");
        assert!(answer.err.contains("countersign enroll"), "{answer:?}");
    }
    // A weak answer is refused and makes no vault.
    let weak = agent.run(&["enroll"], &[PASSWORD, "aaaaaaaaaaaaaaaaaaaa"]).unwrap();
    assert_eq!(weak.code, 7, "{weak:?}");
    let short = agent.run(&["enroll"], &[PASSWORD, "short"]).unwrap();
    assert_eq!(short.code, 2, "{short:?}");
    assert_eq!(agent.run(&["enroll"], &["", PASSPHRASE]).unwrap().code, 1);
    assert_eq!(
        agent.json(&["status", "--json"], "status").unwrap()["vault"],
        "unenrolled"
    );

    let agent = agent.enrolled().unwrap();
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!(status["vault"], "unlocked");
    assert_eq!(status["logons"], 0);
    assert_eq!(slots(&status), [("login", "fair"), ("passphrase", "fair")], "{status}");
    let shown = agent.done(&["status"], &[]).unwrap().out;
    assert!(
        shown.contains("login (fair)") && shown.contains("passphrase (fair)"),
        "{shown}"
    );
    let again = agent.run(&["enroll"], &[PASSWORD, PASSPHRASE]).unwrap();
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("already"), "{again:?}");

    // Logons: stored, listed without secrets, changed, shown to their owner only.
    agent
        .done(
            &["logon", "add", "Ledger", "--name", "work", "--set", "username=anna"],
            &["first-Secret-81", "4711-pin"],
        )
        .unwrap();
    agent
        .done(
            &["logon", "add", "test.ledger", "--set", "username=bert"],
            &["second-Secret-82", ""],
        )
        .unwrap();
    let listed = agent.done(&["logon", "list", "--json"], &[]).unwrap();
    // The whole pin: four digits alone stand by chance in an id or a time now and then.
    assert!(
        !listed.out.contains("Secret") && !listed.out.contains("4711-pin"),
        "{listed:?}"
    );
    let logons = listed.json("logons").unwrap();
    assert_eq!(logons[0]["label"], "bert");
    assert_eq!(logons[0]["secret_fields"], json!(["password"]));
    assert_eq!(logons[1]["label"], "work");
    assert_eq!(logons[1]["plain"], json!([{ "name": "username", "value": "anna" }]));
    assert_eq!(logons[1]["secret_fields"], json!(["password", "pin"]));
    let text = agent.done(&["logon", "list"], &[]).unwrap().out;
    assert!(text.contains("password=••••") && !text.contains("Secret"), "{text}");
    agent
        .done(
            &["logon", "edit", "work", "--set", "username=anne", "--secret", "pin"],
            &["0815-pin"],
        )
        .unwrap();
    assert_eq!(
        agent
            .done(&["logon", "reveal", "work", "pin"], &[PASSWORD])
            .unwrap()
            .out,
        "0815-pin"
    );
    assert_eq!(
        agent.done(&["logon", "reveal", "work"], &[PASSWORD]).unwrap().out,
        "first-Secret-81"
    );
    let wrong = agent.run(&["logon", "reveal", "work"], &["not it"]).unwrap();
    assert_eq!((wrong.code, wrong.out.as_str()), (4, ""), "{wrong:?}");
    assert_eq!(
        agent
            .run(&["logon", "reveal", "work", "token"], &[PASSWORD])
            .unwrap()
            .code,
        5
    );
    assert_eq!(agent.run(&["logon", "reveal", "nobody"], &[PASSWORD]).unwrap().code, 5);
    assert_eq!(agent.run(&["logon", "add", "no.such"], &["x"]).unwrap().code, 5);
    let secret = agent
        .run(&["logon", "add", "test.ledger", "--set", "password=x"], &[])
        .unwrap();
    assert_eq!(secret.code, 2, "{secret:?}");
    assert_eq!(agent.run(&["logon", "remove", "bert"], &[]).unwrap().code, 2);
    assert_eq!(agent.run(&["settings", "loop.fill"], &[]).unwrap().code, 5);
    assert_eq!(agent.run(&["frobnicate"], &[]).unwrap().code, 2);

    // Locked: nothing comes out; unlocked again: everything is there.
    agent.done(&["lock"], &[]).unwrap();
    for words in [
        &["logon", "list"][..],
        &["logon", "reveal", "work"],
        &["logon", "remove", "bert", "--yes"],
    ] {
        let answer = agent.run(words, &[PASSWORD]).unwrap();
        assert_eq!(answer.code, 4, "{answer:?}");
        assert!(answer.err.contains("countersign unlock"), "{answer:?}");
    }
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!((&status["vault"], &status["logons"]), (&json!("locked"), &Value::Null));
    assert_eq!(agent.run(&["unlock"], &["not it"]).unwrap().code, 4);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(
        agent.json(&["logon", "list", "--json"], "logons").unwrap()[1]["plain"][0]["value"],
        "anne"
    );

    // Another agent, another day: locked at first, everything kept.
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    assert_eq!(agent.json(&["status", "--json"], "status").unwrap()["vault"], "locked");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(
        agent
            .done(&["logon", "reveal", "work", "pin"], &[PASSWORD])
            .unwrap()
            .out,
        "0815-pin"
    );
    agent.done(&["logon", "remove", "bert", "--yes"], &[]).unwrap();
    assert_eq!(
        agent
            .json(&["logon", "list", "--json"], "logons")
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );

    // The password was reset elsewhere: the passphrase opens, and the new password from then on. Spaces and capitals do not count.
    agent.done(&["lock"], &[]).unwrap();
    let new = "New-Gl4cier-Path-55";
    let wrong = agent
        .run(&["unlock", "--passphrase"], &["walrus tungsten", new])
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let loose = format!("  {} ", PASSPHRASE.to_uppercase().replace(' ', "   "));
    agent.done(&["unlock", "--passphrase"], &[&loose, new]).unwrap();
    assert_eq!(
        agent.done(&["logon", "reveal", "work"], &[new]).unwrap().out,
        "first-Secret-81"
    );
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    agent.done(&["unlock"], &[new]).unwrap();
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    assert_eq!(agent.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    agent.done(&["unlock"], &[new]).unwrap();
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    assert_eq!(logons.as_array().unwrap().len(), 1, "{logons}");

    // Everything that prints JSON prints it whole, failures too.
    for (words, key) in [
        (&["status", "--json"][..], "status"),
        (&["doctor", "--json"], "checks"),
        (&["why", "--json"], "explanations"),
        (&["settings", "--json"], "settings"),
        (&["settings", "loop.fills", "--json"], "settings"),
        (&["logon", "list", "--json"], "logons"),
        (&["windows", "--json"], "windows"),
        (&["refresh", "--json"], "refreshed"),
    ] {
        agent.run(words, &[]).unwrap().json(key).unwrap();
    }
    agent.done(&["lock"], &[]).unwrap();
    let locked = agent.run(&["logon", "list", "--json"], &[]).unwrap();
    assert_eq!(
        (locked.code, &locked.json("error").unwrap()["code"]),
        (4, &json!("locked"))
    );
}

#[test]
fn without_an_agent_the_command_line_says_how_to_start_one() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let command_line = agent.command_line().clone();
    drop(agent);
    let status = command_line.run(&["status", "--json"], &[]).unwrap();
    assert_eq!(
        (status.code, &status.json("error").unwrap()["code"]),
        (1, &json!("not-running"))
    );
    assert!(status.err.contains("countersign-agent"), "{status:?}");
}

#[test]
fn wrong_passwords_are_slowed_and_never_locked_out_for_good() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", TEMPLATE).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let guess = || agent.run(&["unlock"], &["guess"]).unwrap();
    for _ in 0..3 {
        let wrong = guess();
        assert_eq!(wrong.code, 4, "{wrong:?}");
        assert!(wrong.err.contains("not right"), "{wrong:?}");
    }
    // From the third on each costs a wait: one second, two, four. The fifth leaves enough time for the following looks.
    let deadline = Deadline::seconds(PATIENCE);
    for _ in 0..2 {
        deadline
            .wait_for("the next try", || guess().err.contains("not right").then_some(()))
            .unwrap();
    }
    // Now every try is told to wait: also the right one, also by the passphrase.
    for (words, secrets) in [
        (&["unlock"][..], &[PASSWORD][..]),
        (&["unlock", "--passphrase"], &[PASSPHRASE, "another-Pass-91"]),
    ] {
        let early = agent.run(words, secrets).unwrap();
        assert_eq!(early.code, 4, "{early:?}");
        assert!(early.err.contains("too many wrong tries"), "{early:?}");
        // Said before the secret is typed, and after.
        assert_eq!(
            early.err.matches("the next attempt is taken in").count(),
            2,
            "{early:?}"
        );
    }
    // It is a wait, not a lock-out.
    let opened = deadline.find(|| (agent.run(&["unlock"], &[PASSWORD]).unwrap().code == 0).then_some(()));
    assert!(opened.is_some());
    // And forgotten with the right one.
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["unlock"], &["guess"]).unwrap().code, 4);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}
