//! What the user is asked, and what becomes of a logon that he has just given.

mod support;

use countersign_model::{Choice, Decision, LogonId, Outcome, Question, Refusal, WindowEvent};
use countersign_signon::{Event, LogonSummary, Settlement, Standing, VaultState};
use std::collections::BTreeSet;
use support::{Bench, DIALOG, WINDOW, dialog, form, logon, nothing, window};

fn gone(bench: &mut Bench) {
    bench.send(Event::Window(WindowEvent::Gone(WINDOW)));
}

fn questions(bench: &Bench) -> Vec<Question> {
    bench.asked.iter().map(|prompt| prompt.question.clone()).collect()
}

/// A bench where no logon is stored and the form is there.
fn without_logon(template: &str) -> Bench {
    let mut bench = Bench::new(template);
    bench.logons.clear();
    bench.appear(window("dialog", 10));
    bench
}

/// The user gives a logon for the form.
fn give(bench: &mut Bench) -> LogonId {
    let given = LogonSummary {
        standing: Standing::OnTrial,
        ..logon(9, "given")
    };
    bench.logons.push(given.clone());
    bench.send(Event::Fill(Some(WINDOW), Some(given.id)));
    given.id
}

#[test]
fn several_logons_are_offered_and_the_chosen_one_is_filled() {
    let mut bench = Bench::new(DIALOG);
    bench.logons.push(logon(2, "other"));
    bench.appear(window("dialog", 10));
    let choice = |number, user| {
        let logon = logon(number, user);
        Choice {
            id: logon.id,
            label: logon.label,
        }
    };
    let choices = vec![choice(1, "user"), choice(2, "other")];
    assert_eq!(questions(&bench), [Question::Choice(choices)]);
    bench.send(Event::Fill(Some(WINDOW), Some(logon(2, "other").id)));
    assert_eq!(bench.responding[0].1, Some(logon(2, "other").id));
    assert!(bench.asked.is_empty());
}

#[test]
fn a_question_goes_with_its_form() {
    for leave in [
        gone as fn(&mut Bench),
        |bench| {
            bench.tree = nothing();
            bench.changed();
        },
        |bench| bench.send(Event::Vault(VaultState::Locked)),
        |bench| bench.send(Event::Window(WindowEvent::Lost("gone".to_owned()))),
    ] {
        let mut bench = without_logon(DIALOG);
        assert_eq!(questions(&bench), [Question::Logon]);
        leave(&mut bench);
        assert!(bench.asked.is_empty());
    }
}

#[test]
fn what_was_dismissed_is_not_asked_again_while_the_form_is_there() {
    let mut bench = without_logon(DIALOG);
    bench.send(Event::Dismissed(WINDOW));
    assert!(bench.asked.is_empty());
    bench.changed();
    bench.send(Event::Vault(VaultState::Unlocked));
    assert!(bench.asked.is_empty());
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(questions(&bench), [Question::Logon]);
}

#[test]
fn who_is_not_to_be_asked_is_not() {
    for lines in ["[fill]\nprompt = false", "[fill]\nservice = true"] {
        let bench = without_logon(&dialog(lines));
        assert!(bench.asked.is_empty(), "{lines}");
    }
    // One logon fits nobody, and its template takes no second one.
    let one = DIALOG.replace("fields = [", "multiple = false\nfields = [");
    for (template, asked) in [(DIALOG, 1), (one.as_str(), 0)] {
        let wants = format!(
            "{}\n[[form.require]]\ncontrol = {{ role = \"label\" }}\ntext = \"{{username}}\"",
            template
                .split("[[form]]\nkind = \"logon-failed\"")
                .next()
                .unwrap_or_default()
        );
        let mut bench = Bench::new(&wants);
        bench.tree = form(&["somebody else"]);
        bench.appear(window("dialog", 10));
        assert_eq!(bench.asked.len(), asked, "{:?}", bench.last());
    }
}

#[test]
fn an_excluded_application_is_filled_only_when_it_is_asked_for() {
    let excluded = |template: &str| {
        let mut bench = Bench::new(template);
        bench.send(Event::Excluded(BTreeSet::from(["org.example.Dialog".into()])));
        bench.appear(window("dialog", 10));
        bench
    };
    let mut bench = excluded(DIALOG);
    assert_eq!(bench.last(), Some(&Decision::Excluded));
    assert!(bench.responding.is_empty());
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
    // No longer excluded, the form that waits is filled.
    let mut bench = excluded(DIALOG);
    bench.send(Event::Excluded(BTreeSet::new()));
    bench.done();
    // A template may say that users cannot.
    excluded(&dialog("[fill]\nexclude = false")).done();
    // And who is asked just now is not asked any more.
    let mut bench = without_logon(DIALOG);
    bench.send(Event::Excluded(BTreeSet::from(["org.example.Dialog".into()])));
    assert!(bench.asked.is_empty());
}

#[test]
fn a_given_logon_is_kept_once_its_form_has_gone_and_not_come_back() {
    let mut bench = without_logon(DIALOG);
    let given = give(&mut bench);
    assert_eq!(bench.responding[0].1, Some(given));
    bench.done();
    bench.wait(5);
    bench.send(Event::Woken);
    assert!(bench.settled.is_empty(), "its form is still there");
    gone(&mut bench);
    bench.wait(5);
    bench.send(Event::Woken);
    assert_eq!(bench.settled, [(given, Settlement::Accepted)]);
}

#[test]
fn a_given_logon_that_is_asked_for_again_was_refused() {
    let mut bench = without_logon(DIALOG);
    let given = give(&mut bench);
    bench.done();
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(bench.settled, [(given, Settlement::Refused)]);
    assert!(
        bench.responding.is_empty(),
        "on trial it is filled only where that is asked for"
    );
    assert_eq!(questions(&bench), [Question::Logon]);
}

#[test]
fn the_applications_own_word_counts() {
    let mut bench = without_logon(DIALOG);
    let given = give(&mut bench);
    bench.done();
    bench.tree = form(&["Wrong password"]);
    bench.changed();
    assert_eq!(bench.settled, [(given, Settlement::Refused)]);

    let says = format!(
        "{DIALOG}\n[[form]]\nkind = \"logon-succeeded\"\n[form.window]\nexecutable = [\"/usr/bin/dialog\"]\n[[form.require]]\ncontrol = {{ role = \"label\", name = \"Welcome\" }}\n"
    );
    for (shown, wait, settlement) in [
        ("Welcome", 0, Settlement::Accepted),
        ("Something", 70, Settlement::Unseen),
    ] {
        let mut bench = without_logon(&says);
        let given = give(&mut bench);
        bench.done();
        bench.tree = nothing();
        bench.changed();
        bench.wait(5);
        bench.send(Event::Woken);
        assert!(
            bench.settled.is_empty(),
            "where an application says so, its word is waited for"
        );
        bench.tree = form(&[shown]);
        bench.tree.controls.drain(..3);
        bench.changed();
        bench.wait(wait);
        bench.send(Event::Woken);
        assert_eq!(bench.settled, [(given, settlement)], "{shown}");
    }
}

#[test]
fn what_did_not_get_into_the_form_is_not_kept() {
    let mut bench = without_logon(DIALOG);
    let given = give(&mut bench);
    bench.end(Outcome::Interrupted(Refusal::WindowGone));
    assert_eq!(bench.settled, [(given, Settlement::NotFilled)]);
}
