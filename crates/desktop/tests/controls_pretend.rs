//! Controls that lie, are slow, or never answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, takes its own time, and pretends to be others"
)]

mod common;

use common::pretender::{self, Field, Pretender};
use common::{Lab, VALUES, named, plan, set, submit};
use countersign_model::port::ControlAccess as _;
use countersign_model::{Action, Carried, ControlQuery, Method, Outcome, Refusal, Role};
use std::time::{Duration, Instant};

#[test]
#[ignore = "run by the others in a process of its own"]
fn pretend() {
    pretender::pretend();
}

fn fill(lab: &Lab<'_>, pretender: &Pretender) -> Carried {
    let tree = lab.read(&pretender.window);
    assert_eq!(tree.toolkit.as_deref(), Some("Pretender 1"));
    let field = &named(&tree, Role::PasswordText, "Password").token;
    lab.respond(
        &plan(&pretender.window, Method::Controls, vec![set("password", field)]),
        &VALUES,
    )
}

#[test]
fn a_field_that_does_not_keep_what_it_took_is_found_out() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::Forgets);
        let carried = fill(lab, &pretender);
        assert_eq!(
            carried.outcome,
            Outcome::Interrupted(Refusal::NotKept("password".to_owned()))
        );
    });
}

/// A template may name the view a field is in, which no role asks for.
#[test]
fn what_a_field_is_in_is_known_by_its_class_too() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::Late);
        let query = ControlQuery {
            roles: [Role::PasswordText].into(),
            parents: true,
            ..ControlQuery::default()
        };
        let tree = lab.desktop.read(&pretender.window, &query).unwrap();
        let field = named(&tree, Role::PasswordText, "Password");
        let frame = &tree.controls[field.parent.unwrap()];
        assert_eq!(frame.role, Role::Frame);
        assert_eq!(frame.class, Some(format!("{}View", frame.name)));
    });
}

#[test]
fn a_disabled_field_is_refused_before_anything_is_written() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::Disabled);
        let carried = fill(lab, &pretender);
        assert_eq!(
            carried.outcome,
            Outcome::Refused(Refusal::NotEditable("password".to_owned()))
        );
        assert!(pretender.did().is_empty());
    });
}

#[test]
fn a_field_that_takes_text_only_with_the_focus_gets_it() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::OnlyFocused);
        assert_eq!(fill(lab, &pretender).outcome, Outcome::Done);
        assert_eq!(
            pretender.did(),
            ["focused".to_owned(), format!("wrote {}", VALUES[2].1)]
        );
    });
}

#[test]
fn a_field_that_shows_late_what_it_took_is_believed_in_the_end() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::Late);
        assert_eq!(fill(lab, &pretender).outcome, Outcome::Done);
        assert_eq!(pretender.did(), [format!("wrote {}", VALUES[2].1)]);
    });
}

#[test]
fn a_press_that_opens_a_dialog_is_done_though_its_answer_is_still_to_come() {
    Lab::run(|lab| {
        let pretender = Pretender::start(lab, Field::Late);
        let tree = lab.read(&pretender.window);
        let button = named(&tree, Role::PushButton, "Log on").token.clone();
        let began = Instant::now();
        let steps = vec![submit(Action::Press(button))];
        let carried = lab.respond(&plan(&pretender.window, Method::Controls, steps), &VALUES);
        assert_eq!(carried.outcome, Outcome::Done);
        assert_eq!(pretender.did(), ["pressed"]);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    });
}
