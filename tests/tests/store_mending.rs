//! Damage on this machine's disk: what is lost comes back by itself, and one sentence says so.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use std::collections::BTreeMap;
use std::path::Path;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, CommandLine, LEDGER, PASSWORD, Package, Start, state};
use serde_json::Value;

fn add(agent: &Agent<'_>, number: usize) {
    let (name, user) = (format!("logon {number}"), format!("username=user{number}"));
    let secret = format!("Secret-{number}-{}", "x".repeat(300));
    let words = ["logon", "add", "test.ledger", "--name", &name, "--set", &user];
    agent.done(&words, &[&secret]).unwrap();
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let logons = logons.as_array().unwrap().iter();
    let mut labels: Vec<_> = logons
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect();
    labels.sort();
    labels
}

fn reveals(agent: &Agent<'_>, number: usize) {
    let label = format!("logon {number}");
    let shown = agent.done(&["logon", "reveal", &label], &[PASSWORD]).unwrap().out;
    assert!(shown.starts_with(&format!("Secret-{number}-")), "{label}: {shown}");
}

fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}

fn doctor_on_stores(agent: &Agent<'_>) -> Value {
    let checks = agent.run(&["doctor", "--json"], &[]).unwrap().json("checks").unwrap();
    let mut checks = checks.as_array().unwrap().iter();
    checks.find(|check| check["name"] == "stores").unwrap().clone()
}

/// The files of a store that hold what was stored.
fn files(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    named
        .filter(|(name, _)| name.starts_with("log.") || name.starts_with("snapshot."))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect()
}

/// Spoils the second half of what was written to each of them.
fn spoil(store: &Path) {
    for (name, mut bytes) in files(store) {
        let written = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        for byte in &mut bytes[written / 2..written] {
            *byte ^= 0x5a;
        }
        std::fs::write(store.join(name), bytes).unwrap();
    }
}

fn no_repository(session: &Session) {
    let settings = session.config_home().join("countersign/settings.toml");
    let text = "[repository]\npath = \"/nonexistent/share\"\n";
    session.write(&settings, text).unwrap();
}

/// Four logons, and the agent stopped.
fn four_logons(session: &Session, package: &Package<'_>) {
    let agent = Agent::start(session, package).unwrap().enrolled_unseen().unwrap();
    for number in 1..=4 {
        add(&agent, number);
    }
    agent.done(&["refresh"], &[]).unwrap();
}

fn all_are_there(agent: &Agent<'_>) {
    assert_eq!(labels(agent), ["logon 1", "logon 2", "logon 3", "logon 4"]);
    for number in 1..=4 {
        reveals(agent, number);
    }
}

#[test]
fn a_damaged_vault_store_is_made_whole_from_the_repository() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    four_logons(&session, &package);
    std::fs::remove_dir_all(state(&session).join("exports")).unwrap();
    spoil(&state(&session).join("vault"));

    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    all_are_there(&agent);
    let told = problems(&agent);
    assert!(
        told.contains("The vault store:") && told.contains("came back from the repository"),
        "{told}\n{}",
        agent.said()
    );
    let stores = doctor_on_stores(&agent);
    assert_eq!(stores["result"], "warning", "{stores}");
    // It is said once: the next start finds a whole store.
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    all_are_there(&agent);
    assert_eq!(doctor_on_stores(&agent)["result"], "good", "{}", problems(&agent));
}

#[test]
fn with_the_repository_gone_the_newest_export_makes_it_whole() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    four_logons(&session, &package);
    spoil(&state(&session).join("vault"));
    spoil(&state(&session).join("device"));

    let agent = Agent::start(&session, &package).unwrap();
    assert!(problems(&agent).contains("The device store:"), "{}", problems(&agent));
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    all_are_there(&agent);
    let told = problems(&agent);
    assert!(
        told.contains("The vault store:") && told.contains("came back from the export of"),
        "{told}\n{}",
        agent.said()
    );
    // A new logon does not take the number of one that was lost.
    add(&agent, 5);
    assert_eq!(labels(&agent).len(), 5);
}

#[test]
fn a_store_of_which_nothing_can_be_read_is_put_aside() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    four_logons(&session, &package);
    let vault = state(&session).join("vault");
    for entry in std::fs::read_dir(&vault).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            let length = std::fs::metadata(&entry).unwrap().len();
            std::fs::write(&entry, vec![0x55; usize::try_from(length).unwrap()]).unwrap();
        }
    }
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    all_are_there(&agent);
    let told = problems(&agent);
    assert!(told.contains("vault.damaged."), "{told}");
}

#[test]
fn an_export_brings_back_what_was_removed_only_when_asked() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    for number in 1..=4 {
        add(&agent, number);
    }
    let folder = session.home().join("my export");
    let folder = folder.to_str().unwrap();
    let exported = agent.json(&["store", "export", folder, "--json"], "stores").unwrap();
    assert_eq!(exported[1]["store"], "vault");
    assert_eq!(exported[1]["values"], 4);
    agent.done(&["logon", "remove", "logon 2", "--yes"], &[]).unwrap();

    let imported = agent.json(&["store", "import", folder, "--json"], "stores").unwrap();
    assert_eq!(
        (&imported[1]["removed"], &imported[1]["brought_back"]),
        (&1.into(), &0.into())
    );
    assert_eq!(labels(&agent), ["logon 1", "logon 3", "logon 4"]);
    let words = ["store", "import", folder, "--removed", "--json"];
    assert_eq!(agent.json(&words, "stores").unwrap()[1]["brought_back"], 1);
    all_are_there(&agent);
    // A folder that holds no export changes nothing.
    let nothing = agent.run(&["store", "import", "/"], &[]).unwrap();
    assert_eq!(nothing.code, 1, "{nothing:?}");
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["store", "verify"], &[]).unwrap().code, 4);
}

#[test]
fn without_an_agent_verify_reports_damage_and_changes_nothing() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let alone = CommandLine::of(&session, &Start::usual()).unwrap();
    assert_eq!(alone.run(&["store", "verify"], &[]).unwrap().code, 4);
    four_logons(&session, &package);
    let whole = alone.done(&["store", "verify", "--json"], &[PASSWORD]).unwrap();
    let stores = whole.json("stores").unwrap();
    assert_eq!(
        (&stores[0]["store"], &stores[1]["store"]),
        (&"device".into(), &"vault".into())
    );
    assert_eq!(
        (&stores[1]["damaged"], &stores[1]["values"]),
        (&false.into(), &4.into())
    );
    assert_eq!(alone.run(&["store", "verify"], &["wrong"]).unwrap().code, 4);

    let vault = state(&session).join("vault");
    spoil(&vault);
    let before = (files(&vault), files(&state(&session).join("device")));
    let damaged = alone.run(&["store", "verify"], &[PASSWORD]).unwrap();
    assert_eq!(damaged.code, 8, "{damaged:?}");
    assert!(damaged.err.contains("countersign store repair"), "{damaged:?}");
    assert_eq!((files(&vault), files(&state(&session).join("device"))), before);

    // Repaired with what the newest export has, all of it is there again.
    alone.done(&["store", "repair"], &[PASSWORD]).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let busy = agent.run(&["store", "verify"], &[]).unwrap();
    assert_eq!(busy.code, 4, "{busy:?}");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    all_are_there(&agent);
}

#[test]
fn another_repository_is_taken_without_a_restart() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let status = || agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!(status()["templates"]["unsigned"], 0);
    let other = session.home().join("share");
    session
        .write(&other.join("config/team/templates/ledger.toml"), LEDGER)
        .unwrap();
    let settings = session.config_home().join("countersign/settings.toml");
    session
        .write(&settings, &format!("[repository]\npath = \"{}\"\n", other.display()))
        .unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let now = status();
    assert_eq!(now["templates"]["unsigned"], 1, "{now}");
    assert_eq!(now["repository"]["health"], "reachable");
    assert_eq!(now["repository"]["place"], other.to_str().unwrap());
}

#[test]
fn a_plain_field_is_never_made_empty() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    add(&agent, 1);
    let refused = agent
        .run(&["logon", "edit", "logon 1", "--set", "username="], &[])
        .unwrap();
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("would be empty"), "{refused:?}");
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    assert_eq!(logons[0]["plain"][0]["value"], "user1");
}
