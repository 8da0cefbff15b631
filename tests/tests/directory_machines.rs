//! Machines of users on one real directory: enrolling, joining, sharing, keeping apart, being locked out.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

#[path = "machines/mod.rs"]
mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, PASSPHRASE, Package};
use countersign_tests::servers::{DirectoryServer, Slapd};
use machines::{add, labels, machine, package, reveals, until};
use serde_json::Value;

const ADA: &str = "Qx7-orbit-Lm20pRt";
const BOB: &str = "Zn4-kettle-Vw83sKd";

fn on(session: &Session, server: &dyn DirectoryServer, user: &str) {
    let text = server.agent_settings(user);
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, &text).unwrap();
}

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

fn enrolled<'a>(session: &'a Session, package: &Package<'_>, password: &str) -> Agent<'a> {
    let agent = Agent::start(session, package).unwrap();
    let words = ["enroll", "--primary", "directory"];
    agent.done(&words, &[password, PASSPHRASE]).unwrap();
    agent
}

#[test]
fn two_machines_of_one_user_share_and_another_user_is_apart() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    server.add_user("bob", BOB).unwrap();
    let (one, two, three) = (machine(), machine(), machine());
    let packages = [package(&one), package(&two), package(&three)];
    on(&one, &server, "ada");
    on(&two, &server, "ada");
    on(&three, &server, "bob");

    let first = enrolled(&one, &packages[0], ADA);
    add(&first, "ledger");
    let second = Agent::start(&two, &packages[1]).unwrap();
    let unknown = second.run(&["refresh"], &[]).unwrap();
    assert!(
        status(&second).to_string().contains("countersign directory login"),
        "{unknown:?} {}",
        status(&second)
    );
    let wrong = second.run(&["directory", "login"], &["not-the-password"]).unwrap();
    assert_ne!(wrong.code, 0, "{wrong:?}");
    second.done(&["directory", "login"], &[ADA]).unwrap();
    second.done(&["unlock", "--passphrase"], &[PASSPHRASE, ADA]).unwrap();
    until(&second, "the logon", |agent| labels(agent) == ["ledger"]);
    reveals(&second, "ledger", ADA);
    add(&second, "travel");
    until(&first, "the other logon", |agent| labels(agent) == ["ledger", "travel"]);
    first.done(&["logon", "remove", "ledger", "--yes"], &[]).unwrap();
    until(&second, "the removal", |agent| labels(agent) == ["travel"]);

    let other = enrolled(&three, &packages[2], BOB);
    add(&other, "private");
    other.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&other), ["private"]);
    assert_eq!(labels(&first), ["travel"]);

    // Whoever may not come in any more is locked out at the next contact.
    server.set_password("ada", "Another-password-51").unwrap();
    first.run(&["refresh"], &[]).unwrap();
    let stands = status(&first);
    assert_eq!(stands["vault"], "locked", "{stands}");
    assert!(stands.to_string().contains("no longer takes"), "{stands}");
}
