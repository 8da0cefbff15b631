//! What follows from each kind of form.

mod support;

use countersign_model::{Action, Decision, FormKind, Outcome};
use countersign_signon::{Event, VaultState};
use support::{Bench, DIALOG, WINDOW, form, nothing, window};

/// [`DIALOG`] with another form, known by a label.
fn dialog_and(kind: &str, label: &str, more: &str) -> String {
    format!(
        "{DIALOG}\n[[form]]\nkind = \"{kind}\"\npriority = 1\n[form.window]\nexecutable = [\"/usr/bin/dialog\"]\n\
         [[form.require]]\ncontrol = {{ role = \"label\", name = \"{label}\" }}\n{more}"
    )
}

const PRESS: &str =
    "[form.respond]\nmethod = \"steps\"\nstep = [{ press = { role = \"push-button\", name = \"OK\" } }]\n";

fn seeing(template: &str, labels: &[&str]) -> Bench {
    let mut bench = Bench::new(template);
    bench.tree = form(labels);
    bench.appear(window("dialog", 10));
    bench
}

#[test]
fn forms_that_ask_for_a_new_password_are_recognised_and_left_to_the_user() {
    for kind in ["change", "confirm"] {
        let bind = "[form.bind]\nold = { role = \"text\" }\nnew = { role = \"password-text\" }\n";
        let mut bench = seeing(&dialog_and(kind, "New password", bind), &["New password"]);
        assert_eq!(bench.last(), Some(&Decision::ChangeAsked), "{kind}");
        let told = bench.explained.last().unwrap();
        assert_eq!(told.form.map(FormKind::name), Some(kind));
        assert!(
            told.criteria.iter().any(|criterion| criterion.what == "bind old"),
            "{:?}",
            told.criteria
        );
        assert!(bench.responding.is_empty() && bench.notices.is_empty());
        // Once it is gone, the logon form is answered as ever.
        bench.tree = form(&[]);
        bench.changed();
        bench.done();
    }
}

#[test]
fn the_end_of_a_change_is_told() {
    for (kind, failed) in [("change-failed", true), ("change-succeeded", false)] {
        let mut bench = Bench::new(&dialog_and(kind, "Result", ""));
        bench.tree = nothing();
        bench.appear(window("dialog", 10));
        let mut tree = form(&["Result"]);
        tree.controls.retain(|control| control.name == "Result");
        bench.tree = tree;
        bench.changed();
        let told = match bench.last() {
            Some(Decision::ChangeFailed(_)) => Some(true),
            Some(Decision::ChangeSucceeded(_)) => Some(false),
            _ => None,
        };
        assert_eq!(told, Some(failed), "{kind}: {:?}", bench.last());
        assert!(
            bench
                .explained
                .iter()
                .any(|told| told.form.map(FormKind::name) == Some(kind))
        );
    }
}

#[test]
fn a_success_lets_the_same_program_ask_again() {
    let mut bench = seeing(&dialog_and("logon-succeeded", "Welcome", ""), &[]);
    bench.done();
    let mut welcome = form(&["Welcome"]);
    welcome.controls.retain(|control| control.name == "Welcome");
    bench.tree = welcome;
    bench.changed();
    assert!(
        matches!(bench.last(), Some(Decision::LogonSucceeded(_))),
        "{:?}",
        bench.last()
    );
    // Without it, the same question again would mean that it was refused.
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(bench.responding.len(), 1);
}

#[test]
fn what_is_to_be_ignored_is_left_alone() {
    let bench = seeing(&dialog_and("ignore", "Settings", ""), &["Settings"]);
    assert_eq!(bench.last(), Some(&Decision::Ignored));
    assert!(bench.responding.is_empty() && bench.notices.is_empty());
    // A message without an answer is left alone as well.
    let bench = seeing(&dialog_and("message", "Expires soon", ""), &["Expires soon"]);
    assert_eq!(bench.last(), Some(&Decision::Ignored));
}

#[test]
fn a_message_is_answered_once_and_without_a_logon() {
    let mut bench = seeing(&dialog_and("message", "Expires soon", PRESS), &["Expires soon"]);
    let (_, logon, plan) = &bench.responding[0];
    assert_eq!(*logon, None);
    assert!(matches!(plan.steps.as_slice(), [step] if matches!(step.action, Action::Press(_)) && step.submits));
    bench.done();
    let told = bench.explained.last().unwrap();
    assert_eq!(
        (&told.decision, &told.logon),
        (&Decision::Responded(Outcome::Done), &None)
    );
    bench.changed();
    assert!(bench.responding.is_empty());
    // The logon form behind it is answered then, and that is no second try.
    bench.tree = form(&[]);
    bench.changed();
    assert!(bench.responding[0].1.is_some());
    bench.done();
    // Nobody who is away has his messages answered.
    let template = dialog_and("message", "Expires soon", PRESS);
    let mut bench = Bench::new(&template);
    bench.send(Event::Vault(VaultState::Locked));
    bench.tree = form(&["Expires soon"]);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Locked));
}

#[test]
fn a_step_on_the_way_is_no_try() {
    let name = "[form.bind]\nusername = { role = \"text\" }\n[form.respond]\nmethod = \"controls\"\n\
        submit = { role = \"push-button\", name = \"OK\" }\n";
    let template = dialog_and("custom", "Your name", name);
    let mut bench = seeing(&template, &["Your name"]);
    assert_eq!(bench.responding[0].1, Some(bench.logons[0].id));
    assert_eq!(bench.responding[0].2.steps.len(), 2);
    bench.done();
    // The second page, by the same program: a step before it does not make it a repetition.
    bench.tree = form(&[]);
    bench.changed();
    bench.done();
    // The first page again is answered again, the second one is a refusal.
    bench.tree = form(&["Your name"]);
    bench.changed();
    bench.done();
    bench.tree = form(&[]);
    bench.changed();
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
    // However often it comes, it stops like every other form.
    for _ in 0..2 {
        bench.tree = nothing();
        bench.changed();
        bench.tree = form(&["Your name"]);
        bench.changed();
        if !bench.responding.is_empty() {
            bench.done();
        }
    }
    assert_eq!(bench.last(), Some(&Decision::LoopStopped { fills: 3 }));
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
}
