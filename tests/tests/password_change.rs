//! Changes of passwords where they really are: in a directory, and in the system's accounts.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

#[path = "password_change/directory_account.rs"]
mod directory_account;
#[path = "password_change/system_account.rs"]
mod system_account;

use countersign_tests::account::CHANGING_NAMES;
use countersign_tests::agent::{Agent, PASSWORD, PATIENCE, Start};
use countersign_tests::applications::account::{self, Purpose};
use countersign_tests::process::signal;
use countersign_tests::servers::{DirectoryServer, Sshd};
use countersign_tests::{Deadline, Session};
use directory_account::{OLD, Place, USER, said, status, stored, until};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_change_the_user_agrees_to_is_made_typed_taken_and_used() {
    let place = Place::new();
    let package = place.package("");
    let agent = place.agent(&package);
    let application = place.application(Purpose::Change);
    let asked = || {
        let open = agent.json(&["prompts", "--json"], "prompts").unwrap();
        open[0]["question"].get("change").is_some().then_some(())
    };
    Deadline::seconds(PATIENCE).wait_for("the question", asked).unwrap();
    agent.done(&["password", "change", "account"], &[]).unwrap();
    until("the application's word", &agent, |status| {
        status["journal"]["pending"].is_null()
    });
    assert_eq!(said(&application, "changed 0"), 1, "{}", application.said());
    let new = stored(&agent);
    assert_ne!(new, OLD);
    assert!((14..=20).contains(&new.chars().count()));
    assert!(place.takes(&new) && !place.takes(OLD));
    // What it was before is kept, and shown to its owner.
    assert_eq!(status(&agent)["journal"]["former"][0][1], "replaced");
    let before = agent
        .done(&["password", "history", "account", "--reveal", "1"], &[PASSWORD])
        .unwrap();
    assert_eq!(before.out, OLD);
    let application = place.application(Purpose::Logon);
    let accepted = || (said(&application, "accepted") == 1).then_some(());
    Deadline::seconds(PATIENCE).wait_for("the logon", accepted).unwrap();
    assert_eq!(said(&application, "refused"), 0);
    assert!(!agent.said().contains(&new) && !agent.said().contains(OLD));
}

#[test]
fn whoever_has_to_change_first_is_logged_on_without_a_word() {
    let place = Place::new();
    let package = place.package("[password]\nchange = \"silent\"\n");
    let agent = place.agent(&package);
    place.must_change();
    let application = place.application(Purpose::Logon);
    let accepted = || (said(&application, "accepted") == 1).then_some(());
    let waited = Deadline::seconds(PATIENCE).find(accepted);
    assert!(
        waited.is_some(),
        "{}\n{}\n{}",
        application.said(),
        agent.run(&["why"], &[]).unwrap().out,
        agent.said()
    );
    assert_eq!((said(&application, "expired"), said(&application, "refused")), (1, 0));
    let new = stored(&agent);
    assert!(place.takes(&new) && !place.takes(OLD));
}

#[test]
fn in_silence_nobody_is_asked_and_what_is_refused_is_rolled_back() {
    let place = Place::new();
    let package = place.package("[password]\nchange = \"silent\"\n");
    let agent = place.agent(&package);
    // The account's password is not the one that is stored: the application refuses the change.
    place.slapd.set_password(USER, "Set-by-the-helpdesk-1").unwrap();
    let application = place.application(Purpose::Change);
    until("the refusal", &agent, |status| {
        status["journal"]["former"][0][1] == "refused"
    });
    assert_eq!(said(&application, "changed 0"), 0);
    assert_eq!(stored(&agent), OLD);
    drop(application);
    place.slapd.set_password(USER, OLD).unwrap();
    let application = place.application(Purpose::Change);
    until("the application's word", &agent, |status| {
        status["journal"]["pending"].is_null() && status["journal"]["former"].as_array().unwrap().len() == 2
    });
    assert_eq!(said(&application, "changed 0"), 1);
    assert!(place.takes(&stored(&agent)));
}

#[test]
fn what_the_policy_does_not_allow_is_refused_before_anything_is_kept() {
    let place = Place::new();
    let package = place.package("");
    let agent = place.agent(&package);
    let short = agent
        .run(&["password", "change", "account", "--own"], &["short"])
        .unwrap();
    assert_eq!(short.code, 7, "{short:?}");
    assert!(short.err.contains("14"), "{}", short.err);
    assert_eq!(status(&agent)["journal"]["pending"], json!(null));
    let own = "Mine-is-long-9";
    agent.done(&["password", "change", "account", "--own"], &[own]).unwrap();
    assert_eq!(status(&agent)["journal"]["pending"][1], "made");
    let next = agent
        .done(&["password", "history", "account", "--reveal", "0"], &[PASSWORD])
        .unwrap();
    assert_eq!(next.out, own);
    agent.done(&["password", "revert", "account"], &[]).unwrap();
    assert_eq!(
        (stored(&agent).as_str(), status(&agent)["journal"]["pending"].is_null()),
        (OLD, true)
    );
    let none = agent.run(&["password", "confirm", "account"], &[]).unwrap();
    assert_eq!(none.code, 5, "{none:?}");
}

#[test]
fn those_of_a_group_change_together_each_where_it_is_next_changed() {
    let place = Place::new();
    let package = place.package("");
    let group = |template: &str| template.replace("[logon]\n", "[logon]\ngroup = \"corp\"\n");
    package.template("directory", &group(account::TEMPLATE)).unwrap();
    let other = group(account::TEMPLATE)
        .replace("test.directory", "test.other")
        .replace("\"Directory logon", "\"Other logon");
    package
        .template(
            "other",
            &other
                .replace("\"Change password", "\"Change other")
                .replace("\"Password ", "\"Other "),
        )
        .unwrap();
    let agent = place.agent(&package);
    let user = format!("username={USER}");
    agent
        .done(
            &["logon", "add", "test.other", "--name", "other", "--set", &user],
            &[OLD],
        )
        .unwrap();
    agent.done(&["password", "change", "account"], &[]).unwrap();
    let all = || agent.json(&["password", "status", "--json"], "passwords").unwrap();
    let stages = |all: &serde_json::Value| [0, 1].map(|at| all[at]["journal"]["pending"][1].clone());
    assert_eq!(stages(&all()), [json!("made"), json!("made")]);
    let application = place.application(Purpose::Change);
    until("the application's word", &agent, |status| {
        status["journal"]["pending"].is_null()
    });
    assert_eq!(said(&application, "changed 0"), 1);
    // The other one still has the one until now, and says so.
    assert_eq!(stages(&all()), [json!(null), json!("made")]);
    assert_eq!(all()[1]["group"], "corp");
    let other = agent.done(&["logon", "reveal", "other"], &[PASSWORD]).unwrap().out;
    assert_eq!(other, OLD);
    let next = agent
        .done(&["password", "history", "other", "--reveal", "0"], &[PASSWORD])
        .unwrap()
        .out;
    assert_eq!(next, stored(&agent));
}

#[test]
fn passwd_changes_an_account_of_the_system_and_the_next_logon_uses_it() {
    let session = Session::start().unwrap();
    let package = system_account::package(&session);
    let mut server = Sshd::start(&session).unwrap();
    let name = CHANGING_NAMES[0];
    let old = system_account::first_password(name);
    let agent = system_account::agent(&session, &package, name);
    agent.done(&["password", "change", "account"], &[]).unwrap();
    let mut passwd = system_account::passwd(&session, name);
    let ended = passwd.wait(Deadline::seconds(PATIENCE));
    assert!(
        ended.is_ok(),
        "{}\n{}",
        agent.run(&["why"], &[]).unwrap().out,
        agent.said()
    );
    // passwd does not say whether it did; the next logon finds out.
    assert!(
        status(&agent)["journal"]["pending"][1].get("sent").is_some(),
        "{}",
        status(&agent)
    );
    let _ssh = system_account::ssh(&session, &server, name);
    assert!(server.verdict(Deadline::seconds(PATIENCE)).unwrap().is_accepted());
    until("the proof", &agent, |status| status["journal"]["pending"].is_null());
    assert_ne!(stored(&agent), old);
    assert_eq!(status(&agent)["journal"]["former"][0][1], "replaced");
}

/// The agent is killed so many milliseconds after the password was made; the application says nothing of how its change ended.
fn killed(place: &Place, milliseconds: u64, settings: &str) {
    let package = place.package(settings);
    let mut agent = place.agent(&package);
    let mut application = place.application(Purpose::ChangeInSilence);
    let asked = || {
        let open = agent.json(&["prompts", "--json"], "prompts").unwrap();
        open[0]["question"].get("change").is_some().then_some(())
    };
    Deadline::seconds(PATIENCE).wait_for("the question", asked).unwrap();
    agent.done(&["password", "change", "account"], &[]).unwrap();
    let _: Option<()> = Deadline::after(Duration::from_millis(milliseconds)).find(|| None);
    signal(agent.process().id(), rustix::process::Signal::KILL);
    // Whatever was typed is dealt with; a dialog that waits is closed by its user.
    let _ended_by_itself = application.wait(Deadline::seconds(2));
    drop((agent, application));

    let mut agent = place.agent_again(&package);
    let mut tries = 0;
    for logon in 0.. {
        assert!(logon < 3, "not logged on: {}\n{}", status(&agent), agent.said());
        let application = place.application(Purpose::Logon);
        let decided = || (said(&application, "accepted") + said(&application, "refused") > 0).then_some(());
        Deadline::seconds(PATIENCE).wait_for("a verdict", decided).unwrap();
        // The agent dies once more before it hears how the first logon ended.
        if logon == 0 && milliseconds.is_multiple_of(20) {
            signal(agent.process().id(), rustix::process::Signal::KILL);
            tries += said(&application, "refused") + said(&application, "accepted");
            drop((agent, application));
            agent = place.agent_again(&package);
            continue;
        }
        let accepted = || (said(&application, "accepted") == 1).then_some(());
        let accepted = Deadline::seconds(PATIENCE).find(accepted).is_some();
        tries += said(&application, "refused") + usize::from(accepted);
        assert!(place.slapd.bad_password_count(USER).unwrap() < 2, "locked");
        if accepted {
            // The one that works is the one that counts, once the application has shown that it lives.
            until("the proof", &agent, |status| {
                let pending = &status["journal"]["pending"];
                pending.is_null() || pending[1] == "made"
            });
            break;
        }
    }
    assert!(tries <= 3, "{tries} tries after {milliseconds} ms");
    assert!(place.takes(&stored(&agent)), "after {milliseconds} ms");
}

#[test]
fn killed_on_the_way_the_one_that_works_is_found_and_no_account_is_locked() {
    for milliseconds in [0, 15, 60] {
        killed(&Place::new(), milliseconds, "");
    }
}

#[test]
#[ignore = "slow: kills the agent forty times on the way of a change"]
fn killed_at_any_moment_of_a_change_the_one_that_works_is_found() {
    for milliseconds in (0..200).step_by(5) {
        killed(&Place::new(), milliseconds, "");
    }
}

#[test]
#[ignore = "slow: kills the agent twenty times while it answers passwd"]
fn killed_while_it_answers_passwd_the_one_that_works_is_found() {
    let session = Session::start().unwrap();
    let package = system_account::package(&session);
    let mut server = Sshd::start(&session).unwrap();
    let name = CHANGING_NAMES[1];
    let mut agent = system_account::agent(&session, &package, name);
    let mut changed = 0;
    for milliseconds in (0..1000).step_by(50) {
        let before = stored(&agent);
        agent.done(&["password", "change", "account"], &[]).unwrap();
        let mut passwd = system_account::passwd(&session, name);
        let _: Option<()> = Deadline::after(Duration::from_millis(milliseconds)).find(|| None);
        signal(agent.process().id(), rustix::process::Signal::KILL);
        let _ended_by_itself = passwd.wait(Deadline::seconds(1));
        drop((agent, passwd));
        agent = Agent::start(&session, &package).unwrap();
        agent.done(&["unlock"], &[PASSWORD]).unwrap();
        let ssh = system_account::ssh(&session, &server, name);
        let first = server.verdict(Deadline::seconds(PATIENCE)).unwrap().is_accepted();
        let second = first || server.verdict(Deadline::seconds(PATIENCE)).unwrap().is_accepted();
        assert!(second, "two wrong ones after {milliseconds} ms: {}", agent.said());
        until("the proof", &agent, |status| {
            let pending = &status["journal"]["pending"];
            pending.is_null() || pending[1] == "made"
        });
        drop(ssh);
        changed += usize::from(stored(&agent) != before);
        // One that no application has seen is given up: the next round makes its own.
        let _none_under_way = agent.run(&["password", "revert", "account"], &[]).unwrap();
    }
    // Some were killed before passwd had heard of the new one, and some after.
    assert!((1..20).contains(&changed), "{changed}");
}

#[test]
fn one_that_has_expired_is_said_filled_while_its_grace_lasts_and_then_only_if_asked() {
    let place = Place::new();
    let package = place.package("");
    let policy =
        "schema = 1\nid = \"company\"\nname = \"Company\"\n[length]\nmin = 14\n[life]\ndays = 30\ngrace_logins = 1\n";
    package.policy("company", policy).unwrap();
    let agent = place.agent(&package);
    assert!(status(&agent)["expires"].is_u64());
    drop(agent);
    let agent = Agent::start_as(&place.session, &package, &Start::moved("+40d")).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let first = place.application(Purpose::Logon);
    let accepted = || (said(&first, "accepted") == 1).then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("the logon in grace", accepted)
        .unwrap();
    assert_eq!(status(&agent)["grace_left"], 0);
    let problems = agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string();
    assert!(problems.contains("has expired"), "{problems}");
    drop(first);
    let second = place.application(Purpose::Logon);
    let held = || {
        agent
            .run(&["why"], &[])
            .unwrap()
            .out
            .contains("has expired")
            .then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("the end of the grace", held)
        .unwrap();
    assert_eq!(said(&second, "accepted"), 0);
    let open = place
        .session
        .screen()
        .unwrap()
        .wait_for_window("the form", Deadline::seconds(PATIENCE), |seen| {
            seen.title == "Directory logon"
        });
    let window = format!("{:#x}", open.unwrap().id);
    agent
        .done(&["logon", "fill", "account", "--window", &window], &[])
        .unwrap();
    let accepted = || (said(&second, "accepted") == 1).then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("the logon that was asked for", accepted)
        .unwrap();
}
