//! Lints: what a template says that cannot be meant.

mod support;

use countersign_rules::{Severity, lint};
use support::{HEAD, parsed};

const GOOD: &str = r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/app"]
title = "Log on"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

#[test]
fn a_good_template_is_clean() {
    assert_eq!(lint(&parsed(&format!("{HEAD}{GOOD}"))), []);
}

#[test]
fn each_mistake_is_named() {
    use Severity::{Error, Warning};
    let all = format!("{HEAD}{GOOD}");
    for (old, new, severity, says) in [
        ("schema = 1", "schema = 2", Error, "schema 2 is not known"),
        ("org.example.App", "App", Error, "reverse domain"),
        ("org.example.App", "org..App", Error, "reverse domain"),
        ("name = \"App\"", "name = \" \"", Error, "name is empty"),
        ("[\"username\", \"password\"]", "[]", Error, "a logon needs fields"),
        (
            "[\"username\", \"password\"]",
            "[\"username\", \"password\", \"password\"]",
            Error,
            "there twice",
        ),
        (
            "[\"username\", \"password\"]",
            "[\"username\", \"password\", \"Pass\"]",
            Error,
            "cannot be the name of a field",
        ),
        (
            "[\"username\", \"password\"]",
            "[\"username\", \"password\", \"pin\"]",
            Warning,
            "no form uses the field `pin`",
        ),
        ("username = {", "user = {", Error, "`user` is not a field"),
        (
            "password = { role = \"password-text\" }",
            "",
            Error,
            "no form writes a secret",
        ),
        ("[\"/usr/bin/app\"]", "[]", Error, "no executable is named"),
        ("[\"/usr/bin/app\"]", "[\"app\"]", Error, "`app` is not a whole path"),
        ("[\"/usr/bin/app\"]", "[\"/usr/bin/\"]", Error, "names a folder"),
        ("[\"/usr/bin/app\"]", "[\"/usr/bin/[a\"]", Error, "is not a glob"),
        (
            "[\"/usr/bin/app\"]",
            "[\"/usr/bin/python3.11\"]",
            Error,
            "matches `python`",
        ),
        (
            "[\"/usr/bin/app\"]",
            "[\"/usr/bin/*\"]",
            Error,
            "and so every script it runs",
        ),
        ("[\"/usr/bin/app\"]", "[\"**/app\"]", Warning, "matches in every folder"),
        (
            "[\"/usr/bin/app\"]",
            "[\"/home/*/bin/app\"]",
            Warning,
            "is where users write",
        ),
        (
            "title = \"Log on\"",
            "title = \"/Log (on/\"",
            Error,
            "regular expression does not compile",
        ),
        ("title = \"Log on\"", "title = \"\"", Error, "the pattern is empty"),
        (
            "title = \"Log on\"",
            "title = \"{password}\"",
            Error,
            "is a secret field",
        ),
        (
            "title = \"Log on\"",
            "title = \"{host}\"",
            Error,
            "is not a field of this logon",
        ),
        (
            "username = { role = \"text\" }",
            "username = { ordinal = 1 }",
            Error,
            "names nothing",
        ),
        (
            "username = { role = \"text\" }",
            "username = {}",
            Error,
            "names nothing",
        ),
        (
            "username = { role = \"text\" }",
            "username = { role = \"text\", ordinal = 0 }",
            Error,
            "count from 1",
        ),
        (
            "submit = { role = \"push-button\", name = \"OK\" }",
            "",
            Error,
            "nothing submits",
        ),
        (
            "method = \"controls\"",
            "method = \"controls\"\nsubmit_key = \"Return\"",
            Error,
            "two ways to submit",
        ),
        (
            "submit = { role = \"push-button\", name = \"OK\" }",
            "submit_key = \"Retrun\"",
            Error,
            "did you mean `Return`?",
        ),
        (
            "method = \"controls\"",
            "method = \"controls\"\nfallback = \"keys\"",
            Warning,
            "can leak",
        ),
        (
            "method = \"controls\"",
            "method = \"keys\"",
            Warning,
            "keys, although the controls are known",
        ),
        (
            "method = \"controls\"",
            "method = \"steps\"",
            Error,
            "steps submit by a step of their own",
        ),
        (
            "method = \"controls\"",
            "method = \"controls\"\nstep = [{ key = \"Tab\" }]",
            Error,
            "never run",
        ),
        (
            "kind = \"logon\"",
            "kind = \"logon\"\nasks_for = \"parent\"",
            Warning,
            "any program can ask through this prompter",
        ),
        (
            "kind = \"logon\"",
            "kind = \"logon-failed\"",
            Error,
            "`logon-failed` forms are not answered",
        ),
        (
            "kind = \"logon\"",
            "kind = \"logon-failed\"",
            Warning,
            "`logon-failed` forms write no fields",
        ),
        (
            "[form.respond]\nmethod = \"controls\"\nsubmit = { role = \"push-button\", name = \"OK\" }",
            "",
            Error,
            "how to answer",
        ),
    ] {
        assert!(all.contains(old), "{old}");
        let problems = lint(&parsed(&all.replacen(old, new, 1)));
        let named = |severity| {
            problems
                .iter()
                .any(|one| one.severity == severity && one.message.contains(says) || one.help.contains(says))
        };
        assert!(named(severity), "{new}: {says}\n{problems:#?}");
        assert!(problems.iter().all(|one| one.line > 0 && !one.help.is_empty()));
    }
}

fn with_respond(respond: &str) -> Vec<String> {
    let body = GOOD.replace(
        "method = \"controls\"\nsubmit = { role = \"push-button\", name = \"OK\" }",
        respond,
    );
    let problems = lint(&parsed(&format!("{HEAD}{body}")));
    problems
        .iter()
        .map(|one| format!("{}:{} {}", one.line, one.severity, one.message))
        .collect()
}

#[test]
fn steps_are_looked_at() {
    let ok = "method = \"steps\"\nstep = [{ set = \"username\" }, { set = \"password\" }, { key = \"Return\" }]";
    assert_eq!(with_respond(ok), Vec::<String>::new());
    for (steps, says) in [
        ("", "`steps` needs steps"),
        (
            "{ set = \"password\" }, { wait = { ms = 5001 } }, { key = \"Return\" }",
            "5001 ms is too long",
        ),
        (
            "{ set = \"pin\" }, { set = \"password\" }, { key = \"Return\" }",
            "`pin` is not a field",
        ),
        ("{ key = \"Return\" }, { set = \"password\" }", "no step submits"),
        ("{ set = \"password\" }, { key = \"Entr\" }", "is not the name of a key"),
        ("{ set = \"password\" }, { press = {} }", "names nothing"),
        (
            "{ text = \"\" }, { set = \"password\" }, { key = \"Return\" }",
            "no text to type",
        ),
        (
            "{ wait = { control = { name = \"{username}\" } } }, { set = \"password\" }, { key = \"Return\" }",
            "cannot name fields",
        ),
    ] {
        let found = with_respond(&format!("method = \"steps\"\nstep = [{steps}]"));
        assert!(
            found.iter().any(|one| one.contains(says)),
            "{steps}: {says}\n{found:#?}"
        );
    }
}

/// Where an application offers no controls there is no better way, and the next one who edits it must know.
#[test]
fn keys_need_a_reason() {
    let typed = GOOD.replace(
        "method = \"controls\"\nsubmit = { role = \"push-button\", name = \"OK\" }",
        "method = \"keys\"",
    );
    let (start, rest) = typed.split_once("[form.bind]").unwrap();
    let (_, end) = rest.split_once("[form.respond]").unwrap();
    let nothing_bound = format!("{start}[form.respond]{end}");
    for form in [&typed, &nothing_bound] {
        let without = parsed(&format!("{HEAD}{form}"));
        assert_ne!(lint(&without), [], "{form}");
        let with = HEAD.replace("name = \"App\"", "name = \"App\"\nnotes = \"It offers no controls.\"");
        assert_eq!(lint(&parsed(&format!("{with}{form}"))), [], "{form}");
    }
}

#[test]
fn a_form_must_be_told_from_its_programs_other_windows() {
    let body = "[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\n[form.respond]\nmethod = \"keys\"\n";
    let problems = lint(&parsed(&format!("{HEAD}{body}")));
    assert!(
        problems
            .iter()
            .any(|one| one.message.contains("nothing tells this form")),
        "{problems:#?}"
    );
}

#[test]
fn a_form_behind_a_wider_one_is_never_reached() {
    let narrow = GOOD.replace(
        "[form.bind]",
        "[[form.require]]\ncontrol = { role = \"label\", name = \"Realm\" }\n[form.bind]",
    );
    let late = lint(&parsed(&format!("{HEAD}{GOOD}{narrow}")));
    assert!(
        late.iter().any(|one| one.message.contains("never reached")),
        "{late:#?}"
    );
    assert_eq!(lint(&parsed(&format!("{HEAD}{narrow}{GOOD}"))), []);
}

const TERMINAL: &str = r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/ssh"]
getopt = "p:J:v"
operands = ["{username}@host"]
options = { p = "22" }
defaults = { p = "22" }
forbid = ["J"]
[form.respond]
method = "keys"
"#;

#[test]
fn terminals_are_looked_at() {
    assert_eq!(lint(&parsed(&format!("{HEAD}{TERMINAL}"))), []);
    for (old, new, says) in [
        ("[\"/usr/bin/ssh\"]", "[]", "no program is named"),
        ("[\"/usr/bin/ssh\"]", "[\"/usr/bin/python3\"]", "every script it runs"),
        ("p:J:v", "p:J:v v", "cannot stand there"),
        ("p:J:v", "p:v", "does not know `-J`"),
        ("p:J:v", "pJ:v", "`-p` takes no value"),
        ("[\"J\"]", "[\"-J\"]", "is not the letter of an option"),
        (
            "defaults = { p = \"22\" }",
            "defaults = { v = \"1\" }",
            "the default of `-v` is not used",
        ),
        (
            "method = \"keys\"",
            "method = \"controls\"\nsubmit_key = \"Return\"",
            "a terminal has no controls",
        ),
        (
            "[form.respond]",
            "[form.bind]\npassword = { role = \"password-text\" }\n[form.respond]",
            "a terminal has no controls",
        ),
        (
            "operands = [\"{username}@host\"]\noptions = { p = \"22\" }\ndefaults = { p = \"22\" }",
            "",
            "whatever the program is started for",
        ),
    ] {
        assert!(TERMINAL.contains(old), "{old}");
        let problems = lint(&parsed(&format!("{HEAD}{}", TERMINAL.replacen(old, new, 1))));
        assert!(
            problems.iter().any(|one| one.message.contains(says)),
            "{new}: {says}\n{problems:#?}"
        );
    }
    let two = format!("{HEAD}{TERMINAL}").replace("\"password\"]", "\"password\", \"pin\"]");
    let problems = lint(&parsed(&two));
    assert!(
        problems
            .iter()
            .any(|one| one.message.contains("a terminal prompt takes one secret, but 2")),
        "{problems:#?}"
    );
}
