//! What opens the vault day by day: chosen, changed, taken back, and what becomes of it when the password is changed elsewhere.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Organisation, PASSPHRASE, PASSWORD};
use machines::{
    OTHER_PASSWORD, add, devices, joined, labels, machine, on, package, problems, repository, reveals, second, until,
};
use serde_json::Value;
use std::path::Path;

const OWN: &str = "Rq5-saddle-Kw88nTb";

fn primary(agent: &Agent<'_>) -> Value {
    agent.json(&["primary", "show", "--json"], "primary").unwrap()
}

/// Which of these passwords open the vault.
fn opens(agent: &Agent<'_>, passwords: &[&str]) -> Vec<bool> {
    let tried = passwords.iter().map(|password| {
        agent.done(&["lock"], &[]).unwrap();
        agent.run(&["unlock"], &[password]).unwrap().code == 0
    });
    tried.collect()
}

fn settings(session: &Session, text: &str) {
    let file = session.config_home().join("countersign/settings.toml");
    session.write(&file, text).unwrap();
}

#[test]
fn it_changes_only_after_the_old_one_is_proven_and_cancel_leaves_it() {
    let one = machine();
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&agent, "ledger");
    assert_eq!(primary(&agent)["method"], "os");
    let shown = agent.done(&["primary", "show"], &[]).unwrap().out;
    assert!(
        shown.contains("your login password opens the vault") && shown.contains("may be: os, own, none"),
        "{shown}"
    );

    // The wrong one, a blank one, nothing at all, one that ends half way: the old one stays.
    for (secrets, code) in [
        (&["not-it", OWN][..], 4),
        (&[PASSWORD, ""], 1),
        (&[], 1),
        (&[PASSWORD], 1),
    ] {
        let kept = agent.run(&["primary", "change", "own"], secrets).unwrap();
        assert_eq!(kept.code, code, "{secrets:?}: {kept:?}");
        assert_eq!(primary(&agent)["method"], "os");
    }
    let cancelled = agent.run(&["primary", "change", "own"], &[PASSWORD]).unwrap();
    assert!(
        cancelled.err.contains("nothing was changed: the primary is still `os`"),
        "{cancelled:?}"
    );
    assert_eq!(opens(&agent, &[OWN, PASSWORD]), [false, true]);

    agent.done(&["primary", "change", "own"], &[PASSWORD, OWN]).unwrap();
    let now = primary(&agent);
    assert_eq!(
        (&now["method"], &now["choice"]),
        (&Value::from("own"), &Value::from("user"))
    );
    assert_eq!(opens(&agent, &[PASSWORD, OWN]), [false, true]);
    reveals(&agent, "ledger", OWN);
    drop(agent);
    let agent = Agent::start(&one, &package_one).unwrap();
    assert_eq!(primary(&agent)["method"], "own");
    // Also while it is locked, and with no repository.
    on(&one, Path::new("/nonexistent/share"));
    agent.done(&["refresh"], &[]).unwrap();
    agent
        .done(&["primary", "change", "os"], &[OWN, OTHER_PASSWORD])
        .unwrap();
    assert_eq!(opens(&agent, &[OWN, OTHER_PASSWORD]), [false, true]);
    assert_eq!(labels(&agent), ["ledger"]);
    // Nothing opens the vault without a password here: it cannot be none.
    let none = agent.run(&["primary", "change", "none"], &[OTHER_PASSWORD]).unwrap();
    assert!(
        none.code == 7 && none.err.contains("no slot opens the vault"),
        "{none:?}"
    );
    assert_eq!(opens(&agent, &[OTHER_PASSWORD]), [true]);
    let entered = agent.done(&["audit", "show"], &[]).unwrap().out;
    assert!(
        entered.contains("primary: a password of its own") && entered.contains("primary: the login password"),
        "{entered}"
    );
}

#[test]
fn where_nobody_is_asked_the_same_one_is_picked_and_said() {
    let one = machine();
    settings(&one, "[primary]\nfirst_use = false\n");
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap();
    let wished = agent
        .run(&["enroll", "--primary", "own"], &[PASSWORD, PASSPHRASE])
        .unwrap();
    assert_eq!(wished.code, 7, "{wished:?}");
    let said = agent.done(&["enroll"], &[PASSWORD, PASSPHRASE]).unwrap().out;
    assert!(
        said.contains("`primary.method` is blank and `primary.first_use` is off: the first of os, own, none"),
        "{said}"
    );
    assert_eq!(primary(&agent)["method"], "os");
    assert_eq!(opens(&agent, &[PASSWORD]), [true]);
}

#[test]
fn one_that_is_set_is_the_only_one() {
    let one = machine();
    settings(&one, "[primary]\nmethod = \"own\"\n");
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap();
    let other = agent
        .run(&["enroll", "--primary", "os"], &[PASSWORD, PASSPHRASE])
        .unwrap();
    assert_eq!(other.code, 7, "{other:?}");
    agent.done(&["enroll"], &[OWN, PASSPHRASE]).unwrap();
    let now = primary(&agent);
    assert_eq!(
        (&now["method"], &now["choice"]),
        (&Value::from("own"), &Value::from("setting"))
    );
    let refused = agent.run(&["primary", "change", "os"], &[OWN, PASSWORD]).unwrap();
    assert!(
        refused.code == 7 && refused.err.contains("primary.method"),
        "{refused:?}"
    );
    assert_eq!(opens(&agent, &[PASSWORD, OWN]), [false, true]);
    // The setting changes: what is there stays until its owner changes it, and that is said.
    settings(&one, "[primary]\nmethod = \"os\"\n");
    agent.done(&["refresh"], &[]).unwrap();
    assert!(
        problems(&agent).contains("countersign primary change os"),
        "{}",
        problems(&agent)
    );
    assert_eq!(opens(&agent, &[OWN]), [true]);
    agent.done(&["primary", "change", "os"], &[OWN, PASSWORD]).unwrap();
    assert!(
        !problems(&agent).contains("countersign primary change"),
        "{}",
        problems(&agent)
    );
}

#[test]
fn a_password_that_was_changed_elsewhere_opens_nothing_and_empties_nothing() {
    let one = machine();
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&agent, "ledger");
    drop(agent);
    // The user logs on with a new password; this machine's vault does not know it.
    let agent = Agent::start(&one, &package_one).unwrap();
    let unknown = agent.run(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    assert!(
        unknown.code == 4 && unknown.err.contains("unlock --passphrase"),
        "{unknown:?}"
    );
    let anew = agent.run(&["enroll"], &[OTHER_PASSWORD, PASSPHRASE]).unwrap();
    assert!(anew.code != 0 && anew.err.contains("there is a vault"), "{anew:?}");
    // Known: the old one proves him, the new one opens from now on. No passphrase is asked for.
    agent
        .done(&["primary", "change", "os"], &[PASSWORD, OTHER_PASSWORD])
        .unwrap();
    assert_eq!(labels(&agent), ["ledger"]);
    assert_eq!(opens(&agent, &[PASSWORD, OTHER_PASSWORD]), [false, true]);
    reveals(&agent, "ledger", OTHER_PASSWORD);
}

#[test]
fn a_password_that_was_reset_takes_the_passphrase_also_offline() {
    let one = machine();
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&agent, "ledger");
    drop(agent);
    let share = repository(&one);
    on(&one, Path::new("/nonexistent/share"));
    let agent = Agent::start(&one, &package_one).unwrap();
    assert_eq!(agent.run(&["unlock"], &["Temp0rary!"]).unwrap().code, 4);
    agent
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    assert_eq!(labels(&agent), ["ledger"]);
    reveals(&agent, "ledger", OTHER_PASSWORD);
    assert_eq!(opens(&agent, &[PASSWORD, OTHER_PASSWORD]), [false, true]);
    // Online again nothing is lost and nothing is new.
    on(&one, &share);
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!((labels(&agent), devices(&agent).len()), (vec!["ledger".to_owned()], 1));
    assert_eq!(primary(&agent)["method"], "os");
}

#[test]
fn the_other_machine_keeps_its_own() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let two = second(&one);
    let package_two = package(&two);
    let other = joined(&two, &package_two);
    until(&other, "the logon", |agent| labels(agent) == ["ledger"]);
    other
        .done(&["primary", "change", "own"], &[OTHER_PASSWORD, OWN])
        .unwrap();
    assert_eq!(primary(&first)["method"], "os");
    assert_eq!(opens(&first, &[OWN, PASSWORD]), [false, true]);
    assert_eq!(opens(&other, &[PASSWORD, OTHER_PASSWORD, OWN]), [false, false, true]);
}

#[test]
fn no_vault_is_made_where_one_may_be() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let two = second(&one);
    let package_two = package(&two);
    // At once, before the agent has looked.
    let new = Agent::start(&two, &package_two).unwrap();
    let anew = new.run(&["enroll"], &[OTHER_PASSWORD, PASSPHRASE]).unwrap();
    assert!(anew.code != 0 && anew.err.contains("unlock --passphrase"), "{anew:?}");
    drop(new);
    on(&two, Path::new("/nonexistent/share"));
    let new = Agent::start(&two, &package_two).unwrap();
    let unseen = new.run(&["enroll"], &[OTHER_PASSWORD, PASSPHRASE]).unwrap();
    assert!(unseen.code == 6 && unseen.err.contains("cannot be seen"), "{unseen:?}");
    let sure = machine();
    on(&sure, Path::new("/nonexistent/share"));
    let package_sure = package(&sure);
    Agent::start(&sure, &package_sure).unwrap().enrolled_unseen().unwrap();
    on(&two, &repository(&one));
    new.done(&["refresh"], &[]).unwrap();
    new.done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    until(&new, "the logon", |agent| labels(agent) == ["ledger"]);
}

#[test]
fn with_none_nothing_is_typed_and_what_only_the_owner_may_do_takes_the_passphrase() {
    let one = machine();
    let package_one = package(&one);
    let organisation = Organisation::found(&one).unwrap();
    organisation.sign("unlock.allow = [\"directory-identity\"]\n").unwrap();
    let agent = Agent::start(&one, &package_one).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    agent.done(&["trust", "pin"], &[organisation.words()]).unwrap();
    let agent = agent.enrolled().unwrap();
    add(&agent, "ledger");
    agent
        .done(&["slot", "add", "directory-identity", "--agree"], &[PASSWORD])
        .unwrap();
    let wrong = agent.run(&["primary", "change", "none"], &["not-it"]).unwrap();
    assert_eq!((wrong.code, &primary(&agent)["method"]), (4, &Value::from("os")));
    agent.done(&["primary", "change", "none"], &[PASSWORD]).unwrap();
    assert_eq!(primary(&agent)["method"], "none");
    // Neither the old password nor any other is asked for or opens anything.
    agent.done(&["lock"], &[]).unwrap();
    let silently = agent.done(&["unlock"], &[]).unwrap();
    assert!(silently.out.contains("without a password"), "{silently:?}");
    let old = agent.run(&["logon", "reveal", "ledger"], &[PASSWORD]).unwrap();
    assert_eq!((old.code, old.out.as_str()), (4, ""), "{old:?}");
    reveals(&agent, "ledger", PASSPHRASE);
    let last = agent
        .run(&["slot", "remove", "directory-identity"], &[PASSPHRASE])
        .unwrap();
    assert!(last.code == 7 && last.err.contains("primary change os"), "{last:?}");
    drop(agent);
    let agent = Agent::start(&one, &package_one).unwrap();
    until(&agent, "it opens by itself", |agent| {
        agent.json(&["status", "--json"], "status").unwrap()["vault"] == "unlocked"
    });
    reveals(&agent, "ledger", PASSPHRASE);
    // Back to a password: the passphrase proves the owner.
    let unproven = agent.run(&["primary", "change", "own"], &[PASSWORD, OWN]).unwrap();
    assert_eq!(unproven.code, 4, "{unproven:?}");
    agent.done(&["primary", "change", "own"], &[PASSPHRASE, OWN]).unwrap();
    assert_eq!(primary(&agent)["method"], "own");
    reveals(&agent, "ledger", OWN);
    agent.done(&["slot", "remove", "directory-identity"], &[OWN]).unwrap();
    assert_eq!(opens(&agent, &[PASSWORD, OWN]), [false, true]);
}
