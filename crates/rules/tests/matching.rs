//! Which control is which, and what is written where.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

mod support;

use countersign_model::{Action, ControlToken, Method, Places, Role, Selector, WindowFacts};
use countersign_rules::{
    Contents, FormRef, NotFound, PlanProblem, fallback_plan, find, plan, query, selector_query, step_text,
};
use support::{at, control, cut_off, failed, fields, form, hidden, inside, labelled, named, tree, window};

fn selector(text: &str) -> Selector {
    let template =
        format!("[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/a\"]\n[form.bind]\npassword = {text}");
    let parsed = support::parsed(&format!("{}{template}", support::HEAD));
    parsed
        .template
        .form
        .first()
        .unwrap()
        .bind
        .values()
        .next()
        .unwrap()
        .clone()
}

fn found(text: &str, controls: Vec<countersign_model::ControlFacts>) -> Result<String, NotFound> {
    find(&selector(text), &tree(controls)).map(|token| token.0)
}

#[test]
fn selectors_name_one_control() {
    let id = |control, id: &str| countersign_model::ControlFacts {
        id: Some(id.to_owned()),
        ..control
    };
    let class = |control, class: &str| countersign_model::ControlFacts {
        class: Some(class.to_owned()),
        ..control
    };
    let text = || control(Role::Text);
    for (wanted, controls, says) in [
        (r#"{ role = "text" }"#, vec![control(Role::Label), text()], "1"),
        (r#"{ role = "text" }"#, vec![hidden(text()), text()], "1"),
        (r#"{ role = "text" }"#, vec![control(Role::Entry)], "0"),
        (r#"{ role = "label" }"#, vec![control(Role::Static)], "0"),
        (r#"{ id = "b" }"#, vec![id(text(), "a"), id(text(), "b")], "1"),
        (
            r#"{ role = "text", class = "GtkEntry" }"#,
            vec![class(text(), "GtkSpinButton"), class(text(), "GtkEntry")],
            "1",
        ),
        (
            r#"{ role = "push-button", name = "OK" }"#,
            vec![named(Role::PushButton, "Cancel"), named(Role::PushButton, "OK")],
            "1",
        ),
        (
            r#"{ role = "text", label = "User*" }"#,
            vec![labelled(Role::Text, "Host:"), labelled(Role::Text, "User name:")],
            "1",
        ),
        (
            r#"{ role = "text", ordinal = 2 }"#,
            vec![at(text(), 0, 90), at(text(), 0, 10)],
            "0",
        ),
        // One row: the second begins two pixels higher, and is still the second.
        (
            r#"{ role = "text", ordinal = 2 }"#,
            vec![at(text(), 200, 8), at(text(), 0, 10)],
            "0",
        ),
        (
            r#"{ role = "text", ordinal = 3 }"#,
            vec![at(text(), 0, 40), at(text(), 150, 0), at(text(), 0, 0)],
            "0",
        ),
        (r#"{ role = "text", ordinal = 2 }"#, vec![text(), text()], "1"),
        (
            r#"{ role = "text", parent = { role = "panel", name = "Logon" } }"#,
            vec![
                named(Role::Panel, "Other"),
                named(Role::Panel, "Logon"),
                inside(text(), 0),
                inside(control(Role::Filler), 1),
                inside(text(), 3),
            ],
            "4",
        ),
        (
            r#"{ role = "text", parent = { role = "panel", ordinal = 2 } }"#,
            vec![
                at(control(Role::Panel), 0, 50),
                at(control(Role::Panel), 0, 0),
                inside(text(), 0),
                inside(text(), 1),
            ],
            "2",
        ),
    ] {
        assert_eq!(found(wanted, controls).as_deref(), Ok(says), "{wanted}");
    }
}

#[test]
fn what_is_not_one_control_is_refused() {
    let text = || control(Role::Text);
    let missing = found(r#"{ role = "text" }"#, vec![hidden(text()), named(Role::Label, "x")]).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "no control matches: none (1 more, not on the screen)"
    );
    let two = found(r#"{ role = "text" }"#, vec![text(), labelled(Role::Text, "Realm")]).unwrap_err();
    assert!(
        two.to_string()
            .starts_with("2 controls match: text; text labelled “Realm”; add `ordinal`"),
        "{two}"
    );
    let third = found(r#"{ role = "text", ordinal = 3 }"#, vec![text(), text()]).unwrap_err();
    assert_eq!(third.to_string(), "no control matches: only 2 controls");
    let unsure = find(&selector(r#"{ role = "text" }"#), &cut_off(vec![text()]));
    assert_eq!(unsure, Err(NotFound::Unsure));
    let with_id = countersign_model::ControlFacts {
        id: Some("u".to_owned()),
        ..text()
    };
    assert_eq!(
        find(&selector(r#"{ id = "u" }"#), &cut_off(vec![with_id])),
        Ok(ControlToken("0".to_owned()))
    );
    let query = selector_query(&selector(
        r#"{ role = "text", label = "x", ordinal = 1, parent = { role = "panel" } }"#,
    ));
    assert!(query.labels && query.parents && !query.texts);
    assert_eq!(query.extents, Places::OfRoles([Role::Text, Role::Entry].into()));
    assert_eq!(query.roles, [Role::Text, Role::Entry].into());
}

#[test]
fn broken_parents_do_no_harm() {
    let circle = vec![
        inside(control(Role::Panel), 1),
        inside(control(Role::Panel), 0),
        inside(control(Role::Text), 0),
    ];
    assert!(found(r#"{ role = "text", parent = { role = "frame" } }"#, circle).is_err());
    let lost = vec![inside(control(Role::Text), 999)];
    assert!(found(r#"{ role = "text", parent = { role = "frame" } }"#, lost).is_err());
}

const LOGON: &str = r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/app"]
title = "Log on*"
[[form.require]]
control = { role = "label" }
text = "Welcome, {username}"
[[form.require]]
control = { role = "push-button", name = "Delete" }
is = "absent"
[form.bind]
password = { role = "password-text" }
username = { role = "text", label = "User:" }
[form.respond]
method = "controls"
fallback = "keys"
submit = { role = "push-button", name = "OK" }
"#;

fn screen() -> Vec<countersign_model::ControlFacts> {
    vec![
        named(Role::Label, "Welcome, demo"),
        labelled(Role::Text, "User:"),
        control(Role::PasswordText),
        named(Role::PushButton, "OK"),
    ]
}

fn app() -> WindowFacts {
    window("/usr/bin/app", "Log on to App")
}

#[test]
fn a_form_is_matched_planned_and_explained() {
    let form = form(LOGON);
    let query = query(std::slice::from_ref(&form)).unwrap();
    assert!(query.labels && query.texts && !query.parents);
    assert_eq!(query.extents, Places::None);
    assert!(query.roles.contains(&Role::PasswordText) && query.roles.contains(&Role::PushButton));
    assert!(form.chooses_by().iter().any(|field| field.as_str() == "username"));
    let tree = tree(screen());
    let any = form.judge(&app(), Contents::Controls(&tree)).matched.unwrap();
    assert_eq!(
        plan(&any, &app(), None),
        Err(PlanProblem::NeedsLogon),
        "a match for any logon fills none"
    );
    let judged = form.judge_with(&app(), Contents::Controls(&tree), &fields(&[("username", "demo")]));
    let matched = judged.matched.unwrap();
    let plan = plan(&matched, &app(), None).unwrap();
    assert_eq!(plan.method, Method::Controls);
    let steps: Vec<String> = plan.steps.iter().map(step_text).collect();
    assert_eq!(
        steps,
        ["set username 1", "set password 2", "press 3 (submits)"],
        "in the order of logon.fields"
    );
    let by_keys = fallback_plan(&matched, &app()).unwrap();
    let steps: Vec<String> = by_keys.steps.iter().map(step_text).collect();
    assert_eq!(
        steps,
        [
            "focus 1",
            "type username 1",
            "key Tab",
            "type password 2",
            "press 3 (submits)"
        ]
    );
    assert_eq!(by_keys.method, Method::Keys);

    let exact = |user: &str| form.judge_with(&app(), Contents::Controls(&tree), &fields(&[("username", user)]));
    assert!(exact("demo").matched.is_some());
    assert_eq!(
        failed(&exact("dem?").criteria),
        ["require 1: only label “Welcome, demo”"]
    );
    assert_eq!(
        failed(&exact("").criteria),
        ["require 1: the logon has no value for `username`"]
    );
}

#[test]
fn every_condition_that_fails_is_named() {
    let form = form(LOGON);
    let with = |change: &dyn Fn(&mut Vec<countersign_model::ControlFacts>)| {
        let mut controls = screen();
        change(&mut controls);
        failed(&form.judge(&app(), Contents::Controls(&tree(controls))).criteria)
    };
    assert_eq!(
        with(&|all| all.push(named(Role::PushButton, "Delete"))),
        ["require 2: push-button “Delete”"]
    );
    let two = with(&|all| all.push(control(Role::PasswordText)));
    assert!(
        two.len() == 1 && two[0].starts_with("bind password: 2 controls match"),
        "{two:?}"
    );
    assert_eq!(
        with(&|all| all[3].states.showing = false),
        ["submit: none (1 more, not on the screen)"]
    );
    assert_eq!(
        with(&|all| all[1].label = Some("Host:".to_owned())),
        ["bind username: only text labelled “Host:”"]
    );
    let cut = failed(&form.judge(&app(), Contents::Controls(&cut_off(screen()))).criteria);
    assert!(
        cut.iter().any(|one| one.starts_with("require 2:")),
        "absence proves nothing in a part: {cut:?}"
    );
    let other = form.judge(&window("/usr/bin/other", "Log on"), Contents::Nothing);
    assert!(
        other
            .criteria
            .iter()
            .any(|one| one.verdict == countersign_model::Verdict::Skipped)
    );
    assert_eq!(failed(&other.criteria), ["executable: /usr/bin/other"]);
    assert_eq!(
        failed(&form.judge(&app(), Contents::Nothing).criteria),
        ["controls: they were not read"]
    );
}

#[test]
fn what_a_field_holds_is_never_said() {
    let form = form(LOGON);
    let mut controls = screen();
    for control in &mut controls {
        if control.states.editable {
            control.text = Some("hunter2".to_owned());
            control.name = "hunter2".to_owned();
        }
    }
    controls.push(controls[2].clone());
    let judged = form.judge(&app(), Contents::Controls(&tree(controls)));
    assert!(!serde_json::to_string(&judged.criteria).unwrap().contains("hunter2"));
}

fn steps(form: &FormRef, controls: Vec<countersign_model::ControlFacts>) -> Vec<String> {
    let judged = form.judge_with(
        &app(),
        Contents::Controls(&tree(controls)),
        &fields(&[("username", "demo")]),
    );
    let matched = judged
        .matched
        .unwrap_or_else(|| panic!("{:?}", failed(&judged.criteria)));
    plan(&matched, &app(), None)
        .unwrap()
        .steps
        .iter()
        .map(step_text)
        .collect()
}

fn responding(respond: &str) -> FormRef {
    let start = LOGON.find("[form.respond]").unwrap();
    form(&format!("{}[form.respond]\n{respond}", &LOGON[..start]))
}

#[test]
fn methods_are_short_for_steps() {
    assert_eq!(
        steps(&responding("method = \"controls\"\nsubmit_key = \"Return\""), screen()),
        ["set username 1", "set password 2", "focus 2", "key Return (submits)"]
    );
    assert_eq!(
        steps(&responding("method = \"keys\""), screen()),
        [
            "focus 1",
            "type username 1",
            "key Tab",
            "type password 2",
            "key Return (submits)"
        ]
    );
    let mixed = r#"method = "steps"
step = [
  { set = "username" }, { key = "shift+Tab" }, { type = "password" }, { text = "x" }, { wait = { ms = 20 } },
  { check = { role = "check-box" } }, { select = { control = { role = "combo-box" }, item = "Nor*" } },
  { wait = { control = { role = "push-button", name = "OK" } } }, { press = { role = "push-button", name = "OK" } }, { wait = { ms = 5 } },
]"#;
    let mut controls = screen();
    controls.push(control(Role::CheckBox));
    controls.push(control(Role::ComboBox));
    controls.push(inside(hidden(named(Role::MenuItem, "South")), 5));
    controls.push(inside(hidden(named(Role::MenuItem, "North")), 5));
    assert_eq!(
        steps(&responding(mixed), controls),
        [
            "set username 1",
            "key shift+Tab",
            "type password 2",
            "text",
            "wait 20 ms",
            "check 4",
            "select 5 North",
            "wait for a control",
            "press 3 (submits)",
            "wait 5 ms",
        ]
    );
}

#[test]
fn without_controls_fields_are_typed_in_order() {
    let blind = form(
        "[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\ntitle = \"Log on*\"\n[form.respond]\nmethod = \"keys\"\n",
    );
    assert!(query(std::slice::from_ref(&blind)).is_none());
    let matched = blind.judge(&app(), Contents::Nothing).matched.unwrap();
    let plan = plan(&matched, &app(), None).unwrap();
    assert!(matches!(&plan.steps[0].action, Action::Type { within: None, .. }));
    let steps: Vec<String> = plan.steps.iter().map(step_text).collect();
    assert_eq!(
        steps,
        ["type username", "key Tab", "type password", "key Return (submits)"]
    );
}

#[test]
fn what_depends_on_the_logon_is_decided_with_it() {
    let form = form(
        r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/app"]
[[form.require]]
control = { role = "label", name = "{username} is locked" }
is = "absent"
[form.bind]
password = { role = "password-text", label = "Password of {username}:" }
[form.respond]
method = "controls"
submit_key = "Return"
"#,
    );
    let screen = tree(vec![
        named(Role::Label, "root is locked"),
        labelled(Role::PasswordText, "Password of demo:"),
        labelled(Role::PasswordText, "Password of eva:"),
        labelled(Role::PasswordText, "Password of root:"),
    ]);
    let any = form.judge(&app(), Contents::Controls(&screen));
    assert!(any.matched.is_some(), "{:?}", failed(&any.criteria));
    let exact = |user: &str| form.judge_with(&app(), Contents::Controls(&screen), &fields(&[("username", user)]));
    let bound = exact("eva").matched.unwrap().bound;
    assert_eq!(bound.values().collect::<Vec<_>>(), [&ControlToken("2".to_owned())]);
    assert_eq!(failed(&exact("root").criteria), ["require 1: label “root is locked”"]);
    assert!(exact("nobody").matched.is_none());
}
