//! What `[fill]` and `[loop]` of a template change.

mod support;

use countersign_model::{Action, Decision, Stance, WindowEvent, WindowFacts, WindowId};
use countersign_signon::{Event, VaultState};
use support::{Bench, DIALOG, WINDOW, dialog, form, nothing, window};

fn bench(lines: &str) -> Bench {
    Bench::new(&dialog(lines))
}

fn gone(bench: &mut Bench) {
    bench.send(Event::Window(WindowEvent::Gone(WINDOW)));
}

#[test]
fn a_template_that_is_not_automatic_waits_for_the_user() {
    let mut bench = bench("[fill]\nautomatic = false");
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Manual));
    assert!(bench.responding.is_empty());
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
}

#[test]
fn a_form_that_is_not_submitted_is_only_filled() {
    let steps = |lines: &str| {
        let mut bench = bench(lines);
        bench.appear(window("dialog", 10));
        bench.responding[0].2.steps.clone()
    };
    assert!(steps("").iter().any(|step| step.submits));
    let filled = steps("[fill]\nsubmit = false");
    assert_eq!(filled.len(), 2);
    assert!(
        filled
            .iter()
            .all(|step| matches!(step.action, Action::Set { .. }) && !step.submits)
    );
}

#[test]
fn the_user_is_told_once_that_no_logon_is_stored() {
    for (lines, told) in [("", 1), ("[fill]\nprompt = false", 0), ("[fill]\nservice = true", 0)] {
        let mut bench = bench(lines);
        bench.logons.clear();
        for pid in [10, 11] {
            bench.appear(window("dialog", pid));
            assert_eq!(bench.last(), Some(&Decision::NoLogon));
            gone(&mut bench);
        }
        assert_eq!(bench.notices.len(), told, "{lines}: {:?}", bench.notices);
        assert!(
            bench
                .notices
                .iter()
                .all(|notice| notice.text.contains("logon add org.example.Dialog"))
        );
    }
}

#[test]
fn a_service_is_never_told_anything_on_the_screen() {
    for (lines, told) in [("", 1), ("[fill]\nservice = true", 0)] {
        let mut bench = bench(lines);
        bench.appear(window("dialog", 10));
        bench.done();
        bench.tree = form(&["Wrong password"]);
        bench.changed();
        assert!(matches!(bench.last(), Some(Decision::LogonFailed(_))));
        assert_eq!(bench.notices.len(), told, "{lines}");
    }
}

#[test]
fn each_fill_wants_its_own_proof() {
    let mut bench = bench("[fill]\nreauthenticate = \"each\"");
    bench.appear(window("dialog", 10));
    assert_eq!(bench.last(), Some(&Decision::Reauthenticate));
    assert_eq!(bench.notices.len(), 1);
    // Asking alone is no proof, nor is one that was given for something else, such as unlocking, or for another window.
    for proof in [None, Some(None), Some(Some(WindowId(99)))] {
        if let Some(proof) = proof {
            bench.send(Event::Proven(proof));
        }
        bench.send(Event::Fill(Some(WINDOW), None));
        assert_eq!(bench.last(), Some(&Decision::Reauthenticate), "{proof:?}");
    }
    bench.send(Event::Proven(Some(WINDOW)));
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
    gone(&mut bench);
    // It was good for one fill.
    bench.appear(window("dialog", 11));
    assert_eq!(bench.last(), Some(&Decision::Reauthenticate));
    // And only while it is fresh.
    bench.send(Event::Proven(Some(WINDOW)));
    bench.wait(61);
    bench.send(Event::Fill(Some(WINDOW), None));
    assert_eq!(bench.last(), Some(&Decision::Reauthenticate));
}

#[test]
fn within_some_minutes_one_proof_is_enough() {
    let mut bench = bench("[fill]\nreauthenticate = { minutes = 5 }");
    bench.send(Event::Proven(None));
    for pid in [10, 11] {
        bench.appear(window("dialog", pid));
        bench.done();
        gone(&mut bench);
        bench.wait(120);
    }
    bench.wait(120);
    bench.appear(window("dialog", 12));
    assert_eq!(bench.last(), Some(&Decision::Reauthenticate));
    bench.send(Event::Proven(None));
    bench.send(Event::Fill(Some(WINDOW), None));
    bench.done();
    gone(&mut bench);
    // A lock ends it.
    bench.send(Event::Vault(VaultState::Locked));
    bench.send(Event::Vault(VaultState::Unlocked));
    bench.appear(window("dialog", 13));
    assert_eq!(bench.last(), Some(&Decision::Reauthenticate));
}

#[test]
fn a_template_has_its_own_limit_and_grace_period() {
    let filled = |lines: &str, apart: u64| {
        let mut bench = bench(lines);
        for pid in 10..20 {
            bench.appear(window("dialog", pid));
            if bench.responding.is_empty() {
                return (pid - 10, bench.notices.len());
            }
            bench.done();
            gone(&mut bench);
            bench.wait(apart);
        }
        (10, bench.notices.len())
    };
    assert_eq!(filled("", 1), (3, 1));
    assert_eq!(filled("[loop]\nfills = 5", 1), (5, 1));
    assert_eq!(filled("[loop]\ngrace_seconds = 5", 7), (10, 0));
    assert_eq!(filled("", 7), (3, 1));
    assert_eq!(filled("[loop]\ntell = false", 1), (3, 0));
}

#[test]
fn a_template_may_say_how_often_the_same_question_is_answered_again() {
    let answered = |lines: &str| {
        let mut bench = bench(lines);
        bench.appear(window("dialog", 10));
        let mut count = 0;
        while !bench.responding.is_empty() {
            bench.done();
            count += 1;
            bench.tree = nothing();
            bench.changed();
            bench.tree = form(&[]);
            bench.changed();
        }
        count
    };
    assert_eq!(answered(""), 1);
    assert_eq!(answered("[loop]\nretries = 1"), 2);
    // Never more often than the limit within the grace period allows.
    assert_eq!(answered("[loop]\nretries = 5"), 3);
}

#[test]
fn a_template_that_is_not_in_use_fills_nothing() {
    for lines in ["enabled = false", "platforms = [\"windows\", \"macos\"]"] {
        let mut bench = Bench::new(&DIALOG.replace("name = \"Dialog\"", &format!("name = \"Dialog\"\n{lines}")));
        bench.appear(window("dialog", 10));
        assert!(bench.responding.is_empty(), "{lines}");
        bench.send(Event::Fill(Some(WINDOW), None));
        assert_eq!(bench.last(), Some(&Decision::NoMatch), "{lines}");
    }
}

#[test]
fn a_window_that_becomes_an_icon_and_comes_back_is_answered_once() {
    let changed = |bench: &mut Bench, stance: Stance| {
        let window = WindowFacts {
            stance,
            ..window("dialog", 10)
        };
        bench.send(Event::Window(WindowEvent::Changed(window)));
    };
    let icon = || Stance {
        visible: false,
        minimised: true,
        parent: None,
    };
    let mut bench = Bench::new(DIALOG);
    bench.appear(window("dialog", 10));
    bench.done();
    // An icon shows nothing: read then, the form would seem to have gone.
    bench.tree = nothing();
    changed(&mut bench, icon());
    bench.tree = form(&[]);
    changed(&mut bench, Stance::default());
    bench.changed();
    assert!(
        bench.responding.is_empty() && bench.notices.is_empty(),
        "{:?}",
        bench.last()
    );
    // Where the template wants the window on the screen, it is looked at again once it is.
    let mut bench = Bench::new(&DIALOG.replace("executable = [", "visible = true\nexecutable = ["));
    bench.appear(WindowFacts {
        stance: icon(),
        ..window("dialog", 10)
    });
    assert!(bench.responding.is_empty());
    changed(&mut bench, Stance::default());
    bench.done();
}
