//! Applications that stop, die or hide while they are filled: bounded, explained, and nothing goes anywhere else.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::accessible::{Bus, Node};
use countersign_tests::agent::{Agent, Explained, PATIENCE, Package, decision};
use countersign_tests::process::signal;
use countersign_tests::{Deadline, Process, Session};
use rustix::process::Signal;
use serde_json::Value;

const SECRET: &str = "Slow-Pass-1";

/// A template whose response takes two seconds between user name and password.
fn template(id: &str, steps: &str) -> String {
    format!(
        r#"
schema = 1
id = "test.{id}"
name = "{id}"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "{id}"
[form.bind]
username = {{ role = "text" }}
password = {{ role = "password-text" }}
[form.respond]
method = "steps"
{steps}
[[form.respond.step]]
press = {{ role = "push-button", name = "OK" }}
"#
    )
}

const SLOW: &str = "
[[form.respond.step]]
set = \"username\"
[[form.respond.step]]
wait = { ms = 2000 }
[[form.respond.step]]
set = \"password\"
";
const TYPED: &str = "
[[form.respond.step]]
set = \"username\"
[[form.respond.step]]
wait = { ms = 2000 }
[[form.respond.step]]
focus = { role = \"password-text\" }
[[form.respond.step]]
type = \"password\"
";

fn form(session: &Session, title: &str) -> Process {
    let title = format!("--title={title}");
    session.spawn("zenity", &["--password", "--username", &title]).unwrap()
}

/// Waits until the user name stands in the form: the response is under way.
fn under_way(bus: &Bus, form: &Process) {
    let filled = |node: &Node| node.text.as_deref() == Some("anna");
    bus.wait_for_node(form.id(), "the user name", Deadline::seconds(PATIENCE), filled)
        .unwrap();
}

fn password_length(bus: &Bus, form: &Process) -> i32 {
    let password = |node: &Node| node.role == 40;
    let deadline = Deadline::seconds(PATIENCE);
    let node = bus
        .wait_for_node(form.id(), "the password field", deadline, password)
        .unwrap();
    node.characters.unwrap()
}

fn stopped(explained: &mut Explained<'_>) -> Value {
    explained
        .wait_for("the end of the response", |one| {
            decision(one).0 == "responded" && decision(one).1 != "done"
        })
        .unwrap()
}

#[test]
fn an_application_that_stops_or_dies_while_it_is_filled_is_given_up_in_bounded_time() {
    let session = Session::start().unwrap();
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[loop]\nfills = 20\n").unwrap();
    let package = Package::with(&session, "slow", &template("Slow", SLOW)).unwrap();
    package.template("typed", &template("Typed", TYPED)).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    for id in ["test.Slow", "test.Typed"] {
        agent
            .done(&["logon", "add", id, "--set", "username=anna"], &[SECRET])
            .unwrap();
    }
    let bus = Bus::of(&session).unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();
    // Whatever loses its way would end here: an empty field that has the focus once the form is gone.
    let bystander = session.spawn("zenity", &["--entry", "--title=Bystander"]).unwrap();
    let screen = session.screen().unwrap();
    screen
        .wait_for_window_of(bystander.id(), Deadline::seconds(PATIENCE))
        .unwrap();

    for id in ["Slow", "Typed"] {
        // Stopped: the agent says so and does not wait for ever; woken up, the form is as it was left.
        let mut shown = form(&session, id);
        under_way(&bus, &shown);
        signal(shown.id(), Signal::STOP);
        let told = stopped(&mut explained);
        signal(shown.id(), Signal::CONT);
        assert!(
            decision(&told).1.get("interrupted").is_some() || decision(&told).1.get("refused").is_some(),
            "{told}"
        );
        let why = agent.done(&["why", "--limit", "1"], &[]).unwrap().out;
        assert!(why.contains("does not answer"), "{why}");
        assert!(shown.ended().is_none());
        drop(shown);

        // Killed.
        let mut shown = form(&session, id);
        under_way(&bus, &shown);
        signal(shown.id(), Signal::KILL);
        let told = stopped(&mut explained);
        let text = decision(&told).1.to_string();
        assert!(text.contains("window-gone") || text.contains("control-gone"), "{told}");
        shown.wait(Deadline::seconds(PATIENCE)).unwrap();
    }

    // Another window takes the focus before the password is typed: it is not typed there.
    let shown = form(&session, "Typed");
    under_way(&bus, &shown);
    let thief = session.spawn("zenity", &["--entry", "--title=Thief"]).unwrap();
    let window = screen
        .wait_for_window_of(thief.id(), Deadline::seconds(PATIENCE))
        .unwrap();
    Deadline::seconds(PATIENCE)
        .wait_for("the thief's focus", || {
            (screen.active() == Some(window.id)).then_some(())
        })
        .unwrap();
    let told = explained
        .wait_for("the refusal", |one| {
            decision(one).0 == "responded" && one["title"] == "Typed"
        })
        .unwrap();
    let text = decision(&told).1.to_string();
    if decision(&told).1 != "done" {
        assert!(text.contains("focus"), "{told}");
        assert_eq!(password_length(&bus, &shown), 0);
    }
    for other in [&bystander, &thief] {
        let text = |node: &Node| node.is("editable");
        let node = bus
            .wait_for_node(other.id(), "the other's field", Deadline::seconds(PATIENCE), text)
            .unwrap();
        assert_eq!(node.text.as_deref(), Some(""), "{node:?}");
    }
    assert!(!agent.said().contains(SECRET));
}

#[test]
fn an_application_that_is_stopped_before_it_is_read_is_filled_when_it_goes_on() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "slow", &template("Slow", SLOW)).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "test.Slow", "--set", "username=anna"], &[SECRET])
        .unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();
    let mut shown = form(&session, "Slow");
    let locked = explained.wait("locked").unwrap();
    signal(shown.id(), Signal::STOP);
    agent.done(&["unlock"], &[countersign_tests::agent::PASSWORD]).unwrap();
    let told = explained
        .wait_for("what is wrong", |one| {
            decision(one).0 == "unreadable" || decision(one).0 == "responded"
        })
        .unwrap();
    assert_eq!(decision(&told).0, "unreadable", "{told}");
    // The agent serves everybody else meanwhile.
    agent.done(&["status"], &[]).unwrap();
    signal(shown.id(), Signal::CONT);
    let id = locked["window"].to_string();
    let filled = agent.run(&["logon", "fill", "--window", &id, "--json"], &[]).unwrap();
    assert_eq!(filled.code, 0, "{filled:?}");
    shown.wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(shown.said().contains("anna|Slow-Pass-1"), "{}", shown.said());
}
