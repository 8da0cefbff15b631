//! The table of slots, row by row: enrolled, roamed to a new machine, the password changed, the password reset by an administrator, the
//! machine lost. What opens, and what does not.
//!
//! The rows of OS protection and recovery are in `agent_slots` and `agent_recovery_used`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Organisation, PASSPHRASE, PASSWORD};
use machines::{OTHER_PASSWORD, Site, add, devices, id_of, labels, on_each_site, package, problems, reveals, until};
use std::os::unix::fs::PermissionsExt;

const CHANGED: &str = "Changed-by-me-58-Kt";
const RESET: &str = "Reset-by-helpdesk-41";

on_each_site!(login, silent);
on_each_site!(slow:
    directory_key,
    directory_identity,
    program,
    passphrase,
    device,
);

/// What a row of the table says.
struct Row {
    /// The slot beside login and passphrase, which every vault has.
    kind: Option<&'static str>,
    /// Whether it opens the vault on its machine with nothing typed, whatever became of the password.
    here_alone: bool,
    /// Whether it lets a new machine in with the password.
    new_machine: NewMachine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NewMachine {
    /// Not without the passphrase.
    No,
    /// With the user's password.
    ByThePassword,
    /// With any password: the directory opens.
    ByAny,
}

impl Row {
    fn lets_in(&self, password: &str, current: &str) -> bool {
        match self.new_machine {
            NewMachine::No => false,
            NewMachine::ByThePassword => password == current,
            NewMachine::ByAny => true,
        }
    }
}

/// What a machine that was never seen before opens with a password. A directory lets it see the vault with the current one only.
fn on_a_new_machine(site: &Site, words: &str, password: &str) -> bool {
    let session = site.machine();
    let package = package(&session);
    let agent = site.started(&session, &package);
    agent.done(&["trust", "pin"], &[words]).unwrap();
    let opened = agent.run(&["unlock"], &[password]).unwrap().code == 0;
    if opened {
        until(&agent, "the logon", |agent| labels(agent) == ["ledger"]);
        // It is gone again: each of them is only tried.
        agent.done(&["lock"], &[]).unwrap();
    }
    opened
}

fn vault(agent: &Agent<'_>) -> String {
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["vault"].as_str().unwrap().to_owned()
}

fn opens(agent: &Agent<'_>, secrets: &[&str]) -> bool {
    agent.done(&["lock"], &[]).unwrap();
    agent.run(&["unlock"], secrets).unwrap().code == 0
}

/// The user changes his password, and knows both. In a directory it is its password that opens the vault.
fn change(site: &Site, agent: &Agent<'_>) {
    site.set_password(CHANGED);
    let primary = if site.is_directory() { "directory" } else { "os" };
    agent
        .done(&["primary", "change", primary], &[PASSWORD, CHANGED])
        .unwrap();
    agent.done(&["refresh"], &[]).unwrap();
}

fn holds(site: &Site, row: &Row, prepare: impl Fn(&Session) -> String) {
    let one = site.machine();
    let organisation = Organisation::found_by(&one, site.desk(&one)).unwrap();
    let settings = prepare(&one);
    let allow = row.kind.map(|kind| format!("unlock.allow = [\"{kind}\"]\n"));
    organisation
        .sign(&format!("{}{settings}", allow.unwrap_or_default()))
        .unwrap();
    let words = organisation.words();
    let package_one = package(&one);
    let agent = site.started(&one, &package_one);
    agent.done(&["trust", "pin"], &[words]).unwrap();
    agent.done(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    if let Some(kind) = row.kind {
        agent.done(&["slot", "add", kind, "--agree"], &[PASSWORD]).unwrap();
    }
    add(&agent, "ledger");

    // Enrolled, and roamed.
    assert_eq!(opens(&agent, &[]), row.here_alone, "nothing typed");
    assert!(opens(&agent, &[PASSWORD]));
    assert_eq!(
        on_a_new_machine(site, words, PASSWORD),
        row.lets_in(PASSWORD, PASSWORD),
        "roamed"
    );

    // The user changes his password and knows both.
    change(site, &agent);
    assert_eq!(opens(&agent, &[]), row.here_alone, "nothing typed, after a change");
    assert!(opens(&agent, &[CHANGED]));
    reveals(&agent, "ledger", CHANGED);
    if !row.here_alone {
        assert!(!opens(&agent, &[PASSWORD]), "the password of before");
        assert!(opens(&agent, &[CHANGED]));
    }
    for password in [PASSWORD, CHANGED] {
        let lets_in = row.lets_in(password, CHANGED);
        assert_eq!(
            on_a_new_machine(site, words, password),
            lets_in,
            "roamed with {password} after a change"
        );
    }

    // An administrator sets another one.
    site.set_password(RESET);
    if site.is_directory() {
        agent.run(&["refresh"], &[]).unwrap();
        assert_eq!(vault(&agent), "locked", "reset, here: {}", problems(&agent));
        site.log_in(&agent);
    }
    assert_eq!(opens(&agent, &[RESET]), row.here_alone, "reset, here");
    assert_eq!(
        on_a_new_machine(site, words, RESET),
        row.lets_in(RESET, CHANGED),
        "reset, on a new machine"
    );
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, RESET]).unwrap();
    reveals(&agent, "ledger", RESET);
    agent.done(&["refresh"], &[]).unwrap();
    drop(agent);

    // The machine is lost.
    assert_eq!(on_a_new_machine(site, words, RESET), row.lets_in(RESET, RESET), "lost");
    let next = site.machine();
    let package_next = package(&next);
    let found = site.joined(&next, &package_next);
    until(&found, "the logon", |agent| labels(agent) == ["ledger"]);
}

fn login(site: &Site) {
    let row = Row {
        kind: None,
        here_alone: false,
        new_machine: NewMachine::No,
    };
    holds(site, &row, |_| String::new());
}

fn silent(site: &Site) {
    let row = Row {
        kind: Some("silent"),
        here_alone: false,
        new_machine: NewMachine::ByThePassword,
    };
    holds(site, &row, |_| String::new());
}

fn directory_key(site: &Site) {
    let row = Row {
        kind: Some("directory-key"),
        here_alone: true,
        new_machine: NewMachine::ByAny,
    };
    holds(site, &row, |_| String::new());
}

fn directory_identity(site: &Site) {
    let row = Row {
        kind: Some("directory-identity"),
        here_alone: true,
        new_machine: NewMachine::No,
    };
    holds(site, &row, |_| String::new());
}

fn program(site: &Site) {
    let row = Row {
        kind: Some("program"),
        here_alone: true,
        new_machine: NewMachine::No,
    };
    holds(site, &row, |session| {
        let path = session.home().join("answerer");
        let answer = r#"{"version":1,"secret":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="}"#;
        session
            .write(&path, &format!("#!/bin/sh\ncat > /dev/null; echo '{answer}'\n"))
            .unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        format!("unlock.program = \"{}\"\n", path.display())
    });
}

/// It roams, and outlives every change of the password; only another answer takes its place.
fn passphrase(site: &Site) {
    let newer = "umbrella cobalt thimble prairie monsoon";
    let one = site.machine();
    let package_one = package(&one);
    let agent = site.enrolled(&one, &package_one);
    add(&agent, "ledger");
    let new = |answer: &str| {
        let session = site.machine();
        let package = package(&session);
        let agent = site.started(&session, &package);
        agent.run(&["unlock", "--passphrase"], &[answer, RESET]).unwrap().code == 0
    };
    assert!(new(PASSPHRASE) && !new(newer) && !new(PASSWORD));
    change(site, &agent);
    assert!(new(PASSPHRASE) && !new(CHANGED));
    agent.done(&["slot", "add", "passphrase"], &[CHANGED, newer]).unwrap();
    assert!(new(newer) && !new(PASSPHRASE));
    drop(agent);
    assert!(new(newer), "the machine is lost");
}

/// It opens nothing by itself; it lets a machine that is enrolled follow a new key without a word, and nobody else.
fn device(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let other = site.joined(&two, &package_two);
    let three = site.machine();
    let package_three = package(&three);
    let lost = site.joined(&three, &package_three);
    let lost_id = id_of(&lost);
    until(&first, "three devices", |agent| devices(agent).len() == 3);
    // The passwords change, on each machine its own; the roll is followed all the same.
    other
        .done(&["primary", "change", "os"], &[OTHER_PASSWORD, CHANGED])
        .unwrap();
    first.done(&["device", "revoke", &lost_id], &[PASSWORD]).unwrap();
    until(&other, "the roll", |agent| devices(agent).len() == 2);
    reveals(&other, "ledger", CHANGED);
    until(&lost, "the news", |agent| {
        problems(agent).contains("taken off the vault")
    });
    add(&first, "after");
    lost.done(&["lock"], &[]).unwrap();
    lost.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    lost.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&lost), ["ledger"], "what it had, and nothing more");
}
