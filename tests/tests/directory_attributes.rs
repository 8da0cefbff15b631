//! Fields that the directory knows: an attribute of the user's own entry, filled into a real form.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, PASSWORD, PATIENCE, Package};
use countersign_tests::{Deadline, Process, Session};
use machines::{ADA, Site, on_each_directory};

on_each_directory!(a_field_is_what_the_users_entry_says);

const MEMBER: &str = r#"
schema = 1
id = "test.member"
name = "Members"
[logon]
fields = ["number", "password"]
[logon.field.number]
kind = "plain"
rule = { directory = "employeeNumber" }
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Members"
[form.bind]
number = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

fn form(session: &Session) -> Process {
    let words = ["--password", "--username", "--title=Members"];
    session.spawn("zenity", &words).unwrap()
}

fn fills(agent: &Agent<'_>, session: &Session, wanted: &str) {
    let mut form = form(session);
    form.wait(Deadline::seconds(PATIENCE)).unwrap_or_else(|error| {
        let why = agent.run(&["why"], &[]).map(|answer| answer.out).unwrap_or_default();
        unreachable!("{error}: {why}")
    });
    assert!(form.said().contains(wanted), "{}", form.said());
}

fn a_field_is_what_the_users_entry_says(site: &Site) {
    let says = |number: &str| {
        let change = format!("replace: employeeNumber\nemployeeNumber: {number}");
        site.administer(|server| server.modify_user(ADA, &change).unwrap());
    };
    let session = site.machine();
    let package = Package::with(&session, "member", MEMBER).unwrap();
    says("4711");
    let agent = site.enrolled(&session, &package);
    agent.done(&["refresh"], &[]).unwrap();
    agent
        .done(&["logon", "add", "test.member"], &["Attribut3-Pass"])
        .unwrap();
    fills(&agent, &session, "4711|Attribut3-Pass");

    says("0815");
    site.agree();
    agent.done(&["refresh"], &[]).unwrap();
    fills(&agent, &session, "0815|Attribut3-Pass");

    // Nobody is asked for it, and it is known while the directory is away.
    let given = ["logon", "add", "test.member", "--set", "number=1"];
    assert_eq!(agent.run(&given, &["x"]).unwrap().code, 2);
    drop(agent);
    site.away(&session);
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    fills(&agent, &session, "0815|Attribut3-Pass");
}
