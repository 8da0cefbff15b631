//! Reading templates: every problem has its place, and says what to do.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_rules::{LONGEST_FILE, parse_template};

/// The problems of a template, as `line:column: message | help`.
fn problems(text: &str) -> Vec<String> {
    let problems = parse_template("x.toml", text.as_bytes()).unwrap_err();
    assert!(problems.iter().all(|problem| !problem.help.is_empty()));
    problems
        .iter()
        .map(|one| format!("{}:{}: {} | {}", one.line, one.column, one.message, one.help))
        .collect()
}

#[test]
fn all_problems_of_a_file_are_told_at_once() {
    let text = r#"schema = 1
id = "x"
nmae = "äö"
[logon]
fields = "username"
[[form]]
kind = "logn"
[form.window]
executabel = ["/usr/bin/x"]
title = 3
[form.bind.password]
role = "passwrd-text"
ordinal = -1
[[form.respond.step]]
tpye = "password"
[[form.respond.step]]
type = "password"
key = "Return"
[[form.respond.step]]
"#;
    let found = problems(text);
    for (start, end) in [
        ("1:1: `name` is missing", "The application's name, for people."),
        ("3:1: unknown key `nmae`", "did you mean `name`?"),
        ("5:10: `fields` must be a list, not a text", "write `[ … ]`"),
        ("7:8: `kind` cannot be `logn`", "did you mean `logon`?"),
        ("8:1: `executable` is missing in `form.window`", "globs."),
        (
            "9:1: unknown key `executabel` in `form.window`",
            "did you mean `executable`?",
        ),
        ("10:9: `title` must be a text, not a number", "put it in quotes"),
        ("12:8: `role` cannot be `passwrd-text`", "did you mean `password-text`?"),
        ("13:11: `ordinal` is out of bounds", "from 0"),
        ("14:8: `method` is missing in `form.respond`", "How to write."),
        (
            "15:1: unknown key `tpye` in `form.respond.step`",
            "did you mean `type`?",
        ),
        ("18:1: `step` takes exactly one key", "make two of it"),
        ("19:1: this is empty", "give it one of: set, type"),
    ] {
        assert!(
            found.iter().any(|one| one.starts_with(start) && one.contains(end)),
            "{start} … {end}\n{found:#?}"
        );
    }
    assert_eq!(found.len(), 13, "{found:#?}");
}

#[test]
fn what_is_not_toml_is_placed() {
    for (text, start) in [
        ("a = \"\n", "1:6: this is not TOML"),
        ("name = \"äöü\" x", "1:14: this is not TOML"),
        ("a = 1\na = 2\n", "2:1: this is not TOML: duplicate key"),
        ("\n\n[x", "3:3: this is not TOML"),
        ("a = 1e", "1:"),
    ] {
        let found = problems(text);
        assert!(found[0].starts_with(start), "{text:?}: {found:#?}");
    }
}

#[test]
fn long_deep_and_foreign_files_are_refused() {
    let long = "#".repeat(LONGEST_FILE + 1);
    assert!(problems(&long)[0].contains("1 MiB"));
    let bytes = b"schema = 1\nid = \"\xff\"";
    let found = parse_template("x", bytes).unwrap_err();
    assert_eq!((found[0].line, found[0].column), (2, 7), "{found:?}");
    assert!(found[0].message.contains("UTF-8"));
    for deep in [
        format!("a = {}", "[".repeat(5000)),
        format!("a = {}", "{a=".repeat(5000)),
        format!("{}=1", "a.".repeat(5000)),
    ] {
        assert!(!problems(&deep).is_empty());
    }
    let parents = format!("{}{{ role = \"panel\" }}{}", "{ parent = ".repeat(60), " }".repeat(60));
    let deep = format!("{}\n[form.bind]\npassword = {parents}\n", head());
    assert!(
        problems(&deep).iter().any(|one| one.contains("nested too deeply")),
        "{:?}",
        problems(&deep)
    );
}

fn head() -> &'static str {
    "schema = 1\nid = \"org.example.App\"\nname = \"App\"\n[logon]\nfields = [\"password\"]\n[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]"
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_taken() {
    let text = format!("\u{feff}{}", head().replace('\n', "\r\n"));
    let parsed = parse_template("x.toml", text.as_bytes()).unwrap();
    assert_eq!(parsed.template.id.as_str(), "org.example.App");
    assert_eq!(parsed.spans.value("id").line, 2);
    assert_eq!(parsed.spans.value("form[0].window.executable[0]").line, 9);
    assert_eq!(
        parsed.spans.value("form[0].window.title").line,
        8,
        "what is not there is placed at what is around it"
    );
}
