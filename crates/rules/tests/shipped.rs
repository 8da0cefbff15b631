//! The shipped templates: each parses, is clean, and does what its recorded fixtures say.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

use countersign_model::Publisher;
use countersign_rules::{ParsedTemplate, TemplateSet, lint, parse_template, run_fixture, template_schema};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    found.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn shipped() -> Vec<ParsedTemplate> {
    let read = |path: &PathBuf| {
        let place = path.file_name().unwrap().to_string_lossy().into_owned();
        parse_template(&place, &fs::read(path).unwrap()).unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    files(&folder(), "toml").iter().map(read).collect()
}

#[test]
fn every_template_is_clean_and_named_by_its_id() {
    let templates = shipped();
    assert!(templates.len() >= 25);
    for template in &templates {
        assert_eq!(lint(template), [], "{}", template.place);
        assert_eq!(template.place, format!("{}.toml", template.template.id));
    }
    let sources = templates
        .into_iter()
        .map(|template| (Publisher::Package, template))
        .collect();
    let (set, problems) = TemplateSet::build(sources);
    assert_eq!(problems, []);
    assert!(set.templates().count() >= 25);
}

#[test]
fn every_template_does_what_its_fixtures_say() {
    let mut failures = Vec::new();
    for template in shipped() {
        let fixtures = folder().join("fixtures").join(template.template.id.as_str());
        let recordings = files(&fixtures, "toml");
        let mut matched = 0;
        let mut refused = 0;
        for path in &recordings {
            let bytes = fs::read(path).unwrap();
            let result = run_fixture(&template, &format!("{}/{}", template.template.id, name(path)), &bytes);
            for failure in &result.failures {
                failures.push(format!("{}: {failure}", result.place));
            }
            if String::from_utf8_lossy(&bytes).contains("form = \"none\"") {
                refused += 1
            } else {
                matched += 1
            }
        }
        if matched == 0 || refused == 0 {
            failures.push(format!(
                "{}: {matched} fixtures that match, {refused} that do not",
                template.place
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_schema_is_up_to_date() {
    let path = folder().join("template.schema.json");
    if std::env::var_os("COUNTERSIGN_REGENERATE").is_some() {
        fs::write(&path, template_schema()).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == template_schema(),
        "run COUNTERSIGN_REGENERATE=1 cargo test -p countersign-rules --test shipped"
    );
}
