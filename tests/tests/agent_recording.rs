//! The recorder: a window nobody has a template for, recorded, and from then on logged on to.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Explained, PATIENCE, Package, decision};
use countersign_tests::{Deadline, Process, Session, keyboard};
use serde_json::Value;

fn dialog(session: &Session) -> Process {
    let words = ["--password", "--username", "--title=Payroll of the house"];
    session.spawn("zenity", &words).unwrap()
}

/// The agent sees the window, too.
fn window_of(agent: &Agent<'_>, process: &Process) -> Value {
    let pid = Value::from(process.id());
    let is_it = |window: &Value| window.pointer("/process/Ok/pid") == Some(&pid);
    let found = Deadline::seconds(PATIENCE).wait_for("the window", || {
        let windows = agent.json(&["windows", "--json"], "windows").ok()?;
        windows.as_array()?.iter().find(|window| is_it(window)).cloned()
    });
    found.unwrap()
}

#[test]
fn what_is_recorded_logs_on_unchanged() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut form = dialog(&session);
    window_of(&agent, &form);

    let folder = session.home().join("drafts");
    session.write(&folder.join("README"), "").unwrap();
    let place = folder.display().to_string();
    let pid = form.id().to_string();
    let words = [
        "template",
        "record",
        "--pid",
        &pid,
        "--folder",
        &place,
        "--id",
        "org.example.Payroll",
    ];
    let recorded = agent.done(&words, &[]).unwrap().out;
    for said in ["stability", "password-text", "submit", "org.example.Payroll.toml"] {
        assert!(recorded.contains(said), "{recorded}");
    }
    // Nothing that is there is written over.
    let again = agent.run(&words, &[]).unwrap();
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("is there already"), "{again:?}");

    let file = folder.join("org.example.Payroll.toml");
    let shown = file.display().to_string();
    agent.done(&["template", "lint", &shown], &[]).unwrap();
    let results = folder.join("results.xml");
    let junit = results.display().to_string();
    agent
        .done(&["template", "test", &shown, "--junit", &junit], &[])
        .unwrap();
    let xml = std::fs::read_to_string(results).unwrap();
    assert!(xml.contains("<testsuites tests=\"1\" failures=\"0\">"), "{xml}");
    assert!(xml.contains("fixtures/org.example.Payroll/logon.toml\"/>"), "{xml}");
    let explained = agent.done(&["template", "explain", &shown], &[]).unwrap();
    assert!(explained.out.contains("org.example.Payroll"), "{explained:?}");

    // Unchanged into the package: the form that is open is logged on to.
    let mut decided = Explained::from_now(&agent).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    package.template("org.example.Payroll", &text).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let set = ["logon", "add", "org.example.Payroll", "--set", "username=anna"];
    agent.done(&set, &["Rec0rded-Pass €"]).unwrap();
    assert_eq!(decision(&decided.wait("responded").unwrap()).1, "done");
    assert!(form.wait(Deadline::seconds(PATIENCE)).unwrap().success());
    assert!(form.said().contains("anna|Rec0rded-Pass €"), "{}", form.said());
}

#[test]
fn a_window_is_pointed_at_and_a_dry_run_writes_nothing() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let form = dialog(&session);
    window_of(&agent, &form);
    let screen = session.screen().unwrap();
    let seen = screen
        .wait_for_window_of(form.id(), Deadline::seconds(PATIENCE))
        .unwrap();

    let mut child = agent
        .command_line()
        .spawn(&["template", "record", "--dry-run", "--json"])
        .unwrap();
    // The pointer is taken as soon as the agent was asked; a click before that goes to the dialog, which does not mind.
    let clicking = Deadline::seconds(PATIENCE);
    keyboard::point_at(&session, seen.id).unwrap();
    let ended = clicking.wait_for("the recorder", || {
        keyboard::click(&session).unwrap();
        child.try_wait().unwrap()
    });
    ended.unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let recorded = &printed["recorded"];
    assert_eq!(recorded["kind"], "logon", "{recorded}");
    assert_eq!(recorded["files"], serde_json::json!([]));
    let what: Vec<_> = recorded["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| choice["what"].clone())
        .collect();
    assert_eq!(what, ["username", "password", "submit"]);
    let title = |name: &str| recorded["template"].as_str().unwrap().contains(name);
    assert!(title("Payroll of the house"), "{recorded}");
    drop(form);
}

#[test]
fn windows_that_cannot_be_recorded_say_why() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let none = agent.run(&["template", "record", "--title", "nowhere"], &[]).unwrap();
    assert_eq!(none.code, 5, "{none:?}");
    assert!(none.err.contains("countersign windows"), "{none:?}");
    let gone = agent.run(&["template", "record", "--window", "0x123"], &[]).unwrap();
    assert_eq!(gone.code, 5, "{gone:?}");

    let words = ["--info", "--text=Nothing to log on to", "--title=Only a message"];
    let message = session.spawn("zenity", &words).unwrap();
    window_of(&agent, &message);
    let refused = agent
        .run(&["template", "record", "--title", "Only a message"], &[])
        .unwrap();
    assert_eq!(refused.code, 7, "{refused:?}");
    assert!(refused.err.contains("looks like a logon"), "{refused:?}");

    // Two of one title: it is not guessed which is meant.
    let other = session.spawn("zenity", &words).unwrap();
    window_of(&agent, &other);
    let vague = agent
        .run(&["template", "record", "--title", "Only a message"], &[])
        .unwrap();
    assert_eq!(vague.code, 2, "{vague:?}");
    assert!(vague.err.contains("several windows"), "{vague:?}");
}

#[test]
fn the_user_says_which_control_is_what_and_the_form_is_his_from_then_on() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut form = dialog(&session);
    window_of(&agent, &form);
    let pid = form.id().to_string();
    let capture = ["logon", "capture", "--pid", &pid];
    let with = |more: &[&'static str]| [&capture[..], more].concat();

    // Nobody is there to be asked.
    let refused = agent.run(&with(&[]), &[]).unwrap();
    assert_eq!(refused.code, 2, "{refused:?}");
    let draft = agent.json(&with(&["--dry-run", "--json"]), "draft").unwrap();
    let controls = draft["controls"].as_array().unwrap();
    let number = |what: &str| {
        let at = controls.iter().position(|control| control["what"] == what).unwrap();
        format!("{what}={}", at + 1)
    };
    let (user, password) = (number("username"), number("password"));
    for wrong in [
        "username=99",
        "user name=1",
        &format!("submit={}", &user["username=".len()..]),
    ] {
        let refused = agent
            .run(&[&capture[..], &["--field", wrong, "--yes"]].concat(), &[])
            .unwrap();
        assert!(matches!(refused.code, 2 | 7), "{wrong}: {refused:?}");
    }

    // The user name is to be called otherwise; the button is still guessed.
    let customer = user.replace("username", "customer");
    let words = [
        "--field",
        &customer,
        "--field",
        &password,
        "--yes",
        "--set",
        "customer=4711",
        "--json",
    ];
    let captured = agent
        .done(&[&capture[..], &words].concat(), &["Capt&red <Pass> é"])
        .unwrap();
    let captured = captured.json("captured").unwrap();
    let file = std::path::PathBuf::from(captured["file"].as_str().unwrap());
    assert!(form.wait(Deadline::seconds(PATIENCE)).unwrap().success());
    assert!(form.said().contains("4711|Capt&red <Pass> é"), "{}", form.said());
    let stored = || {
        let logons = agent.json(&["logon", "list", "--json"], "logons").ok()?;
        logons.as_array()?.first().cloned()
    };
    let logon = Deadline::seconds(PATIENCE).find(stored).unwrap();
    assert_eq!(
        (&logon["label"], &logon["template"]),
        (&"4711".into(), &captured["template"])
    );

    // The next one is filled, and nobody makes a second template for it.
    let mut decided = Explained::from_now(&agent).unwrap();
    let mut next = dialog(&session);
    assert_eq!(decision(&decided.wait("responded").unwrap()).1, "done");
    assert!(next.wait(Deadline::seconds(PATIENCE)).unwrap().success());
    agent.done(&["pause", "10"], &[]).unwrap();
    let known = dialog(&session);
    window_of(&agent, &known);
    let pid = known.id().to_string();
    let refused = agent.run(&["logon", "capture", "--pid", &pid, "--yes"], &[]).unwrap();
    assert_eq!(refused.code, 7, "{refused:?}");
    assert!(refused.err.contains("knows this window already"), "{refused:?}");

    // It outlasts the agent, and goes with its file.
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    let templates = || agent.done(&["status", "--json"], &[]).unwrap().out;
    let in_force = |count: u64| {
        let status: Value = serde_json::from_str(&templates()).unwrap();
        (status["status"]["templates"]["unsigned"] == count).then_some(())
    };
    assert!(
        Deadline::seconds(PATIENCE).find(|| in_force(1)).is_some(),
        "{}",
        templates()
    );
    std::fs::remove_file(file).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert!(
        Deadline::seconds(PATIENCE).find(|| in_force(0)).is_some(),
        "{}",
        templates()
    );
}
