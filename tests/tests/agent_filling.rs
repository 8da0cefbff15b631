//! Real forms, filled by the real agent: what the application got is what it printed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Explained, PASSWORD, PATIENCE, Package, decision};
use countersign_tests::{Deadline, Process, Session};
use serde_json::{Value, json};

/// zenity's logon form: `zenity --password --username`.
const BIND: &str = r#"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
"#;
const CONTROLS: &str = r#"
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;
const KEYS: &str = "[form.respond]\nmethod = \"keys\"\n";
const STEPS: &str = r#"
[form.respond]
method = "steps"
[[form.respond.step]]
focus = { role = "text" }
[[form.respond.step]]
type = "username"
[[form.respond.step]]
key = "Tab"
[[form.respond.step]]
wait = { ms = 50 }
[[form.respond.step]]
set = "password"
[[form.respond.step]]
wait = { control = { role = "push-button", name = "OK" } }
[[form.respond.step]]
press = { role = "push-button", name = "OK" }
"#;

/// A template for windows of this title.
fn template(title: &str, executables: &[&str], rest: &[&str]) -> String {
    let executables = json!(executables);
    let head = format!(
        "schema = 1\nid = \"test.{title}\"\nname = \"{title}\"\n[logon]\nfields = [\"username\", \"password\"]\n\
         [[form]]\nkind = \"logon\"\n{}\n[form.window]\nexecutable = {executables}\ntitle = \"{title}*\"\n",
        rest.first()
            .filter(|first| first.starts_with("asks_for"))
            .unwrap_or(&"")
    );
    let rest = rest.iter().filter(|part| !part.starts_with("asks_for"));
    rest.fold(head, |text, part| text + part)
}

fn zenity(title: &str) -> [String; 3] {
    [
        "--password".to_owned(),
        "--username".to_owned(),
        format!("--title={title}"),
    ]
}

fn form(session: &Session, title: &str) -> Process {
    let words = zenity(title);
    session.spawn("zenity", &words.each_ref().map(String::as_str)).unwrap()
}

/// What the form was submitted with.
fn submitted(agent: &Agent<'_>, mut form: Process) -> String {
    let ended = form.wait(Deadline::seconds(PATIENCE));
    let said = form.said();
    if !ended.is_ok_and(|status| status.success()) {
        let why = agent.run(&["why", "--limit", "5"], &[]).unwrap().out;
        panic!("the form was not submitted: {said}\n{why}\n{}", agent.said());
    }
    said.lines()
        .find(|line| line.contains('|'))
        .unwrap_or_default()
        .to_owned()
}

fn add(agent: &Agent<'_>, template: &str, name: &str, user: &str, password: &str) {
    let user = format!("username={user}");
    agent
        .done(&["logon", "add", template, "--name", name, "--set", &user], &[password])
        .unwrap();
}

fn window(explanation: &Value) -> String {
    explanation["window"].to_string()
}

fn many_fills(session: &Session) {
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[loop]\nfills = 20\n").unwrap();
}

#[test]
fn every_method_fills_and_every_hold_is_explained_and_let_go() {
    let session = Session::start().unwrap();
    many_fills(&session);
    let package = Package::empty(&session).unwrap();
    let own = ["/usr/bin/zenity"];
    for (id, parts) in [
        ("Controls", &[BIND, CONTROLS][..]),
        ("Keys", &[BIND, KEYS]),
        ("Steps", &[BIND, STEPS]),
        ("Two", &[BIND, CONTROLS]),
        ("Lacks", &[BIND, CONTROLS]),
        (
            "Wants",
            &[
                "[[form.require]]\ncontrol = { role = \"label\", name = \"Realm:\" }\n",
                BIND,
                CONTROLS,
            ],
        ),
    ] {
        package.template(id, &template(id, &own, parts)).unwrap();
    }
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();

    // No logon yet; filled as soon as there is one.
    let shown = form(&session, "Controls");
    let none = explained.wait("no-logon").unwrap();
    assert_eq!(none["template"], "test.Controls");
    add(&agent, "Controls", "by controls", "anna", "pa ss{ENTER}wört€");
    assert_eq!(submitted(&agent, shown), "anna|pa ss{ENTER}wört€");
    let done = explained.wait("responded").unwrap();
    assert_eq!(decision(&done).1, "done");
    assert_eq!(done["attempt"]["method"], "controls");
    assert_eq!(done["logon"], "by controls");
    assert!(done["attempt"]["timing"]["submitted_us"].is_u64(), "{done}");
    assert!(!done.to_string().contains("ENTER"), "{done}");

    // By keys, and by a mixture.
    add(&agent, "Keys", "by keys", "käthe", "ß{TAB}%~^'\"€");
    assert_eq!(submitted(&agent, form(&session, "Keys")), "käthe|ß{TAB}%~^'\"€");
    assert_eq!(explained.wait("responded").unwrap()["attempt"]["method"], "keys");
    add(&agent, "Steps", "by steps", "stefan", "St3ps-Pass");
    assert_eq!(submitted(&agent, form(&session, "Steps")), "stefan|St3ps-Pass");
    assert_eq!(explained.wait("responded").unwrap()["attempt"]["method"], "steps");

    // Paused: held, and filled when the pause ends.
    agent.done(&["pause", "5"], &[]).unwrap();
    assert!(agent.json(&["status", "--json"], "status").unwrap()["paused_until"].is_u64());
    let mut shown = form(&session, "Controls");
    explained.wait("paused").unwrap();
    assert!(shown.ended().is_none());
    agent.done(&["pause", "--resume"], &[]).unwrap();
    assert!(submitted(&agent, shown).starts_with("anna|"));
    explained.wait("responded").unwrap();

    // Locked: held, and filled right after the unlock.
    agent.done(&["lock"], &[]).unwrap();
    let mut shown = form(&session, "Controls");
    let locked = explained.wait("locked").unwrap();
    assert!(shown.ended().is_none());
    let id = window(&locked);
    assert_eq!(agent.run(&["logon", "fill", "--window", &id], &[]).unwrap().code, 4);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert!(submitted(&agent, shown).starts_with("anna|"));
    explained.wait("responded").unwrap();

    // Several logons would do: the user is asked, and what he chooses is filled.
    add(&agent, "Two", "first", "one", "First-Pass-1");
    add(&agent, "Two", "second", "two", "Second-Pass-2");
    let mut shown = form(&session, "Two");
    let several = explained.wait("ambiguous").unwrap();
    assert_eq!(decision(&several).1, json!(["first", "second"]));
    let id = window(&several);
    assert!(shown.ended().is_none());
    let vague = agent.run(&["logon", "fill", "--window", &id], &[]).unwrap();
    assert_eq!(vague.code, 5, "{vague:?}");
    let chosen = agent
        .run(&["logon", "fill", "second", "--window", &id, "--json"], &[])
        .unwrap();
    assert_eq!(chosen.code, 0, "{chosen:?}");
    assert_eq!(decision(&chosen.json("explanation").unwrap()).0, "responded");
    assert_eq!(submitted(&agent, shown), "two|Second-Pass-2");

    // A form that lacks something is not touched, and what it lacks is named.
    let shown = form(&session, "Wants");
    let lacks = explained.wait("no-match").unwrap();
    let failed = |criterion: &&Value| criterion["verdict"] == "failed";
    let first = lacks["criteria"].as_array().unwrap().iter().find(failed).unwrap();
    assert_eq!(first["what"], "require 1", "{lacks}");
    let why = agent.done(&["why", "--window", &window(&lacks)], &[]).unwrap().out;
    assert!(why.contains("Realm:") && why.contains("not recognised"), "{why}");
    drop(shown);

    // A logon without a value for a field of the form is refused before anything is written.
    agent.done(&["logon", "add", "test.Lacks"], &["Lacks-Pass-1"]).unwrap();
    let mut shown = form(&session, "Lacks");
    let refused = explained
        .wait_for("the refusal", |one| decision(one).1.get("refused").is_some())
        .unwrap();
    assert_eq!(decision(&refused).1["refused"], json!({ "no-value": "username" }));
    let id = window(&refused);
    let asked = agent.run(&["logon", "fill", "--window", &id], &[]).unwrap();
    assert_eq!(asked.code, 7, "{asked:?}");
    assert!(asked.out.contains("no value for username"), "{asked:?}");
    assert!(shown.ended().is_none());
    drop(shown);

    // Switched off: only when asked.
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[fill]\nautomatic = false\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let shown = form(&session, "Controls");
    let manual = explained.wait("manual").unwrap();
    let id = window(&manual);
    assert_eq!(agent.run(&["logon", "fill", "--window", &id], &[]).unwrap().code, 0);
    assert!(submitted(&agent, shown).starts_with("anna|"));
    assert_eq!(agent.run(&["logon", "fill", "--window", "0x1"], &[]).unwrap().code, 5);
}

#[test]
fn a_logon_goes_to_the_program_it_was_saved_for_and_to_no_other() {
    let session = Session::start().unwrap();
    many_fills(&session);
    let copy = session.home().join("bin/zenity");
    session.write(&copy, "").unwrap();
    std::fs::copy("/usr/bin/zenity", &copy).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&copy, executable).unwrap();
    let copy = copy.to_str().unwrap();
    let glob = format!("{}/*/zen*", session.home().display());
    let package = Package::with(
        &session,
        "Bound",
        &template("Bound", &["/usr/bin/zenity", &glob], &[BIND, CONTROLS]),
    )
    .unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();
    add(&agent, "Bound", "bound", "anna", "Bound-Pass-1");
    let unbound = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    assert_eq!(unbound[0]["binding"]["executable"], Value::Null);
    assert_eq!(submitted(&agent, form(&session, "Bound")), "anna|Bound-Pass-1");
    assert_eq!(explained.wait("responded").unwrap()["warnings"], json!([]));
    let bound = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    assert_eq!(bound[0]["binding"]["executable"], "/usr/bin/zenity");

    // The same form by another program: asked, not filled. Not even on demand.
    let words = zenity("Bound");
    let mut shown = session.spawn(copy, &words.each_ref().map(String::as_str)).unwrap();
    let changed = explained.wait("binding-changed").unwrap();
    let (_, told) = decision(&changed);
    assert!(told["saved"].as_str().unwrap().contains("/usr/bin/zenity"), "{told}");
    assert!(told["live"].as_str().unwrap().contains(copy), "{told}");
    let id = window(&changed);
    let asked = agent.run(&["logon", "fill", "--window", &id], &[]).unwrap();
    assert_eq!(asked.code, 7, "{asked:?}");
    assert!(asked.out.contains("rebind"), "{asked:?}");
    let doctor = agent.run(&["doctor"], &[]).unwrap();
    assert!(
        doctor.out.contains(&format!("{copy} can be changed by you")),
        "{doctor:?}"
    );
    assert!(shown.ended().is_none());

    // Its owner may move it, with his password; then it is filled with a warning, and the first program is the stranger.
    assert_eq!(agent.run(&["logon", "rebind", "bound"], &["not it"]).unwrap().code, 4);
    agent.done(&["logon", "rebind", "bound"], &[PASSWORD]).unwrap();
    assert_eq!(submitted(&agent, shown), "anna|Bound-Pass-1");
    let warned = explained.wait("responded").unwrap();
    assert!(
        warned["warnings"][0]
            .as_str()
            .unwrap()
            .contains("can be changed by you"),
        "{warned}"
    );
    let mut first = form(&session, "Bound");
    explained.wait("binding-changed").unwrap();
    assert!(first.ended().is_none());
}

#[test]
fn a_form_that_comes_back_is_not_filled_for_ever() {
    let session = Session::start().unwrap();
    let package = Package::with(
        &session,
        "Often",
        &template("Often", &["/usr/bin/zenity"], &[BIND, CONTROLS]),
    )
    .unwrap();
    let asks = template(
        "Asker",
        &["/usr/bin/zenity"],
        &["asks_for = \"parent\"", BIND, CONTROLS],
    );
    package.template("Asker", &asks).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();

    // New processes each time: three fills within the grace period, then no more.
    add(&agent, "Often", "often", "anna", "Often-Pass-1");
    for _ in 0..3 {
        assert_eq!(submitted(&agent, form(&session, "Often")), "anna|Often-Pass-1");
        explained.wait("responded").unwrap();
    }
    let mut fourth = form(&session, "Often");
    let stopped = explained.wait("loop-stopped").unwrap();
    assert_eq!(decision(&stopped).1, json!({ "fills": 3 }));
    assert!(fourth.ended().is_none());
    let status = agent.json(&["status", "--json"], "status").unwrap();
    let told = status["problems"].to_string();
    assert!(told.contains("filled too often"), "{told}");
    // On demand it is filled once more.
    agent
        .done(&["logon", "fill", "--window", &window(&stopped)], &[])
        .unwrap();
    assert_eq!(submitted(&agent, fourth), "anna|Often-Pass-1");

    // The same asker asks again: the logon was refused, and is not sent again until it is corrected.
    add(&agent, "Asker", "asker", "bert", "Wrong-Pass-1");
    let script = "for n in 1 2 3; do zenity --password --username --title=Asker-$n; done";
    let asker = session.spawn("sh", &["-c", script]).unwrap();
    explained.wait("responded").unwrap();
    let refused = explained.wait("logon-failed").unwrap();
    assert_eq!(refused["title"], "Asker-2");
    agent.done(&["logon", "edit", "asker"], &["Right-Pass-2"]).unwrap();
    let screen = session.screen().unwrap();
    let second = screen
        .wait_for_window("the second prompt", Deadline::seconds(PATIENCE), |seen| {
            seen.title == "Asker-2"
        })
        .unwrap();
    countersign_tests::process::signal(second.pid.unwrap(), rustix::process::Signal::TERM);
    let said = submitted_twice(asker);
    assert_eq!(said, ["bert|Wrong-Pass-1", "bert|Right-Pass-2"]);
}

fn submitted_twice(mut asker: Process) -> Vec<String> {
    asker.wait(Deadline::seconds(PATIENCE)).unwrap();
    let said = asker.said();
    said.lines()
        .filter(|line| line.contains('|'))
        .map(str::to_owned)
        .collect()
}
