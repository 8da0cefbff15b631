//! Which template is in force, and which of its forms a window could be.

mod support;

use countersign_model::{IdentityProblem, Publisher, TemplateId};
use countersign_rules::{ParsedTemplate, Severity, TemplateSet, parse_template};
use support::window;

fn template(place: &str, id: &str, executable: &str) -> ParsedTemplate {
    let text = format!(
        r#"schema = 1
id = "{id}"
name = "{place}"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["{executable}"]
title = "Log on"
[form.bind]
password = {{ role = "password-text" }}
[form.respond]
method = "controls"
submit_key = "Return"
"#
    );
    parse_template(place, text.as_bytes()).unwrap_or_else(|problems| unreachable!("{problems:?}"))
}

#[test]
fn of_two_with_one_id_the_packages_stays() {
    let mine = template("mine.toml", "org.example.App", "/usr/bin/mine");
    let also = template("also.toml", "org.example.App", "/usr/bin/also");
    let shipped = template("shipped.toml", "org.example.App", "/usr/bin/shipped");
    let sources = vec![
        (Publisher::Unsigned, mine.clone()),
        (Publisher::Package, shipped),
        (Publisher::Unsigned, also.clone()),
    ];
    let (set, problems) = TemplateSet::build(sources);
    assert_eq!(
        set.get(&TemplateId::from("org.example.App"))
            .map(|loaded| loaded.place()),
        Some("shipped.toml")
    );
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "mine.toml:2:6: the id `org.example.App` is also used by shipped.toml, which stays in force",
            "also.toml:2:6: the id `org.example.App` is also used by shipped.toml, which stays in force",
        ]
    );
    let (set, _) = TemplateSet::build(vec![(Publisher::Unsigned, mine), (Publisher::Unsigned, also)]);
    assert_eq!(set.templates().next().map(|loaded| loaded.place()), Some("mine.toml"));
}

#[test]
fn a_template_with_errors_stays_out_and_the_others_work() {
    let bad = template("bad.toml", "org.example.Bad", "relative");
    let good = template("good.toml", "org.example.Good", "/usr/bin/good");
    let (set, problems) = TemplateSet::build(vec![(Publisher::Unsigned, bad), (Publisher::Unsigned, good)]);
    assert_eq!(set.templates().count(), 1);
    assert!(
        problems
            .iter()
            .any(|problem| problem.severity == Severity::Error && problem.place == "bad.toml")
    );
}

#[test]
fn windows_find_their_forms_by_executable() {
    let sources = vec![
        (Publisher::Unsigned, template("a.toml", "org.example.A", "/usr/bin/app")),
        (Publisher::Unsigned, template("b.toml", "org.example.B", "/usr/bin/ap?")),
        (Publisher::Package, template("c.toml", "org.example.C", "/usr/bin/app")),
        (
            Publisher::Package,
            template("d.toml", "org.example.D", "/usr/bin/other"),
        ),
    ];
    let (set, _) = TemplateSet::build(sources);
    let named = |forms: Vec<countersign_rules::FormRef>| -> Vec<String> {
        forms.iter().map(|form| form.id().to_string()).collect()
    };
    let app = window("/usr/bin/app", "Log on");
    assert_eq!(
        named(set.candidates(&app)),
        ["org.example.C", "org.example.A", "org.example.B"]
    );
    let elsewhere = window("/usr/bin/app", "Something else");
    assert!(set.candidates(&elsewhere).is_empty());
    assert_eq!(set.related(&elsewhere).len(), 3);
    let mut unknown = window("/usr/bin/app", "Log on");
    unknown.process = Err(IdentityProblem::NoProcess);
    assert!(set.candidates(&unknown).is_empty() && set.related(&unknown).is_empty());
}

#[test]
fn forms_outlive_the_set_they_came_from() {
    let build = || {
        TemplateSet::build(vec![(
            Publisher::Package,
            template("a.toml", "org.example.A", "/usr/bin/app"),
        )])
        .0
    };
    let set = build();
    let Some(form) = set.candidates(&window("/usr/bin/app", "Log on")).pop() else {
        unreachable!()
    };
    assert_eq!(
        set.candidates(&window("/usr/bin/app", "Log on")),
        std::slice::from_ref(&form)
    );
    drop(set);
    assert_ne!(
        build().candidates(&window("/usr/bin/app", "Log on")),
        std::slice::from_ref(&form)
    );
    assert_eq!(form.template().name, "a.toml");
}
