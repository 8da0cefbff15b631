//! A machine that is a copy of another one, one that was set back, and a repository that went back.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, PASSWORD, state};
use machines::{
    add, devices, id_of, joined, labels, machine, on, package, problems, repository, reveals, second, until,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn run(session: &Session, program: &str, words: &[&Path]) {
    let done = session
        .command(program)
        .arg(match program {
            "rm" => "-r",
            _ => "-a",
        })
        .args(words)
        .status()
        .unwrap();
    assert!(done.success(), "{program}");
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => drop(found.insert(path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

fn username(agent: &Agent<'_>, label: &str) -> Value {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let logons = logons.as_array().unwrap().iter();
    let mut named = logons.filter(|logon| logon["label"] == label);
    named.next().unwrap()["plain"][0]["value"].clone()
}

fn edit(agent: &Agent<'_>, set: &str) {
    agent.done(&["logon", "edit", "ledger", "--set", set], &[]).unwrap();
}

/// An edit that counts against one made elsewhere before it. A change is at least a second later than what it changes, so two machines that
/// change the same version within its first second are even; a change of a change is later than either.
fn edit_later(agent: &Agent<'_>, set: &str) {
    edit(agent, "username=draft");
    edit(agent, set);
}

#[test]
fn a_copied_home_folder_is_a_device_of_its_own_before_it_writes() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let original = id_of(&first);
    drop(first);
    let two = machine();
    run(&two, "cp", &[&state(&one), &two.state_home()]);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(id_of(&first), original);

    // The copy has not seen the repository yet: it is another device all the same.
    on(&two, Path::new("/nonexistent/share"));
    let package_two = package(&two);
    let copy = Agent::start(&two, &package_two).unwrap();
    copy.done(&["unlock"], &[PASSWORD]).unwrap();
    let own = copy.json(&["status", "--json"], "status").unwrap()["device"].clone();
    assert_ne!(own, Value::from(original.clone()), "{}", copy.said());
    assert!(
        problems(&copy).contains("a copy of another machine's"),
        "{}",
        problems(&copy)
    );
    edit(&copy, "username=copy");
    edit_later(&first, "username=original");
    add(&first, "travel");
    // After a restart it is the device that it became.
    drop(copy);
    on(&two, &repository(&one));
    let copy = Agent::start(&two, &package_two).unwrap();
    copy.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&copy, "both devices", |agent| devices(agent).len() == 2);
    assert_eq!(Value::from(id_of(&copy)), own, "{}", copy.said());
    add(&copy, "bank");
    for agent in [&first, &copy] {
        until(agent, "all logons", |agent| {
            labels(agent) == ["bank", "ledger", "travel"]
        });
        until(agent, "two devices", |agent| devices(agent).len() == 2);
        assert_eq!(username(agent, "ledger"), "original", "{}", agent.said());
    }
    assert_eq!(id_of(&first), original, "{}", first.said());
    // Either can take the other off.
    first.done(&["device", "revoke", &id_of(&copy)], &[PASSWORD]).unwrap();
    until(&copy, "the news", |agent| {
        problems(agent).contains("taken off the vault")
    });
    reveals(&first, "bank", PASSWORD);
}

#[test]
fn a_copy_follows_a_roll_of_before_it_was_woken() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let two = second(&one);
    let package_two = package(&two);
    let other = joined(&two, &package_two);
    let other_id = id_of(&other);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    drop(first);
    let three = second(&one);
    run(&three, "cp", &[&state(&one), &three.state_home()]);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    first.done(&["device", "revoke", &other_id], &[PASSWORD]).unwrap();
    let package_three = package(&three);
    let copy = Agent::start(&three, &package_three).unwrap();
    copy.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&copy, "the copy in the list", |agent| devices(agent).len() == 2);
    add(&copy, "bank");
    until(&first, "the copy's logon", |agent| labels(agent) == ["bank", "ledger"]);
    assert_ne!(id_of(&copy), id_of(&first));
}

#[test]
fn a_restored_image_takes_a_new_id_and_loses_nothing_of_either_life() {
    let one = machine();
    let package_one = package(&one);
    let agent = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&agent, "ledger");
    let former = id_of(&agent);
    drop(agent);
    // An image of the disk: the same files, as they were.
    let image = one.state_home().join("image");
    run(&one, "cp", &[&state(&one), &image]);

    let agent = Agent::start(&one, &package_one).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    edit(&agent, "username=former");
    add(&agent, "travel");
    drop(agent);
    let records = repository(&one).join("users");
    let before = files(&records);

    for part in ["device", "vault", "exports"] {
        run(&one, "rm", &[&state(&one).join(part)]);
        run(&one, "cp", &[&image.join(part), &state(&one)]);
    }
    // Offline nobody can tell; what is written then must neither cover nor be covered by what its former self wrote.
    on(&one, Path::new("/nonexistent/share"));
    let agent = Agent::start(&one, &package_one).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    edit_later(&agent, "username=offline");
    let words = [
        "logon",
        "add",
        "test.ledger",
        "--name",
        "bank",
        "--set",
        "username=anna",
    ];
    agent.done(&words, &["Secret-of-bank-7391"]).unwrap();
    drop(agent);
    on(&one, &repository(&one));
    let agent = Agent::start(&one, &package_one).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&agent, "another id", |agent| id_of(agent) != former);
    assert!(
        problems(&agent).contains("set back to an earlier state"),
        "{}",
        problems(&agent)
    );
    until(&agent, "everything", |agent| {
        labels(agent) == ["bank", "ledger", "travel"]
    });
    assert_eq!(username(&agent, "ledger"), "offline");
    for name in ["bank", "ledger", "travel"] {
        reveals(&agent, name, PASSWORD);
    }
    // What the former self wrote is there as it was.
    let after = files(&records);
    for (path, bytes) in before
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains(&former))
    {
        assert_eq!(after.get(path), Some(bytes), "{}", path.display());
    }
    let by_former = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        files
            .keys()
            .filter(|path| path.to_string_lossy().contains(&former))
            .count()
    };
    assert_eq!(by_former(&before), by_former(&after));
    until(&agent, "both in the list", |agent| devices(agent).len() == 2);
    // It stays what it became.
    let now = id_of(&agent);
    drop(agent);
    let agent = Agent::start(&one, &package_one).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!((id_of(&agent), devices(&agent).len()), (now, 2));
}

#[test]
fn a_header_that_went_back_is_said_and_not_followed() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap().enrolled().unwrap();
    add(&first, "ledger");
    let headers = repository(&one).join("users");
    let header = |path: &PathBuf| path.parent().unwrap().ends_with("header");
    let backup: Vec<_> = files(&headers).into_keys().filter(header).collect();
    let two = second(&one);
    let package_two = package(&two);
    let lost = joined(&two, &package_two);
    let lost_id = id_of(&lost);
    drop(lost);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    first.done(&["device", "revoke", &lost_id], &[PASSWORD]).unwrap();
    assert_eq!(devices(&first).len(), 1);

    // A backup of the repository comes back, with the header of before the lost machine was taken off.
    let newer: Vec<_> = files(&headers)
        .into_keys()
        .filter(header)
        .filter(|path| !backup.contains(path))
        .collect();
    let aside = |path: &PathBuf| one.state_home().join(path.file_name().unwrap());
    for path in newer.iter().rev() {
        std::fs::rename(path, aside(path)).unwrap();
    }
    until(&first, "the alarm", |agent| {
        problems(agent).contains("vault header went back")
    });
    assert_eq!(devices(&first).len(), 1);
    first.done(&["lock"], &[]).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    reveals(&first, "ledger", PASSWORD);
    // It is still so after a restart.
    drop(first);
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    until(&first, "the alarm again", |agent| {
        problems(agent).contains("vault header went back")
    });
    assert_eq!(devices(&first).len(), 1);
    // The newest is back: nothing is wrong any more.
    for path in &newer {
        std::fs::rename(aside(path), path).unwrap();
    }
    until(&first, "no alarm", |agent| {
        !problems(agent).contains("vault header went back")
    });
}
