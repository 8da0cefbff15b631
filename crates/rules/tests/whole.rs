//! What a template says of itself and of what is stored for it.

mod support;

use countersign_model::{FieldName, FieldScope, Publisher, Reauthenticate, TemplateId, TotpAlgorithm};
use countersign_rules::{CheckedTemplate, ParsedTemplate, Severity, TemplateSet, check, lint};
use support::{HEAD, parsed, problems, window};

const FORM: &str = r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/app"]
title = "App"
[form.bind]
password = { role = "password-text" }
username = { role = "text" }
[form.respond]
method = "controls"
submit_key = "Return"
"#;

/// A template with these lines at its head, in `[logon]`, and after it.
fn template(head: &str, logon: &str, tables: &str) -> ParsedTemplate {
    let begin = HEAD.replace("[logon]", &format!("{head}\n[logon]"));
    parsed(&format!("{begin}{logon}\n{tables}\n{FORM}"))
}

#[test]
fn of_two_editions_the_higher_revision_counts() {
    let edition = |revision: u32, place: &str| {
        let mut parsed = template(&format!("revision = {revision}"), "", "");
        parsed.place = place.to_owned();
        parsed
    };
    let id = TemplateId::from("org.example.App");
    let chosen = |all: Vec<(Publisher, ParsedTemplate)>| {
        let packed: Vec<(Publisher, CheckedTemplate)> = all
            .iter()
            .map(|(publisher, parsed)| (publisher.clone(), check(parsed).0.unwrap_or_else(|| panic!("not good"))))
            .collect();
        let (built, problems) = TemplateSet::build(all);
        let (of, _) = TemplateSet::of(packed);
        let place = |set: &TemplateSet| set.get(&id).map(|loaded| loaded.place().to_owned());
        assert_eq!(place(&built), place(&of));
        (place(&built), problems.len())
    };
    let both = vec![
        (Publisher::Package, edition(2, "old")),
        (Publisher::Package, edition(10, "new")),
    ];
    assert_eq!(chosen(both), (Some("new".to_owned()), 1));
    // Whose it is counts first.
    let signed = Publisher::Signed {
        organisation: "Example".to_owned(),
        name: "desk".to_owned(),
    };
    let both = vec![
        (Publisher::Package, edition(10, "package")),
        (signed, edition(2, "signed")),
    ];
    assert_eq!(chosen(both), (Some("signed".to_owned()), 1));
}

#[test]
fn only_templates_in_use_have_candidates() {
    let candidates = |head: &str| {
        let (set, _) = TemplateSet::build(vec![(Publisher::Package, template(head, "", ""))]);
        let window = window("/usr/bin/app", "App");
        // It stays known, to be listed and explained.
        assert_eq!((set.templates().count(), set.related(&window).len()), (1, 1), "{head}");
        set.candidates(&window).len()
    };
    assert_eq!(candidates(""), 1);
    assert_eq!(
        candidates("enabled = true\nplatforms = [\"linux\", \"windows\", \"macos\"]"),
        1
    );
    assert_eq!(candidates("enabled = false"), 0);
    let here = std::env::consts::OS;
    let elsewhere = ["linux", "windows", "macos"].into_iter().find(|name| *name != here);
    assert_eq!(
        candidates(&format!("platforms = [\"{}\"]", elsewhere.unwrap_or_default())),
        0
    );
}

#[test]
fn everything_is_read_and_survives_packing() {
    let text = template(
        "revision = 4",
        "group = \"office\"\n[logon.field.password.totp]\nalgorithm = \"sha512\"\nperiod = 60\n\
         [logon.field.username]\nscope = \"global\"\ndefault = \"desk\"",
        "[fill]\nreauthenticate = { minutes = 10 }\n[loop]\nfills = 2\n",
    );
    let found = &text.template;
    assert_eq!(found.fill.reauthenticate, Reauthenticate::Minutes(10));
    assert_eq!((found.limits.fills, found.limits.retries), (Some(2), 0));
    let totp = found.logon.spec(&FieldName::from("password")).totp;
    assert_eq!(
        totp.map(|totp| (totp.digits, totp.period, totp.algorithm)),
        Some((6, 60, TotpAlgorithm::Sha512))
    );
    assert_eq!(found.logon.spec(&FieldName::from("username")).scope, FieldScope::Global);
    assert_eq!(lint(&text), []);
    assert!(check(&text).0.is_some());
    for (written, wanted) in [("\"never\"", Reauthenticate::Never), ("\"each\"", Reauthenticate::Each)] {
        let text = template("", "", &format!("[fill]\nreauthenticate = {written}"));
        assert_eq!(text.template.fill.reauthenticate, wanted);
    }
}

fn whole(head: &str, logon: &str, tables: &str) -> String {
    let begin = HEAD.replace("[logon]", &format!("{head}\n[logon]"));
    format!("{begin}{logon}\n{tables}\n{FORM}")
}

#[test]
fn what_cannot_be_meant_is_named() {
    use Severity::{Error, Warning};
    let user = "[logon.field.username]\n";
    let password = "[logon.field.password]\n";
    for (head, logon, tables, severity, says) in [
        ("enabled = false", "", "", Warning, "nothing is filled by this template"),
        ("enable = false", "", "", Error, "did you mean `enabled`?"),
        ("platforms = [\"linux\", \"linux\"]", "", "", Error, "there twice"),
        ("platforms = [\"linuks\"]", "", "", Error, "did you mean `linux`?"),
        (
            "icon = \"/usr/share/app.png\"",
            "",
            "",
            Error,
            "not the name of an icon",
        ),
        ("revision = \"2\"", "", "", Error, "must be a whole number"),
        ("", "group = \" \"", "", Error, "the group has no name"),
        ("", "policy = \"\"", "", Error, "the policy has no name"),
        (
            "",
            "",
            "[fill]\nreauthenticate = \"always\"",
            Error,
            "cannot be `always`",
        ),
        (
            "",
            "",
            "[fill]\nreauthenticate = { hours = 1 }",
            Error,
            "unknown key `hours`",
        ),
        (
            "",
            "",
            "[fill]\nreauthenticate = { minutes = 0 }",
            Error,
            "out of bounds",
        ),
        ("", "", "[fill]\nreauthenticate = 5", Error, "must be"),
        ("", "", "[fill]\nautomatical = true", Error, "did you mean `automatic`?"),
        (
            "",
            "",
            "[fill]\nservice = true\nreauthenticate = \"each\"",
            Error,
            "nobody sits",
        ),
        (
            "",
            "",
            "[fill]\nservice = true\nautomatic = false",
            Error,
            "nobody sits",
        ),
        ("", "", "[loop]\nfills = 0", Error, "write 1 to 20"),
        ("", "", "[loop]\ngrace_seconds = 4000", Error, "write 5 to 3600"),
        ("", "", "[loop]\nretries = 6", Error, "write 0 to 5"),
        ("", "", "[loop]\nretries = 1", Warning, "lock an account"),
        (
            "",
            "[logon.field.password]\ndefault = \"x\"",
            "",
            Error,
            "everybody who can read the template",
        ),
        ("", &format!("{user}default = \"\""), "", Error, "the default is empty"),
        (
            "",
            &format!("{user}default = \"abc\"\nmax_length = 2"),
            "",
            Error,
            "longer than 2",
        ),
        ("", &format!("{user}max_length = 0"), "", Error, "1 to 4096"),
        (
            "",
            &format!("{user}scope = \"global\""),
            "",
            Error,
            "no value for everybody",
        ),
        (
            "",
            &format!("{password}rule = {{ environment = \"USER\" }}"),
            "",
            Error,
            "the user's own",
        ),
        (
            "",
            &format!("{user}rule = {{ environment = \"$USER\" }}"),
            "",
            Error,
            "without `$`",
        ),
        (
            "",
            &format!("{user}rule = {{ directory = \"mail;lang-de\" }}"),
            "",
            Error,
            "name of an attribute",
        ),
        (
            "",
            &format!("{user}rule = {{ directory = \"userPassword\" }}"),
            "",
            Error,
            "holds secrets",
        ),
        (
            "",
            &format!("{user}rule = {{ shell = \"id\" }}"),
            "",
            Error,
            "unknown key `shell`",
        ),
        ("", &format!("{user}totp = {{}}"), "", Error, "is a secret"),
        (
            "",
            &format!("{password}totp = {{ digits = 4 }}"),
            "",
            Error,
            "6 to 8 digits",
        ),
        (
            "",
            &format!("{password}totp = {{ period = 1 }}"),
            "",
            Error,
            "15 to 300",
        ),
        (
            "",
            &format!("{password}totp = {{ algorithm = \"md5\" }}"),
            "",
            Error,
            "cannot be `md5`",
        ),
    ] {
        let found = problems(&whole(head, logon, tables));
        assert!(
            found.iter().any(|(how, text)| *how == severity && text.contains(says)),
            "{head}{logon}{tables}: {found:#?}"
        );
    }
    assert_eq!(problems(&whole("", "", "")), []);
}
