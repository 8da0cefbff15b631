//! `template lint` and `template test`, with neither agent nor display.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use std::path::{Path, PathBuf};
use support::{Ran, countersign, run};
use tempfile::TempDir;

const TEMPLATE: &str = r#"
schema = 1
id = "org.example.Ask"
name = "Ask"

[logon]
fields = ["password"]

[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/ask"]
title = "Ask*"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

const WINDOW: &str = r#"
[expect]
form = "logon"
bind = { password = 0 }
[window]
executable = "/usr/bin/ask"
title = "Ask me"
[[control]]
role = "password-text"
states = ["enabled", "showing", "editable"]
[[control]]
role = "push-button"
name = "OK"
states = ["enabled", "showing"]
"#;

struct Place(TempDir);

impl Place {
    fn new(template: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("fixtures/ask")).unwrap();
        std::fs::write(folder.path().join("ask.toml"), template).unwrap();
        Self(folder)
    }

    fn fixture(self, name: &str, text: &str) -> Self {
        std::fs::write(self.path("fixtures/ask").join(name), text).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str, more: &[&str]) -> Ran {
        let file = self.path("ask.toml");
        run(countersign(&[&["template", command, text(&file)], more].concat()), "")
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_good_template_has_nothing_to_be_said() {
    let ran = Place::new(TEMPLATE).run("lint", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("✓ "), "{ran:?}");
}

#[test]
fn recorded_windows_are_run() {
    let place = Place::new(TEMPLATE).fixture("asks.toml", WINDOW).fixture(
        "other.toml",
        &WINDOW
            .replace(
                "form = \"logon\"\nbind = { password = 0 }",
                "form = \"none\"\nfailing = \"title\"",
            )
            .replace("Ask me", "About"),
    );
    let ran = place.run("test", &[]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 2), "{ran:?}");
    let json = place.run("test", &["--json"]).json();
    assert_eq!(json["files"][0]["fixtures"][0]["passed"], true);
}

#[test]
fn a_window_that_is_taken_for_something_else_fails_and_says_why() {
    let place = Place::new(TEMPLATE).fixture("asks.toml", &WINDOW.replace("Ask me", "About"));
    let ran = place.run("test", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("✗ title: wanted Ask*, found About"), "{ran:?}");
    assert!(ran.out.contains("1 of 1 recorded window failed"), "{ran:?}");
    let broken = Place::new(TEMPLATE).fixture("broken.json", "{").run("test", &[]);
    assert_eq!(broken.code, 1);
    assert!(broken.out.contains("broken.json:1:1"), "{broken:?}");
}

#[test]
fn a_template_without_recorded_windows_or_with_mistakes_is_not_tested() {
    let ran = Place::new(TEMPLATE).run("test", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("no recorded windows"), "{ran:?}");
    let ran = Place::new("schema = 1\n").fixture("asks.toml", WINDOW).run("test", &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("ask.toml:") && ran.out.contains("template lint"),
        "{ran:?}"
    );
}

#[test]
fn mistakes_have_line_and_column() {
    let place = Place::new(&TEMPLATE.replace("kind = \"logon\"", "kind = \"login\""));
    let ran = place.run("lint", &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains(&format!("{}:10:8: error: ", text(&place.path("ask.toml")))),
        "{ran:?}"
    );
    let json = place.run("lint", &["--json"]).json();
    assert_eq!(json["files"][0]["problems"][0]["line"], 10);
}

#[test]
fn a_policy_that_is_not_beside_a_template_is_a_warning() {
    let named = TEMPLATE.replace("[logon]", "[logon]\npolicy = \"till\"");
    let place = Place::new(&named);
    // Where no policies can be seen nothing can be known.
    let ran = place.run("lint", &[]);
    assert_eq!((ran.code, ran.out.contains("policy")), (0, false), "{ran:?}");
    let given = place.path("given");
    std::fs::create_dir(&given).unwrap();
    for folder in ["given", "policies"] {
        std::fs::create_dir_all(place.path(folder)).unwrap();
        let ran = place.run("lint", &["--policies", text(&place.path(folder))]);
        assert_eq!(
            (
                ran.code,
                ran.out.contains("warning: there is no password policy `till`")
            ),
            (0, true),
            "{ran:?}"
        );
    }
    assert!(
        place
            .run("lint", &[])
            .out
            .contains("there is no password policy `till`")
    );
    std::fs::write(place.path("policies/till.toml"), "").unwrap();
    assert!(place.run("lint", &[]).out.starts_with("✓ "));
    let ran = place.run("lint", &["--policies", "/no/such"]);
    assert_eq!(
        (ran.code, ran.err.contains("/no/such cannot be read")),
        (1, true),
        "{ran:?}"
    );
}

#[test]
fn policies_are_seen_beside_a_folder_of_templates() {
    let place = Place::new(TEMPLATE);
    for folder in ["templates", "policies"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    let file = place.path("templates/ask.toml");
    std::fs::write(&file, TEMPLATE.replace("[logon]", "[logon]\npolicy = \"till\"")).unwrap();
    let ran = run(countersign(&["template", "lint", text(&file)]), "");
    assert!(ran.out.contains("there is no password policy `till`"), "{ran:?}");
    std::fs::write(place.path("policies/till.toml"), "").unwrap();
    let ran = run(countersign(&["template", "lint", text(&file)]), "");
    assert!(ran.out.starts_with("✓ "), "{ran:?}");
}

#[test]
fn templates_that_share_logons_and_differ_in_policy_are_told_together() {
    let grouped = |id: &str, policy: &str| {
        let logon = format!("[logon]\ngroup = \"office\"\npolicy = \"{policy}\"");
        let text = TEMPLATE.replace("org.example.Ask", id).replace("[logon]", &logon);
        text.replace("/usr/bin/ask", &format!("/usr/bin/{policy}"))
    };
    let place = Place::new(&grouped("org.example.Ask", "till"));
    let other = place.path("other.toml");
    std::fs::write(&other, grouped("org.example.Other", "company")).unwrap();
    let ran = place.run("lint", &[text(&other)]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.out
            .contains("other.toml:8:10: error: `org.example.Ask` and `org.example.Other` share"),
        "{ran:?}"
    );
    assert_eq!(place.run("lint", &[]).code, 0);
}
