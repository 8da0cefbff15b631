//! Files with mistakes: each is named with line and column, and everything else goes on.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use countersign_tests::agent::{Agent, Explained, PATIENCE, Package, repository_templates};
use countersign_tests::{Deadline, Process, Session};
use serde_json::{Value, json};

fn template(id: &str, title: &str) -> String {
    format!(
        r#"schema = 1
id = "{id}"
name = "{title}"

[logon]
fields = ["username", "password"]

[[form]]
kind = "logon"

[form.window]
executable = ["/usr/bin/zenity"]
title = "{title}"

[form.bind]
username = {{ role = "text" }}
password = {{ role = "password-text" }}

[form.respond]
method = "controls"
submit = {{ role = "push-button", name = "OK" }}
"#
    )
}

fn form(session: &Session, title: &str) -> Process {
    let title = format!("--title={title}");
    session.spawn("zenity", &["--password", "--username", &title]).unwrap()
}

fn submitted(mut form: Process) -> String {
    form.wait(Deadline::seconds(PATIENCE)).unwrap();
    let said = form.said();
    said.lines()
        .find(|line| line.contains('|'))
        .unwrap_or_default()
        .to_owned()
}

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

/// Line, column and message of the problem of a file.
fn problem(agent: &Agent<'_>, file: &Path) -> Option<(u64, u64, String)> {
    let status = status(agent);
    let problems = status["problems"].as_array().unwrap().iter();
    let mine = problems.filter(|problem| problem["place"] == file.to_str().unwrap());
    // One mistake may have an echo: what is missing is told at the top of the file, what follows a broken line further down.
    let known = |problem: &&Value| !problem["message"].as_str().unwrap_or_default().contains("is missing");
    mine.filter(known)
        .min_by_key(|problem| problem["line"].as_u64())
        .map(|problem| {
            let number = |name: &str| problem[name].as_u64().unwrap_or(0);
            (
                number("line"),
                number("column"),
                problem["message"].as_str().unwrap().to_owned(),
            )
        })
}

fn in_force(agent: &Agent<'_>) -> u64 {
    let templates = &status(agent)["templates"];
    templates["package"].as_u64().unwrap() + templates["unsigned"].as_u64().unwrap()
}

#[test]
fn mistakes_in_the_package_are_named_and_the_other_templates_work() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "good", &template("test.good", "Good")).unwrap();
    let broken = package
        .template("broken", "schema = 1\nid = \"test.broken\"\nname = \n")
        .unwrap();
    let unknown =
        template("test.unknown", "Unknown").replace("[form.bind]\n", "[form.bind]\nrealm = { rôle = \"text\" }\n");
    let unknown = package.template("unknown", &unknown).unwrap();
    let long = format!("{}# {}\n", template("test.long", "Long"), "x".repeat(2 << 20));
    let long = package.template("long", &long).unwrap();
    let twin = template("test.twin", "Twin");
    let first = package.template("twin-1", &twin).unwrap();
    let second = package.template("twin-2", &twin.replace("Twin", "Other")).unwrap();
    let closed = package.template("closed", &template("test.closed", "Closed")).unwrap();
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o000)).unwrap();
    let pipe = package.folder().join("templates/pipe.toml");
    let made = session.command("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let latin = package.folder().join("templates/latin.toml");
    session.write(&latin, "").unwrap();
    std::fs::write(&latin, b"schema = 1\nid = \"test.l\xe4tin\"\n").unwrap();
    let colon = package.template("colon", "schema: 1\n").unwrap();
    // Two fields both called `text`.
    let vague = template("test.vague", "Vague").replace(
        "{ role = \"text\" }",
        "{ parent = { role = \"dialog\" }, role = \"text\" }",
    );
    package.template("vague", &vague).unwrap();

    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let (line, column, message) = problem(&agent, &broken).unwrap();
    assert_eq!(line, 3, "{message}");
    assert!(column >= 7 && message.contains("not TOML"), "{column}: {message}");
    let (line, _, message) = problem(&agent, &unknown).unwrap();
    assert_eq!(line, 16, "{message}");
    let (line, _, message) = problem(&agent, &long).unwrap();
    assert!(line == 1 && message.contains("1 MiB"), "{message}");
    assert!(problem(&agent, &first).is_none());
    let (line, column, message) = problem(&agent, &second).unwrap();
    assert_eq!((line, column), (2, 6), "{message}");
    assert!(
        message.contains("test.twin") && message.contains("twin-1.toml"),
        "{message}"
    );
    assert!(problem(&agent, &closed).unwrap().2.contains("cannot be read"));
    assert!(problem(&agent, &pipe).unwrap().2.contains("not a file"));
    let (line, column, message) = problem(&agent, &latin).unwrap();
    assert_eq!((line, column), (2, 13), "{message}");
    assert!(message.contains("UTF-8"), "{message}");
    assert_eq!(problem(&agent, &colon).unwrap().0, 1);
    // good, twin-1 and vague.
    assert_eq!(in_force(&agent), 3);
    let shown = agent.done(&["status"], &[]).unwrap().out;
    assert!(shown.contains(&format!("{}:3:", broken.display())), "{shown}");
    assert!(shown.contains(&format!("{}:2:6: ", second.display())), "{shown}");
    let doctor = agent.run(&["doctor"], &[]).unwrap().out;
    assert!(doctor.contains("3 in force"), "{doctor}");

    // The good one fills.
    let mut explained = Explained::from_now(&agent).unwrap();
    agent
        .done(
            &["logon", "add", "test.good", "--set", "username=anna"],
            &["Good-Pass-1"],
        )
        .unwrap();
    assert_eq!(submitted(form(&session, "Good")), "anna|Good-Pass-1");
    explained.wait("responded").unwrap();

    // A selector that matches two controls chooses neither, and says so.
    agent
        .done(
            &["logon", "add", "test.vague", "--set", "username=anna"],
            &["Vague-Pass-1"],
        )
        .unwrap();
    let words = [
        "--forms",
        "--title=Vague",
        "--add-entry=User",
        "--add-entry=Realm",
        "--add-password=Password",
    ];
    let mut two = session.spawn("zenity", &words).unwrap();
    let refused = explained.wait("no-match").unwrap();
    assert_eq!(refused["template"], "test.vague");
    let criteria = refused["criteria"].as_array().unwrap();
    let bind = criteria
        .iter()
        .find(|criterion| criterion["what"] == "bind username")
        .unwrap();
    assert_eq!(bind["verdict"], "failed");
    assert!(bind["found"].as_str().unwrap().starts_with('2'), "{bind}");
    assert!(two.ended().is_none());

    // A mended file comes into force.
    package.template("broken", &template("test.broken", "Broken")).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert!(problem(&agent, &broken).is_none());
    assert_eq!(in_force(&agent), 4);
}

#[test]
fn mistakes_in_password_policies_are_named_and_the_last_good_one_stays() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "good", &template("test.good", "Good")).unwrap();
    let policy = |id: &str, rules: &str| format!("schema = 1\nid = \"{id}\"\nname = \"{id}\"\n[length]\n{rules}\n");
    let company = package.policy("company", &policy("company", "min = 14")).unwrap();
    let broken = package.policy("broken", "schema = 1\nid = \n").unwrap();
    let renamed = package.policy("renamed", &policy("other", "min = 14")).unwrap();
    let impossible = "min = 14\n[characters]\ndigits = 200";
    let impossible = package.policy("impossible", &policy("impossible", impossible)).unwrap();
    let pipe = package.folder().join("policies/pipe.toml");
    assert!(session.command("mkfifo").arg(&pipe).status().unwrap().success());

    let agent = Agent::start(&session, &package).unwrap();
    assert!(problem(&agent, &company).is_none());
    let (line, column, message) = problem(&agent, &broken).unwrap();
    assert!(
        line == 2 && column >= 5 && message.contains("not TOML"),
        "{column}: {message}"
    );
    let (line, column, message) = problem(&agent, &renamed).unwrap();
    assert_eq!((line, column), (2, 6), "{message}");
    assert!(
        message.contains("kept as `renamed` and calls itself `other`"),
        "{message}"
    );
    let (line, _, message) = problem(&agent, &impossible).unwrap();
    assert_eq!((line, message.as_str()), (7, "no password can meet this policy"));
    assert!(problem(&agent, &pipe).unwrap().2.contains("not a file"));
    let counting = || {
        agent
            .json(&["policy", "show", "--template", "test.good", "--json"], "policy")
            .unwrap()
    };
    let before = counting();
    assert_eq!(before["place"], company.to_str().unwrap());
    let doctor = agent.run(&["doctor"], &[]).unwrap().out;
    assert!(doctor.contains("1 in force; 4 problems, first "), "{doctor}");

    // A mistake in the one that counts: it stays as it was.
    package.policy("company", &policy("company", "min = 0")).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let (line, _, message) = problem(&agent, &company).unwrap();
    assert!(line == 5 && message.contains("1 to 128 characters"), "{message}");
    assert_eq!(counting(), before);
    // After a start there is nothing it could stay as.
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    let none = agent.run(&["policy", "show", "--template", "test.good"], &[]).unwrap();
    assert_eq!(none.code, 1, "{none:?}");
    assert!(
        none.err
            .contains("`company`, which the setting `password.policy` names, cannot be used")
            && none.err.contains("company.toml:5:"),
        "{none:?}"
    );
}

#[test]
fn mistakes_in_the_repository_leave_the_last_good_template_in_force() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let folder = repository_templates(&session);
    let (ours, other) = (folder.join("ours.toml"), folder.join("other.toml"));
    session.write(&ours, &template("test.ours", "Ours")).unwrap();
    session
        .write(&other, "schema = 1\nid = \"test.other\"\nnome = \"Other\"\n")
        .unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(in_force(&agent), 1);
    let (line, column, message) = problem(&agent, &other).unwrap();
    assert_eq!((line, column), (3, 1), "{message}");
    assert!(message.contains("nome"), "{message}");

    // A change is noticed by itself. With a mistake in it, what was good before stays.
    session.write(&other, &template("test.other", "Other")).unwrap();
    let deadline = Deadline::seconds(PATIENCE);
    deadline
        .wait_for("the second template", || (in_force(&agent) == 2).then_some(()))
        .unwrap();
    session
        .write(
            &ours,
            &template("test.ours", "Ours").replace("id = \"test.ours\"", "id = \"test.ours"),
        )
        .unwrap();
    deadline.wait_for("the mistake", || problem(&agent, &ours)).unwrap();
    assert_eq!(problem(&agent, &ours).unwrap().0, 2);
    assert_eq!(in_force(&agent), 2);
    agent
        .done(
            &["logon", "add", "test.ours", "--set", "username=anna"],
            &["Ours-Pass-1"],
        )
        .unwrap();
    assert_eq!(submitted(form(&session, "Ours")), "anna|Ours-Pass-1");

    // Also over a restart, and while the repository cannot be read at all.
    drop(agent);
    let repository = session.data_home().join("countersign/repository");
    std::fs::set_permissions(&repository, PermissionsExt::from_mode(0o000)).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let unreachable = |agent: &Agent<'_>| status(agent)["repository"]["health"] != "reachable";
    let deadline = Deadline::seconds(PATIENCE);
    deadline
        .wait_for("the repository's trouble", || unreachable(&agent).then_some(()))
        .unwrap();
    assert_eq!(in_force(&agent), 2);
    let doctor = agent.run(&["doctor"], &[]).unwrap().out;
    assert!(doctor.contains("! repository"), "{doctor}");
    agent.done(&["unlock"], &[countersign_tests::agent::PASSWORD]).unwrap();
    agent
        .done(
            &["logon", "add", "test.other", "--set", "username=b"],
            &["Other-Pass-1"],
        )
        .unwrap();
    std::fs::set_permissions(&repository, PermissionsExt::from_mode(0o700)).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    deadline
        .wait_for("the repository", || (!unreachable(&agent)).then_some(()))
        .unwrap();
    assert_eq!(problem(&agent, &ours).unwrap().0, 2);

    // What is taken away is withdrawn; its logons stay.
    std::fs::remove_file(&ours).unwrap();
    deadline
        .wait_for("the withdrawal", || (in_force(&agent) == 1).then_some(()))
        .unwrap();
    assert!(problem(&agent, &ours).is_none());
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let ours = logons
        .as_array()
        .unwrap()
        .iter()
        .find(|logon| logon["template"] == "test.ours")
        .unwrap();
    assert_eq!(ours["application"], Value::Null);
    assert_eq!(logons.as_array().unwrap().len(), 2);
}

#[test]
fn a_repository_that_is_not_there_is_said_and_does_no_harm() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "good", &template("test.good", "Good")).unwrap();
    let settings = session.config_home().join("countersign/settings.toml");
    session
        .write(&settings, "[repository]\npath = \"/nonexistent/share\"\n")
        .unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    let refreshed = agent.run(&["refresh", "--json"], &[]).unwrap();
    let told = refreshed.out;
    assert!(told.contains("/nonexistent/share"), "{told}");
    let health = &status(&agent)["repository"];
    assert_eq!(health["place"], "/nonexistent/share");
    assert!(health["health"]["unreachable"].is_string(), "{health}");
    assert!(!Path::new("/nonexistent").exists());
    agent
        .done(
            &["logon", "add", "test.good", "--set", "username=anna"],
            &["Good-Pass-1"],
        )
        .unwrap();
    assert_eq!(submitted(form(&session, "Good")), "anna|Good-Pass-1");
}

#[test]
fn a_bad_line_of_the_settings_is_named_and_the_last_good_value_stays() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let file = session.config_home().join("countersign/settings.toml");
    session
        .write(
            &file,
            "[loop]\nfills = \"many\"\nnonsense = 1\ngrace_seconds = 30\n\n[fill]\nautomatic = 3\n",
        )
        .unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let value = |name: &str| agent.json(&["settings", name, "--json"], "settings").unwrap()[0].clone();
    let told = status(&agent)["problems"].clone();
    let lines: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (&problem["line"], &problem["column"]))
        .collect();
    assert_eq!(
        lines,
        [(&json!(2), &json!(9)), (&json!(3), &json!(1)), (&json!(7), &json!(13))],
        "{told}"
    );
    assert_eq!(value("loop.grace_seconds")["value"], 30);
    assert_eq!(value("loop.grace_seconds")["layer"], "user");
    assert_eq!(value("loop.fills")["value"], 3);

    // Good, then spoilt: the good values stay.
    session.write(&file, "[loop]\nfills = 7\ngrace_seconds = 40\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(status(&agent)["problems"], json!([]));
    assert_eq!(value("loop.fills")["value"], 7);
    session.write(&file, "[loop]\nfills = 0\ngrace_seconds = 50\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(value("loop.fills")["value"], 7);
    assert_eq!(value("loop.grace_seconds")["value"], 50);
    session.write(&file, "[loop\nfills = 9\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(problem(&agent, &file).unwrap().0, 1);
    assert_eq!(value("loop.grace_seconds")["value"], 50);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o000)).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert!(problem(&agent, &file).unwrap().2.contains("cannot be read"));
    assert_eq!(value("loop.grace_seconds")["value"], 50);
    // Machine settings the user writes into his own file are his own.
    std::fs::remove_file(&file).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(value("loop.fills")["layer"], "built-in");
}
