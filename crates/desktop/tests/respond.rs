//! Plans carried out on real applications: keys, mixed steps, and what stops them.
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

use common::{Lab, VALUES, ended, fill, named, plan, set, submit};
use countersign_model::{
    Action, ControlTree, KeyPress, Method, Modifier, Outcome, Plan, PlannedStep, Refusal, Role, WindowFacts,
};
use countersign_tests::Deadline;
use std::time::Duration;

fn key(name: &str) -> Action {
    Action::Key(KeyPress {
        modifiers: Vec::new(),
        key: name.to_owned(),
    })
}

fn type_into(tree: &ControlTree, field: &str, role: Role, label: &str) -> PlannedStep {
    fill(Action::Type {
        field: field.into(),
        within: Some(named(tree, role, label).token.clone()),
    })
}

fn by_tabs(window: &WindowFacts, tree: &ControlTree) -> Plan {
    let steps = vec![
        fill(Action::Focus(named(tree, Role::Text, "User").token.clone())),
        type_into(tree, "username", Role::Text, "User"),
        fill(key("Tab")),
        type_into(tree, "company", Role::Text, "Company"),
        fill(key("Tab")),
        type_into(tree, "password", Role::PasswordText, "Password"),
        submit(Action::Press(named(tree, Role::PushButton, "Log on").token.clone())),
    ];
    plan(window, Method::Keys, steps)
}

#[test]
fn a_form_is_filled_by_keys_that_follow_the_focus() {
    Lab::run(|lab| {
        let (mut zenity, window) = lab.form();
        let tree = lab.read(&window);
        let carried = lab.respond(&by_tabs(&window, &tree), &VALUES);
        assert_eq!(carried.outcome, Outcome::Done);
        assert!(ended(&mut zenity));
        assert_eq!(zenity.said().trim(), VALUES.map(|(_, value)| value).join("|"));
    });
}

#[test]
fn controls_keys_and_clicks_mix() {
    Lab::run(|lab| {
        let (mut zenity, window) = lab.form();
        let tree = lab.read(&window);
        let password = named(&tree, Role::PasswordText, "Password").token.clone();
        let select_all = KeyPress {
            modifiers: vec![Modifier::Ctrl],
            key: "a".to_owned(),
        };
        let steps = vec![
            set("username", &named(&tree, Role::Text, "User").token),
            fill(Action::Click(password.clone())),
            fill(Action::Text("an old password".to_owned())),
            fill(Action::Key(select_all)),
            type_into(&tree, "password", Role::PasswordText, "Password"),
            fill(Action::Focus(named(&tree, Role::Text, "Company").token.clone())),
            fill(Action::Text("typo".to_owned())),
            fill(Action::Clear(named(&tree, Role::Text, "Company").token.clone())),
            type_into(&tree, "company", Role::Text, "Company"),
            submit(Action::Click(named(&tree, Role::PushButton, "Log on").token.clone())),
        ];
        let carried = lab.respond(&plan(&window, Method::Steps, steps), &VALUES);
        assert_eq!(carried.outcome, Outcome::Done);
        assert!(ended(&mut zenity));
        assert_eq!(zenity.said().trim(), VALUES.map(|(_, value)| value).join("|"));
    });
}

#[test]
fn keys_stop_where_another_field_has_the_focus() {
    Lab::run(|lab| {
        let (zenity, window) = lab.form();
        let tree = lab.read(&window);
        let steps = vec![
            fill(Action::Focus(named(&tree, Role::Text, "User").token.clone())),
            type_into(&tree, "password", Role::PasswordText, "Password"),
        ];
        let carried = lab.respond(&plan(&window, Method::Keys, steps), &VALUES);
        assert_eq!(carried.outcome, Outcome::Refused(Refusal::FieldNotFocused));
        drop(zenity);
    });
}

#[test]
fn keys_stop_where_another_window_has_the_focus() {
    Lab::run(|lab| {
        let (_zenity, window) = lab.form();
        let tree = lab.read(&window);
        let (mut other, front) = lab.form();
        lab.session
            .screen()
            .unwrap()
            .wait_for_window("the other form in front", Deadline::seconds(5), |seen| {
                u64::from(seen.id) == front.id.0
            })
            .unwrap();
        let carried = lab.respond(&by_tabs(&window, &tree), &VALUES);
        assert!(
            matches!(carried.outcome, Outcome::Refused(Refusal::FocusMoved)),
            "{carried:?}"
        );
        let tree = lab.read(&front);
        let press = submit(Action::Press(named(&tree, Role::PushButton, "Log on").token.clone()));
        assert_eq!(
            lab.respond(&plan(&front, Method::Controls, vec![press]), &VALUES)
                .outcome,
            Outcome::Done
        );
        assert!(ended(&mut other));
        assert_eq!(other.said().trim(), "||", "nothing was typed into the window in front");
    });
}

#[test]
fn a_control_that_is_there_need_not_be_waited_for() {
    Lab::run(|lab| {
        let (_zenity, window) = lab.form();
        let selector = countersign_model::Selector {
            role: Some(Role::PasswordText),
            ..countersign_model::Selector::default()
        };
        let steps = vec![
            fill(Action::Await(Box::new(countersign_model::Awaited::control(selector)))),
            fill(Action::Pause(Duration::from_millis(1))),
        ];
        assert_eq!(
            lab.respond(&plan(&window, Method::Steps, steps), &VALUES).outcome,
            Outcome::Done
        );
    });
}
