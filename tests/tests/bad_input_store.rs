//! A damaged store and a full disk: said in a sentence, and nothing that could be kept is lost.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use std::path::{Path, PathBuf};

use countersign_tests::Session;
use countersign_tests::agent::{Agent, LEDGER, PASSPHRASE, PASSWORD, Package, Start};
use countersign_tests::process::output;
use serde_json::Value;

fn add(agent: &Agent<'_>, number: usize) {
    let user = format!("username=user{number}");
    let name = format!("logon {number}");
    let secret = format!("Secret-{number}-{}", "x".repeat(500));
    agent
        .done(
            &["logon", "add", "test.ledger", "--name", &name, "--set", &user],
            &[&secret],
        )
        .unwrap();
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let labels = logons.as_array().unwrap().iter();
    labels
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect()
}

fn reveals(agent: &Agent<'_>, label: &str, number: usize) {
    let shown = agent.done(&["logon", "reveal", label], &[PASSWORD]).unwrap().out;
    assert!(shown.starts_with(&format!("Secret-{number}-")), "{label}");
}

fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}

/// Without exports either.
fn no_exports(session: &Session) {
    std::fs::remove_dir_all(countersign_tests::agent::state(session).join("exports")).unwrap();
}

/// The newest log file of a store.
fn log(store: &Path) -> PathBuf {
    let entries = std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries
        .filter(|path| name(path).starts_with("log."))
        .max_by_key(name)
        .unwrap()
}

/// Without the repository nothing comes back by itself: what is seen is what the store kept.
fn no_repository(session: &Session) {
    let settings = session.config_home().join("countersign/settings.toml");
    session
        .write(&settings, "[repository]\npath = \"/nonexistent/share\"\n")
        .unwrap();
}

#[test]
fn a_truncated_vault_store_is_said_and_what_is_readable_stays() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    for number in 1..=6 {
        add(&agent, number);
    }
    assert_eq!(labels(&agent).len(), 6);
    let store = agent.state().join("vault");
    drop(agent);
    no_exports(&session);
    let file = log(&store);
    let whole = std::fs::read(&file).unwrap();

    // The last third is gone, of what was written: a log has room ahead.
    let written = whole.iter().rposition(|byte| *byte != 0).unwrap();
    std::fs::write(&file, &whole[..written * 2 / 3]).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let kept = labels(&agent);
    assert!((1..6).contains(&kept.len()), "{kept:?}");
    reveals(&agent, "logon 1", 1);
    let told = problems(&agent);
    assert!(told.contains("vault store"), "{told}");
    let doctor = agent.run(&["doctor", "--json"], &[]).unwrap();
    assert_eq!(doctor.code, 1);
    let checks = doctor.json("checks").unwrap();
    let stores = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "stores")
        .unwrap();
    assert_eq!(stores["result"], "bad");
    assert!(stores["next"].as_str().unwrap().contains("copy"), "{stores}");
    // It goes on working.
    add(&agent, 7);
    drop(agent);
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    reveals(&agent, "logon 7", 7);
    reveals(&agent, "logon 1", 1);
    assert_eq!(labels(&agent).len(), kept.len() + 1);
}

#[test]
fn a_flipped_bit_costs_one_logon_and_is_said() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    for number in 1..=5 {
        add(&agent, number);
    }
    let store = agent.state().join("vault");
    drop(agent);
    no_exports(&session);
    let file = log(&store);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.iter().rposition(|byte| *byte != 0).unwrap() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let kept = labels(&agent);
    assert!(kept.len() >= 4, "{kept:?}");
    for label in &kept {
        let number = label.rsplit(' ').next().unwrap().parse().unwrap();
        reveals(&agent, label, number);
    }
    if kept.len() < 5 {
        assert!(problems(&agent).contains("vault store"), "{}", problems(&agent));
    }
}

#[test]
fn a_destroyed_store_is_never_taken_for_an_empty_one() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled_unseen().unwrap();
    add(&agent, 1);
    let state = agent.state();
    drop(agent);
    no_exports(&session);

    // The vault store: the agent lives, the unlock says what is wrong, and the files stay as they are.
    let vault = state.join("vault");
    let kept = session.home().join("kept");
    assert!(
        session
            .command("cp")
            .arg("-r")
            .args([&vault, &kept])
            .status()
            .unwrap()
            .success()
    );
    let file = log(&vault);
    let length = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, vec![0; usize::try_from(length).unwrap()]).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let unlocked = agent.run(&["unlock"], &[PASSWORD]).unwrap();
    let said = format!("{}{}", unlocked.err, problems(&agent));
    assert!(
        said.contains("damaged") || said.contains("vault store"),
        "{unlocked:?} {said}"
    );
    assert!(unlocked.code == 8 || labels(&agent).is_empty(), "{unlocked:?}");
    drop(agent);
    std::fs::remove_dir_all(&vault).unwrap();
    assert!(
        session
            .command("cp")
            .arg("-r")
            .args([&kept, &vault])
            .status()
            .unwrap()
            .success()
    );

    if state.join("exports").exists() {
        no_exports(&session);
    }
    // The device store: without it there is neither vault header nor slots; the agent must not offer to make a new vault.
    let file = log(&state.join("device"));
    let backup = session.home().join("backup");
    let copied = session
        .command("cp")
        .arg("-r")
        .args([&state.join("device"), &backup])
        .status()
        .unwrap();
    assert!(copied.success());
    std::fs::write(&file, b"").unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    assert!(problems(&agent).contains("device store"), "{}", problems(&agent));
    let enrolled = agent.run(&["enroll", "--unseen"], &[PASSWORD, PASSPHRASE]).unwrap();
    assert_eq!(enrolled.code, 8, "{enrolled:?}");
    assert!(
        enrolled.err.contains("earlier vault") && enrolled.err.contains("backup"),
        "{enrolled:?}"
    );
    assert_eq!(
        agent.json(&["status", "--json"], "status").unwrap()["vault"],
        "unenrolled"
    );
    drop(agent);
    // Restored from a backup, it opens the same vault with everything in it.
    std::fs::remove_dir_all(state.join("device")).unwrap();
    let copied = session
        .command("cp")
        .arg("-r")
        .args([&backup, &state.join("device")])
        .status()
        .unwrap();
    assert!(copied.success());
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    reveals(&agent, "logon 1", 1);
}

/// A limit on the size of files stands for a disk that takes no more: every write fails, until there is room again.
fn full(session: &Session, agent: &Agent<'_>, limit: &str) {
    let pid = agent.id().to_string();
    let limit = format!("--fsize={limit}:");
    output(session.command("prlimit").args(["--pid", &pid, &limit])).unwrap();
}

#[test]
fn a_full_disk_refuses_the_new_and_keeps_the_old() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    // Ignored, so that a write fails as on a full disk instead of ending the program.
    let start = Start::usual().through(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    let agent = Agent::start_as(&session, &package, &start)
        .unwrap()
        .enrolled_unseen()
        .unwrap();
    add(&agent, 1);
    add(&agent, 2);
    full(&session, &agent, "1");
    for words in [
        &["logon", "add", "test.ledger", "--set", "username=full"][..],
        &["logon", "edit", "logon 1", "--secret", "password"],
        &["logon", "remove", "logon 2", "--yes"],
    ] {
        let answer = agent.run(words, &["Never-Saved-1"]).unwrap();
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(
            answer.err.contains("not saved") && answer.err.contains("free some space"),
            "{answer:?}"
        );
    }
    // Nothing changed, nothing is offered that was not saved.
    assert_eq!(labels(&agent), ["logon 1", "logon 2"]);
    reveals(&agent, "logon 1", 1);
    // Room again: it saves without a restart.
    full(&session, &agent, "unlimited");
    add(&agent, 3);
    assert_eq!(labels(&agent), ["logon 1", "logon 2", "logon 3"]);
    full(&session, &agent, "1");
    let last = agent
        .run(
            &["logon", "add", "test.ledger", "--set", "username=full"],
            &["Never-Saved-2"],
        )
        .unwrap();
    assert_eq!(last.code, 1, "{last:?}");
    drop(agent);

    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(labels(&agent), ["logon 1", "logon 2", "logon 3"]);
    for number in 1..=3 {
        reveals(&agent, &format!("logon {number}"), number);
    }
    let status: Value = agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!(status["logons"], 3);
}

#[test]
fn enrolling_on_a_full_disk_makes_no_vault() {
    let session = Session::start().unwrap();
    no_repository(&session);
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let start = Start::usual().through(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    let agent = Agent::start_as(&session, &package, &start).unwrap();
    full(&session, &agent, "1");
    let enrolled = agent.run(&["enroll", "--unseen"], &[PASSWORD, PASSPHRASE]).unwrap();
    assert_eq!(enrolled.code, 1, "{enrolled:?}");
    assert!(enrolled.err.contains("free some space"), "{enrolled:?}");
    assert_eq!(
        agent.json(&["status", "--json"], "status").unwrap()["vault"],
        "unenrolled"
    );
    full(&session, &agent, "unlimited");
    let agent = agent.enrolled_unseen().unwrap();
    add(&agent, 1);
}
