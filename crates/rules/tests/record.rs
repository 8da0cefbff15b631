//! Drafts from windows: the ones that were recorded for the shipped templates, and some that are written here.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_model::{ControlToken, FieldName, FormKind, TemplateId};
use countersign_rules::record::{Naming, Personal, RecordProblem, Recorded, Scene, record};
use countersign_rules::recording::{Fixture, Form};
use countersign_rules::{Severity, lint, parse_fixture, parse_template, run_fixture};
use std::path::{Path, PathBuf};

fn drafted(fixture: &Fixture, personal: &Personal) -> Result<Recorded, RecordProblem> {
    let (window, tree, terminal) = (fixture.window_facts(), fixture.tree(), fixture.terminal_facts());
    let scene = Scene {
        window: &window,
        tree: tree.as_ref(),
        terminal: terminal.as_ref(),
    };
    record(scene, personal, &Naming::default())
}

fn shipped() -> Vec<(PathBuf, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/fixtures");
    let mut all = Vec::new();
    for template in folder.read_dir().unwrap() {
        for file in template.unwrap().path().read_dir().unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            all.push((
                path.clone(),
                parse_fixture(&path.display().to_string(), &bytes).unwrap(),
            ));
        }
    }
    all
}

#[test]
fn a_draft_binds_what_the_shipped_template_binds() {
    let mut drafts = 0;
    for (path, fixture) in shipped() {
        let Form::Kind(FormKind::Logon) = fixture.expect.form else {
            continue;
        };
        let recorded = drafted(&fixture, &Personal::new()).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let parsed = parse_template("draft.toml", recorded.template.as_bytes()).unwrap();
        let wrong = lint(&parsed)
            .into_iter()
            .find(|found| found.severity == Severity::Error);
        assert!(wrong.is_none(), "{}: {wrong:?}\n{}", path.display(), recorded.template);
        // It does what its own fixture says, and binds the password where the hand-written one does.
        let own = run_fixture(&parsed, "own", recorded.fixture.as_bytes());
        assert!(own.passed(), "{}: {:?}", path.display(), own.failures);
        let expected = parse_fixture("own", recorded.fixture.as_bytes()).unwrap().expect;
        for field in ["password", "username"].map(FieldName::from) {
            if let Some(control) = fixture.expect.bind.get(&field) {
                assert_eq!(
                    expected.bind.get(&field),
                    Some(control),
                    "{}: {}",
                    path.display(),
                    recorded.template
                );
            }
        }
        drafts += 1;
    }
    assert!(drafts >= 8, "{drafts}");
}

const FORM: &str = r#"
about = "A window."
[expect]
form = "none"
[window]
executable = "/home/mwagner/bin/ledger"
title = "Ledger of mwagner on thinkpad7"
class = "Ledger"
[[control]]
role = "frame"
name = "Ledger of mwagner on thinkpad7"
states = ["enabled", "showing"]
[[control]]
role = "label"
name = "Signed out: Maria Wagner"
states = ["enabled", "showing"]
parent = 0
[[control]]
role = "text"
label = "Mandant:"
states = ["enabled", "showing", "editable"]
at = [10, 10, 200, 20]
parent = 0
[[control]]
role = "text"
label = "Benutzer:"
states = ["enabled", "showing", "editable"]
at = [10, 40, 200, 20]
parent = 0
[[control]]
role = "password-text"
label = "Passwort:"
states = ["enabled", "showing", "editable"]
at = [10, 70, 200, 20]
parent = 0
[[control]]
role = "text"
label = "Search"
states = ["enabled", "showing", "editable"]
at = [10, 100, 200, 20]
parent = 0
[[control]]
role = "push-button"
name = "Abbrechen"
states = ["enabled", "showing"]
at = [10, 130, 90, 20]
parent = 0
[[control]]
role = "push-button"
name = "_Anmelden"
states = ["enabled", "showing"]
at = [110, 130, 90, 20]
parent = 0
[[control]]
role = "list-item"
name = "Letter to the bank"
states = ["enabled", "showing"]
parent = 0
"#;

fn form(text: &str) -> Fixture {
    parse_fixture("form", text.as_bytes()).unwrap()
}

fn maria() -> Personal {
    Personal::new()
        .with("mwagner", "demo")
        .with("Maria Wagner", "Demo User")
        .with("thinkpad7", "localhost")
        .at_home("/home/mwagner")
}

#[test]
fn fields_are_known_by_their_labels_and_the_button_by_its_name() {
    let recorded = drafted(&form(FORM), &maria()).unwrap();
    let chosen: Vec<_> = recorded
        .choices
        .iter()
        .map(|choice| (choice.what.as_str(), choice.text()))
        .collect();
    assert_eq!(
        chosen,
        [
            ("domain", r#"{ role = "text", label = "Mandant:" }"#.to_owned()),
            ("username", r#"{ role = "text", label = "Benutzer:" }"#.to_owned()),
            ("password", r#"{ role = "password-text" }"#.to_owned()),
            ("submit", r#"{ role = "push-button", name = "_Anmelden" }"#.to_owned()),
        ]
    );
    let [domain, _, password, _] = recorded.choices.as_slice() else {
        panic!("{:?}", recorded.choices);
    };
    assert!(password.stability > domain.stability);
    assert!(
        recorded.notes.iter().any(|note| note.contains("Search")),
        "{:?}",
        recorded.notes
    );
    assert_eq!(
        (recorded.id, recorded.kind),
        (TemplateId::from("local.ledger"), FormKind::Logon)
    );
    assert!(
        recorded
            .template
            .contains("[logon.field.domain]\nlabel = \"Mandant\"\nkind = \"plain\""),
        "{}",
        recorded.template
    );
}

#[test]
fn what_is_the_persons_own_is_in_neither_file() {
    let recorded = drafted(&form(FORM), &maria()).unwrap();
    for word in ["mwagner", "Maria", "thinkpad7", "bank"] {
        for file in [&recorded.template, &recorded.fixture] {
            assert!(!file.contains(word), "{word} is in:\n{file}");
        }
    }
    assert!(
        recorded.template.contains("title = \"Ledger of * on *\""),
        "{}",
        recorded.template
    );
    assert!(
        recorded.template.contains("executable = [\"/home/*/bin/ledger\"]"),
        "{}",
        recorded.template
    );
    assert!(
        recorded.fixture.contains("Signed out: Demo User"),
        "{}",
        recorded.fixture
    );
    // The draft is for the window itself, not for its redaction only.
    let parsed = parse_template("draft.toml", recorded.template.as_bytes()).unwrap();
    let mut live = form(FORM);
    live.expect = parse_fixture("own", recorded.fixture.as_bytes()).unwrap().expect;
    let live = toml::to_string(&live).unwrap();
    let tried = run_fixture(&parsed, "live", live.as_bytes());
    assert!(tried.passed(), "{:?}", tried.failures);
}

/// The draft is for the program where it is, wherever home folders are and whatever the rest of its path says.
#[test]
fn programs_of_the_persons_own_are_named_where_they_are() {
    let text = FORM.replace("/home/mwagner/bin/ledger", "/data/people/mwagner/mwagner/ledger");
    let recorded = drafted(&form(&text), &maria().at_home("/data/people/mwagner")).unwrap();
    assert!(
        recorded.template.contains("executable = [\"/data/people/*/*/ledger\"]"),
        "{}",
        recorded.template
    );
    assert!(
        recorded
            .fixture
            .contains("executable = \"/data/people/demo/demo/ledger\""),
        "{}",
        recorded.fixture
    );
}

#[test]
fn the_applications_own_ids_last_longest_unless_they_are_made_up() {
    let named = |id: &str| {
        let text = FORM.replace(
            "label = \"Benutzer:\"",
            &format!("label = \"Benutzer:\"\nid = \"{id}\""),
        );
        let recorded = drafted(&form(&text), &maria()).unwrap();
        recorded
            .choices
            .iter()
            .find(|choice| choice.what == "username")
            .cloned()
            .unwrap()
    };
    let (own, made) = (named("login-user"), named("ext-comp-1204567"));
    assert_eq!(own.text(), r#"{ id = "login-user", role = "text" }"#);
    assert_eq!(made.text(), r#"{ role = "text", label = "Benutzer:" }"#);
    assert!(own.stability > made.stability);
}

#[test]
fn controls_without_names_are_counted_and_that_is_said() {
    let text = FORM
        .replace("label = \"Mandant:\"\n", "")
        .replace("label = \"Benutzer:\"\n", "");
    let recorded = drafted(&form(&text), &maria()).unwrap();
    let user = recorded
        .choices
        .iter()
        .find(|choice| choice.what == "username")
        .unwrap();
    assert_eq!(user.text(), r#"{ role = "text", ordinal = 1 }"#);
    assert!(user.stability.0 < 50 && user.why.contains("place"), "{user:?}");
}

#[test]
fn forms_for_a_new_password_and_first_pages_are_told_apart() {
    let password = FORM.split("[[control]]").nth(5).unwrap();
    let another = |label: &str, y: u32| {
        let text = password
            .replace("Passwort:", label)
            .replace("10, 70", &format!("10, {y}"));
        format!("[[control]]{text}")
    };
    let three = FORM.to_owned() + &another("New", 75) + &another("Confirm", 80);
    let recorded = drafted(&form(&three), &maria()).unwrap();
    assert_eq!(recorded.kind, FormKind::Change);
    let bound: Vec<_> = recorded.choices.iter().map(|choice| choice.what.as_str()).collect();
    assert_eq!(bound, ["domain", "username", "old", "new", "confirm", "submit"]);

    let none = FORM.replace(&format!("[[control]]{password}"), "");
    let recorded = drafted(&form(&none), &maria()).unwrap();
    assert_eq!(recorded.kind, FormKind::Custom);
    assert!(
        recorded.notes.iter().any(|note| note.contains("first page")),
        "{:?}",
        recorded.notes
    );
}

#[test]
fn a_window_without_controls_is_typed_into_and_one_without_a_form_is_refused() {
    let (head, _) = FORM.split_once("[[control]]").unwrap();
    let recorded = drafted(&form(head), &maria()).unwrap();
    assert!(
        recorded.template.contains("type = \"password\""),
        "{}",
        recorded.template
    );
    assert!(
        recorded.notes.iter().any(|note| note.contains("shows no controls")),
        "{:?}",
        recorded.notes
    );

    let buttons =
        head.to_owned() + "[[control]]\nrole = \"push-button\"\nname = \"OK\"\nstates = [\"enabled\", \"showing\"]\n";
    let refused = drafted(&form(&buttons), &maria()).unwrap_err();
    assert!(matches!(&refused, RecordProblem::NoForm(_)) && refused.to_string().contains("bring its logon form up"));
}

#[test]
fn what_the_user_names_is_bound_and_nothing_is_guessed_beside_it() {
    let (_, fixture) = shipped()
        .into_iter()
        .find(|(_, fixture)| fixture.expect.bind.len() == 2 && !fixture.control.is_empty())
        .unwrap();
    let (window, tree) = (fixture.window_facts(), fixture.tree().unwrap());
    let scene = Scene {
        window: &window,
        tree: Some(&tree),
        terminal: None,
    };
    let drafted = |named: &[(&str, &str)]| {
        let named = named
            .iter()
            .map(|(name, token)| ((*name).to_owned(), ControlToken((*token).to_owned())));
        let naming = Naming {
            named: named.collect(),
            ..Naming::default()
        };
        record(scene, &Personal::new(), &naming)
    };
    let guessed = drafted(&[]).unwrap();
    let token = |what: &str| {
        let is_it = |offered: &&countersign_rules::record::Offered| offered.what.as_deref() == Some(what);
        guessed.offered.iter().find(is_it).unwrap().token.0.clone()
    };
    let (user, password) = (token("username"), token("password"));
    let named = drafted(&[("customer", &user), ("password", &password)]).unwrap();
    let parsed = parse_template("draft.toml", named.template.as_bytes()).unwrap();
    let fields: Vec<&str> = parsed.template.logon.fields.iter().map(FieldName::as_str).collect();
    assert!(
        fields.contains(&"customer") && !fields.contains(&"username"),
        "{fields:?}"
    );
    assert_eq!(named.kind, FormKind::Logon);
    let alone = drafted(&[("username", &user)]).unwrap();
    assert_eq!(alone.kind, FormKind::Custom, "no password: a page of several");

    let refused = |named: &[(&str, &str)]| drafted(named).unwrap_err();
    assert_eq!(
        refused(&[("username", "nothing")]),
        RecordProblem::NoControl("username".to_owned())
    );
    assert_eq!(
        refused(&[("submit", &user), ("password", &password)]),
        RecordProblem::NoControl("submit".to_owned())
    );
    assert_eq!(
        refused(&[("first", &user), ("second", &user)]),
        RecordProblem::Twice("second".to_owned())
    );
    assert_eq!(
        refused(&[("User name", &user)]),
        RecordProblem::BadName("User name".to_owned())
    );
}
