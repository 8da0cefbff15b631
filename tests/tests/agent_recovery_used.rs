//! Recovery with the helpdesk, used: the user's process and the operator's share the repository and what is said on the telephone.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::agent::{Agent, Needles, PASSPHRASE, PASSWORD};
use helpdesk::{RING_PHRASE, ROOT_PHRASE, enrolled, helpdesk, line_of_words, member, rings, three_words, user};
use machines::{OTHER_PASSWORD, Site, add, devices, labels, on_each_site, package, problems, reveals, until};

const NEW_ANSWER: &str = "saddle nectar plywood umbrella comet";
const NEW_PASSWORD: &str = "Zt4-second-Kk81";
const THIRD_PASSWORD: &str = "Hd9-third-Wq26";

/// What the audit log says, an entry a line.
fn log(agent: &Agent<'_>) -> Vec<String> {
    let told = agent.json(&["audit", "show", "--json"], "audit").unwrap();
    assert_eq!(told["faults"], serde_json::json!([]), "{told}");
    let entries = told["entries"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    entries
        .map(|entry| [text(&entry["event"]), text(&entry["subject"]), text(&entry["detail"])].join(" | "))
        .collect()
}

fn logged(agent: &Agent<'_>, wanted: &[&str]) {
    let log = log(agent);
    for wanted in wanted {
        assert!(log.iter().any(|line| line.contains(wanted)), "{wanted}: {log:#?}");
    }
}

on_each_site!(slow:
    a_recovery_opens_the_vault_once_and_every_machine_follows,
    a_machine_without_its_half_asks_for_the_printed_code,
    a_recovery_without_the_repository_is_finished_when_it_answers,
    a_recovery_by_two_takes_the_words_of_both,
);

fn a_recovery_opens_the_vault_once_and_every_machine_follows(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let (first, code) = enrolled(site, &one, &package_one, &["desk-1"]);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let second = site.joined(&two, &package_two);
    let three = site.machine();
    let package_three = package(&three);
    let third = site.joined(&three, &package_three);
    add(&second, "travel");
    until(&first, "both logons", |agent| labels(agent) == ["ledger", "travel"]);
    until(&first, "three devices", |agent| devices(agent).len() == 3);
    third.done(&["lock"], &[]).unwrap();

    // Another user of the same organisation; her words do not open his vault, and his name does not bring her words.
    site.add_user("berta", PASSWORD);
    let other = site.machine_of("berta");
    let package_other = package(&other);
    let (berta, _) = member(site, &other, &package_other, &root_words(&first));
    let (berta_user, berta_name) = (user(&berta), three_words(&berta));
    let hers = helpdesk(site, &one, &berta_user, "desk-1", &berta_name);

    // The password and the answer are lost.
    first.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&first), three_words(&first));
    let words = helpdesk(site, &one, &user, "desk-1", &name);
    let refused = |typed: &str, answer: &str, password: &str, code: i32, says: &str| {
        let refused = first.run(&["recover"], &[typed, answer, password]).unwrap();
        assert!(refused.code == code && refused.err.contains(says), "{refused:?}");
    };
    refused(&hers, NEW_ANSWER, NEW_PASSWORD, 4, "not of this vault");
    let mut heard: Vec<&str> = words.split(' ').collect();
    heard[3] = if heard[3] == "zoo" { "zone" } else { "zoo" };
    refused(&heard.join(" "), NEW_ANSWER, NEW_PASSWORD, 4, "");
    heard[3] = "zzzz";
    refused(&heard.join(" "), NEW_ANSWER, NEW_PASSWORD, 4, "word 4");
    refused(&words, "aaaaaaaaaaaaaaaaaaaa", NEW_PASSWORD, 7, "");
    let empty = first.run(&["recover"], &[&words, NEW_ANSWER, ""]).unwrap();
    assert_ne!(empty.code, 0, "{empty:?}");

    // None of that used the words up. The directory's password is lost, too: an administrator has set another one.
    site.set_password(NEW_PASSWORD);
    let recovered = first.done(&["recover"], &[&words, NEW_ANSWER, NEW_PASSWORD]).unwrap();
    let printed = line_of_words(&recovered.out, 12);
    assert_ne!(printed, code);
    reveals(&first, "ledger", NEW_PASSWORD);
    reveals(&first, "travel", NEW_PASSWORD);

    // The words are used, the old password and answer open nothing here.
    first.done(&["lock"], &[]).unwrap();
    refused(&words, NEW_ANSWER, THIRD_PASSWORD, 7, "used before");
    assert_eq!(first.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    let old = first
        .run(&["unlock", "--passphrase"], &[PASSPHRASE, THIRD_PASSWORD])
        .unwrap();
    assert_eq!(old.code, 4, "{old:?}");
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();
    add(&first, "after");

    // The other machines follow with their own passwords, the one that was open and the one that was locked.
    for agent in [&second, &third] {
        site.log_in(agent);
        agent.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    }
    for agent in [&second, &third] {
        until(agent, "what was added since", |agent| {
            labels(agent) == ["after", "ledger", "travel"]
        });
        reveals(agent, "after", OTHER_PASSWORD);
        assert_eq!(devices(agent).len(), 3);
        logged(agent, &["roll | vault | from key 1 to key 2"]);
        // They have their half of the new recovery.
        agent.done(&["lock"], &[]).unwrap();
        let words = helpdesk(site, &one, &user, "desk-1", &name);
        agent.done(&["recover", "drill"], &[&words]).unwrap();
        agent.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    }
    add(&second, "later");
    until(&first, "a logon of the other", |agent| {
        labels(agent).contains(&"later".to_owned())
    });
    second.done(&["lock"], &[]).unwrap();
    refused_on(&second, &words, "used before");
    second
        .done(&["unlock", "--passphrase"], &[NEW_ANSWER, THIRD_PASSWORD])
        .unwrap();
    reveals(&second, "ledger", THIRD_PASSWORD);

    // After a restart everything is as it was left.
    drop(first);
    let first = site.started(&one, &package_one);
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();
    reveals(&first, "later", NEW_PASSWORD);

    // Each step is in the log of its side, and nobody's secret is in any file.
    logged(
        &first,
        &[
            "refusal | recovery | the helpdesk's words are not of this vault",
            "refusal | recovery | the helpdesk's words: word 4",
            "recovery | vault | opened with the helpdesk's words and this machine's half",
            "slot-change | login | a new password",
            "slot-change | passphrase | a new answer",
            "slot-change | recovery | new halves and a new printed code",
            "roll | vault | from key 1 to key 2",
            "refusal | recovery | the helpdesk's words were used before",
        ],
    );
    let secrets = [
        words.as_str(),
        &hers,
        &code,
        &printed,
        NEW_ANSWER,
        NEW_PASSWORD,
        THIRD_PASSWORD,
        PASSWORD,
        PASSPHRASE,
        ROOT_PHRASE,
        RING_PHRASE,
    ];
    for session in [&one, &two, &three, &other] {
        let (found, files) = Needles::of(&secrets).found_below(session.folder());
        assert!(found.is_empty() && files > 5, "{found:?} in {files} files");
    }
}

fn root_words(agent: &Agent<'_>) -> String {
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    shown["words"].as_str().unwrap().to_owned()
}

fn refused_on(agent: &Agent<'_>, words: &str, says: &str) {
    let refused = agent.run(&["recover"], &[words, NEW_ANSWER, NEW_PASSWORD]).unwrap();
    assert!(refused.code == 7 && refused.err.contains(says), "{refused:?}");
}

fn a_machine_without_its_half_asks_for_the_printed_code(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let (first, code) = enrolled(site, &one, &package_one, &["desk-1"]);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let second = site.joined(&two, &package_two);
    until(&second, "the logon", |agent| labels(agent) == ["ledger"]);
    let (user, name) = (user(&first), three_words(&first));
    let earlier = helpdesk(site, &one, &user, "desk-1", &name);

    // The halves are made anew while the second machine is locked: it does not have the new one.
    second.done(&["lock"], &[]).unwrap();
    let newer = line_of_words(&first.done(&["recover", "setup"], &[PASSWORD]).unwrap().out, 12);
    second.done(&["refresh"], &[]).unwrap();
    refused_on(&second, &earlier, "old");
    let words = helpdesk(site, &one, &user, "desk-1", &name);
    refused_on(&second, &words, "twelve words");
    let with = |printed: &str| {
        second
            .run(&["recover", "--printed"], &[&words, printed, NEW_ANSWER, NEW_PASSWORD])
            .unwrap()
    };
    let old = with(&code);
    assert!(old.code == 7 && old.err.contains("older printed code"), "{old:?}");
    let mut paper: Vec<&str> = newer.split(' ').collect();
    paper.swap(0, 11);
    assert_eq!(with(&paper.join(" ")).code, 4);
    let opened = with(&newer);
    assert_eq!(opened.code, 0, "{opened:?}");
    reveals(&second, "ledger", NEW_PASSWORD);
    let newest = line_of_words(&opened.out, 12);

    // A machine that never had the vault: the words and the paper are all it takes; neither is enough alone.
    let three = site.machine();
    let package_three = package(&three);
    let third = site.started(&three, &package_three);
    let words = helpdesk(site, &one, &user, "desk-1", &three_words(&third));
    let old = third
        .run(&["recover"], &[&words, &newer, NEW_ANSWER, THIRD_PASSWORD])
        .unwrap();
    assert!(old.code == 7 && old.err.contains("older printed code"), "{old:?}");
    third
        .done(&["recover"], &[&words, &newest, NEW_ANSWER, THIRD_PASSWORD])
        .unwrap();
    until(&third, "the logon", |agent| labels(agent) == ["ledger"]);
    reveals(&third, "ledger", THIRD_PASSWORD);
    logged(&third, &["opened with the helpdesk's words and the printed code"]);
    until(&first, "three devices", |agent| devices(agent).len() == 3);
    reveals(&first, "ledger", PASSWORD);
    // It does not know the organisation; the halves it made are sealed to the same ring all the same.
    let words = helpdesk(site, &one, &user, "desk-1", &name);
    first.done(&["recover", "drill"], &[&words]).unwrap();
}

fn a_recovery_without_the_repository_is_finished_when_it_answers(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let (first, code) = enrolled(site, &one, &package_one, &["desk-1"]);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let second = site.joined(&two, &package_two);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    first.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&first), three_words(&first));
    let words = helpdesk(site, &one, &user, "desk-1", &name);
    drop(first);
    site.set_password(NEW_PASSWORD);

    // On the road: the words came by telephone.
    site.away(&one);
    let first = Agent::start(&one, &package_one).unwrap();
    let opened = first.done(&["recover"], &[&words, NEW_ANSWER, NEW_PASSWORD]).unwrap();
    assert!(opened.err.contains("have to wait"), "{opened:?}");
    reveals(&first, "ledger", NEW_PASSWORD);
    first.done(&["lock"], &[]).unwrap();
    refused_on(&first, &words, "used before");
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();
    drop(first);

    // Back: the used halves go by themselves.
    site.back(&one);
    let first = site.started(&one, &package_one);
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();
    until(&first, "new halves", |agent| {
        problems(agent).contains("printed code is old")
    });
    logged(&first, &["roll | vault | from key 1 to key 2"]);
    let fresh = helpdesk(site, &one, &user, "desk-1", &name);
    assert_ne!(fresh, words);
    let paper = first.run(&["recover", "drill", "--printed"], &[&fresh, &code]).unwrap();
    assert!(paper.code == 7 && paper.err.contains("older printed code"), "{paper:?}");

    // The passphrase is still the old one until a new one is chosen.
    let weak = first
        .run(
            &["recover", "setup", "--passphrase"],
            &[NEW_PASSWORD, "aaaaaaaaaaaaaaaaaaaa"],
        )
        .unwrap();
    assert_eq!(weak.code, 7, "{weak:?}");
    let set = first
        .done(&["recover", "setup", "--passphrase"], &[NEW_PASSWORD, NEW_ANSWER])
        .unwrap();
    line_of_words(&set.out, 12);
    assert!(
        !problems(&first).contains("printed code is old"),
        "{}",
        problems(&first)
    );
    site.log_in(&second);
    second.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    until(&second, "the rolls", |agent| {
        log(agent).iter().any(|line| line.contains("roll | vault"))
    });
    reveals(&second, "ledger", OTHER_PASSWORD);
    second.done(&["lock"], &[]).unwrap();
    let old = second
        .run(&["unlock", "--passphrase"], &[PASSPHRASE, THIRD_PASSWORD])
        .unwrap();
    assert_eq!(old.code, 4, "{old:?}");
    second
        .done(&["unlock", "--passphrase"], &[NEW_ANSWER, THIRD_PASSWORD])
        .unwrap();
}

fn a_recovery_by_two_takes_the_words_of_both(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let (first, _) = enrolled(site, &one, &package_one, &["desk-1", "desk-2"]);
    add(&first, "ledger");
    first.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&first), three_words(&first));
    let words = helpdesk(site, &one, &user, "desk-1", &name);
    let others = helpdesk(site, &one, &user, "desk-2", &name);
    for alone in [&words, &others] {
        refused_on(&first, alone, "one of two");
    }
    let twice = first
        .run(&["recover"], &[&format!("{words} {words}"), NEW_ANSWER, NEW_PASSWORD])
        .unwrap();
    assert_eq!(twice.code, 4, "{twice:?}");
    site.set_password(NEW_PASSWORD);
    let both = format!("{others} {words}");
    first.done(&["recover"], &[&both, NEW_ANSWER, NEW_PASSWORD]).unwrap();
    reveals(&first, "ledger", NEW_PASSWORD);
    first.done(&["lock"], &[]).unwrap();
    refused_on(&first, &both, "used before");

    // The root names one ring now: the next halves are for one operator.
    rings(site, &one, &["desk-3"]);
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();
    until(&first, "the new list", |agent| {
        let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
        shown["rings"] == serde_json::json!(["desk-3"])
    });
    first.done(&["recover", "setup"], &[NEW_PASSWORD]).unwrap();
    let words = helpdesk(site, &one, &user, "desk-3", &name);
    first.done(&["recover", "drill"], &[&words]).unwrap();
}
