//! Changes of passwords: change forms are filled, and which password an application takes is found out.

mod support;

use countersign_model::{
    Action, ChangeStep, ControlTree, Decision, Ending, Outcome, Purpose, Question, Refusal, Stage, Which,
};
use countersign_signon::{ChangeMode, Event, Expiry, Rules, VaultState};
use std::time::Duration;
use support::{Bench, DIALOG, TERMINAL, form, nothing, prompt, secret, window};

const CHANGE: &str = r#"
[[form]]
kind = "change"
priority = 1
[form.window]
executable = ["/usr/bin/dialog"]
[[form.require]]
control = { role = "label", name = "New password" }
[form.bind]
old = { role = "text" }
new = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
[[form]]
kind = "change-failed"
[form.window]
executable = ["/usr/bin/dialog"]
[[form.require]]
control = { role = "label", name = "Not changed" }
[[form]]
kind = "change-succeeded"
[form.window]
executable = ["/usr/bin/dialog"]
[[form.require]]
control = { role = "label", name = "Changed" }
"#;

const CURRENT: Purpose = Purpose::Logon(Which::Current);
const PENDING: Purpose = Purpose::Logon(Which::Pending);

fn bench() -> Bench {
    Bench::new(&format!("{DIALOG}{CHANGE}"))
}

/// Only these labels are in the window.
fn told(labels: &[&str]) -> ControlTree {
    let mut tree = form(labels);
    tree.controls.retain(|control| labels.contains(&control.name.as_str()));
    tree
}

/// A change form is there, and was answered with a password the user had asked for.
fn sent() -> Bench {
    let mut bench = bench();
    bench.step(ChangeStep::Begin(secret("new")));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.typed, [Purpose::Change]);
    assert!(
        matches!(bench.stage(), Some(Stage::Sent(_))),
        "before anything is typed"
    );
    bench.done();
    bench
}

/// The change form has gone, and a logon form comes from another process.
fn logs_on(bench: &mut Bench, pid: u32) {
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.appear(window("dialog", pid));
}

fn mode(change: ChangeMode) -> Rules {
    Rules {
        automatic: true,
        fills: 3,
        grace: Duration::from_secs(60),
        change,
    }
}

#[test]
fn a_password_that_is_made_is_typed_into_the_change_form() {
    let bench = sent();
    assert_eq!(bench.password(), "old", "nothing has said yet that it was taken");
}

#[test]
fn one_that_waits_is_taken_as_soon_as_it_is_made() {
    let mut bench = bench();
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    assert!(bench.typed.is_empty());
    assert!(matches!(
        bench.asked.first().map(|asked| &asked.question),
        Some(Question::Change(_))
    ));
    bench.step(ChangeStep::Begin(secret("new")));
    bench.send(Event::Vault(VaultState::Unlocked));
    assert_eq!(bench.typed, [Purpose::Change]);
    assert!(bench.asked.is_empty());
}

#[test]
fn in_silence_one_is_made_once_and_typed() {
    let mut bench = bench();
    bench.rules(mode(ChangeMode::Silent));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    bench.changed();
    bench.send(Event::Vault(VaultState::Unlocked));
    assert_eq!(bench.making.len(), 1);
    bench.step(ChangeStep::Begin(secret("new")));
    let logon = bench.making.remove(0);
    bench.send(Event::PasswordMade(logon, Ok(())));
    assert_eq!(bench.typed, [Purpose::Change]);
}

#[test]
fn one_that_cannot_be_made_is_said_and_not_tried_for_ever() {
    let mut bench = bench();
    bench.rules(mode(ChangeMode::Silent));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    let logon = bench.making.remove(0);
    bench.send(Event::PasswordMade(
        logon,
        Err("no password meets the policy".to_owned()),
    ));
    assert!(matches!(bench.last(), Some(Decision::ChangeFailed(why)) if why.contains("no password meets")));
    bench.changed();
    bench.send(Event::Vault(VaultState::Unlocked));
    assert!(bench.making.is_empty() && bench.typed.is_empty());
}

#[test]
fn where_it_is_the_users_own_business_nothing_is_done() {
    let mut bench = bench();
    bench.rules(mode(ChangeMode::Never));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::ChangeAsked));
    assert!(bench.making.is_empty() && bench.asked.is_empty() && bench.typed.is_empty());
}

#[test]
fn what_the_application_says_it_took_counts() {
    let mut bench = sent();
    bench.tree = told(&["Changed"]);
    bench.changed();
    assert_eq!((bench.password(), bench.stage()), ("new", None));
    assert!(matches!(bench.last(), Some(Decision::ChangeSucceeded(_))));
}

#[test]
fn what_it_says_it_did_not_take_does_not_and_is_not_typed_again() {
    let mut bench = sent();
    bench.tree = form(&["New password", "Not changed"]);
    bench.changed();
    assert_eq!((bench.password(), bench.stage()), ("old", None));
    assert_eq!(
        bench.journal.former.first().map(|former| former.ending),
        Some(Ending::Refused)
    );
    assert!(matches!(bench.last(), Some(Decision::ChangeFailed(_))));
    assert_eq!(bench.typed.len(), 1);
}

#[test]
fn what_was_not_typed_was_not_seen() {
    let mut bench = bench();
    bench.step(ChangeStep::Begin(secret("new")));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    bench.refuse(Refusal::IdentityChanged);
    assert_eq!(bench.stage(), Some(Stage::Made));
    // But what was broken off may have been.
    let mut bench = self::bench();
    bench.step(ChangeStep::Begin(secret("new")));
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 10));
    bench.end(Outcome::Interrupted(Refusal::WindowGone));
    assert!(matches!(bench.stage(), Some(Stage::Sent(_))));
}

#[test]
fn an_application_that_took_it_proves_it_at_the_next_logon() {
    let mut bench = sent();
    logs_on(&mut bench, 20);
    assert_eq!(bench.typed, [Purpose::Change, PENDING]);
    bench.done();
    bench.tree = nothing();
    bench.changed();
    while bench.quiet.is_empty() {
        assert!(bench.wake());
    }
    assert_eq!(bench.quiet.first().map(|(which, _)| *which), Some(Which::Pending));
}

#[test]
fn one_that_did_not_gets_the_old_one_next_and_the_new_one_is_given_up() {
    let mut bench = sent();
    logs_on(&mut bench, 20);
    bench.done();
    bench.tree = told(&["Wrong password"]);
    bench.changed();
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(bench.typed, [Purpose::Change, PENDING, CURRENT]);
    assert!(bench.notices.is_empty(), "{:?}", bench.notices);
    bench.done();
    bench.tree = told(&["Wrong password"]);
    bench.changed();
    assert_eq!(bench.stage(), Some(Stage::Unsure));
    // Neither holds: nothing more is typed, and the user is told what to do.
    bench.tree = form(&[]);
    bench.changed();
    assert!(matches!(bench.last(), Some(Decision::PasswordUnsure(_))));
    assert_eq!(bench.typed.len(), 3);
    assert!(
        bench
            .notices
            .iter()
            .any(|notice| notice.text.contains("password confirm"))
    );
}

#[test]
fn a_prompt_that_comes_again_is_a_refusal_and_gets_the_other_one() {
    let mut bench = Bench::new(TERMINAL);
    bench.step(ChangeStep::Begin(secret("new")));
    bench.step(ChangeStep::Send);
    let asking = |sleeps| {
        let mut asking = prompt(30);
        asking.sleeps = Some(sleeps);
        Ok(asking)
    };
    bench.prompt = asking(1);
    bench.appear(window("xterm", 10));
    bench.focus();
    assert_eq!(bench.typed, [PENDING]);
    bench.done();
    bench.prompt = asking(2);
    bench.changed();
    assert_eq!(bench.typed, [PENDING, CURRENT]);
    bench.done();
    // A third time: neither.
    bench.prompt = asking(3);
    bench.changed();
    assert_eq!(bench.typed.len(), 2);
    assert_eq!(bench.stage(), Some(Stage::Unsure));
}

#[test]
fn where_one_wrong_password_locks_the_account_none_is_tried() {
    let mut bench = bench();
    bench.wrong_passwords = Some(1);
    bench.step(ChangeStep::Begin(secret("new")));
    bench.step(ChangeStep::Send);
    bench.appear(window("dialog", 10));
    assert!(bench.typed.is_empty());
    assert!(matches!(bench.last(), Some(Decision::PasswordUnsure(_))));
}

#[test]
fn a_change_that_nobody_heard_the_end_of_is_not_typed_into_another_form() {
    let mut bench = sent();
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&["New password"]);
    bench.appear(window("dialog", 20));
    assert_eq!(bench.typed.len(), 1);
    assert!(matches!(bench.last(), Some(Decision::PasswordUnsure(_))));
}

const PASSWD: &str = r#"
schema = 1
id = "org.example.Passwd"
name = "passwd"
[logon]
fields = ["username", "password"]
[[form]]
kind = "change"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/passwd"]
prompt = 1
[form.respond]
method = "steps"
step = [{ type = "old" }, { key = "Return" }]
[[form]]
kind = "change"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/passwd"]
prompt = 2
[form.respond]
method = "steps"
step = [{ type = "new" }, { key = "Return" }]
[[form]]
kind = "confirm"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/passwd"]
prompt = 3
[form.respond]
method = "steps"
step = [{ type = "confirm" }, { key = "Return" }]
[[form]]
kind = "change-failed"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/passwd"]
prompt = 4
"#;

#[test]
fn a_program_that_asks_one_after_the_other_gets_each_at_its_prompt() {
    let mut bench = Bench::new(PASSWD);
    bench.step(ChangeStep::Begin(secret("new")));
    let asking = |sleeps| {
        let mut asking = prompt(30);
        asking.foreground = support::process("passwd", 30);
        asking.arguments = vec!["passwd".to_owned()];
        asking.sleeps = Some(sleeps);
        Ok(asking)
    };
    bench.prompt = asking(1);
    bench.appear(window("xterm", 10));
    bench.focus();
    let typed = |bench: &Bench| {
        let (_, _, plan) = bench.responding.first().unwrap();
        plan.steps.iter().find_map(|step| match &step.action {
            Action::Type { field, .. } => Some(field.to_string()),
            _ => None,
        })
    };
    assert_eq!(typed(&bench).as_deref(), Some("old"));
    assert_eq!(bench.stage(), Some(Stage::Made), "it has not seen the next one");
    bench.done();
    for (sleeps, field) in [(2, "new"), (5, "confirm")] {
        bench.prompt = asking(sleeps);
        bench.changed();
        assert_eq!(typed(&bench).as_deref(), Some(field));
        bench.done();
    }
    assert!(matches!(bench.stage(), Some(Stage::Sent(_))));
    // It did not like it, and asks for another one.
    bench.prompt = asking(6);
    bench.changed();
    assert_eq!((bench.password(), bench.stage()), ("old", None));
    assert!(matches!(bench.last(), Some(Decision::ChangeFailed(_))));
}

#[test]
fn one_that_has_expired_is_filled_until_its_grace_is_over() {
    let mut bench = bench();
    bench.expiry = Expiry::Grace;
    bench.appear(window("dialog", 10));
    assert_eq!((bench.typed.as_slice(), bench.journal.grace), ([CURRENT].as_slice(), 1));
    assert!(bench.notices.iter().any(|notice| notice.text.contains("has expired")));
    bench.done();
    bench.expiry = Expiry::Over;
    logs_on(&mut bench, 20);
    assert_eq!(bench.typed.len(), 1);
    assert!(matches!(bench.last(), Some(Decision::PasswordExpired(_))));
    // Where the user asks, it is filled all the same.
    bench.focus();
    bench.send(Event::Fill(None, None));
    assert_eq!(bench.typed, [CURRENT, CURRENT]);
}

#[test]
fn whoever_changed_a_password_and_asks_again_gets_the_new_one() {
    let mut bench = bench();
    bench.appear(window("dialog", 10));
    bench.done();
    // It lets nobody in before the password is changed.
    bench.step(ChangeStep::Begin(secret("new")));
    bench.tree = form(&["New password"]);
    bench.changed();
    bench.done();
    bench.tree = told(&["Changed"]);
    bench.changed();
    assert_eq!(bench.password(), "new");
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(bench.typed, [CURRENT, Purpose::Change, CURRENT]);
}
