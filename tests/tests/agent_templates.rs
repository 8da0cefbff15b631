//! What a template says about stored logons, through the agent and the command line.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, LEDGER, PASSWORD, Package};

/// The template `test.NAME` with these lines in `[logon]`.
fn template(package: &Package<'_>, name: &str, logon: &str) {
    let text = LEDGER
        .replace("test.ledger", &format!("test.{name}"))
        .replace("title = \"Ledger\"", &format!("title = \"{name}\""))
        .replace("[logon]", &format!("[logon]\n{logon}"));
    package.template(&format!("test.{name}"), &text).unwrap();
}

fn add(agent: &Agent<'_>, template: &str, name: &str, password: &str) {
    let words = ["logon", "add", template, "--name", name, "--set", "username=anna"];
    agent.done(&words, &[password]).unwrap();
}

fn revealed(agent: &Agent<'_>, name: &str) -> String {
    agent
        .done(&["logon", "reveal", name], &[PASSWORD])
        .unwrap()
        .out
        .trim()
        .to_owned()
}

#[test]
fn stored_logons_are_as_their_templates_want_them() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    template(&package, "one", "group = \"office\"");
    template(&package, "two", "group = \"office\"");
    template(&package, "three", "group = \"other\"");
    template(&package, "single", "multiple = false\nreveal = false");
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();

    // What is changed for one of a group is changed for the others of the same account.
    add(&agent, "test.one", "first", "Marble-1");
    add(&agent, "test.two", "second", "Marble-2");
    add(&agent, "test.three", "apart", "Marble-3");
    let bob = ["logon", "add", "test.two", "--name", "of bob", "--set", "username=bob"];
    agent.done(&bob, &["Marble-4"]).unwrap();
    agent
        .done(&["logon", "edit", "first", "--secret", "password"], &["Velvet-9"])
        .unwrap();
    let all = ["first", "second", "apart", "of bob"].map(|name| revealed(&agent, name));
    assert_eq!(all, ["Velvet-9", "Velvet-9", "Marble-3", "Marble-4"]);

    // One logon only, and never shown.
    add(&agent, "test.single", "only", "Quartz-5");
    let again = [
        "logon",
        "add",
        "test.single",
        "--name",
        "again",
        "--set",
        "username=bob",
    ];
    let refused = agent.run(&again, &["Quartz-6"]).unwrap();
    assert!(refused.shown().contains("takes no second one"), "{}", refused.shown());
    let hidden = agent.run(&["logon", "reveal", "only"], &[PASSWORD]).unwrap();
    assert!(
        hidden.shown().contains("does not let its secrets be shown"),
        "{}",
        hidden.shown()
    );
    assert!(!hidden.shown().contains("Quartz-5"));
}
