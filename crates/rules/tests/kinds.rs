//! Kinds of forms: what each may say, what it writes, and which of them counts.

mod support;

use countersign_model::{FormKind, Role};
use countersign_rules::{Contents, PlanProblem, Severity, plan, run_fixture, step_text};
use support::{HEAD, control, form, named, parsed, problems, tree, window};

const CHANGE: &str = "[[form]]\nkind = \"change\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\n[form.bind]\n\
    confirm = { role = \"password-text\", ordinal = 3 }\nnew = { role = \"password-text\", ordinal = 2 }\n\
    old = { role = \"password-text\", ordinal = 1 }\nusername = { role = \"text\" }\n";

#[test]
fn a_change_form_is_described_with_its_fields_and_its_plan() {
    let answered = format!(
        "{CHANGE}[form.respond]\nmethod = \"controls\"\nsubmit = {{ role = \"push-button\", name = \"Change\" }}\n"
    );
    let form_ref = form(&answered);
    let controls = || {
        let password = || control(Role::PasswordText);
        tree(vec![
            control(Role::Text),
            password(),
            password(),
            password(),
            named(Role::PushButton, "Change"),
        ])
    };
    let window = window("/usr/bin/app", "App");
    let matched = form_ref
        .judge(&window, Contents::Controls(&controls()))
        .matched
        .unwrap();
    let bound: Vec<_> = matched
        .bound
        .iter()
        .map(|(field, token)| format!("{field} {}", token.0))
        .collect();
    assert_eq!(bound, ["confirm 3", "new 2", "old 1", "username 0"]);
    // The logon's own fields first, then the old password, the new one, and the new one again.
    let steps: Vec<_> = plan(&matched, &window, None)
        .unwrap()
        .steps
        .iter()
        .map(step_text)
        .collect();
    assert_eq!(
        steps,
        [
            "set username 0",
            "set old 1",
            "set new 2",
            "set confirm 3",
            "press 4 (submits)"
        ]
    );
    // Without an answer it is recognised all the same.
    let matched = form(CHANGE)
        .judge(&window, Contents::Controls(&controls()))
        .matched
        .unwrap();
    assert_eq!(plan(&matched, &window, None).unwrap_err(), PlanProblem::NoResponse);
}

#[test]
fn each_kind_says_only_what_it_can_mean() {
    use Severity::{Error, Warning};
    let of = |kind: &str, more: &str| {
        format!("[[form]]\nkind = \"{kind}\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\ntitle = \"App\"\n{more}")
    };
    let press = "[form.respond]\nmethod = \"steps\"\nstep = [{ press = { role = \"push-button\" } }]\n";
    let set = "[form.bind]\npassword = { role = \"password-text\" }\n[form.respond]\nmethod = \"steps\"\nstep = [{ set = \"password\" }, { key = \"Return\" }]\n";
    let bind_old = "[form.bind]\nold = { role = \"password-text\" }\n";
    for (form, severity, says) in [
        (of("logon", ""), Error, "a `logon` form says how to answer it"),
        (of("custom", ""), Error, "a `custom` form says how to answer it"),
        (
            of("logon-failed", press),
            Error,
            "`logon-failed` forms are not answered",
        ),
        (
            of("change-succeeded", press),
            Error,
            "`change-succeeded` forms are not answered",
        ),
        (of("ignore", press), Error, "`ignore` forms are not answered"),
        (of("ignore", bind_old), Error, "`old` is not a field of this logon"),
        (of("message", set), Error, "answered without any field"),
        (of("logon", bind_old), Error, "`old` is not a field of this logon"),
        (of("change", bind_old), Warning, "takes the new password"),
        (of("changed", ""), Error, "did you mean `change`?"),
    ] {
        let found = problems(&format!("{HEAD}{form}"));
        assert!(
            found.iter().any(|(how, text)| *how == severity && text.contains(says)),
            "{form}: {found:#?}"
        );
    }
    for fine in [
        of("message", press),
        of("ignore", ""),
        of("change-failed", ""),
        of("confirm", "[form.bind]\nconfirm = { role = \"password-text\" }\n"),
    ] {
        assert_eq!(problems(&format!("{HEAD}{fine}")), [], "{fine}");
    }
}

#[test]
fn every_kind_can_be_expected_of_a_recording() {
    let kinds = [
        "logon",
        "logon-failed",
        "logon-succeeded",
        "change",
        "change-failed",
        "change-succeeded",
        "confirm",
        "message",
        "ignore",
        "custom",
    ];
    for kind in kinds {
        let answer = "[form.respond]\nmethod = \"keys\"\n";
        let answer = if matches!(kind, "logon" | "custom") { answer } else { "" };
        let template = parsed(&format!(
            "{HEAD}[[form]]\nkind = \"{kind}\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\ntitle = \"App\"\n{answer}"
        ));
        assert_eq!(template.template.form.first().map(|form| form.kind.name()), Some(kind));
        let recording = |expected: &str| {
            format!("[expect]\nform = \"{expected}\"\n[window]\nexecutable = \"/usr/bin/app\"\ntitle = \"App\"\n")
        };
        let result = run_fixture(&template, "as expected", recording(kind).as_bytes());
        assert!(result.passed(), "{kind}: {:?}", result.failures);
        let other = if kind == "logon" { "custom" } else { "logon" };
        assert!(
            !run_fixture(&template, "not", recording(other).as_bytes()).passed(),
            "{kind}"
        );
        assert!(
            !run_fixture(&template, "none", recording("none").as_bytes()).passed(),
            "{kind}"
        );
        assert!(!run_fixture(&template, "unknown", recording("logout").as_bytes()).passed());
    }
    assert_eq!(FormKind::Logon.name(), "logon");
}
