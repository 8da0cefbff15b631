//! What the machine decides, event by event.

mod support;

use countersign_model::{Decision, Method, Outcome, Publisher, Refusal, TemplateId, Timestamp, WindowEvent, Writable};
use countersign_signon::{ChangeMode, Event, Pause, Rules, VaultState};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use support::{Bench, DIALOG, PROMPTER, TERMINAL, WINDOW, form, logon, nothing, prompt, window};

#[test]
fn a_recognised_form_is_answered_once() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.responding[0].2.method, Method::Controls);
    bench.done();
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
    // The form is still there while the application thinks: it is not answered again.
    bench.changed();
    bench.changed();
    assert!(bench.responding.is_empty());
}

#[test]
fn timings_count_from_the_windows_appearance() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.wait(2);
    bench.done();
    let timing = bench.explained.last().unwrap().attempt.as_ref().unwrap().timing;
    assert!(
        (2_000_000..2_010_000).contains(&timing.filled_us.unwrap()),
        "{timing:?}"
    );
}

#[test]
fn a_failure_form_stops_and_says_so() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.done();
    bench.tree = form(&["Wrong password"]);
    bench.changed();
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
    assert_eq!(bench.notices.len(), 1);
    // The form goes away and comes back: the refused logon is not sent again.
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.changed();
    assert!(bench.responding.is_empty());
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
}

#[test]
fn a_corrected_logon_is_tried_again() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.done();
    bench.tree = form(&["Wrong password"]);
    bench.changed();
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.wait(5);
    bench.logons[0].changed = Timestamp(bench.now.0 / 1000);
    bench.changed();
    assert_eq!(bench.responding.len(), 1);
}

#[test]
fn a_prompter_started_again_by_the_same_parent_has_refused() {
    let mut bench = Bench::new(PROMPTER);
    bench.tree = form(&["Password of user:"]);
    bench.appear(window("prompter", 10));
    bench.done();
    bench.send(Event::Window(WindowEvent::Gone(WINDOW)));
    bench.wait(2);
    bench.appear(window("prompter", 11));
    assert!(bench.responding.is_empty());
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
    assert_eq!(bench.notices.len(), 1);
}

#[test]
fn two_applications_of_one_parent_are_both_served() {
    let mut bench = Bench::new(DIALOG);
    for pid in [10, 11] {
        bench.appear(window("dialog", pid));
        bench.done();
        bench.send(Event::Window(WindowEvent::Gone(WINDOW)));
    }
    assert!(bench.notices.is_empty());
}

#[test]
fn filling_too_often_stops() {
    let mut bench = Bench::new(DIALOG);
    bench.rules(Rules {
        automatic: true,
        fills: 2,
        grace: Duration::from_secs(60),
        change: ChangeMode::Ask,
    });
    for pid in [10, 11] {
        bench.appear(window("dialog", pid));
        bench.done();
        bench.send(Event::Window(WindowEvent::Gone(WINDOW)));
    }
    bench.appear(window("dialog", 12));
    assert_eq!(bench.last(), Some(&Decision::LoopStopped { fills: 2 }));
    assert!(bench.responding.is_empty());
    // The user may insist.
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
}

#[test]
fn a_locked_vault_holds_the_form_until_it_opens() {
    let mut bench = Bench::new(DIALOG);
    bench.send(Event::Vault(VaultState::Locked));
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Locked));
    bench.send(Event::Vault(VaultState::Unlocked));
    bench.done();
}

#[test]
fn locking_cancels_what_is_under_way() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.send(Event::Vault(VaultState::Locked));
    assert_eq!(bench.cancelled, [bench.responding[0].0]);
    bench.end(Outcome::Interrupted(Refusal::Cancelled));
    assert!(bench.responding.is_empty());
}

#[test]
fn a_pause_ends_by_itself() {
    let mut bench = Bench::new(DIALOG);
    let until = bench.now.after(Duration::from_secs(60));
    bench.send(Event::Pause(Some(Pause::Until(until))));
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Paused));
    bench.wait(61);
    bench.send(Event::Woken);
    bench.done();
}

#[test]
fn a_pause_until_the_unlock_ends_with_it_and_not_with_a_changed_logon() {
    let mut bench = Bench::new(DIALOG);
    bench.send(Event::Pause(Some(Pause::UntilUnlocked)));
    bench.appear(window("dialog", 10));
    // The vault is open already, and a logon of it was changed.
    bench.send(Event::Vault(VaultState::Unlocked));
    bench.wait(86_400);
    bench.send(Event::Woken);
    assert_eq!(bench.last(), Some(&Decision::Paused));
    bench.send(Event::Vault(VaultState::Locked));
    assert!(bench.responding.is_empty());
    bench.send(Event::Vault(VaultState::Unlocked));
    bench.done();
}

#[test]
fn an_application_that_is_paused_waits_until_it_is_not() {
    let mut bench = Bench::new(DIALOG);
    bench.send(Event::PausedApplications(BTreeSet::from(["org.example.Other".into()])));
    bench.send(Event::PausedApplications(BTreeSet::from(["org.example.Dialog".into()])));
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Paused));
    bench.send(Event::PausedApplications(BTreeSet::new()));
    bench.done();
}

#[test]
fn without_automatic_filling_only_the_user_fills() {
    let mut bench = Bench::new(DIALOG);
    bench.rules(Rules {
        automatic: false,
        fills: 3,
        grace: Duration::from_secs(60),
        change: ChangeMode::Ask,
    });
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Manual));
    bench.focus();
    bench.send(Event::Fill(None, None));
    bench.done();
}

#[test]
fn several_logons_are_told_apart_by_what_the_form_says() {
    let mut bench = Bench::new(PROMPTER);
    bench.logons = vec![logon(1, "anna"), logon(2, "berta")];
    bench.tree = form(&["Password of berta:"]);
    bench.appear(window("prompter", 10));
    assert_eq!(bench.responding[0].1, Some(bench.logons[1].id));
    bench.done();

    let mut bench = Bench::new(PROMPTER);
    bench.tree = form(&["Password of clara:"]);
    bench.appear(window("prompter", 10));
    assert_eq!(bench.last(), Some(&Decision::NoLogon));
}

#[test]
fn logons_that_nothing_tells_apart_are_left_to_the_user() {
    let mut bench = Bench::new(DIALOG);
    bench.logons = vec![logon(1, "anna"), logon(2, "berta")];
    bench.appear(window("dialog", 10));
    assert_eq!(
        bench.last(),
        Some(&Decision::Ambiguous(vec!["anna 1".to_owned(), "berta 2".to_owned()]))
    );
    bench.send(Event::Fill(Some(WINDOW), Some(bench.logons[1].id)));
    assert_eq!(bench.responding[0].1, Some(bench.logons[1].id));
}

#[test]
fn of_two_templates_that_answer_one_window_the_higher_priority_counts_and_equal_ones_fill_nothing() {
    let other = DIALOG.replace("org.example.Dialog", "org.example.Other");
    let mut bench = Bench::of(&[DIALOG, &other]);
    bench.appear(window("dialog", 10));
    assert_eq!(
        bench.last(),
        Some(&Decision::Tied(vec![TemplateId::from("org.example.Other")]))
    );
    // Nor when the user asks: which of them is meant is for whoever wrote them.
    bench.send(Event::Fill(Some(WINDOW), None));
    assert_eq!(
        bench.last(),
        Some(&Decision::Tied(vec![TemplateId::from("org.example.Other")]))
    );
    assert!(bench.responding.is_empty());

    let above = other.replacen("kind = \"logon\"", "kind = \"logon\"\npriority = 1", 1);
    let mut bench = Bench::of(&[DIALOG, &above]);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.responding.len(), 1);
    bench.done();
    assert_eq!(
        bench.explained.last().unwrap().template,
        Some(TemplateId::from("org.example.Other"))
    );
}

#[test]
fn a_changed_binding_is_never_filled() {
    for change in ["program", "publisher"] {
        let mut bench = Bench::new(DIALOG);
        let binding = &mut bench.logons[0].binding;
        match change {
            "program" => binding.executable = Some(PathBuf::from("/usr/bin/other")),
            _ => binding.publisher = Publisher::Unsigned,
        }
        bench.appear(window("dialog", 10));
        assert!(
            matches!(bench.last(), Some(Decision::BindingChanged { .. })),
            "{change}: {:?}",
            bench.last()
        );
        // Not even when the user asks: he has to bind the logon anew.
        bench.send(Event::Fill(Some(WINDOW), None));
        assert!(bench.responding.is_empty());
    }
}

#[test]
fn a_window_without_a_known_program_is_explained_and_left_alone() {
    let mut bench = Bench::new(DIALOG);
    let mut unknown = window("dialog", 10);
    unknown.process = Err(countersign_model::IdentityProblem::Unreadable(10));
    bench.appear(unknown);
    assert!(matches!(bench.last(), Some(Decision::Unreadable(_))));
    assert!(bench.responding.is_empty());
}

#[test]
fn a_program_the_user_can_change_is_warned_of() {
    let mut bench = Bench::new(DIALOG);
    let mut changeable = window("dialog", 10);
    changeable.process.as_mut().unwrap().writable = Writable::ByUser;
    bench.appear(changeable);
    bench.done();
    assert_eq!(bench.explained.last().unwrap().warnings.len(), 1);
}

#[test]
fn typing_waits_for_the_focus_and_for_it_to_come_back() {
    let mut bench = Bench::new(TERMINAL);
    bench.prompt = Ok(prompt(20));
    bench.appear(window("xterm", 10));
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    bench.focus();
    bench.send(Event::Window(WindowEvent::Activated(None)));
    bench.refuse(Refusal::FocusMoved);
    assert!(bench.responding.is_empty());
    bench.focus();
    bench.done();
    assert!(bench.notices.is_empty());
}

#[test]
fn the_same_program_asking_again_in_a_terminal_has_refused() {
    let mut bench = Bench::new(TERMINAL);
    bench.prompt = Ok(prompt(20));
    bench.focus();
    bench.appear(window("xterm", 10));
    bench.done();
    // ssh checks the password with echo on again, then asks once more.
    let mut checking = prompt(20);
    checking.echo = true;
    bench.prompt = Ok(checking);
    bench.changed();
    bench.prompt = Ok(prompt(20));
    bench.changed();
    assert!(bench.responding.is_empty());
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
    // A new ssh in the same terminal is another matter.
    let mut other = prompt(21);
    other.echo = true;
    bench.prompt = Ok(other);
    bench.changed();
    bench.prompt = Ok(prompt(21));
    bench.changed();
    assert_eq!(bench.responding.len(), 1);
}

#[test]
fn a_second_prompt_is_noticed_even_if_nobody_saw_the_first_one_go() {
    let mut bench = Bench::new(TERMINAL);
    let asking = |sleeps| {
        let mut prompt = prompt(20);
        prompt.sleeps = Some(sleeps);
        Ok(prompt)
    };
    bench.prompt = asking(5);
    bench.focus();
    bench.appear(window("xterm", 10));
    bench.done();
    bench.changed();
    assert_eq!(
        bench.last(),
        Some(&Decision::Responded(Outcome::Done)),
        "the keys may still be on their way"
    );
    bench.prompt = asking(9);
    bench.changed();
    assert!(
        matches!(bench.last(), Some(Decision::LogonFailed(_))),
        "{:?}",
        bench.last()
    );
    assert!(bench.responding.is_empty());
}

#[test]
fn a_response_that_was_stopped_half_way_is_not_repeated_by_itself() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.end(Outcome::Interrupted(Refusal::NotResponding));
    bench.changed();
    assert!(bench.responding.is_empty());
    assert_eq!(bench.notices.len(), 1);
}

#[test]
fn the_same_decision_is_explained_once() {
    let mut bench = Bench::new(DIALOG);
    bench.tree = nothing();
    bench.appear(window("dialog", 10));
    for _ in 0..5 {
        bench.changed();
    }
    assert_eq!(bench.explained.len(), 1);
    assert_eq!(bench.last(), Some(&Decision::NoMatch));
}

#[test]
fn a_wish_that_finds_no_form_is_explained_and_forgotten() {
    let mut bench = Bench::new(DIALOG);
    bench.rules(Rules {
        automatic: false,
        fills: 3,
        grace: Duration::from_secs(60),
        change: ChangeMode::Ask,
    });
    bench.tree = nothing();
    bench.appear(window("dialog", 10));
    for _ in 0..2 {
        bench.send(Event::Fill(Some(WINDOW), None));
    }
    assert_eq!(bench.explained.len(), 3, "each wish has its answer");
    bench.tree = form(&[]);
    bench.changed();
    assert_eq!(bench.last(), Some(&Decision::Manual));
    assert!(bench.responding.is_empty());

    let mut bench = Bench::new(DIALOG);
    bench.appear(window("other", 10));
    bench.send(Event::Fill(Some(WINDOW), None));
    assert_eq!(bench.last(), Some(&Decision::NoMatch));
}

#[test]
fn a_form_that_goes_when_it_is_submitted_is_explained_all_the_same() {
    let gone = || Event::Window(WindowEvent::Gone(WINDOW));
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.send(gone());
    assert_eq!(bench.cancelled.len(), 1);
    bench.done();
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
    assert!(bench.notices.is_empty());

    // Also when the next window has its number already.
    bench.appear(window("dialog", 11));
    bench.send(gone());
    bench.appear(window("dialog", 12));
    assert_eq!(bench.responding.len(), 2);
    let second = bench.responding.pop().unwrap();
    bench.end(Outcome::Interrupted(Refusal::Cancelled));
    assert_eq!(
        bench.last(),
        Some(&Decision::Responded(Outcome::Interrupted(Refusal::WindowGone)))
    );
    bench.responding.push(second);
    bench.done();
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
}

#[test]
fn controls_that_take_no_text_are_typed_into_if_the_template_says_so() {
    let no_text = || Refusal::NotEditable("username".to_owned());
    let mut bench = Bench::new(&DIALOG.replace("method = \"controls\"", "method = \"controls\"\nfallback = \"keys\""));
    bench.appear(window("dialog", 10));
    bench.focus();
    bench.refuse(no_text());
    assert_eq!(bench.responding[0].2.method, Method::Keys);
    bench.done();
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
    assert_eq!(bench.explained.last().unwrap().warnings.len(), 1);

    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.focus();
    bench.refuse(no_text());
    assert!(bench.responding.is_empty());
}

/// A program that offers nothing but its window.
const BARE: &str = r#"
schema = 1
id = "org.example.Bare"
name = "Bare"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/bare"]
title = "Log on"
[form.respond]
method = "keys"
"#;

#[test]
fn a_form_known_by_its_window_needs_no_controls() {
    let mut bench = Bench::new(BARE);
    bench.focus();
    bench.appear(window("bare", 10));
    assert_eq!(bench.responding.len(), 1);
    bench.done();
    bench.changed();
    assert!(bench.responding.is_empty());
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
}

#[test]
fn a_form_that_waits_for_the_focus_was_not_answered_yet() {
    let typed = DIALOG.replace("method = \"controls\"", "method = \"keys\"");
    let mut bench = Bench::new(&typed);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    // Its controls settle meanwhile, and the vault is locked and unlocked.
    bench.changed();
    bench.send(Event::Vault(VaultState::Locked));
    bench.send(Event::Vault(VaultState::Unlocked));
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    bench.focus();
    assert_eq!(bench.responding.len(), 1);
    // However often it is looked at, the focus is not waited for without end.
    for tries in 0..4 {
        assert_eq!(bench.responding.len(), 1, "after {tries} tries");
        bench.refuse(Refusal::FieldNotFocused);
        bench.changed();
    }
    assert!(bench.responding.is_empty());
    assert_eq!(bench.notices.len(), 1);
}

#[test]
fn what_a_lock_stopped_before_it_wrote_is_filled_after_the_unlock() {
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.send(Event::Vault(VaultState::Locked));
    bench.refuse(Refusal::Cancelled);
    assert!(bench.responding.is_empty());
    bench.send(Event::Vault(VaultState::Unlocked));
    assert_eq!(bench.responding.len(), 1);
    bench.done();
    assert_eq!(bench.last(), Some(&Decision::Responded(Outcome::Done)));
}

#[test]
fn a_fill_the_user_asked_for_waits_for_the_focus_without_loop_protection() {
    let typed = DIALOG.replace("method = \"controls\"", "method = \"keys\"");
    let mut bench = Bench::new(&typed);
    bench.rules(Rules {
        automatic: true,
        fills: 1,
        grace: Duration::from_secs(60),
        change: ChangeMode::Ask,
    });
    bench.appear(window("dialog", 10));
    bench.focus();
    bench.done();
    bench.send(Event::Window(WindowEvent::Activated(None)));
    bench.send(Event::Fill(Some(WINDOW), None));
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    // Its controls settle before the user is back in the window.
    bench.changed();
    bench.changed();
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    bench.focus();
    bench.done();
    // The wish was for one fill.
    bench.changed();
    assert!(bench.responding.is_empty());
    bench.tree = nothing();
    bench.changed();
    bench.tree = form(&[]);
    bench.changed();
    assert!(bench.responding.is_empty());
    assert!(matches!(
        bench.last(),
        Some(Decision::LoopStopped { .. } | Decision::LogonFailed(_))
    ));
}

#[test]
fn a_lock_is_told_to_whoever_waits_for_the_focus() {
    let typed = DIALOG.replace("method = \"controls\"", "method = \"keys\"");
    let mut bench = Bench::new(&typed);
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::AwaitsFocus));
    bench.send(Event::Vault(VaultState::Locked));
    assert_eq!(bench.last(), Some(&Decision::Locked));
    bench.focus();
    assert!(bench.responding.is_empty());
}
