//! Policies by their names: what they are kept as, and which of them templates name.

use countersign_model::{Publisher, TemplateId};
use countersign_rules::policy::{SHIPPED, check_policy};
use countersign_rules::{ParsedTemplate, Severity, TemplateSet, differing_policies, parse_template, unknown_policy};
use std::collections::BTreeSet;

const POLICY: &str = "schema = 1\nid = \"house\"\nname = \"House\"\n[length]\nmin = 12\n";

fn template(id: &str, logon: &str) -> ParsedTemplate {
    let text = format!(
        r#"schema = 1
id = "{id}"
name = "{id}"
[logon]
fields = ["password"]
{logon}
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/{id}"]
title = "Log on"
[form.bind]
password = {{ role = "password-text" }}
[form.respond]
method = "controls"
submit_key = "Return"
"#
    );
    parse_template(&format!("{id}.toml"), text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn group(id: &str, policy: &str) -> ParsedTemplate {
    template(id, &format!("group = \"office\"\npolicy = \"{policy}\""))
}

#[test]
fn a_policy_is_kept_under_its_own_name() {
    let (good, problems) = check_policy("house", "house.toml", POLICY.as_bytes());
    assert_eq!(
        (good.map(|parsed| parsed.policy.id), problems),
        (Some("house".to_owned()), vec![])
    );
    let (good, problems) = check_policy("home", "home.toml", POLICY.as_bytes());
    assert_eq!(good, None);
    let told: Vec<String> = problems.iter().map(|one| format!("{one} {}", one.help)).collect();
    assert_eq!(
        told,
        [
            "home.toml:2:6: the policy is kept as `home` and calls itself `house` write `id = \"home\"`, or call its file `house.toml`"
        ]
    );
}

#[test]
fn a_policy_with_errors_is_none_and_one_with_warnings_is_one() {
    for (text, is_good) in [
        ("schema = 1\n", false),
        (&POLICY.replace("min = 12", "min = 12\nmax = 3"), false),
        (&POLICY.replace("min = 12", "min = 4"), true),
    ] {
        let (good, problems) = check_policy("house", "house.toml", text.as_bytes());
        assert_eq!(good.is_some(), is_good, "{problems:?}");
        assert!(!problems.is_empty(), "{text}");
    }
}

#[test]
fn templates_of_a_group_that_name_different_policies_are_told() {
    let one = group("org.example.A", "till");
    let silent = template("org.example.B", "group = \"office\"");
    let same = group("org.example.C", "till");
    let other = group("org.example.D", "company");
    let alone = template("org.example.E", "policy = \"company\"");
    assert_eq!(
        differing_policies(&[one.clone(), silent.clone(), same.clone(), alone.clone()]),
        []
    );
    // Whatever the order of the files.
    for all in [
        [&other, &one, &silent, &same, &alone],
        [&alone, &same, &silent, &one, &other],
    ] {
        let told = differing_policies(&all.map(Clone::clone));
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "org.example.D.toml:7:10: `org.example.A` and `org.example.D` share their logons (`logon.group`) and name different password policies, `till` and `company`"
            ]
        );
    }
}

#[test]
fn a_set_knows_one_policy_for_a_group() {
    let sources = vec![
        (Publisher::Package, template("org.example.A", "group = \"office\"")),
        (Publisher::Package, group("org.example.B", "till")),
        (Publisher::Package, template("org.example.E", "policy = \"company\"")),
        (Publisher::Package, template("org.example.F", "")),
        // Somebody else's shares nothing with them.
        (Publisher::Unsigned, group("org.example.G", "company")),
    ];
    let (set, problems) = TemplateSet::build(sources.clone());
    assert_eq!(problems, []);
    let named = |set: &TemplateSet, id: &str| {
        let named = set.policy_of(set.get(&TemplateId::from(id)).unwrap());
        named.map(|named| named.map(|named| format!("{} by {}", named.name, named.by)))
    };
    for (id, wanted) in [
        ("org.example.A", Some("till by org.example.B")),
        ("org.example.B", Some("till by org.example.B")),
        ("org.example.E", Some("company by org.example.E")),
        ("org.example.F", None),
        ("org.example.G", Some("company by org.example.G")),
    ] {
        assert_eq!(named(&set, id), Ok(wanted.map(str::to_owned)), "{id}");
    }
    let more = [sources, vec![(Publisher::Package, group("org.example.C", "house"))]].concat();
    let (set, problems) = TemplateSet::build(more);
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.place.as_str(), problem.severity))
        .collect();
    assert_eq!(told, [("org.example.C.toml", Severity::Error)]);
    for id in ["org.example.A", "org.example.B", "org.example.C"] {
        let differ = named(&set, id).unwrap_err();
        assert_eq!((differ.0.name.as_str(), differ.1.name.as_str()), ("till", "house"));
    }
    assert_eq!(
        named(&set, "org.example.G"),
        Ok(Some("company by org.example.G".to_owned()))
    );
}

#[test]
fn a_policy_nobody_knows_is_a_warning() {
    let known = BTreeSet::from(["till".to_owned()]);
    for logon in ["", "policy = \"till\"", &format!("policy = \"{}\"", SHIPPED[0])] {
        assert_eq!(
            unknown_policy(&template("org.example.A", logon), &known),
            None,
            "{logon}"
        );
    }
    let told = unknown_policy(&template("org.example.A", "policy = \"tilll\""), &known).unwrap();
    assert_eq!((told.severity, told.line, told.column), (Severity::Warning, 6, 10));
    assert!(
        told.message.contains("`tilll`") && told.help.contains("policies/tilll.toml"),
        "{told:?}"
    );
}
