//! Machines of users on one real directory: enrolling, joining, sharing, parting and meeting again, keeping apart, being locked out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, LEDGER, PASSPHRASE, PASSWORD, Package};
use countersign_tests::servers::{DirectoryServer, Question};
use countersign_tests::{Deadline, Session};
use machines::{ADA, OTHER_PASSWORD, Site, add, labels, machine, on_each_directory, package, publish, reveals, until};
use serde_json::Value;
use std::time::Duration;

const RESET: &str = "Another-password-51";
const BOB: &str = "Zn4-kettle-Vw83sKd";

on_each_directory!(
    two_machines_of_one_user_share_and_another_user_is_apart,
    what_both_edit_while_the_directory_is_away_is_merged,
    a_group_gained_and_lost_is_followed,
    whoever_may_not_come_in_any_more_is_locked_out,
);

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

/// Two machines of Ada's in one vault.
fn both<'a>(site: &Site, sessions: [&'a Session; 2], packages: [&Package<'_>; 2]) -> [Agent<'a>; 2] {
    let first = site.enrolled(sessions[0], packages[0]);
    add(&first, "ledger");
    let second = site.joined(sessions[1], packages[1]);
    until(&second, "the logon", |agent| labels(agent) == ["ledger"]);
    [first, second]
}

fn two_machines_of_one_user_share_and_another_user_is_apart(site: &Site) {
    site.add_user("bob", BOB);
    let (one, two, three) = (site.machine(), site.machine(), site.machine_of("bob"));
    let packages = [package(&one), package(&two), package(&three)];
    let first = site.enrolled(&one, &packages[0]);
    add(&first, "ledger");
    site.agree();
    let second = Agent::start(&two, &packages[1]).unwrap();
    let unknown = second.run(&["refresh"], &[]).unwrap();
    assert!(
        status(&second).to_string().contains("countersign directory login"),
        "{unknown:?} {}",
        status(&second)
    );
    let wrong = second.run(&["directory", "login"], &["not-the-password"]).unwrap();
    assert_ne!(wrong.code, 0, "{wrong:?}");
    site.log_in(&second);
    second
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    until(&second, "the logon", |agent| labels(agent) == ["ledger"]);
    reveals(&second, "ledger", OTHER_PASSWORD);
    add(&second, "travel");
    until(&first, "the other logon", |agent| labels(agent) == ["ledger", "travel"]);
    reveals(&first, "travel", PASSWORD);
    first.done(&["logon", "remove", "ledger", "--yes"], &[]).unwrap();
    until(&second, "the removal", |agent| labels(agent) == ["travel"]);

    let other = Agent::start(&three, &packages[2]).unwrap();
    other.done(site.enrolls(), &[BOB, PASSPHRASE]).unwrap();
    add(&other, "private");
    assert_eq!(labels(&other), ["private"]);
    first.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&first), ["travel"]);
    site.administer(unreadable_to_bob);
}

/// With his own password and any program, he reads and writes nothing of Ada's vault.
fn unreadable_to_bob(server: &dyn DirectoryServer) {
    let of_ada = server.user_dn(ADA);
    let all = Question::tree(&of_ada, "(|(objectClass=countersignVault)(countersignKind=*))");
    let there = server.search(&server.admin(), &all).unwrap();
    assert!(there.names().len() > 2, "{there:?}");
    let bob = server.login("bob", BOB);
    let nothing = |question: &Question<'_>| {
        // 32: it is not there; 50: he may not.
        let seen = server.search(&bob, question).map(|found| found.0).unwrap_or_default();
        // Active Directory shows the names of what is below an entry to whoever may list it, and nothing else of them.
        let is_name = |line: &&str| server.login_attribute() != "uid" && line.starts_with("dn:");
        let told: Vec<_> = seen.lines().filter(|line| !is_name(line)).collect();
        assert!(!told.join("\n").to_lowercase().contains("countersign"), "{seen}");
    };
    nothing(&all);
    nothing(&Question::tree(&of_ada, "(objectClass=*)"));
    for dn in there.names() {
        nothing(&Question::entry(dn));
        let change = format!("dn: {dn}\nchangetype: modify\nreplace: countersignVersion\ncountersignVersion: 1\n");
        assert!(server.change(&bob, &change).is_err(), "{dn}");
        assert!(
            server.change(&bob, &format!("dn: {dn}\nchangetype: delete\n")).is_err(),
            "{dn}"
        );
    }
}

fn edit(agent: &Agent<'_>, name: &str, username: &str) {
    let words = ["logon", "edit", name, "--set", &format!("username={username}")];
    agent.done(&words, &[]).unwrap();
}

fn username(agent: &Agent<'_>, name: &str) -> String {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let one = logons
        .as_array()
        .unwrap()
        .iter()
        .find(|logon| logon["label"] == name)
        .unwrap();
    let fields = one["plain"].as_array().unwrap();
    fields.iter().find(|field| field["name"] == "username").unwrap()["value"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// How many versions of logons the machine holds: those that count, and those that are history.
fn versions(agent: &Agent<'_>, session: &Session, name: &str) -> u64 {
    let folder = session.home().join(name).display().to_string();
    let stores = agent.json(&["store", "export", &folder, "--json"], "stores").unwrap();
    let vault = stores
        .as_array()
        .unwrap()
        .iter()
        .find(|store| store["store"] == "vault")
        .unwrap();
    vault["values"].as_u64().unwrap()
}

/// What each machine does while it does not hear of the other one, and what both have afterwards.
fn parted<'a>(agents: &[Agent<'a>; 2], sessions: [&'a Session; 2], meet: impl FnOnce()) {
    let [first, second] = agents;
    // A change is a second later than what it changes, at least: earlier than that, both edits would have the same time.
    let later = Deadline::after(Duration::from_millis(1_100));
    while !later.is_over() {
        later.pause();
    }
    edit(first, "ledger", "from-one");
    edit(second, "ledger", "from-two");
    edit(second, "travel", "moved");
    first.done(&["logon", "remove", "old", "--yes"], &[]).unwrap();
    for (agent, name) in [(first, "of-one"), (second, "of-two")] {
        let words = ["logon", "add", "test.ledger", "--name", name, "--set", "username=anna"];
        agent.done(&words, &[&format!("Secret-of-{name}-7391")]).unwrap();
        agent.run(&["refresh"], &[]).unwrap();
    }
    assert_eq!(
        (username(first, "ledger"), username(second, "ledger")),
        ("from-one".into(), "from-two".into())
    );
    assert_eq!(labels(first), ["ledger", "of-one", "travel"]);
    assert_eq!(labels(second), ["ledger", "of-two", "old", "travel"]);
    let before = [
        versions(first, sessions[0], "before"),
        versions(second, sessions[1], "before"),
    ];

    meet();
    for agent in agents {
        agent.done(&["refresh"], &[]).unwrap();
    }
    let all = ["ledger", "of-one", "of-two", "travel"];
    for agent in agents {
        until(agent, "what the other one has", |agent| {
            labels(agent) == all && username(agent, "ledger") == "from-two" && username(agent, "travel") == "moved"
        });
        assert_eq!(status(agent)["repository"]["waiting"], 0);
    }
    // What each did that the other had not heard of is there on both: the edit that lost is history, not gone.
    let after = [
        versions(first, sessions[0], "after"),
        versions(second, sessions[1], "after"),
    ];
    assert_eq!(after, [before[0] + 3, before[1] + 3], "before: {before:?}");
    for (agent, password) in agents.iter().zip([PASSWORD, OTHER_PASSWORD]) {
        for name in all {
            reveals(agent, name, password);
        }
    }
}

/// Two machines with three logons.
fn with_three<'a>(site: &Site, sessions: [&'a Session; 2], packages: [&Package<'_>; 2]) -> [Agent<'a>; 2] {
    let agents = both(site, sessions, packages);
    add(&agents[0], "old");
    add(&agents[0], "travel");
    until(&agents[1], "three logons", |agent| {
        labels(agent) == ["ledger", "old", "travel"]
    });
    agents
}

fn what_both_edit_while_the_directory_is_away_is_merged(site: &Site) {
    let (one, two) = (site.machine(), site.machine());
    let packages = [package(&one), package(&two)];
    let agents = with_three(site, [&one, &two], [&packages[0], &packages[1]]);
    site.away(&one);
    parted(&agents, [&one, &two], || site.back(&one));
}

/// Each machine goes on with its own server, and neither server hears of the other.
#[test]
fn what_is_edited_on_two_servers_that_are_parted_is_merged() {
    let site = Site::pair();
    let (one, two) = (site.machine(), site.machine());
    let packages = [package(&one), package(&two)];
    let agents = with_three(&site, [&one, &two], [&packages[0], &packages[1]]);
    site.agree();
    site.partition();
    parted(&agents, [&one, &two], || site.heal());
    // A roll is one compare-and-set on either server; the other machine follows.
    let other = machines::id_of(&agents[1]);
    agents[0].done(&["device", "revoke", &other], &[PASSWORD]).unwrap();
    until(&agents[1], "the news", |agent| {
        machines::problems(agent).contains("taken off the vault")
    });
}

fn in_force(agent: &Agent<'_>) -> u64 {
    status(agent)["templates"]["signed"].as_u64().unwrap_or(0)
}

fn a_group_gained_and_lost_is_followed(site: &Site) {
    site.add_user("bob", BOB);
    site.administer(|server| server.add_unit("Sales").unwrap());
    let (one, two, three, office) = (site.machine(), site.machine(), site.machine_of("bob"), machine());
    let templates = [("ledger".to_owned(), LEDGER.to_owned())];
    let words = publish(&office, &site.desk(&office), &templates);
    site.agree();
    let packages = [&one, &two, &three].map(|session| Package::empty(session).unwrap());
    let starts = [(&one, &packages[0]), (&two, &packages[1])];
    let agents = starts.map(|(session, package)| site.started(session, package));
    let bob = Agent::start(&three, &packages[2]).unwrap();
    bob.done(&["directory", "login"], &[BOB]).unwrap();
    for agent in agents.iter().chain([&bob]) {
        agent.done(&["trust", "pin"], &[&words]).unwrap();
        agent.done(&["refresh"], &[]).unwrap();
        assert_eq!(in_force(agent), 0);
    }
    let change = |change: &dyn Fn(&dyn DirectoryServer)| site.administer(|server| change(server)).unwrap();
    for _ in 0..2 {
        change(&|server| server.join("Sales", ADA).unwrap());
        for agent in &agents {
            until(agent, "the unit's template", |agent| in_force(agent) == 1);
        }
        change(&|server| server.leave("Sales", ADA).unwrap());
        for agent in &agents {
            until(agent, "the template's end", |agent| in_force(agent) == 0);
        }
    }
    bob.done(&["refresh"], &[]).unwrap();
    assert_eq!(in_force(&bob), 0);
}

fn whoever_may_not_come_in_any_more_is_locked_out(site: &Site) {
    let (one, two) = (site.machine(), site.machine());
    let packages = [package(&one), package(&two)];
    let agents = both(site, [&one, &two], [&packages[0], &packages[1]]);
    let locked = |says: &str| {
        for agent in &agents {
            agent.run(&["refresh"], &[]).unwrap();
            let stands = status(agent);
            assert_eq!(stands["vault"], "locked", "{stands}");
            assert!(stands.to_string().contains(says), "{stands}");
        }
    };
    site.set_password(RESET);
    locked("no longer takes");
    // On the first machine it is the directory's password that opens the vault: no other one takes its place.
    let passphrase = |typed| {
        agents[0]
            .run(&["unlock", "--passphrase"], &[PASSPHRASE, typed])
            .unwrap()
    };
    let refused = passphrase("not-the-password");
    assert!(
        refused.code == 4 && refused.err.contains("turned this one down"),
        "{refused:?}"
    );
    assert_eq!(passphrase(RESET).code, 0);
    site.log_in(&agents[1]);
    agents[1].done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    for (agent, password) in agents.iter().zip([RESET, OTHER_PASSWORD]) {
        agent.done(&["refresh"], &[]).unwrap();
        assert!(
            status(agent)["repository"]["health"] == "reachable",
            "{}",
            status(agent)
        );
        reveals(agent, "ledger", password);
    }
    site.administer(|server| server.disable(ADA).unwrap());
    locked("account");
}
