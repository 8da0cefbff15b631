//! The shipped policies: each is clean, strong, and makes passwords of every kind.

use crate::support::Row;
use countersign_model::Rule;
use countersign_rules::policy::{
    Circumstances, Generator, Judge, Kind, Lists, ParsedPolicy, SHIPPED, lint_policy, parse_policy, short_form,
};
use countersign_rules::policy_schema;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn shipped() -> Vec<ParsedPolicy> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let place = path.file_name().unwrap().to_string_lossy().into_owned();
        parse_policy(&place, &fs::read(path).unwrap()).unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(read)
        .collect()
}

#[test]
fn every_policy_is_clean_and_named_by_its_id() {
    let policies = shipped();
    assert!(!policies.is_empty());
    for policy in &policies {
        assert_eq!(lint_policy(policy), [], "{}", policy.place);
        assert_eq!(policy.place, format!("{}.toml", policy.policy.id));
        assert!(short_form(&policy.policy).is_ok());
    }
    let mut ids: Vec<_> = policies.iter().map(|policy| policy.policy.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, SHIPPED);
}

#[test]
fn every_policy_makes_strong_passwords_of_every_kind() {
    let lists = Lists::default();
    for ParsedPolicy { policy, place, .. } in &shipped() {
        let circumstances = Circumstances {
            user_name: Some("anna.schmidt"),
            application: Some("Ledger"),
            ..Circumstances::default()
        };
        let judge = Judge::new(policy, &lists, circumstances);
        let mut dice = Row(11).dice();
        for (kind, bits) in [
            (Kind::Random, 120.0),
            (Kind::Pronounceable, 60.0),
            (Kind::Diceware, 60.0),
        ] {
            let generator = Generator::new(policy, kind).unwrap();
            assert!(generator.bits() >= bits, "{place} {kind:?} {}", generator.bits());
            for _ in 0..50 {
                let password = generator.draw(&judge, &mut dice).unwrap();
                assert_eq!(judge.judge(&password), []);
            }
        }
    }
}

#[test]
fn the_schema_is_up_to_date() {
    let path = folder().join("policy.schema.json");
    if std::env::var_os("COUNTERSIGN_REGENERATE").is_some() {
        fs::write(&path, policy_schema()).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == policy_schema(),
        "run COUNTERSIGN_REGENERATE=1 cargo test -p countersign-rules --test policy"
    );
}

#[test]
fn the_documentation_names_every_rule_and_its_old_name() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/admin/password-policies.md");
    let text = fs::read_to_string(path).unwrap();
    for rule in Rule::OF_EXITS.into_iter().chain(Rule::BEYOND_EXITS) {
        let old = rule.exit_name().map_or("–".to_owned(), |name| format!("`{name}`"));
        let row = format!("| `{}` | {old} |", rule.key());
        assert!(text.contains(&row), "{row}");
    }
}
