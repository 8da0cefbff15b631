//! What the user is asked, and what becomes of his answers, with real forms.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Explained, PATIENCE, Package, decision};
use countersign_tests::{Deadline, Process, Session};
use serde_json::{Value, json};

const SECRET: &str = "w0rd {TAB}|\"'\\%~^";

/// zenity's logon form under this title. What `more` says stands before the form.
fn template(id: &str, more: &str) -> String {
    format!(
        "schema = 1\nid = \"test.{id}\"\nname = \"{id}\"\n{more}\n[logon]\nfields = [\"username\", \"password\"]\n[[form]]\nkind = \"logon\"\n\
         asks_for = \"parent\"\n[form.window]\nexecutable = [\"/usr/bin/zenity\"]\ntitle = \"{id}\"\n[form.bind]\nusername = {{ role = \"text\" }}\n\
         password = {{ role = \"password-text\" }}\n[form.respond]\nmethod = \"controls\"\nsubmit = {{ role = \"push-button\", name = \"OK\" }}\n"
    )
}

fn form(session: &Session, title: &str) -> Process {
    let title = format!("--title={title}");
    session.spawn("zenity", &["--password", "--username", &title]).unwrap()
}

/// The one question that is open, once there is one of this kind.
fn asked(agent: &Agent<'_>, kind: &str) -> Value {
    let question = || {
        let open = agent.json(&["prompts", "--json"], "prompts").unwrap();
        let one = open.as_array().unwrap().first().cloned()?;
        let asks = one["question"] == kind || one["question"].get(kind).is_some();
        asks.then_some(one)
    };
    Deadline::seconds(PATIENCE).find(question).unwrap_or_else(|| {
        let why = agent.run(&["why"], &[]).unwrap().out;
        let open = agent.run(&["prompts", "--once"], &[]).unwrap().out;
        unreachable!("{kind} is not asked, but {open}; {why}")
    })
}

fn nothing_is_asked(agent: &Agent<'_>) {
    let none = || {
        let open = agent.json(&["prompts", "--json"], "prompts").unwrap();
        open.as_array().unwrap().is_empty().then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("the question to go", none)
        .unwrap();
}

/// What the form was submitted with.
fn submitted(mut form: Process) -> String {
    form.wait(Deadline::seconds(PATIENCE)).unwrap();
    let said = form.said();
    said.lines()
        .find(|line| line.contains('|'))
        .unwrap_or_default()
        .to_owned()
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let label = |logon: &Value| logon["label"].as_str().unwrap().to_owned();
    logons.as_array().unwrap().iter().map(label).collect()
}

#[test]
fn a_given_logon_is_filled_at_once_and_stored_when_it_was_accepted() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given", "")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let first = form(&session, "Given");
    let prompt = asked(&agent, "logon");
    assert_eq!(
        (&prompt["application"], &prompt["title"]),
        (&json!("Given"), &json!("Given"))
    );
    agent
        .done(
            &["logon", "give", "--set", "username=anna", "--name", "work"],
            &[SECRET],
        )
        .unwrap();
    assert_eq!(submitted(first), format!("anna|{SECRET}"));
    nothing_is_asked(&agent);
    let stored = || (labels(&agent) == ["work"]).then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("the logon to be stored", stored)
        .unwrap();
    // It is bound to the program it went into, and is filled by itself from now on.
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    assert_eq!(logons[0]["binding"]["executable"], "/usr/bin/zenity");
    assert_eq!(submitted(form(&session, "Given")), format!("anna|{SECRET}"));
    assert!(!agent.said().contains(SECRET), "{}", agent.said());
}

#[test]
fn a_given_logon_that_is_asked_for_again_is_not_stored() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Wrong", &template("Wrong", "")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    // A program that asks again at once, as one does to whom the password was wrong.
    let asking = "zenity --password --username --title=Wrong; zenity --password --username --title=Wrong";
    let mut program = session.spawn("sh", &["-c", asking]).unwrap();
    asked(&agent, "logon");
    agent
        .done(&["logon", "give", "--set", "username=anna"], &[SECRET])
        .unwrap();
    let refused = || agent.said().contains("was refused, and is not stored").then_some(());
    Deadline::seconds(PATIENCE).wait_for("the refusal", refused).unwrap();
    assert!(labels(&agent).is_empty());
    // What is given now takes its place.
    asked(&agent, "logon");
    agent
        .done(&["logon", "give", "--set", "username=berta"], &["right"])
        .unwrap();
    program.wait(Deadline::seconds(PATIENCE)).unwrap();
    let stored = || (labels(&agent) == ["berta"]).then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("the logon to be stored", stored)
        .unwrap();
}

#[test]
fn a_given_logon_goes_with_a_lock() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Gone", &template("Gone", "")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let first = form(&session, "Gone");
    asked(&agent, "logon");
    agent
        .done(&["logon", "give", "--set", "username=anna"], &[SECRET])
        .unwrap();
    submitted(first);
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[countersign_tests::agent::PASSWORD]).unwrap();
    let second = form(&session, "Gone");
    asked(&agent, "logon");
    assert!(labels(&agent).is_empty());
    drop(second);
    nothing_is_asked(&agent);
    let late = agent
        .run(&["logon", "give", "--set", "username=anna"], &[SECRET])
        .unwrap();
    assert_eq!(late.code, 2, "{late:?}");
}

#[test]
fn one_of_several_logons_is_chosen() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Several", &template("Several", "")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    for user in ["anna", "berta"] {
        let set = format!("username={user}");
        agent
            .done(
                &["logon", "add", "test.Several", "--name", user, "--set", &set],
                &[SECRET],
            )
            .unwrap();
    }
    let form = form(&session, "Several");
    let prompt = asked(&agent, "choice");
    let offered: Vec<_> = prompt["question"]["choice"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| choice["label"].clone())
        .collect();
    assert_eq!(offered, ["anna", "berta"]);
    let window = prompt["window"].to_string();
    agent
        .done(&["logon", "fill", "berta", "--window", &window], &[])
        .unwrap();
    assert_eq!(submitted(form), format!("berta|{SECRET}"));
    nothing_is_asked(&agent);
}

#[test]
fn what_is_excluded_stays_so_after_a_restart_and_what_may_not_be_is_not() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Never", &template("Never", "")).unwrap();
    package
        .template("Always", &template("Always", "[fill]\nexclude = false"))
        .unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "Never", "--set", "username=anna"], &[SECRET])
        .unwrap();
    agent.done(&["exclude", "add", "Never"], &[]).unwrap();
    let refused = agent.run(&["exclude", "add", "Always"], &[]).unwrap();
    assert_eq!(refused.code, 7, "{refused:?}");
    drop(agent);

    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[countersign_tests::agent::PASSWORD]).unwrap();
    let listed = agent.json(&["exclude", "list", "--json"], "exclusions").unwrap();
    assert_eq!(listed, json!(["test.Never"]));
    let mut explained = Explained::from_now(&agent).unwrap();
    let form = form(&session, "Never");
    let held = explained
        .wait_for("the exclusion", |one| decision(one).0 == "excluded")
        .unwrap();
    let window = held["window"].to_string();
    nothing_is_asked(&agent);
    agent.done(&["exclude", "remove", "Never"], &[]).unwrap();
    assert_eq!(submitted(form), format!("anna|{SECRET}"), "{window}");
}

#[test]
fn every_application_that_wants_it_is_asked_for_at_once() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let plain_secret = |id: &str, bulk: &str| {
        template(id, "")
            .replace(
                "fields = [\"username\", \"password\"]",
                &format!("fields = [\"password\"]\n{bulk}"),
            )
            .replace("username = { role = \"text\" }\n", "")
    };
    for (id, bulk) in [
        ("Ledger", "bulk_add = true"),
        ("Mail", "bulk_add = true"),
        ("Other", ""),
    ] {
        package.template(id, &plain_secret(id, bulk)).unwrap();
    }
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let done = agent.done(&["logon", "add", "--all"], &["first", ""]).unwrap();
    assert!(
        done.out.contains("stored for Ledger") && done.out.contains("nothing stored for Mail"),
        "{done:?}"
    );
    assert_eq!(labels(&agent), ["Ledger"]);
    agent.done(&["exclude", "add", "Mail"], &[]).unwrap();
    let none = agent.done(&["logon", "add", "--all"], &[]).unwrap();
    assert!(none.out.contains("every application"), "{none:?}");
}
