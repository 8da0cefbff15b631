//! A machine that comes to a network asks the repository for what is new.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, PATIENCE, Package, Start};
use countersign_tests::{Deadline, Session};
use std::process::Command;

/// How often the repository was asked because of an address.
fn asked(agent: &Agent<'_>) -> usize {
    agent.said().matches("has a new address").count()
}

fn ip(agent: &Agent<'_>, words: &[&str]) {
    let mut command = Command::new("nsenter");
    command.args(["--target", &agent.id().to_string(), "--net"]);
    // Root has its rights in every namespace; others have them in their own only.
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--preserve-credentials"]);
    }
    command.arg("ip");
    let output = command.args(words).output().unwrap();
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_new_address_is_a_reason_to_ask_and_the_same_one_again_is_not() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let alone = Start::usual().through(&["unshare", "--user", "--map-root-user", "--net"]);
    let agent = Agent::start_as(&session, &package, &alone).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    ip(&agent, &["link", "add", "net0", "type", "veth", "peer", "name", "net1"]);
    ip(&agent, &["link", "set", "net0", "up"]);
    ip(&agent, &["address", "add", "192.0.2.7/24", "dev", "net0"]);
    let until = |times: usize| {
        let deadline = Deadline::seconds(PATIENCE);
        let is_asked = || (asked(&agent) >= times).then_some(());
        deadline.wait_for("the repository to be asked", is_asked).unwrap();
    };
    until(1);
    // Another lifetime of the same address changes nothing.
    let lifetime = [
        "address",
        "change",
        "192.0.2.7/24",
        "dev",
        "net0",
        "valid_lft",
        "3600",
        "preferred_lft",
        "3600",
    ];
    ip(&agent, &lifetime);
    ip(&agent, &["address", "add", "192.0.2.8/24", "dev", "net0"]);
    until(2);
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(asked(&agent), 2, "{}", agent.said());
}
