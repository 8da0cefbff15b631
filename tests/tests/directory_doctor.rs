//! `countersign doctor --directory`: what a user is told of the directory, from his side.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "machines/mod.rs"]
mod machines;

use countersign_tests::agent::Agent;
use countersign_tests::servers::{DirectoryServer, Samba, Slapd};
use machines::{machine, package};
use serde_json::Value;

const ADA: &str = "Qx7-orbit-Lm20pRt";
const BOB: &str = "Zn4-kettle-Vw83sKd";

fn checks(agent: &Agent<'_>) -> (i32, Vec<(String, String)>, String) {
    let answer = agent.run(&["doctor", "--directory", "--json"], &[]).unwrap();
    let told: Value = serde_json::from_str(&answer.out).unwrap();
    let checks = told["checks"].as_array().unwrap().iter();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    let pairs = checks.map(|check| (text(check, "name"), text(check, "result")));
    (answer.code, pairs.collect(), answer.out)
}

fn looks_from_the_users_side(server: &dyn DirectoryServer) {
    server.add_user("ada", ADA).unwrap();
    server.add_user("bob", BOB).unwrap();
    let session = machine();
    let package = package(&session);
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, &server.agent_settings("ada")).unwrap();
    let agent = Agent::start(&session, &package).unwrap();

    let (code, found, told) = checks(&agent);
    assert_eq!((code, found.len()), (1, 1), "{told}");
    assert!(told.contains("countersign directory login"), "{told}");

    agent.done(&["directory", "login"], &[ADA]).unwrap();
    let (code, found, told) = checks(&agent);
    assert_eq!(code, 0, "{told}");
    let named = |name: &str| {
        found
            .iter()
            .find(|(about, _)| about == name)
            .map(|(_, result)| result.as_str())
    };
    for name in [
        "server",
        "schema",
        "configuration",
        "your vault",
        "colleagues' vaults",
        "colleagues' entries",
    ] {
        assert_eq!(named(name), Some("good"), "{name}: {told}");
    }
    // Nobody has published yet.
    assert_eq!(named("units"), Some("warning"), "{told}");
}

#[test]
fn the_directory_is_looked_at_from_the_users_side_on_slapd() {
    looks_from_the_users_side(&Slapd::start().unwrap());
}

#[test]
#[ignore = "slow: a domain controller"]
fn the_directory_is_looked_at_from_the_users_side_on_samba() {
    looks_from_the_users_side(&Samba::start().unwrap());
}

#[test]
fn a_folder_is_no_directory() {
    let session = machine();
    let package = package(&session);
    let agent = Agent::start(&session, &package).unwrap();
    let (code, found, told) = checks(&agent);
    assert_eq!((code, found.len()), (0, 1), "{told}");
    assert!(told.contains("directory.servers"), "{told}");
}
