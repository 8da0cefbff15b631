//! `policy lint`, `check` and `generate`, without an agent.

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

const POLICY: &str = r#"
schema = 1
id = "house"
name = "House"
[length]
min = 10
max = 40
[characters]
capital = 1
digits = 1
[unlike]
user_name = true
old_password = true
"#;

struct Place(TempDir);

impl Place {
    fn new(policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("house.toml"), policy).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, command: &str, more: &[&str], input: &str) -> Ran {
        let file = self.path("house.toml");
        run(countersign(&[&["policy", command, text(&file)], more].concat()), input)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_good_policy_has_nothing_to_be_said() {
    let ran = Place::new(POLICY).run("lint", &[], "");
    assert_eq!((ran.code, ran.out.starts_with("✓ ")), (0, true), "{ran:?}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/company.toml");
    let ran = run(countersign(&["policy", "lint", text(&shipped)]), "");
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn mistakes_have_line_and_column() {
    let place = Place::new(&POLICY.replace("max = 40", "max = 4"));
    let ran = place.run("lint", &[], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("house.toml:7:7: error: `max` is 4"), "{ran:?}");
    let json = place.run("lint", &["--json"], "").json();
    assert_eq!(json["files"][0]["problems"][0]["line"], 7);
    let ran = Place::new(&POLICY.replace("\"house\"", "\"home\"")).run("lint", &[], "");
    assert_eq!(
        (
            ran.code,
            ran.out.contains("house.toml:3:6: error: the policy is kept as `house`")
        ),
        (1, true),
        "{ran:?}"
    );
    let ran = place.run("check", &[], "x\n");
    assert_eq!((ran.code, ran.err.contains("policy lint")), (1, true), "{ran:?}");
    let ran = Place::new("schema = 1").run("generate", &[], "");
    assert_eq!((ran.code, ran.err.contains("is missing")), (1, true), "{ran:?}");
}

#[test]
fn a_password_is_checked_and_never_shown() {
    let place = Place::new(POLICY);
    let ran = place.run("check", &[], "Correct-Horse-7\n");
    assert_eq!((ran.code, ran.out.contains("House allows it")), (0, true), "{ran:?}");
    let ran = place.run("check", &["--user", "anna"], "xAnnax\n");
    assert_eq!(ran.code, 7, "{ran:?}");
    for words in [
        "at least 10 characters",
        "at least 1 digit",
        "user name",
        "(unlike.user_name)",
    ] {
        assert!(ran.out.contains(words), "{words} {ran:?}");
    }
    assert!(!(ran.out + &ran.err).contains("xAnnax"));
    let ran = place.run("check", &["--old", "--json"], "Summer-2025-a\nSummer-2025\n");
    let json = ran.json();
    assert_eq!((ran.code, &json["check"]["passed"]), (7, &serde_json::json!(false)));
    assert_eq!(json["check"]["broken"][0]["rule"], "unlike.old_password");
}

#[test]
fn strange_input_is_an_answer() {
    let place = Place::new(POLICY);
    for (input, code, words) in [
        ("", 1, "standard input ended where Password was expected"),
        ("abcde\0fghiJ7\n", 7, ""),
        (&format!("{}\n", "x".repeat(5_000)), 1, "longer than 4096 bytes"),
    ] {
        let ran = place.run("check", &[], input);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.err.contains(words), "{ran:?}");
    }
    let ran = place.run("generate", &["--count", "0"], "");
    assert_eq!(ran.code, 2, "{ran:?}");
    let ran = run(countersign(&["policy", "check", "/no/such.toml"]), "x\n");
    assert_eq!(
        (ran.code, ran.err.contains("/no/such.toml cannot be read")),
        (1, true),
        "{ran:?}"
    );
}

#[test]
fn what_is_made_passes() {
    let place = Place::new(POLICY);
    for kind in ["random", "pronounceable", "diceware"] {
        let ran = place.run("generate", &["--count", "20", "--kind", kind, "--user", "anna"], "");
        assert_eq!((ran.code, ran.out.lines().count()), (0, 20), "{ran:?}");
        let distinct: std::collections::BTreeSet<_> = ran.out.lines().collect();
        assert_eq!(distinct.len(), 20);
        for password in ran.out.lines().take(3) {
            assert_eq!(
                place.run("check", &["--user", "anna"], &format!("{password}\n")).code,
                0,
                "{password}"
            );
        }
    }
    let ran = Place::new(&POLICY.replace(
        "[characters]",
        "[strength]\nzxcvbn = 0\n[characters]\nallowed = [\"digit\", \"capital\"]",
    ))
    .run("generate", &["--kind", "diceware"], "");
    assert_eq!((ran.code, ran.err.contains("next:")), (1, true), "{ran:?}");
}

#[test]
fn lists_lie_beside_the_policy() {
    let place = Place::new(&format!("{POLICY}\n[lists]\ndictionary = \"words.txt\"\n"));
    let ran = place.run("lint", &[], "");
    assert_eq!(
        (ran.code, ran.out.contains("words.txt cannot be read")),
        (0, true),
        "{ran:?}"
    );
    assert_eq!(place.run("check", &[], "Correct-Horse-7\n").code, 1);
    std::fs::write(place.path("words.txt"), "donaudampfschiff\n").unwrap();
    assert_eq!(place.run("check", &[], "Correct-Horse-7\n").code, 0);
    let ran = place.run("check", &[], "Donaudampfschiff7\n");
    assert_eq!((ran.code, ran.out.contains("(lists.dictionary)")), (7, true), "{ran:?}");
}
