//! A clock that is set back, and one that is a year ahead: nothing is lost, and what cannot be known is said.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own functions"
)]

mod helpdesk;
mod machines;

use countersign_tests::agent::{Agent, LEDGER, PASSPHRASE, PASSWORD, Package, Start};
use helpdesk::{helpdesk, member, rings, root, three_words, user};
use machines::Site;
use serde_json::Value;

const DAY: u64 = 24 * 60 * 60 * 1000;

fn add(agent: &Agent<'_>, name: &str) {
    let words = ["logon", "add", "test.ledger", "--name", name, "--set", "username=anna"];
    agent.done(&words, &[&format!("Secret-of-{name}-7391")]).unwrap();
}

fn logons(agent: &Agent<'_>) -> Vec<Value> {
    let listed = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    listed.as_array().unwrap().clone()
}

fn changed(agent: &Agent<'_>, name: &str) -> u64 {
    let logons = logons(agent);
    let one = logons.iter().find(|logon| logon["label"] == name);
    one.unwrap_or_else(|| panic!("{name}: {logons:?}"))["changed"]
        .as_u64()
        .unwrap()
}

/// All that was stored opens, and both logs hold.
fn whole(agent: &Agent<'_>, names: &[&str]) {
    let mut labels: Vec<String> = logons(agent)
        .iter()
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect();
    labels.sort();
    assert_eq!(labels, names);
    for name in names {
        let shown = agent.done(&["logon", "reveal", name], &[PASSWORD]).unwrap().out;
        assert_eq!(shown, format!("Secret-of-{name}-7391"));
    }
    agent.done(&["store", "verify"], &[]).unwrap();
    agent.done(&["audit", "verify"], &[]).unwrap();
}

fn organisation(agent: &Agent<'_>) -> Value {
    agent.done(&["refresh"], &[]).unwrap();
    agent.json(&["trust", "show", "--json"], "organisation").unwrap()
}

/// The times of the log's entries, oldest first.
fn entered(agent: &Agent<'_>) -> Vec<u64> {
    let told = agent
        .json(&["audit", "show", "--limit", "500", "--json"], "audit")
        .unwrap();
    let entries = told["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["at"].as_u64().unwrap()).collect()
}

#[test]
fn nothing_is_lost_by_a_clock_a_year_ahead_or_back() {
    let site = &Site::folder();
    let session = site.machine();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let words = root(site, &session);
    rings(site, &session, &["desk-1"]);
    let (agent, _) = member(site, &session, &package, &words);
    let (user, three) = (user(&agent), three_words(&agent));
    add(&agent, "now");
    let today = changed(&agent, "now");
    drop(agent);

    // A good year ahead: the organisation's list has expired, stays in force and is said to be stale.
    let agent = Agent::start_as(&session, &package, &Start::moved("+500d")).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let shown = organisation(&agent);
    assert!(
        shown["stale"] == true && shown["rings"] == serde_json::json!(["desk-1"]),
        "{shown}"
    );
    assert!(
        problems(&agent).contains("expired; it stays in force"),
        "{}",
        problems(&agent)
    );
    add(&agent, "ahead");
    assert!(changed(&agent, "ahead") > today + 490 * DAY);
    whole(&agent, &["ahead", "now"]);
    drop(agent);

    // Set back to before anything was made.
    let agent = Agent::start_as(&session, &package, &Start::moved("-500d")).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let shown = organisation(&agent);
    assert!(
        shown["stale"] == false && shown["rings"] == serde_json::json!(["desk-1"]),
        "{shown}"
    );
    add(&agent, "back");
    assert!(changed(&agent, "back") < today - 490 * DAY);
    // What was saved a year ahead is changed now, which is earlier: the change follows what it changes all the same.
    let before = changed(&agent, "ahead");
    agent
        .done(&["logon", "edit", "ahead", "--set", "username=berta"], &[])
        .unwrap();
    assert!(changed(&agent, "ahead") > before);
    whole(&agent, &["ahead", "back", "now"]);
    // The helpdesk's words are good whatever this machine's clock says.
    let told = helpdesk(site, &session, &user, "desk-1", &three);
    agent.done(&["recover", "drill"], &[&told]).unwrap();
    // Wrong passwords are held back by the steady clock.
    agent.done(&["lock"], &[]).unwrap();
    for _ in 0..3 {
        assert_eq!(agent.run(&["unlock"], &["not-it"]).unwrap().code, 4);
    }
    let soon = agent.run(&["unlock"], &[PASSWORD]).unwrap();
    assert!(soon.code == 0 || soon.err.contains("next attempt"), "{soon:?}");
    drop(agent);

    // A machine whose clock is wrong joins by the passphrase, and says what it cannot know.
    let other = site.machine();
    let package_two = Package::with(&other, "ledger", LEDGER).unwrap();
    for (by, why) in [("-500d", "check this machine's clock"), ("+500d", "expired")] {
        let agent = Agent::start_as(&other, &package_two, &Start::moved(by)).unwrap();
        agent.done(&["refresh"], &[]).unwrap();
        let refused = agent.run(&["trust", "pin"], &[&words]).unwrap();
        assert!(refused.code == 7 && refused.err.contains(why), "{by}: {refused:?}");
    }
    let wrong = Agent::start_as(&other, &package_two, &Start::moved("-500d")).unwrap();
    wrong.done(&["refresh"], &[]).unwrap();
    wrong
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD])
        .unwrap();
    wrong.done(&["refresh"], &[]).unwrap();
    whole(&wrong, &["ahead", "back", "now"]);
    drop(wrong);

    // The clock is put right: everything is there, the log is in the order in which it happened, and the devices follow one another.
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    whole(&agent, &["ahead", "back", "now"]);
    let list = logons(&agent);
    let ahead = list.iter().find(|logon| logon["label"] == "ahead").unwrap();
    assert!(ahead.to_string().contains("berta"), "{ahead}");
    let times = entered(&agent);
    let steps: Vec<bool> = times
        .windows(2)
        .map(|pair| pair[1].abs_diff(pair[0]) > 400 * DAY)
        .collect();
    assert_eq!(steps.iter().filter(|jump| **jump).count(), 3, "{times:?}");
    let listed = agent.json(&["device", "list", "--json"], "devices").unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    let shown = organisation(&agent);
    assert!(shown["stale"] == false && shown["problem"].is_null(), "{shown}");
    let other_one = Agent::start(&other, &package_two).unwrap();
    other_one.done(&["refresh"], &[]).unwrap();
    other_one.done(&["trust", "pin"], &[&words]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let told = helpdesk(site, &session, &user, "desk-1", &three);
    agent.done(&["recover"], &[&told, PASSPHRASE, PASSWORD]).unwrap();
}

fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}
