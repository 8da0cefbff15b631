//! Two machines of one user on one repository: joining, taking off, following, coming back.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, state};
use machines::{OTHER_PASSWORD, Site, add, devices, id_of, labels, on_each_site, package, problems, reveals, until};

on_each_site!(slow:
    a_lost_machine_is_taken_off_and_the_others_follow,
    a_device_taken_off_offline_is_off_once_the_repository_answers,
);

fn a_lost_machine_is_taken_off_and_the_others_follow(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let second_one = site.joined(&two, &package_two);
    let three = site.machine();
    let package_three = package(&three);
    let lost = site.joined(&three, &package_three);
    let lost_id = id_of(&lost);
    add(&lost, "travel");
    for agent in [&first, &second_one] {
        until(agent, "three devices", |agent| devices(agent).len() == 3);
        until(agent, "both logons", |agent| labels(agent) == ["ledger", "travel"]);
    }
    let named = devices(&first);
    assert!(named.iter().all(|device| device["name"] != ""), "{named:?}");
    assert!(named.iter().all(|device| device["state"] == "listed"), "{named:?}");

    // The second is locked while the first takes the lost one off.
    second_one.done(&["lock"], &[]).unwrap();
    let wrong = first
        .run(&["device", "revoke", &lost_id], &["not-the-password"])
        .unwrap();
    assert_ne!(wrong.code, 0, "{wrong:?}");
    let own = first.run(&["device", "revoke", &id_of(&first)], &[PASSWORD]).unwrap();
    assert_eq!(own.code, 7, "{own:?}");
    let said = first.done(&["device", "revoke", &lost_id], &[PASSWORD]).unwrap().out;
    assert!(said.contains("is off"), "{said}");
    assert_eq!(devices(&first).len(), 2);
    reveals(&first, "ledger", PASSWORD);
    reveals(&first, "travel", PASSWORD);
    add(&first, "after");

    // It follows at its next unlock; nothing has to be typed but its own password.
    second_one.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    until(&second_one, "the roll", |agent| devices(agent).len() == 2);
    until(&second_one, "the new logon", |agent| {
        labels(agent) == ["after", "ledger", "travel"]
    });
    for name in ["after", "ledger", "travel"] {
        reveals(&second_one, name, OTHER_PASSWORD);
    }
    add(&second_one, "later");
    until(&first, "a logon of the other", |agent| {
        labels(agent).contains(&"later".to_owned())
    });

    // The lost one gets none of it, and is told.
    lost.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&lost), ["ledger", "travel"]);
    assert!(problems(&lost).contains("taken off the vault"), "{}", problems(&lost));
    // What it writes reaches nobody.
    add(&lost, "planted");
    for agent in [&first, &second_one] {
        agent.done(&["refresh"], &[]).unwrap();
        assert_eq!(labels(agent), ["after", "later", "ledger", "travel"]);
    }

    // Everything opens again after a restart, under the new key.
    drop(first);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    for name in ["after", "later", "ledger", "travel"] {
        reveals(&first, name, PASSWORD);
    }
    assert!(!state(&one).join("vault.old").exists() && !state(&one).join("vault.next").exists());

    // The passphrase lets it in again, as a new device.
    lost.done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    until(&lost, "what there is", |agent| {
        labels(agent).contains(&"later".to_owned())
    });
    assert_ne!(id_of(&lost), lost_id);
    reveals(&lost, "after", OTHER_PASSWORD);
}

fn a_device_taken_off_offline_is_off_once_the_repository_answers(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let other = site.joined(&two, &package_two);
    let other_id = id_of(&other);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    drop(first);

    // The share is not there; the wish outlives a restart.
    site.away(&one);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    let said = first.done(&["device", "revoke", &other_id], &[PASSWORD]).unwrap().out;
    assert!(said.contains("queued"), "{said}");
    assert_eq!(devices(&first).len(), 2);
    drop(first);
    site.back(&one);
    let first = site.started(&one, &package_one);
    let leaving = devices(&first);
    assert!(leaving.iter().any(|device| device["state"] == "leaving"), "{leaving:?}");
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&first, "one device", |agent| devices(agent).len() == 1);
    reveals(&first, "ledger", PASSWORD);
    until(&other, "the news", |agent| {
        problems(agent).contains("taken off the vault")
    });
}
